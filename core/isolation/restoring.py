"""Putting a tenant's rows back to what they were: the probe posts forms that work."""

from __future__ import annotations

from sqlalchemy import Table, and_, delete, insert, update
from sqlalchemy.sql import ColumnElement

from core.base.keys import TENANT
from core.base.session import begin_write, session

from .canaries import COUNTERS, Content, content, tenant_tables


def restore(tenant_id: int, wanted: Content) -> bool:
    """Make the rows of the tenant in scope those of `wanted`; whether anything had to be done."""
    have = content(tenant_id)
    tables = [t for t in tenant_tables() if t.name not in COUNTERS and have[t.name] != wanted[t.name]]
    if not tables:
        return False
    begin_write()
    for table in reversed(tables):
        for key in have[table.name].keys() - wanted[table.name].keys():
            session().execute(delete(table).where(_is(table, key, tenant_id)))
    for table in tables:
        here = have[table.name]
        for key, row in wanted[table.name].items():
            if key not in here:
                session().execute(insert(table).values(**row))
            elif here[key] != row:
                values = {name: value for name, value in row.items() if here[key][name] != value}
                session().execute(update(table).where(_is(table, key, tenant_id)).values(**values))
    session().commit()
    return True


def _is(table: Table, key: tuple[object, ...], tenant_id: int) -> ColumnElement[bool]:
    named = dict(zip([c.name for c in table.primary_key.columns], key, strict=True))
    return and_(table.c[TENANT] == tenant_id, *(table.c[name] == value for name, value in named.items() if name != TENANT))
