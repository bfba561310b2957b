"""What a tenant has of one plugin: the plugin's own tables, and the rows of core's tables that are about it and nothing else.

The export that must come before a purge holds exactly these rows, the purge deletes exactly these rows. Read in the tenant's
scope. What stays: the audit record, roles and who holds them (their rights rest while the plugin is not on), people and units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, func, select

from core.base.engine import current_database
from core.base.scope import current_scope
from core.base.session import session
from core.events.outbox import DELIVER
from core.jobs.models import Job
from core.plugin import installed

from .archive.tables import Travelling, travelling

# core's tables with a column that names what the row is about: `name.…`, or the plugin's name itself
NAMED = {
    "work_item": "source", "work_transition": "record_kind", "work_draft": "form", "imports_heading": "kind",
    "imports_batch": "kind", "indicators_value": "indicator", "ledgers_view": "ledger", "settings_module": "module",
    "settings_dictionary": "kind", "settings_change": "module", "rules_override": "key", "files_file": "kind",
    "notify_notice": "source", "notify_wording": "name", "tenancy_plugin_leave": "plugin", "webhooks_delivery": "kind",
    "people_person_extra": "field", "people_org_extra": "field",
}
PARTS = {"imports_file": "imports_batch", "imports_row": "imports_batch"}     # rows of a row: the same by batch_id


@dataclass(frozen=True)
class Belonging(Travelling):
    """The rows of one table that belong to the plugin; of its own tables all."""

    about: tuple[ColumnElement[bool], ...] = ()

    def which(self) -> list[ColumnElement[bool]]:
        return [*super().which(), *self.about]


def belongings(plugin: str) -> list[Belonging]:
    """In the order rows are written; what is referred to stands first. Raises KeyError for a plugin that is not installed."""
    plugins = installed()
    if plugin not in plugins.optional:
        raise KeyError(plugin)
    found = []
    for each in travelling(current_database().metadata, plugins):
        about = () if each.owner == plugin else _about(each.table, plugin)
        if about is not None:
            found.append(Belonging(each.table, each.owner, each.late if each.owner == plugin else (), about))
    return found


def _about(table: Table, plugin: str) -> tuple[ColumnElement[bool], ...] | None:
    if table.name == Job.__tablename__:
        letters = session().execute(select(Job.id, Job.payload).where(Job.name == DELIVER)).all()
        told = [row.id for row in letters if row.payload.get("consumer") == plugin]
        return (_of(table.c.name, plugin) | table.c.id.in_(told),)
    if table.name in NAMED:
        return (_of(table.c[NAMED[table.name]], plugin),)
    if table.name in PARTS:
        whole = table.metadata.tables[PARTS[table.name]]
        mine = select(whole.c.id).where(whole.c.tenant_id == current_scope().tenant_id, _of(whole.c[NAMED[whole.name]], plugin))
        return (table.c.batch_id.in_(mine),)
    return None


def _of(column: Any, plugin: str) -> ColumnElement[bool]:
    named: ColumnElement[bool] = (column == plugin) | column.startswith(plugin + ".", autoescape=True)
    return named


def counted(found: list[Belonging]) -> dict[str, int]:
    """Rows per table, of those that have some."""
    rows = {each.name: session().scalar(select(func.count()).select_from(each.table).where(
        each.tenant == current_scope().tenant_id, *each.which())) or 0 for each in found}
    return {name: count for name, count in rows.items() if count}
