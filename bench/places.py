"""Databases for peers on the server that a bench stands on, and the CPU that all of its processes take."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from bench.frame.ground import WITHOUT_PARALLEL, Ground
from bench.frame.run import cpu_of


@contextmanager
def empty_database(ground: Ground, name: str) -> Iterator[str]:
    """The superuser's address of an empty database that goes with the block."""
    made = f"peer_{name}_{secrets.token_hex(3)}"
    with psycopg.connect(ground.server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {made} TEMPLATE template0")
        connection.execute(WITHOUT_PARALLEL.format(made))
    try:
        yield f"{ground.server.rpartition('/')[0]}/{made}"
    finally:
        with psycopg.connect(ground.server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {made} WITH (FORCE)")


def server_cpu(ground: Ground) -> Callable[[], float]:
    """CPU seconds of every connection that the server has now, in whichever database."""
    if not ground.server:
        return lambda: 0.0
    with psycopg.connect(ground.server, autocommit=True) as connection:
        pids = [row[0] for row in connection.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
                                                     " AND pid <> pg_backend_pid()")]
    return cpu_of(lambda: pids)
