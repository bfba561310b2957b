"""gunicorn's worker as we run it: told to stop at a bad moment, it stops all the same."""

from __future__ import annotations

import gc
import os
import runpy
import signal
import subprocess
import sys
from types import SimpleNamespace

from flask import Flask

from tests.architecture.tree import ROOT

APP = """
class Silent:
    jobs, engine = "none", property(lambda self: self)
    def __getattr__(self, name):
        return lambda *_a, **_k: None

class App:
    extensions = {f"juheli.{name}": Silent() for name in ("database", "watch", "config", "runner")}
    def __call__(self, environ, start_response):
        start_response("200 OK", [])
        return [b""]

app = App()
"""
SETTINGS = """
import time
bind, workers, threads, graceful_timeout = "127.0.0.1:0", 1, 1, 20
worker_class, control_socket_disable = "core.doors.gthread.Worker", True
def post_fork(server, worker):
    print("forked", flush=True)
    time.sleep(0.6)
"""


def test_a_process_told_to_stop_while_it_is_born_stops(tmp_path):
    """The signal meets the master's handlers, which the child has inherited: it was lost, and the master waited 30 s."""
    (tmp_path / "born_app.py").write_text(APP)
    (tmp_path / "settings.py").write_text(SETTINGS)
    command = [sys.executable, "-m", "gunicorn", "-c", str(tmp_path / "settings.py"), "born_app:app"]
    server = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              env={**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}"})
    try:
        assert server.stdout.readline() == b"forked\n"
        server.send_signal(signal.SIGTERM)
        assert server.wait(8) == 0
    finally:
        server.kill()
        server.stdout.close()



def test_the_collector_rests_while_the_app_is_loaded_and_works_before_the_fork(monkeypatch, tmp_path):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    try:
        settings = runpy.run_path(str(ROOT / "deploy/gunicorn.conf.py"))
        assert not gc.isenabled()
        settings["when_ready"](SimpleNamespace(app=SimpleNamespace(wsgi=lambda: Flask("app"))))
        assert gc.isenabled()
    finally:
        gc.enable()
