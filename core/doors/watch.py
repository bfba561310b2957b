"""Threads that do not come back: a handler that hangs, a client that sends its request one byte at a time.

gunicorn's threads are few and it never takes one back. A client that dawdles over its request has its socket shut; a
handler that works longer than anything should is a bug, and its whole process is ended after saying where it hangs: the
server starts another within a second, and what the process had claimed or locked is released.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from core.base.traces import trace_text

from .outage import kind_of_outage, plain_answer

log = logging.getLogger("juheli.watch")
HEAD, BODY, WORK = "head", "body", "work"
HEAD_SECONDS = 15.0
BODY_SECONDS = 30.0
SLOWEST_BODY = 10_000  # bytes a second a body must bring, beyond the first 30 seconds


@dataclass(slots=True)
class Doing:
    """What a thread does now, since when (monotonic), for which client."""

    phase: str
    since: float
    line: socket.socket | None = None
    length: int = 0
    shut: bool = False


class Watch:
    """What the threads of this process do. `hang`: seconds a handler may work; 0: as long as it likes."""

    def __init__(self, hang: float, end: Callable[[], None] | None = None):
        self.hang, self.end = hang, end or end_process
        self.threads: dict[int, Doing] = {}

    def enter(self, phase: str, line: socket.socket | None = None, length: int = 0) -> None:
        me = threading.get_ident()
        line = line or (self.threads[me].line if me in self.threads else None)
        self.threads[me] = Doing(phase, time.monotonic(), line, length)

    def leave(self) -> None:
        self.threads.pop(threading.get_ident(), None)

    def look(self, now: float) -> None:
        """One round: shut dawdling clients' sockets, end the process when a handler hangs."""
        for doing in list(self.threads.values()):
            age = now - doing.since
            if doing.phase == WORK and self.hang and age > self.hang:
                log.critical("a handler hangs", extra={"seconds": round(age, 1)})
                self.end()
            elif doing.phase != WORK and age > _patience(doing) and doing.line is not None and not doing.shut:
                doing.shut = True
                _shut(doing)

    def start(self) -> None:
        """Look every second, in a thread of its own."""

        def rounds() -> None:
            while True:
                time.sleep(1)
                self.look(time.monotonic())

        threading.Thread(target=rounds, daemon=True, name="watch").start()


def _patience(doing: Doing) -> float:
    return HEAD_SECONDS if doing.phase == HEAD else BODY_SECONDS + doing.length / SLOWEST_BODY


def _shut(doing: Doing) -> None:
    """The blocked read of the thread returns at once, as if the client had gone."""
    assert doing.line is not None
    log.info("slow client", extra={"phase": doing.phase})
    try:
        doing.line.shutdown(socket.SHUT_RD)
    except OSError:
        log.debug("it had gone already")


def end_process() -> None:
    faulthandler.dump_traceback(file=sys.stderr, all_threads=True)
    os.kill(os.getpid(), signal.SIGKILL)


class Watched:
    """WSGI middleware: tells the watch when a thread works and when it waits for the rest of a request."""

    def __init__(self, app: Callable[..., Iterable[bytes]], watch: Watch):
        self.app, self.watch = app, watch

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        line = environ.get("gunicorn.socket")
        environ["wsgi.input"] = _Body(environ["wsgi.input"], self.watch, line, int(environ.get("CONTENT_LENGTH") or 0))
        self.watch.enter(WORK, line)
        try:
            return self.app(environ, start_response)
        except Exception as error:
            if not kind_of_outage(error):
                raise
            log.warning("gave way past the pages: %s", trace_text(error))
            return plain_answer(start_response)
        finally:
            self.watch.leave()


class _Body:
    """`wsgi.input` that counts the time of reading as the client's, not the handler's."""

    def __init__(self, stream: Any, watch: Watch, line: socket.socket | None, length: int):
        self._stream, self._watch, self._line, self._length = stream, watch, line, length
        self._reading_since: float | None = None

    def _timed(self, read: Callable[..., Any], *arguments: Any) -> Any:
        self._watch.enter(BODY, self._line, self._length)
        doing = self._watch.threads[threading.get_ident()]
        self._reading_since = doing.since = self._reading_since or doing.since
        try:
            return read(*arguments)
        finally:
            self._watch.enter(WORK, self._line)

    def read(self, *size: int) -> bytes:
        return bytes(self._timed(self._stream.read, *size))

    def readline(self, *size: int) -> bytes:
        return bytes(self._timed(self._stream.readline, *size))

    def readlines(self, *hint: int) -> list[bytes]:
        return list(self._timed(self._stream.readlines, *hint))

    def __iter__(self) -> _Body:
        return self

    def __next__(self) -> bytes:
        if line := self.readline():
            return line
        raise StopIteration
