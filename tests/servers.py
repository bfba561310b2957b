"""Real PostgreSQL and Redis for tests: started on demand, once per run, shared by the xdist workers.

Works as root and without network. TEST_DATABASE_URL and TEST_REDIS_URL point to servers that run already.
"""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from core.testing.not_run import cannot_run
from tests import guardian, machine

START_LIMIT = 20  # seconds until a server must answer
FAST_AND_LOOSE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "shared_buffers=64MB")


def controller() -> int:
    """The process of the whole run: under xdist the parent of this worker."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def server_folder() -> Path:
    """A new folder for a server's data, owned by an ordinary account; not below pytest's, which only root may enter."""
    folder = Path(tempfile.mkdtemp(prefix="juheli-test-", dir="/tmp"))
    if os.geteuid() == 0:
        names = {entry.pw_name for entry in pwd.getpwall()}
        account = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
        os.chown(folder, account.pw_uid, account.pw_gid)
    return folder


def start(folder: Path, *command: str, answers: Callable[[], bool]) -> None:
    """Run a server under a guardian and wait for it. Raises RuntimeError with the server's log."""
    watch = [sys.executable, guardian.__file__, str(controller()), str(folder), *command]
    nowhere = subprocess.DEVNULL
    subprocess.Popen(watch, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True, cwd="/").returncode = 0
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end:
        if answers():
            return
        time.sleep(0.05)
    raise RuntimeError(f"{command[0]} does not answer:\n{(folder / 'log').read_text(errors='replace')[-2000:]}")


def start_postgres() -> str:
    programs = machine.postgres_program("initdb"), machine.postgres_program("postgres")
    if None in programs:
        cannot_run("PostgreSQL's server programs (Debian package postgresql)")
    initdb, postgres = map(str, programs)
    folder, port = server_folder(), free_port()
    owner = folder.stat()
    account = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    made = [initdb, "-D", f"{folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    subprocess.run(made, check=True, cwd="/", stdout=subprocess.DEVNULL, **account)
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    settings = [word for setting in FAST_AND_LOOSE for word in ("-c", setting)]
    place = ["-D", f"{folder}/data", "-p", str(port), "-h", "127.0.0.1", "-k", str(folder)]
    start(folder, postgres, *place, *settings, answers=lambda: postgres_answers(url))
    return url


def postgres_answers(url: str) -> bool:
    import psycopg  # late: start-up time of every other test run

    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def start_redis() -> str:
    program = machine.redis()
    if program is None:
        cannot_run("redis-server (Debian package redis-server)")
    folder, port = server_folder(), free_port()
    place = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
    keep_nothing = ["--save", "", "--appendonly", "no", "--databases", "64"]
    start(folder, str(program), *place, *keep_nothing, answers=lambda: redis_answers(port))
    return f"redis://127.0.0.1:{port}"


def start_pgbouncer(server: str, role: str, pool: int) -> str:
    """A pooler in transaction mode before `server`, with `pool` server connections for `role`; its host:port."""
    program = machine.pgbouncer()
    if program is None:
        cannot_run("pgbouncer (Debian package pgbouncer)")
    folder, port = server_folder(), free_port()
    host, _, target = server.rpartition("/")[0].rpartition("@")[2].rpartition(":")
    (folder / "users").write_text(f'"{role}" ""\n')
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = host={host} port={target}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
        f"unix_socket_dir =\nauth_type = trust\nauth_file = {folder}/users\n"
        f"pool_mode = transaction\ndefault_pool_size = {pool}\nmax_client_conn = 200\n"
        "logfile =\npidfile =\n")
    start(folder, str(program), str(folder / "pgbouncer.ini"), answers=lambda: listens(port))
    return f"127.0.0.1:{port}"


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def redis_answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def once_per_run(name: str, folders: pytest.TempPathFactory, begin: Callable[[], str]) -> str:
    """The address of a server that the first worker to ask for it starts."""
    base = folders.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"{name}.url"
    with FileLock(f"{shared}.lock"):
        if not shared.exists():
            shared.write_text(begin())
    return shared.read_text()


@pytest.fixture(scope="session")
def pg_server(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PostgreSQL server as a libpq address of its superuser, database `postgres`."""
    return os.environ.get("TEST_DATABASE_URL") or once_per_run("postgres", tmp_path_factory, start_postgres)


@pytest.fixture(scope="module")
def pg_url(pg_server: str) -> Iterator[str]:
    """An empty PostgreSQL database of this test module, as the superuser's SQLAlchemy address (psycopg 3)."""
    import psycopg  # late: start-up time of every other test run

    name = f"juheli_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(pg_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    scheme, _, rest = pg_server.rpartition("/")[0].partition("://")
    yield f"{scheme}+psycopg://{rest}/{name}"
    with psycopg.connect(pg_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def app_pg_url(pg_server: str, pg_url: str) -> Iterator[str]:
    """The same database for a role that is no superuser and may not bypass row level security."""
    import psycopg  # late: start-up time of every other test run

    role = f"app_{uuid.uuid4().hex[:10]}"
    owned = pg_url.replace("+psycopg", "")
    with psycopg.connect(owned, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS")
        connection.execute(f"GRANT ALL ON SCHEMA public TO {role}")
    scheme, _, rest = pg_url.partition("://")
    yield f"{scheme}://{role}@{rest.rpartition('@')[2]}"
    with psycopg.connect(owned, autocommit=True) as connection:
        connection.execute(f"DROP OWNED BY {role}")
        connection.execute(f"DROP ROLE {role}")


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Redis database that belongs to this xdist worker alone."""
    server = os.environ.get("TEST_REDIS_URL") or once_per_run("redis", tmp_path_factory, start_redis)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return f"{server}/{worker}"


@pytest.fixture(scope="module")
def own_redis() -> str:
    """A Redis server of this test module alone, which may stop it, flush it or fill it."""
    return start_redis()
