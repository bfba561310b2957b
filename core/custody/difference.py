"""What differs between a tenant and its restored copy (or an archive): per table and column, in numbers only.

Operators have no right to see a tenant's data, so the difference names tables, columns and counts, never a value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from core.base.engine import current_database
from core.base.scope import streamed
from core.plugin import installed

from .archive.opening import Opened
from .archive.reading import rows, snapshot
from .archive.tables import Travelling, travelling

Place = tuple[int, tuple[int, ...]]
Entry = tuple[Place, dict[str, Any]]


@dataclass(slots=True)
class TableDifference:
    """One table: rows in both that are equal, rows only here (live), only there (copy), rows that changed."""

    name: str
    owner: str
    same: int = 0
    only_here: int = 0
    only_there: int = 0
    changed: int = 0
    columns: Counter[str] = field(default_factory=Counter)

    @property
    def differs(self) -> bool:
        return bool(self.only_here or self.only_there or self.changed)

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "owner": self.owner, "same": self.same, "only_here": self.only_here,
                "only_there": self.only_there, "changed": self.changed, "columns": dict(self.columns)}


def compare_tenants(here: int, there: int) -> list[TableDifference]:
    """Compare two tenants of this database; both are read once, side by side, in bounded memory."""
    tables = travelling(current_database().metadata, installed())
    return _merge(tables, _of_tenant(here, tables), _of_tenant(there, tables))


def compare_archive(here: int, archive: Opened) -> list[TableDifference]:
    """Compare a tenant with an archive of it that stays where it is."""
    tables = travelling(current_database().metadata, installed())
    return _merge(tables, _of_tenant(here, tables), _of_archive(archive, tables))


def _of_tenant(tenant_id: int, tables: list[Travelling]) -> Iterator[Entry]:
    def produce() -> Iterator[Entry]:
        with snapshot(tenant_id):
            for number, each in enumerate(tables):
                for row in rows(each):
                    yield (number, tuple(row[column.name] for column in each.key)), row

    return streamed(produce)


def _of_archive(archive: Opened, tables: list[Travelling]) -> Iterator[Entry]:
    held = {entry.name for entry in archive.manifest.tables}
    for number, each in enumerate(tables):
        for row in archive.rows(each.name) if each.name in held else ():
            yield (number, tuple(row[column.name] for column in each.key)), row


def _merge(tables: list[Travelling], here: Iterable[Entry], there: Iterable[Entry]) -> list[TableDifference]:
    found = [TableDifference(each.name, each.owner) for each in tables]
    left, right = iter(here), iter(there)
    one, other = next(left, None), next(right, None)
    while one or other:
        if other is None or (one is not None and one[0] < other[0]):
            assert one is not None
            found[one[0][0]].only_here += 1
            one = next(left, None)
        elif one is None or other[0] < one[0]:
            found[other[0][0]].only_there += 1
            other = next(right, None)
        else:
            _judge(found[one[0][0]], one[1], other[1])
            one, other = next(left, None), next(right, None)
    return found


def _judge(table: TableDifference, one: dict[str, Any], other: dict[str, Any]) -> None:
    if one == other:
        table.same += 1
        return
    table.changed += 1
    table.columns.update(name for name in one if one[name] != other.get(name))
