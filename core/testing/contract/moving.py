"""Moving: what a tenant's archive holds of the plugin arrives elsewhere row by row as it was."""

from __future__ import annotations

from pathlib import Path

from core.custody.archive.arrival import arrive
from core.custody.archive.writing import write_archive
from core.custody.difference import compare_tenants
from core.tenancy.models import PLATFORM_SLUG

from .stage import HOME, Stage


class Moving:
    """Export and import are the identity on the plugin's tables."""

    def test_an_archive_brings_every_row_back(self, stage: Stage, tmp_path: Path) -> None:
        live = stage.world.tenants[HOME]
        with stage.world.inside(PLATFORM_SLUG):
            write_archive(live.id, tmp_path / "home.zip", by="contract")
            copy = arrive(tmp_path / "home.zip", slug=f"{HOME}-copy", copy_of=live.id)
            found = {one.name: one for one in compare_tenants(live.id, copy.tenant_id) if one.owner == stage.name}
        assert {name: one.as_json() for name, one in found.items() if one.differs} == {}
        assert set(found) == stage.tables()
        assert {name for name, one in found.items() if not one.same} == set(), "a table without rows proves nothing"
