"""The sheet of an .xlsx as rows of plain values. Runs in the child process only."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Iterator

import python_calamine as calamine

from core.imports.child.refused import Refused
from core.imports.child.scan import scan

MERGE_CELLS = 400_000          # merged cells filled in at most; beyond it they stay blank
Row = tuple[int, list]


def plain(value: object) -> object:
    """A calamine value as JSON can carry it."""
    if isinstance(value, dt.datetime):
        return {"d": value.date().isoformat()} if value.time() == dt.time() else {"d": value.isoformat()}
    if isinstance(value, dt.date):
        return {"d": value.isoformat()}
    if isinstance(value, dt.time | dt.timedelta):
        return str(value)
    return None if value == "" else value


def sheet_rows(data: bytes, wanted: str | None, limits: dict) -> Iterator[dict | Row]:
    """The heading line, then the rows of the wanted (else the first visible, non-empty) sheet."""
    oddities = scan(data, limits)
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names, chosen = filled_sheets(book, wanted)
    except calamine.PasswordError:
        raise Refused("password") from None
    except calamine.CalamineError:
        raise Refused("damaged") from None
    if chosen is None:
        raise Refused("empty")
    merged = merges(chosen)
    yield {"sheet": chosen.name, "sheets": names, "merged": merged[:2000]}
    errors = oddities.get(book.sheet_names.index(chosen.name), {})
    yield from fill(chosen.iter_rows(), chosen.start[1], merged, errors)


def filled_sheets(
    book: calamine.CalamineWorkbook, wanted: str | None
) -> tuple[list[str], calamine.CalamineSheet | None]:
    """Names of the visible sheets that hold something, and the wanted (else the first) of them."""
    names, chosen = [], None
    for meta in book.sheets_metadata:
        work = meta.typ == calamine.SheetTypeEnum.WorkSheet
        if not work or meta.visible != calamine.SheetVisibleEnum.Visible:
            continue
        sheet = book.get_sheet_by_name(meta.name)
        if sheet.start is None:
            continue
        names.append(meta.name)
        if chosen is None or meta.name == wanted:
            chosen = sheet
    return names, chosen


def merges(sheet: calamine.CalamineSheet) -> list[tuple[int, int, int, int]]:
    """Merged areas as (top, left, bottom, right), zero-based; none when together they are absurdly large."""
    areas = [(r1, c1, r2, c2) for (r1, c1), (r2, c2) in sheet.merged_cell_ranges or ()]
    size = sum((r2 - r1 + 1) * (c2 - c1 + 1) for r1, c1, r2, c2 in areas)
    return sorted(areas) if size <= MERGE_CELLS else []


def fill(rows: Iterable[list], left: int, merged: list, errors: dict) -> Iterator[Row]:
    """Put the value of a merged area into all its cells and name the cells that hold an Excel error."""
    ahead = list(reversed(merged))
    active: list[tuple[tuple, object]] = []
    for index, cells in enumerate(rows):
        row = [None] * left + [plain(cell) for cell in cells]
        for column, name in errors.get(index, {}).items():
            row += [None] * (column + 1 - len(row))
            row[column] = {"x": name}
        while ahead and ahead[-1][0] == index:
            area = ahead.pop()
            active.append((area, row[area[1]] if area[1] < len(row) else None))
        active = [item for item in active if item[0][2] >= index]
        for (_top, first, _bottom, last), value in active:
            row[first : last + 1] = [value] * (min(last + 1, len(row)) - first)
        yield index + 1, row
