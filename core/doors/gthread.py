"""gunicorn's threaded worker, watched: `--worker-class core.doors.gthread.Worker`."""

from __future__ import annotations

from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from .watch import HEAD, Watch


class Worker(ThreadWorker):  # type: ignore[misc]
    """Tells the watch about a connection from the first byte on; the app tells it the rest (core.doors.watch)."""

    watch: Watch | None = None

    def load_wsgi(self) -> None:
        super().load_wsgi()
        self.watch = self.wsgi.extensions["juheli.watch"]
        self.watch.start()

    def handle(self, conn: Any) -> Any:
        if self.watch is None:
            return super().handle(conn)
        self.watch.enter(HEAD, conn.sock)
        try:
            return super().handle(conn)
        finally:
            self.watch.leave()
