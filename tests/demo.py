"""A running demo for tests and for the picture script: `juheli run --demo` in a folder and on a port of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START_LIMIT = 120  # seconds, the promise of the README for a first start
COMMAND = (sys.executable, "-c", "from core.cli import main; main()")


@dataclass(frozen=True)
class Demo:
    """A demo that serves."""

    address: str
    accounts: list[dict[str, str]]
    seconds: float  # from the command to the first answer of /healthz
    output: Path

    def account(self, tenant: str, login: str = "") -> dict[str, str]:
        """The account with that login name, or the tenant's first one. Raises LookupError."""
        for found in self.accounts:
            if found["tenant"] == tenant and login in ("", found["login"]):
                return found
        raise LookupError(f"no demo account {login or 'at all'} in {tenant}")


def environment(instance: Path, port: int) -> dict[str, str]:
    foreign = {key: value for key, value in os.environ.items() if not key.startswith(("JUHELI_", "PYTEST_"))}
    own = {"JUHELI_INSTANCE": str(instance), "JUHELI_HOST": "127.0.0.1", "JUHELI_PORT": str(port)}
    return foreign | own | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def running_demo(instance: Path) -> Iterator[Demo]:
    """Serve the demo tenants from `instance` for the block. Raises RuntimeError with what the command printed."""
    port = free_port()
    address, output = f"http://127.0.0.1:{port}", instance.with_name(f"{instance.name}.{port}.log")
    begun = time.monotonic()
    with output.open("wb") as out:
        server = subprocess.Popen([*COMMAND, "run", "--demo"], cwd=ROOT, env=environment(instance, port), stdout=out, stderr=out)
    try:
        while not healthy(address):
            if server.poll() is not None or time.monotonic() - begun > START_LIMIT:
                raise RuntimeError(f"the demo does not serve:\n{output.read_text()[-3000:]}")
            time.sleep(0.1)
        seconds = time.monotonic() - begun
        listing = [*COMMAND, "demo", "accounts", "--json"]
        told = subprocess.run(listing, cwd=ROOT, env=environment(instance, port), check=True, capture_output=True, text=True)
        yield Demo(address, json.loads(told.stdout), seconds, output)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
