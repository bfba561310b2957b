"""Which tables of a tenant travel, and in which order, read from the metadata: plugins come along without being named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, MetaData, Table

from core.base.fence.registry import tenant_column
from core.plugin import Plugins

CORE = "core"
TENANT_ROW = "tenancy_tenant"  # travels in the manifest: part of it belongs to the installation

# Tables that say something about browsers and forms under way here, not about the tenant.
LEFT_BEHIND = {
    "accounts_session": "signed-in browsers: everybody signs in again",
    "accounts_attempt": "failed sign-ins of the last minutes",
    "access_token": "secrets of programs: whoever arrives elsewhere hands out new ones",
    "access_revision": "a counter for the cache of this installation",
    "webhooks_secret": "signing secrets: a webhook that arrives sends nothing before somebody there makes a new one",
    "web_once": "forms posted in the last day",
    "web_replay": "answers to programs of the last day",
}
# Rows of core that are about archives themselves: (table, column, prefix).
OF_ARCHIVES = (("jobs_job", "name", "custody."), ("files_file", "kind", "custody."))


@dataclass(frozen=True)
class Travelling:
    """One table of the journey. `late` columns point at rows that may come after their own: they are filled last."""

    table: Table
    owner: str
    late: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def tenant(self) -> Column[Any]:
        return self.table.c[tenant_column(self.table) or ""]

    @property
    def columns(self) -> list[Column[Any]]:
        """Everything but the tenant's number."""
        return [column for column in self.table.columns if column is not self.tenant]

    @property
    def key(self) -> list[Column[Any]]:
        """The primary key without the tenant's number; rows are in its order."""
        return [column for column in self.table.primary_key.columns if column is not self.tenant]

    def which(self) -> list[ColumnElement[bool]]:
        """Conditions a row must meet to travel, besides its tenant."""
        return [~self.table.c[column].startswith(prefix, autoescape=True)
                for name, column, prefix in OF_ARCHIVES if name == self.name]


def owner_of(table: str, plugins: Plugins) -> str:
    """A plugin owns the tables with its prefix, core all others (as in core.migrations)."""
    prefix = table.split("_", 1)[0]
    return prefix if prefix in plugins.optional else CORE


def tenant_tables(metadata: MetaData, plugins: Plugins) -> list[Table]:
    """All tables with rows of tenants but the tenant's own row; what is referred to stands first."""
    return [table for table in metadata.sorted_tables
            if tenant_column(table) and table.name != TENANT_ROW and plugins.holds(table.name)]


def travelling(metadata: MetaData, plugins: Plugins) -> list[Travelling]:
    """The tables an archive holds, in the order they are written and filled."""
    tables = [table for table in tenant_tables(metadata, plugins) if table.name not in LEFT_BEHIND]
    return [Travelling(table, owner_of(table.name, plugins), late_columns(table, tables[:place]))
            for place, table in enumerate(tables)]


def late_columns(table: Table, before: Iterable[Table]) -> tuple[str, ...]:
    """Columns that refer to the table itself or to one that is filled after it."""
    earlier, own = {t.name for t in before}, tenant_column(table)
    return tuple(sorted({column.name for key in table.foreign_key_constraints if key.referred_table.name not in earlier
                         for column in key.columns if column.name != own}))


def problems(tables: Iterable[Travelling]) -> list[str]:
    """What would keep a table from travelling, one sentence each (an architecture test wants none)."""
    found = []
    for each in tables:
        found += [f"{each.name}.{name} refers forward and may not be empty" for name in each.late
                  if not each.table.c[name].nullable]
        found += [f"{each.name}: key column {c.name} is no number" for c in each.key if c.type.python_type is not int]
    return found
