"""Grids."""

from __future__ import annotations

from sqlalchemy import or_, select

from core.base.db import session
from core.service import Context, service

from ..models import Grid

READ = "people.org.read"


@service(READ, writes=False)
def grids_of(ctx: Context, text: str = "", limit: int = 20, *, org_id: int | None = None) -> list[Grid]:
    """Grids in use whose name or code contains the text, of one community if given."""
    rows = select(Grid).where(Grid.active)
    if wanted := text.strip():
        rows = rows.where(or_(*(column.contains(wanted, autoescape=True) for column in (Grid.name, Grid.code))))
    if org_id:
        rows = rows.where(Grid.org_id == org_id)
    return list(session().scalars(rows.order_by(Grid.code).limit(limit)).all())


@service(READ, writes=False)
def get_grid(ctx: Context, grid_id: int) -> Grid:
    """One grid. Raises NotFound."""
    return ctx.get(Grid, grid_id)
