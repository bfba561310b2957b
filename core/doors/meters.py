"""Figures for Prometheus, read off the log lines of requests, jobs and slow queries. No label names a person.

The library reads PROMETHEUS_MULTIPROC_DIR when it is imported, so it is imported when an app is made: by then the server
has said where the workers of one host share their figures. Without that folder each process has its own.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from functools import cache as once
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from core.base.cache import cache
from core.base.engine import Database
from core.base.traces import kind_of
from core.jobs.dead import queue_state

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUERIES = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89)


class Meters(logging.Handler):
    """Counts what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        if folder := os.environ.get(FOLDER):
            Path(folder).mkdir(parents=True, exist_ok=True)
        import prometheus_client as library  # late: start-up time, and it reads its environment when imported
        import prometheus_client.core  # late: start-up time

        self.library, self.own = library, library.CollectorRegistry()
        made: dict[str, Any] = {"registry": self.own}
        self.requests = library.Counter("juheli_requests", "Requests", ("method", "endpoint", "status"), **made)
        self.tenant = library.Counter("juheli_tenant_requests", "Requests of a tenant", ("tenant",), **made)
        self.tenant_seconds = library.Counter("juheli_tenant_seconds", "Seconds worked for a tenant", ("tenant",), **made)
        self.seconds = library.Histogram("juheli_request_seconds", "Time of an answer", ("module",), buckets=SECONDS, **made)
        self.queries = library.Histogram("juheli_request_queries", "Statements of an answer", ("module",), buckets=QUERIES,
                                         **made)
        self.slow = library.Counter("juheli_slow_queries", "Statements slower than half a second", ("tenant_id",), **made)
        self.broken = library.Counter("juheli_hook_failures", "Hooks of a module that raised", ("module",), **made)
        self.jobs = library.Counter("juheli_jobs", "Jobs ended", ("job", "outcome"), **made)
        self.job_seconds = library.Histogram("juheli_job_seconds", "Time of a job", ("job",), buckets=SECONDS, **made)

    def emit(self, record: logging.LogRecord) -> None:
        fields = vars(record)
        if record.name == "juheli.request":
            self._request(fields)
        elif record.name == "juheli.jobs" and "outcome" in fields:
            self.jobs.labels(fields["job"], fields["outcome"]).inc()
            self.job_seconds.labels(fields["job"]).observe(fields["ms"] / 1000)
        elif "hook" in fields:
            self.broken.labels(fields["plugin"]).inc()
        elif record.name == "juheli.slow":
            self.slow.labels(str(fields["tenant_id"])).inc()

    def _request(self, fields: dict[str, Any]) -> None:
        endpoint = fields["endpoint"] or "none"
        module = endpoint.split(".", 1)[0]
        method = fields["method"] if fields["method"] in METHODS else "other"       # a client may make up thousands
        self.requests.labels(method, endpoint, str(fields["status"])).inc()
        self.seconds.labels(module).observe(fields["ms"] / 1000)
        self.queries.labels(module).observe(fields["queries"])
        if fields["tenant"]:
            self.tenant.labels(fields["tenant"]).inc()
            self.tenant_seconds.labels(fields["tenant"]).inc(fields["ms"] / 1000)

    def text(self, database: Database) -> bytes:
        """All figures of this host, and the state of the queue as the database says it now."""
        registry = self.own
        if os.environ.get(FOLDER):
            from prometheus_client import multiprocess  # late: start-up time

            registry = self.library.CollectorRegistry()
            multiprocess.MultiProcessCollector(registry)
        now = self.library.CollectorRegistry()
        now.register(_Now(database, self.library))
        return bytes(self.library.generate_latest(registry) + self.library.generate_latest(now))


class _Now:
    """Gauges asked at the moment of reading."""

    def __init__(self, database: Database, library: Any):
        self.database, self.core = database, library.core

    def collect(self) -> Iterator[Any]:
        gauge = self.core.GaugeMetricFamily
        up = gauge("juheli_up", "Whether a part answers (1) or not (0)", labels=("part",))
        try:
            with self.database.use():
                state = queue_state()
        except Exception as error:
            up.add_metric(("database",), 0)
            logging.getLogger("juheli.web").warning("no figures of the queue: %s", kind_of(error))
        else:
            up.add_metric(("database",), 1)
            jobs = gauge("juheli_queue_jobs", "Jobs by state", labels=("state",))
            for name in ("waiting", "running", "dead"):
                jobs.add_metric((name,), getattr(state, name))
            yield jobs
            yield gauge("juheli_queue_oldest_seconds", "How long the longest-waiting due job waits", value=state.oldest)
        if cache().state != "off":
            up.add_metric(("redis",), int(cache().state == "up"))
        yield up


@once
def meters() -> Meters:
    """The process's meters, counting from the first call on."""
    made = Meters()
    logging.getLogger("juheli").addHandler(made)
    return made


def serve_figures(database: Database, port: int) -> None:
    """Offer the figures of a process that serves no pages, on the loopback address only, from a thread."""

    class Figures(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802  (the library's name)
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.end_headers()
            self.wfile.write(meters().text(database))

        def log_message(self, *_arguments: Any) -> None:
            """Scrapes are no news."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Figures)
    threading.Thread(target=server.serve_forever, daemon=True, name="figures").start()
