"""When a unit gets another parent, every path that begins with its own is rewritten, in every module's tables."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, func, select, update

from core.base.db import PATH, metadata, session
from core.base.scope import current_scope
from core.tenancy.lifecycle import bump_plugins_rev

from . import tree
from .models import OrgUnit


def path_columns() -> Iterator[Column]:
    """Every column of a tenant table that holds an organisation path."""
    for table in metadata.tables.values():
        if "tenant_id" in table.c:
            scoped = table.info.get("scope_paths", ())
            yield from (c for c in table.c if c.type is PATH or c.name in ("org_path", *scoped))


def rewrite_paths(old: str, new: str) -> None:
    """Move everything within `old` to `new`. Raises ValueError when a unit would lie too deep."""
    tenant_id = current_scope().tenant_id
    longest = session().scalar(select(func.max(func.length(OrgUnit.path))).where(tree.within(OrgUnit.path, old))) or 0
    if longest - len(old) + len(new) > tree.LONGEST:
        raise ValueError("too deep")
    session().flush()
    for column in path_columns():
        session().execute(
            update(column.table).where(column.table.c.tenant_id == tenant_id, tree.within(column, old))
            .values({column.name: new + func.substr(column, len(old) + 1)})
        )
    bump_plugins_rev()              # which places take no part in a plugin is remembered by path
    session().expire_all()


def refresh_communities(root: str) -> None:
    """Set the nearest community-level ancestor-or-self of every unit within a path."""
    above = session().scalars(select(OrgUnit).where(OrgUnit.path.in_(tree.lineage(root)))).all()
    below = session().scalars(select(OrgUnit).where(tree.within(OrgUnit.path, root)).order_by(OrgUnit.path)).all()
    community: dict[str, int | None] = {"": None}
    for unit in sorted({*above, *below}, key=lambda u: u.path):
        own = unit.id if unit.unit_kind == "community" else community.get(tree.parent(unit.path))
        community[unit.path] = own
        if unit.path.startswith(root) and unit.community_id != own:
            unit.community_id = own
    session().flush()
