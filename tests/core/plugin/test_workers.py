"""Several workers of a real server: a plugin switched on or off is so for every one of them with the next request."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.tenancy.lifecycle import archive_plugin, disable_plugin, enable_plugin
from tests.architecture.tree import ROOT

ONLY_THOROUGH = ("test_no_worker_ever_answers_from_an_older_set",)      # twenty seconds: `make contract`
WORKERS, ASKED, PATIENCE = 3, 24, 120
SETTINGS = """
workers, threads, preload_app, control_socket_disable = {workers}, 2, True, True
bind, worker_class, loglevel, keepalive = "127.0.0.1:{port}", "core.doors.gthread.Worker", "error", 0
def post_request(worker, request, environ, response):
    with open({seen!r}, "a") as seen:
        seen.write(f"{{worker.pid}}\\n")
"""


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments):
        return None


def status(address: str, method: str = "GET") -> int:
    """Of one answer, over a connection of its own."""
    opener = urllib.request.build_opener(NoRedirect)
    try:
        with opener.open(urllib.request.Request(address, method=method), timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code
    except OSError:
        return 0


@pytest.fixture
def address(sqlite_world, tmp_path):
    config, port = sqlite_world.app.extensions["juheli.config"], free_port()
    seen = tmp_path / "seen"
    (tmp_path / "settings.py").write_text(SETTINGS.format(workers=WORKERS, port=port, seen=str(seen)))
    environment = {**os.environ, "JUHELI_INSTANCE": str(config.instance), "JUHELI_DATABASE_URL": config.url,
                   "JUHELI_JOBS": "none", "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen([sys.executable, "-m", "gunicorn", "-c", str(tmp_path / "settings.py"), "core.wsgi:app"],
                              cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE
        while status(f"http://127.0.0.1:{port}/healthz") != 200:
            assert server.poll() is None and time.monotonic() < until, "the server did not come up"
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}", seen
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(40)


def test_no_worker_ever_answers_from_an_older_set(sqlite_world, address):
    """Each round asks all workers at once, so that each of them remembers the set that is then changed."""
    home, seen = address
    page = f"{home}/t/east/training/"

    def round_of(change) -> set[int]:
        with sqlite_world.inside("east") as ctx:
            change(ctx, "training")
        with ThreadPoolExecutor(WORKERS * 2) as pool:
            return set(pool.map(lambda _n: status(page), range(ASKED)))

    changes = (enable_plugin, disable_plugin, enable_plugin, archive_plugin, disable_plugin, enable_plugin)
    found = [round_of(change) for change in changes]
    assert found == [{303}, {404}, {303}, {303}, {404}, {303}]
    assert len(set(seen.read_text().split())) == WORKERS
