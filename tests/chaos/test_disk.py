"""A full disk: a sentence and 507, reading goes on, nothing half, and with room again everything works without repair."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from core.base.scope import tenant_scope
from core.base.session import session
from core.files import storage
from core.people.models import OrgUnit
from core.testing.world import World

pytestmark = pytest.mark.xdist_group("chaos")


def limit(world: World, pages: int | None) -> None:
    """Let the database file grow by so many pages of 4 kB only (None: as it likes)."""

    def set_pages(dbapi: Any, _record: Any) -> None:
        [now] = dbapi.execute("PRAGMA page_count").fetchone()
        dbapi.execute(f"PRAGMA max_page_count = {now + pages if pages is not None else 2**31 - 2}")

    world.database.engine.dispose()
    event.listen(world.database.engine, "connect", set_pages)


def test_full_database_file(world: World) -> None:
    world.app.config["PROPAGATE_EXCEPTIONS"] = False
    browser = world.browser("east")
    with world.inside("east"):
        root = session().scalar(select(OrgUnit.id).where(OrgUnit.parent_id.is_(None)))

    def found(name: str) -> int:
        form = {"name": f"第一党支部{name}", "short_name": name, "kind": "branch", "parent_id": str(root)}
        return int(browser.post("/people/o/new", form).status_code)

    assert found("before") == 303
    limit(world, 4)
    statuses = []
    while statuses.count(507) < 3 and len(statuses) < 200:
        statuses.append(found(f"unit{len(statuses)}"))
    acknowledged = statuses.count(303)
    assert set(statuses) == {303, 507} and statuses[-1] == 507
    assert "存储空间已满" in browser.post("/people/o/new", {"name": "x" * 50, "short_name": "x", "kind": "branch",
                                                            "parent_id": str(root)}).get_data(as_text=True)
    assert browser.get("/people/o/new").status_code == 200, "reading goes on"
    limit(world, None)
    assert found("after") == 303
    with world.inside("east"):
        stored = session().scalar(select(func.count()).select_from(OrgUnit).where(OrgUnit.parent_id.is_not(None)))
        assert stored == acknowledged + 2
    with world.database.maintenance("test: is it sound?", writes=False) as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    print(f"\nCHAOS full disk: {acknowledged} acknowledged and stored, then 507; works again with room, file sound")


def test_full_disk_leaves_no_part_of_a_file(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage.use_root(tmp_path / "files")

    def full(_number: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "fsync", full)
    with tenant_scope(world.tenants["east"].id), pytest.raises(OSError, match="no space"):
        storage.store(lambda path: path.write_bytes(b"x" * 100_000) and None)
    storage.use_root(None)
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
