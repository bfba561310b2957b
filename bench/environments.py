"""Python environments for peers, made on demand in a cache folder, never in the tree.

The folder is JUHELI_BENCH_CACHE or ~/.cache/juheli-bench. pip fills them from wherever this machine's pip is told to take
packages; where that fails the peer is not measured, and named.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bench.frame.result import ROOT
from bench.frame.run import cpu_of
from bench.leash import leashed

PATIENCE = 600              # seconds for an installation
PINS: dict[str, tuple[str, ...]] = {
    "django_admin": ("django==5.1.15", "psycopg[binary]==3.3.9"),
    "django_tenants": ("django-tenants==3.7.0", "django==5.1.15", "psycopg[binary]==3.3.9"),
    "appbuilder": ("flask-appbuilder==4.6.3", "psycopg2-binary==2.9.13"),
    "pretix": ("pretix==2026.8.0", "psycopg2-binary==2.9.13"),
}


class NotInstalled(Exception):
    """A peer cannot be installed here; the last line that pip said."""


def cache() -> Path:
    return Path(os.environ.get("JUHELI_BENCH_CACHE") or Path.home() / ".cache" / "juheli-bench")


def python_for(name: str) -> Path:
    """The Python of the peer's environment, made if need be. Raises NotInstalled."""
    pins = PINS[name]
    mark = hashlib.sha256("\n".join((sys.version, *pins)).encode()).hexdigest()[:12]
    folder = cache() / f"{name}-{mark}"
    program, done = folder / "bin" / "python", folder / "complete"
    if not done.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        _run(name, sys.executable, "-m", "venv", "--clear", str(folder))
        _run(name, str(program), "-m", "pip", "install", "-q", "--disable-pip-version-check", *pins)
        done.touch()
    return program


def install(*names: str) -> None:
    """Make the environments now; one that cannot be made is named where it is measured."""
    for name in names:
        with suppress(NotInstalled):
            python_for(name)


def _run(name: str, *command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"{name}: not installed within {PATIENCE} s") from None
    if done.returncode:
        raise NotInstalled(f"{name}: {(done.stderr.strip().splitlines() or ['pip said nothing'])[-1]}")


class Peer:
    """A running peer script. Raises NotInstalled when its packages cannot be had, RuntimeError when it does not start."""

    def __init__(self, name: str, folder: Path, *arguments: str):
        self.name, program = name, python_for(name)
        self.log = folder / f"{name}.log"
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "PEER_FOLDER": str(folder)}
        command = [str(program), str(ROOT / "bench" / "peers" / f"{name}.py"), *arguments]
        place = folder / f"peer-{name}"
        place.mkdir()
        with self.log.open("w") as errors:
            self.process = subprocess.Popen(leashed(*command), text=True, cwd=place, env=environment, stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=errors)
        self.expect("ready")

    def expect(self, wanted: str) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(wanted):
                return line.strip()
        raise RuntimeError(f"{self.name} ended: {self.log.read_text()[-1500:]}")

    def ask(self, what: str) -> str:
        """Have it done, and wait until it is."""
        assert self.process.stdin is not None
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        return self.expect("done")

    def call(self, what: str) -> Callable[[int], object]:
        return lambda number: self.ask(what.format(number))

    @property
    def cpu(self) -> Callable[[], float]:
        return cpu_of(lambda: [self.process.pid])

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
