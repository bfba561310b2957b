"""What the fence knows about each table, read from the metadata."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sqlalchemy import MetaData, Table

from core.base.keys import TENANT


def tenant_column(table: Table) -> str | None:
    """Name of the column that says whose the row is; None for a table that belongs to no tenant."""
    declared: str | None = table.info.get("tenant_column")
    return declared or (TENANT if TENANT in table.c else None)


@dataclass
class Registry:
    """Tenant tables with their tenant column, platform tables, and all names that statements may use.

    Reads the metadata again whenever tables were added (plugins are imported after the engine was made).
    """

    metadata: MetaData
    tenant: dict[str, str] = field(default_factory=dict)
    platform: frozenset[str] = frozenset()
    paths: dict[str, tuple[str, ...]] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    in_text: re.Pattern[str] = re.compile(r"(?!)")
    _count: int = -1

    def refresh(self) -> Registry:
        """This registry, up to date."""
        if len(self.metadata.tables) != self._count:
            tables = list(self.metadata.tables.values())
            self.tenant = {t.name: column for t in tables if (column := tenant_column(t))}
            self.platform = frozenset(t.name for t in tables if t.info.get("tenancy") == "platform")
            self.paths = {t.name: paths for t in tables if (paths := t.info.get("scope_paths"))}
            self.known = frozenset(t.name for t in tables)
            guarded = sorted({*self.tenant, *self.platform}, key=len, reverse=True)
            if guarded:
                self.in_text = re.compile(r"\b(" + "|".join(map(re.escape, guarded)) + r")\b", re.IGNORECASE)
            self._count = len(tables)
        return self
