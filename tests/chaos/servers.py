"""Servers of a chaos test: PostgreSQL that keeps what it acknowledged and can be restarted, gunicorn, workers, nginx."""

from __future__ import annotations

import os
import runpy
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from bench.leash import leashed
from core.testing.not_run import cannot_run
from tests import machine
from tests.architecture.tree import ROOT
from tests.servers import free_port, postgres_answers, server_folder, start

BIN = Path(sys.executable).parent
SITE: Callable[..., Path] = runpy.run_path(str(ROOT / "deploy/check.py"))["site"]


def until(condition: Callable[[], Any], seconds: float = 30) -> Any:
    """The first true answer. Raises AssertionError when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {condition}")


class Postgres:
    """A cluster of its own: unlike the shared one it commits to its log before it says so."""

    def __init__(self) -> None:
        programs = machine.postgres_program("initdb"), machine.postgres_program("postgres")
        if None in programs:
            cannot_run("PostgreSQL's server programs (Debian package postgresql)")
        self.folder, self.port = server_folder(), free_port()
        owner = self.folder.stat()
        self.account = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        made = [str(programs[0]), "-D", f"{self.folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
                "--locale=C.UTF-8", "-N"]
        subprocess.run(made, check=True, cwd="/", stdout=subprocess.DEVNULL, **self.account)
        self.program, self.url = str(programs[1]), f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self.start()

    def start(self) -> None:
        # after a crash PostgreSQL syncs every file it has, one by one: six seconds a restart; the whole disk at once is as safe
        settings = ["-c", "max_connections=200", "-c", "shared_buffers=64MB", "-c", "recovery_init_sync_method=syncfs"]
        place = ["-D", f"{self.folder}/data", "-p", str(self.port), "-h", "127.0.0.1", "-k", str(self.folder)]
        start(self.folder, self.program, *place, *settings, answers=lambda: postgres_answers(self.url))

    def pid(self) -> int:
        return int(Path(self.folder, "data/postmaster.pid").read_text().split()[0])

    def processes(self) -> list[int]:
        """The postmaster and what it started, connections included."""
        pid = self.pid()
        return [pid, *(int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]

    def stop(self, how: signal.Signals) -> None:
        pid = self.pid()
        os.kill(pid, how)
        until(lambda: not Path(f"/proc/{pid}").exists() or not Path(self.folder, "data/postmaster.pid").exists())

    def restart(self) -> None:
        """As after a crash: connections torn, recovery from the log."""
        self.stop(signal.SIGQUIT)
        self.start()

    def ask(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url.rsplit("/", 1)[0] + f"/{database}", autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []


class Process:
    """A program started for a test, with what it wrote; stopped by its own pid, at the latest when the test run is gone."""

    def __init__(self, name: str, folder: Path, *command: str, environment: dict[str, str]):
        self.name, self.output = name, folder / f"{name}.log"
        with self.output.open("ab") as out:
            self.process = subprocess.Popen(leashed(*command), cwd=ROOT, env=os.environ | environment, stdout=out, stderr=out,
                                            stdin=subprocess.DEVNULL)

    @property
    def pid(self) -> int:
        return self.process.pid

    def children(self) -> list[int]:
        found = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(pid) for pid in found.read_text().split()] if found.exists() else []

    def stop(self, how: signal.Signals = signal.SIGTERM, patience: float = 45) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"{self.name} does not stop:\n{self.output.read_text()[-2000:]}") from None

    def said(self) -> str:
        return self.output.read_text(errors="replace")


def gunicorn(folder: Path, port: int, environment: dict[str, str], app: str = "core.wsgi:app") -> Process:
    """The server as it is deployed, on a port; waits until it can serve."""
    settings = environment | {"JUHELI_PORT": str(port), "PROMETHEUS_MULTIPROC_DIR": f"{folder}/figures-{port}"}
    process = Process(f"web-{port}", folder, str(BIN / "gunicorn"), "-c", str(ROOT / "deploy/gunicorn.conf.py"), app,
                      environment=settings)
    wait_ready(process, port)
    return process


def wait_ready(process: Process, port: int, seconds: float = 120) -> None:
    def answers() -> bool:
        assert process.process.poll() is None, process.said()[-3000:]
        try:
            return bool(urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).status == 200)
        except OSError:
            return False

    try:
        until(answers, seconds)
    except AssertionError as error:
        raise AssertionError(f"{process.name} is not ready: {process.said()[-3000:]}") from error


def worker(folder: Path, name: str, environment: dict[str, str]) -> Process:
    """`juheli worker`; waits until it works."""
    process = Process(name, folder, str(BIN / "python"), "-c", "from core.cli import main; main()", "worker", "--threads", "2",
                      "--grace", "6", environment=environment | {"PROMETHEUS_MULTIPROC_DIR": f"{folder}/figures-{name}"})
    until(lambda: "working with" in process.said() or process.process.poll() is not None, 120)
    assert process.process.poll() is None, process.said()
    return process


def nginx(folder: Path, upstreams: tuple[int, int], environment: dict[str, str]) -> tuple[Process, int]:
    """The shipped site in front of two ports; its TLS port."""
    program = next((p for p in ("/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx") if Path(p).exists()), None)
    if program is None:
        cannot_run("nginx (Debian package nginx)")
    plain, tls = free_port(), free_port()
    whole = SITE(folder, plain=plain, tls=tls, upstreams=upstreams)
    process = Process("nginx", folder, str(program), "-c", str(whole), "-g", "daemon off;", environment=environment)
    time.sleep(0.3)
    assert process.process.poll() is None, process.said()
    return process, tls
