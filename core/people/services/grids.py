"""Grids of a community."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from core.base.db import session
from core.base.i18n import _
from core.contracts.errors import Invalid, NotFound
from core.service import Context, service

from ..models import Grid, Person
from .orgs import living

MANAGE = "people.grid.manage"


@service(MANAGE)
def save_grid(ctx: Context, grid_id: int | None = None, *, code: str, name: str, org_id: int, buildings: Sequence[str] = (),
              household_count: int | None = None, worker_id: int | None = None, worker_name: str = "", active: bool = True,
              note: str = "", version: int | None = None) -> Grid:
    """Add or change a grid. The worker may be a person of the registry or just a name."""
    unit = living(ctx, org_id, "org_id")
    ctx.require(MANAGE, unit.path)
    grid = ctx.get(Grid, grid_id) if grid_id else Grid()
    if grid_id:
        ctx.require(MANAGE, grid.org_path)
        ctx.check_version(grid, version)
    with session().no_autoflush:
        taken = session().scalar(select(Grid.id).where(Grid.code == code, Grid.id != (grid_id or 0)))
    if taken:
        raise Invalid({"code": [_("网格编号“%(code)s”已被使用。", code=code)]})
    if worker_id:
        try:
            worker_name = ctx.get(Person, worker_id).name
        except NotFound:
            raise Invalid({"worker_id": [_("没有这名人员，请重新选择。")]}) from None
    listed = [b.strip() for b in buildings if b and b.strip()]
    grid.code, grid.name, grid.org_id, grid.org_path, grid.buildings = code, name, unit.id, unit.path, listed
    grid.household_count, grid.worker_id, grid.worker_name = household_count, worker_id, worker_name or ""
    grid.active, grid.note = active, note or ""
    session().add(grid)
    session().flush()
    ctx.audit("grid", grid.id, name=f"{code} {name}", org=unit.short_name, buildings=len(listed))
    return grid
