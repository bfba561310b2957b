"""gunicorn behind nginx: `gunicorn -c deploy/gunicorn.conf.py core.wsgi:app`. Everything else comes from JUHELI_*.

Threads, because pages wait for the database; several processes, because Python works on one core each. The app is loaded
once, before the fork: a worker that dies is replaced in milliseconds instead of the seconds of an import. A new release is
a new master (deploy/release.sh).
"""

from __future__ import annotations

import gc
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

gc.disable()  # until the app is loaded (when_ready): nothing of it is garbage, and looking for some is a sixth of the start

instance = Path(os.environ.get("JUHELI_INSTANCE", "instance")).resolve()
figures = Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR") or instance / "metrics" / os.environ.get("JUHELI_PORT", "8000"))
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(figures)

bind = os.environ.get("JUHELI_BIND") or f"{os.environ.get('JUHELI_HOST', '127.0.0.1')}:{os.environ.get('JUHELI_PORT', '8000')}"
workers = int(os.environ.get("JUHELI_WORKERS", "0")) or min(8, 2 * (os.cpu_count() or 1))
threads = int(os.environ.get("JUHELI_THREADS", "8"))
preload_app = True
worker_class = "core.doors.gthread.Worker"  # gthread with a watchdog for hung handlers, and the embedded job threads
timeout = 60  # of the worker's main loop; a hung handler is the watchdog's (JUHELI_HANG)
graceful_timeout = 30
keepalive = 15  # longer than nginx keeps a connection idle
max_requests, max_requests_jitter = 20_000, 4_000
backlog = 512
limit_request_line, limit_request_fields, limit_request_field_size = 8190, 64, 8190
control_socket_disable = True
forwarded_allow_ips = "127.0.0.1"
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  a heartbeat file must not wait for a disk
loglevel = os.environ.get("JUHELI_LOGLEVEL", "warning")
accesslog = None  # the app writes one line per request, without personal data


def on_starting(server: object) -> None:
    """Empty the folder of figures: processes that died left theirs."""
    shutil.rmtree(figures, ignore_errors=True)
    figures.mkdir(parents=True)


def when_ready(server: Any) -> None:
    """Compile the templates before the fork, once for all workers: a new one needs half a second less for its first pages."""
    gc.enable()
    from jinja2 import TemplateError  # late: start-up time

    environment = server.app.wsgi().jinja_env
    for name in environment.list_templates():
        with suppress(TemplateError, UnicodeDecodeError):       # one of a plugin: it fails its own pages and no others
            environment.get_template(name)


def child_exit(server: object, worker: object) -> None:
    """Forget the gauges of a worker that ended."""
    from prometheus_client import multiprocess  # late: start-up time

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[attr-defined]
