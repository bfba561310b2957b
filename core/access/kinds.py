"""Which permission shows a record, and where in the organisation the record stands: for every kind there is.

Kinds are persons and units, the records of installed workflows, and the rows of installed ledgers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.base.db import metadata
from core.base.i18n import _l
from core.base.scope import beyond_subtree, current_scope
from core.base.session import session
from core.contracts.errors import NotFound
from core.plugin import Ledger, Workflow
from core.service import Context


@dataclass(frozen=True, slots=True)
class Placed:
    """A record: what it is, who may read it (`permission`), and its places; () means the whole unit's."""

    kind: str
    id: int
    title: Any
    label: str
    permission: str
    paths: tuple[str, ...]


# Tables of core.people, which stands above this module: title, table, column of the name, permission that shows a row.
TABLES = {
    "person": (_l("人员"), "people_person", "name", "people.person.read"),
    "org_unit": (_l("组织"), "people_org_unit", "short_name", "people.org.read"),
}


def placed(ctx: Context, kind: str, record_id: int) -> Placed:
    """The record of that kind and id. Raises NotFound: no such kind here, no such record."""
    if not ctx.plugins.active(kind, ctx.enabled) and kind not in TABLES:
        raise NotFound(kind)
    with beyond_subtree("say who may see a record"):
        found = (_table(ctx, kind, record_id) if kind in TABLES
                 else _workflow(ctx.plugins.workflows[kind], record_id) if kind in ctx.plugins.workflows
                 else _ledger(ctx, ctx.plugins.ledgers[kind], record_id) if kind in ctx.plugins.ledgers else None)
    if found is None:
        raise NotFound(kind)
    return found


def _table(ctx: Context, kind: str, record_id: int) -> Placed | None:
    title, table_name, label, permission = TABLES[kind]
    table = metadata.tables.get(table_name)
    if table is None or permission not in ctx.plugins.permissions:
        return None
    columns = [table.c[label], *(table.c[n] for n in table.info.get("scope_paths") or ("path",))]
    row = session().execute(select(*columns).where(
        table.c.tenant_id == current_scope().tenant_id, table.c.id == record_id)).one_or_none()
    return Placed(kind, record_id, title, row[0], permission, _paths(row[1:])) if row else None


def _paths(found: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for path in found if path))


def _workflow(workflow: Workflow, record_id: int) -> Placed | None:
    record = session().scalars(select(workflow.model).where(workflow.model.id == record_id)).one_or_none()
    if record is None:
        return None
    names = getattr(workflow.model, "__scope_paths__", ())
    paths = _paths(getattr(record, name) for name in names)
    return Placed(workflow.name, record_id, workflow.title, workflow.label(record), workflow.permission, paths)


def _ledger(ctx: Context, ledger: Ledger, record_id: int) -> Placed | None:
    rows = ledger.rows(ctx) if callable(ledger.rows) else ledger.rows
    wanted = rows.with_only_columns(ledger.key, *ledger.scope, maintain_column_froms=True).order_by(None)
    row = session().execute(wanted.where(ledger.key == record_id).limit(1)).first()
    if row is None:
        return None
    return Placed(ledger.name, record_id, ledger.title, "", ledger.permission, _paths(row[1:]))
