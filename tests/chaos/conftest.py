"""One production stack for all of them (one xdist group); how long a round is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.plugin import Plugins
from tests.servers import start_redis

from .client import Clerk, Ledger
from .stack import LONG, Stack, prepare, running
from .verdict import TOTAL

# what has no form short enough for every commit
collect_ignore = [] if LONG else ["test_custody.py", "test_full_postgres.py", "test_soak.py"]


def rounds(short: int, long: int, named: str = "") -> int:
    """How often a fault is made: a few times in `make test`, often in `make chaos`, or as its variable `named` says."""
    return int(os.environ.get(named, "") or (long if LONG else short))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, plugins: Plugins) -> Iterator[Stack]:
    """PostgreSQL, Redis, gunicorn (2 processes) and one worker."""
    folder: Path = tmp_path_factory.mktemp("stack")
    with running(prepare(folder, plugins, redis_url=start_redis())) as made:
        made.web()
        made.worker("worker-1")
        yield made
    print(f"\nCHAOS altogether: {TOTAL.figures()}")


def clerks(stack: Stack, ledger: Ledger, port: int | None = None, tls: bool = False) -> list[Clerk]:
    return [Clerk(ledger, port or stack.port, slug, cookie, stack.roots[slug], tls)
            for slug, cookies in stack.sessions.items() for cookie in cookies]
