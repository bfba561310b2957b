"""An uploaded sheet as a table of records for a set of targets: head found, columns recognised, rows sorted out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from core.imports.cells import clean
from core.imports.headings import Match, recognise
from core.imports.layout import LOOK_AHEAD, Head, find_head
from core.imports.limits import DEFAULT, Limits
from core.imports.reader import Sheet, SheetRow, open_sheet
from core.imports.rows import Skipped, records
from core.imports.targets import Target


@dataclass
class Table:
    """A sheet once its head is known. ``rows`` can be read once; ``skipped`` is complete after that."""

    sheet: Sheet
    head: Head
    matches: list[Match]
    rows: Iterator[SheetRow]
    skipped: Skipped = field(default_factory=Skipped)


@dataclass(frozen=True)
class ReadRow:
    """One record: the value of each field that has one, one sentence for each that could not be read, or was passed over."""

    number: int
    cells: list
    values: dict[str, object]
    errors: dict[str, str]
    notes: list[str] = field(default_factory=list)


@contextmanager
def open_table(
    data: bytes,
    targets: Sequence[Target],
    *,
    remembered: Mapping[str, str | None] | None = None,
    sheet: str | None = None,
    limits: Limits = DEFAULT,
) -> Iterator[Table]:
    """Open an upload down to its records. Raises Invalid on "file" as reader.open_sheet and layout.find_head do."""
    with open_sheet(data, sheet=sheet, limits=limits) as opened:
        first = list(itertools.islice(opened.rows, LOOK_AHEAD + 3))
        head = find_head(first, targets)
        examples = frozenset(str(target.example) for target in targets if target.example)
        below = first[len(head.title) + len(head.rows) :]
        table = Table(opened, head, recognise(head.headings, targets, remembered), iter(()))
        table.rows = records(itertools.chain(below, opened.rows), head, table.skipped, examples)
        yield table


def missing(targets: Sequence[Target], matches: Sequence[Match]) -> list[Target]:
    """Required fields that no column is taken for."""
    present = {match.field for match in matches}
    return [target for target in targets if target.required and target.name not in present]


def read_row(row: SheetRow, matches: Sequence[Match], targets: Mapping[str, Target]) -> ReadRow:
    """Clean every cell of a record. Never raises: whatever stands there becomes a value or a sentence."""
    values: dict[str, object] = {}
    errors: dict[str, str] = {}
    notes: list[str] = []
    for match in matches:
        target = targets.get(match.field or "")
        if target is None:
            continue
        cell = clean(target, row.cells[match.column] if match.column < len(row.cells) else None)
        if cell.error is not None:
            errors[target.name] = cell.error
        elif cell.value is not None:
            values[target.name] = cell.value
        elif cell.note is not None:
            notes.append(cell.note)
    return ReadRow(row.number, row.cells, values, errors, notes)
