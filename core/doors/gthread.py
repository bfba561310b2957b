"""gunicorn's threaded worker, watched, with the embedded job threads: `--worker-class core.doors.gthread.Worker`."""

from __future__ import annotations

import queue
import signal
import threading
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from .watch import HEAD, Watch

GRACE = 20.0  # seconds running jobs get, beside the requests that are being answered


class Worker(ThreadWorker):  # type: ignore[misc]
    """Tells the watch about a connection from the first byte on (the app tells it the rest: core.doors.watch), runs jobs
    when they are embedded, and ends both within the time the server gives.
    """

    watch: Watch | None = None
    ending: threading.Thread | None = None

    def init_process(self) -> None:
        """Until its own handlers stand, a new process has the master's: what they put into their queue nobody reads here."""
        self.unread = getattr(getattr(signal.getsignal(signal.SIGTERM), "__self__", None), "SIG_QUEUE", queue.SimpleQueue())
        super().init_process()

    def load_wsgi(self) -> None:
        super().load_wsgi()
        while not self.unread.empty():
            if self.unread.get() == signal.SIGTERM:     # else the master would wait out its grace and kill us at work
                self.alive = False
        self.wsgi.extensions["juheli.database"].engine.dispose(close=False)  # after a fork: the master's connections are not ours
        self.watch = self.wsgi.extensions["juheli.watch"]
        self.watch.start()
        if self.wsgi.extensions["juheli.config"].jobs == "embedded":
            self.wsgi.extensions["juheli.runner"].start()

    def handle(self, conn: Any) -> Any:
        if self.watch is None:
            return super().handle(conn)
        self.watch.enter(HEAD, conn.sock)
        try:
            return super().handle(conn)
        finally:
            self.watch.leave()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Jobs are told at once, while requests are still being answered."""
        self._end_jobs()
        super().handle_exit(sig, frame)

    def run(self) -> None:
        try:
            super().run()
        finally:
            self._end_jobs().join()

    def _end_jobs(self) -> threading.Thread:
        if self.ending is None:
            self.ending = threading.Thread(target=self.wsgi.extensions["juheli.runner"].stop, args=(GRACE,))
            self.ending.start()
        return self.ending
