"""Taking away everything a tenant has, and looking whether anything is left."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, select, update

from core.access.revision import UNCHANGED
from core.base import cache
from core.base.engine import current_database
from core.base.fence.registry import tenant_column
from core.base.scope import tenant_scope
from core.base.session import begin_write, rest, session
from core.files import storage
from core.plugin import installed

from .archive.tables import late_columns, tenant_tables

CHUNK = 5000


@dataclass(slots=True)
class Holdings:
    """Rows per table (only tables that have some), number of files and their bytes."""

    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    bytes: int = 0

    @property
    def nothing(self) -> bool:
        return not self.rows and not self.files

    def as_json(self) -> dict[str, Any]:
        return {"rows": self.rows, "files": self.files, "bytes": self.bytes}


def holdings(tenant_id: int) -> Holdings:
    """What a tenant has now, in the database and on the disk; its own row is not counted."""
    found = Holdings()
    with tenant_scope(tenant_id):
        for table in tenant_tables(current_database().metadata, installed()):
            mine = table.c[tenant_column(table) or ""] == tenant_id
            if rows := session().scalar(select(func.count()).select_from(table).where(mine)):
                found.rows[table.name] = rows
        folder = storage.tenant_folder()
        for path in folder.rglob("*") if folder.is_dir() else ():
            if path.is_file():
                found.files += 1
                found.bytes += path.stat().st_size
    return found


def delete_some(table: Table, *mine: ColumnElement[bool]) -> bool:
    """Delete up to 5,000 rows (more when many share the first number of their key); whether there were any."""
    first = next(column for column in table.primary_key.columns if column.name != tenant_column(table))
    begin_write()
    upto = session().scalar(select(func.max(select(first).where(*mine).order_by(first).limit(CHUNK).subquery().c[first.name])))
    if upto is not None:
        session().execute(delete(table).where(*mine, first <= upto), execution_options={UNCHANGED: True})
    session().commit()
    return upto is not None


def take_away(tenant_id: int) -> None:
    """Delete all rows and files of a tenant but its own row. Harmless when repeated; what refers goes before what it
    refers to, in transactions of 5,000 rows, so that nobody else waits long."""
    rest()
    tables = tenant_tables(current_database().metadata, installed())
    for place, table in reversed(list(enumerate(tables))):
        with tenant_scope(tenant_id):
            mine = table.c[tenant_column(table) or ""] == tenant_id
            if forward := late_columns(table, tables[:place]):           # rows that refer to their own table, or in a circle
                begin_write()
                session().execute(update(table).where(mine).values(dict.fromkeys(forward)), execution_options={UNCHANGED: True})
                session().commit()
            while delete_some(table, mine):
                pass
    with tenant_scope(tenant_id):
        shutil.rmtree(storage.tenant_folder(), ignore_errors=True)
        cache.forget_tenant()
