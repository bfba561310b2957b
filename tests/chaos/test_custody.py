"""Archives, backups, restores and changes of place whose process is killed anywhere (tests/chaos/killed.py says how)."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.architecture.tree import ROOT

from .conftest import rounds

EVERYTHING = [(what, engine) for what in ("export", "backup", "restore", "restore-beside", "take-place")
              for engine in ("sqlite", "postgresql")]


@pytest.fixture
def own_database(pg_server: str) -> Iterator[str]:
    """An empty PostgreSQL database of one test, as its superuser's address."""
    server, name = pg_server.rpartition("/")[0], f"juheli_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(pg_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
    yield f"{server.replace('postgresql:', 'postgresql+psycopg:')}/{name}"
    with psycopg.connect(pg_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.mark.parametrize(("what", "engine"), EVERYTHING)
def test_killed_at_any_point(what: str, engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Nothing half is visible, and doing it once more ends well. In `make chaos` only: each takes a minute."""
    place = [] if engine == "sqlite" else [request.getfixturevalue("own_database")]
    command = [sys.executable, "-m", "tests.chaos.killed", what, str(tmp_path), str(rounds(3, 60, "POINTS")), *place]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
                          timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    print(f"\n{done.stdout.strip()} ({engine})")
