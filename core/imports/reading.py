"""One import kind ready to read rows: its schema, its targets, and the way from a cell to data a service takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError

from core.imports.headings import Match
from core.imports.reader import SheetRow
from core.imports.schema import targets_of
from core.imports.table import read_row
from core.imports.targets import Target
from core.plugin import ImportKind
from core.service import Context
from core.web.forms import flat


@dataclass
class Item:
    """A record on its way: raw cells, values read from them, data for the service, and what is wrong with it.

    errors: field -> sentence, "" for the whole row. warned (the same shape) and notes do not keep a row out.
    """

    number: int
    cells: list
    values: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    warned: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] | None = None
    outcome: str = ""
    record: tuple[str, int] | None = None
    undo: Any = None

    def payload(self) -> dict[str, Any]:
        """What is kept of it, sealed."""
        kept = {"cells": self.cells, "values": self.values, "errors": self.errors, "notes": self.notes, "undo": self.undo,
                "warned": self.warned}
        return {name: value for name, value in kept.items() if value}


class Reading:
    """Reads rows for one import kind. Make one per job: choices of the schema may come from the database."""

    def __init__(self, kind: ImportKind, ctx: Context) -> None:
        self.kind = kind
        self.schema = kind.made(ctx)
        self.targets: tuple[Target, ...] = targets_of(self.schema)
        self.by_name = {target.name: target for target in self.targets}

    def read(self, row: SheetRow, matches: list[Match]) -> Item:
        """A sheet row as an item, checked by cell and by schema."""
        found = read_row(row, matches, self.by_name)
        item = Item(found.number, found.cells, found.values, found.errors, found.notes)
        self.load(item)
        return item

    def load(self, item: Item) -> None:
        """Put the values through the schema: `data` is set when nothing is wrong."""
        try:
            data = self.schema.load(item.values, partial=tuple(item.errors) or None)
        except ValidationError as error:
            for name, said in error.normalized_messages().items():
                known = name if name in self.by_name else ""
                item.errors.setdefault(known, "；".join(flat(said)))
            return
        if not item.errors:
            item.data = data
