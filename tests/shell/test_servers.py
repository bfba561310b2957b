"""The servers that tests use are real, and nothing of them outlives a run."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests import guardian
from tests.architecture.tree import ROOT

WAIT = 15  # seconds for a server to come or to go

INNER_TEST = """
from pathlib import Path
import time
def test_holds_both_servers(pg_server, redis_url):
    Path({told!r}).write_text(pg_server + " " + redis_url)
    time.sleep({seconds})
    assert pg_server and redis_url
"""


def until(condition) -> bool:
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def port_of(address: str) -> int:
    return int(address.rsplit(":", 1)[1].split("/")[0])


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_postgres_is_a_real_server_with_an_empty_database(pg_url):
    with psycopg.connect(pg_url.replace("+psycopg", "")) as connection:
        version = int(connection.execute("SHOW server_version_num").fetchone()[0])
        tables = connection.execute("SELECT count(*) FROM pg_stat_user_tables").fetchone()[0]
    assert version >= 150000
    assert tables == 0, "a database of this module alone"


def test_redis_is_a_real_server(redis_url):
    with socket.create_connection(("127.0.0.1", port_of(redis_url)), timeout=2) as line:
        line.sendall(b"INFO server\r\n")
        assert b"redis_version:" in line.recv(4096)


@pytest.mark.parametrize("end", ["finished", "killed"])
def test_nothing_outlives_a_run(tmp_path, end):
    told = tmp_path / "told"
    (tmp_path / "test_inner.py").write_text(INNER_TEST.format(told=str(told), seconds=0 if end == "finished" else 60))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.servers", "-p", "no:cacheprovider", str(tmp_path)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "TEST_"))}
    with (tmp_path / "out").open("wb") as out:
        inner = subprocess.Popen(command, cwd=tmp_path, stdout=out, stderr=out, env={**environment, "PYTHONPATH": str(ROOT)})
    try:
        assert until(told.exists), (tmp_path / "out").read_text()
        if end == "killed":
            inner.send_signal(signal.SIGKILL)
        inner.wait(WAIT)
    finally:
        inner.kill()
    ports = [port_of(address) for address in told.read_text().split()]
    assert until(lambda: not any(map(answers, ports)))
    assert until(lambda: not guardians_of(inner.pid))


def guardians_of(pid: int) -> list[Path]:
    return [
        process
        for process in Path("/proc").glob("[0-9]*")
        if f"guardian.py\0{pid}\0".encode() in read(process / "cmdline")
    ]


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_a_guardian_tells_living_from_dead():
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    assert until(lambda: not guardian.alive(gone.pid)), "a zombie counts as ended"
    gone.wait()
    assert guardian.alive(os.getpid())
    assert not guardian.alive(gone.pid)
