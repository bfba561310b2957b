"""PostgreSQL's disk full, for real: a file system of a few megabytes under its tables, or under its log.

Needs root, to mount one; `make chaos` only.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.audit.log import verify
from core.base.session import session
from core.files import storage
from core.people.models import OrgUnit
from core.plugin import Plugins
from core.testing.not_run import cannot_run

from .servers import Postgres, until
from .stack import Stack, prepare, running

LEFT = 96 * 1024        # bytes the tables may still grow by


@contextmanager
def small_disk(folder: Path, owner: int, megabytes: int) -> Iterator[Path]:
    """An empty file system of its own at `folder`, gone afterwards."""
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        cannot_run("root, who may mount a file system")
    os.chown(folder, owner, -1)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, left: int) -> Path:
    """Leave only so many bytes free; removing what is returned makes room again."""
    ballast = disk / "ballast"
    with ballast.open("wb") as out:
        os.posix_fallocate(out.fileno(), 0, max(shutil.disk_usage(disk).free - left, 4096))
    return ballast


@pytest.fixture
def county(tmp_path: Path, plugins: Plugins) -> Iterator[Stack]:
    """A cluster of its own with two tenants; pages are asked for in this process."""
    with running(prepare(tmp_path, plugins)) as made:
        made.world.app.config["PROPAGATE_EXCEPTIONS"] = False
        storage.use_root(tmp_path / "files")
        yield made
        storage.use_root(None)


class Office:
    """Founds units until told that it cannot be done; what was acknowledged."""

    def __init__(self, county: Stack):
        self.county, self.browser, self.done = county, county.world.browser("east", "staff0"), set[str]()

    def found(self, name: str) -> int:
        form = {"name": f"第一党支部{name}", "short_name": name, "kind": "branch", "parent_id": str(self.county.roots["east"])}
        status = int(self.browser.post("/people/o/new", form).status_code)
        if status == 303:
            self.done.add(name)
        return status

    def judge(self) -> None:
        """Acknowledged is stored, nothing else is, and the audit chain is whole."""
        with self.county.world.inside("east"):
            stored = set(session().scalars(select(OrgUnit.short_name).where(OrgUnit.parent_id.is_not(None))))
            rows = session().scalar(select(func.count()).select_from(OrgUnit))
            assert stored == self.done and rows == len(self.done) + 1
            assert verify().bad_seq is None


def server_of(county: Stack) -> Postgres:
    assert county.postgres is not None
    return county.postgres


def test_tables_cannot_grow(county: Stack) -> None:
    """507 with a sentence, reading goes on; with room again everything works without repair."""
    server, name = server_of(county), county.environment["JUHELI_DATABASE_URL"].rpartition("/")[2]
    with small_disk(server.folder / "small", server.folder.stat().st_uid, 96) as disk:
        county.world.database.engine.dispose()
        server.ask(f"CREATE TABLESPACE small LOCATION '{disk}'")
        server.ask(f"ALTER DATABASE {name} SET TABLESPACE small")
        office, statuses = Office(county), list[int]()
        assert office.found("before") == 303
        server.ask("CHECKPOINT")
        ballast = fill(disk, LEFT)
        while statuses.count(507) < 3 and len(statuses) < 2000:
            statuses.append(office.found(f"u{len(statuses)}"))
        assert set(statuses) <= {303, 507} and statuses.count(507) == 3, statuses[-10:]
        assert office.browser.get("/people/o/new").status_code == 200, "reading goes on"
        ballast.unlink()
        assert office.found("after") == 303
        office.judge()
        print(f"\nCHAOS PostgreSQL's tables on a full disk: {len(office.done)} acknowledged and stored, the rest 507")
        county.world.database.engine.dispose()
        server.ask(f"ALTER DATABASE {name} SET TABLESPACE pg_default")
        server.ask("DROP TABLESPACE small")


def test_the_log_cannot_grow(county: Stack) -> None:
    """PostgreSQL then stops itself: 503 meanwhile; with room again it recovers, and what was acknowledged is there."""
    server = server_of(county)
    server.ask("ALTER SYSTEM SET min_wal_size = '32MB'")
    server.ask("ALTER SYSTEM SET max_wal_size = '32MB'")
    server.stop(signal.SIGINT)
    with small_disk(server.folder / "small", server.folder.stat().st_uid, 112) as disk:
        log = server.folder / "data/pg_wal"
        shutil.copytree(log, disk / "pg_wal")
        for path in (disk / "pg_wal", *(disk / "pg_wal").rglob("*")):
            os.chown(path, server.folder.stat().st_uid, -1)
        shutil.rmtree(log)
        log.symlink_to(disk / "pg_wal")
        server.start()
        office = Office(county)
        assert [office.found(f"u{n}") for n in range(20)] == [303] * 20
        ballast = fill(disk, 4 << 20)
        statuses = []
        while statuses.count(503) < 3 and len(statuses) < 60:
            subprocess.run(["psql", "-qXc", "SELECT pg_switch_wal()", server.url], capture_output=True, check=False)
            statuses.append(office.found(f"v{len(statuses)}"))
        assert set(statuses) <= {303, 503, 507} and statuses.count(503) == 3, statuses[-10:]
        until(lambda: not Path(server.folder, "data/postmaster.pid").exists(), 60)
        ballast.unlink()
        server.start()
        until(lambda: office.found("after") == 303)
        office.judge()
        print(f"\nCHAOS PostgreSQL's log on a full disk: {len(office.done)} acknowledged and stored, 503 until there was room")
        county.world.database.engine.dispose()
        server.stop(signal.SIGINT)
        county.postgres = None
