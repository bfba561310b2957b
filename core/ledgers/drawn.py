"""From the rows of a statement to the cells of a file. Most cells of a register are equal to some that went by: they are
drawn once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from operator import getitem, itemgetter
from typing import Any

from sqlalchemy import Row

from core.plugin import FEN, PERCENT, Col
from core.service import Context

from .book import Cell
from .cells import plain, shower
from .columns import sql_type
from .query import selected
from .state import State

MOST = 4096                         # cells that a column keeps
LONGEST = 200                       # characters of what is kept
EXACT = 10**15                      # larger integers lose digits in a spreadsheet
ALIKE = ("text", "date", "moment", "flag")      # equal values of these look the same; 1 and 1.0 and True do not
Draw = Callable[[Any], str]
Drawing = Callable[[Row[Any]], list[str]]


class Drawn(dict[Hashable, str]):
    """By value, what `draw` made of it; asked with [value]."""

    def __init__(self, draw: Draw) -> None:
        super().__init__()
        self.draw = draw

    def __missing__(self, value: Any) -> str:
        found = self.draw(value)
        if len(found) <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[value] = found
        return found


class Anew:
    """The same for values that cannot be told apart by being equal: each is drawn anew."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw

    def __getitem__(self, value: Any) -> str:
        return self.draw(value)


def drawers(state: State, columns: Sequence[Col], ctx: Context, cell: Callable[[Cell], str]) -> Drawing:
    """row -> its cells, for rows of `every_row` with these columns; `cell` draws text, counts and amounts."""
    places = {label.name: place for place, label in enumerate(selected(state, ctx, tuple(columns)))}
    drawn = [_drawer(column, ctx, cell) for column in columns]
    if any(column.value for column in columns):
        readers = [_reader(column, places, ctx) for column in columns]
        return lambda row: [each[read(row)] for each, read in zip(drawn, readers, strict=True)]
    wanted = [places[column.name] for column in columns]
    if len(wanted) == 1:
        return lambda row: [drawn[0][row[wanted[0]]]]
    pick = itemgetter(*wanted)
    return lambda row: list(map(getitem, drawn, pick(row)))


def _reader(column: Col, places: dict[str, int], ctx: Context) -> Callable[[Row[Any]], Any]:
    compute = column.value
    return itemgetter(places[column.name]) if compute is None else lambda row: compute(row, ctx)


def _drawer(column: Col, ctx: Context, cell: Callable[[Cell], str]) -> Any:
    if column.value is not None:
        return Anew(lambda value: cell(plain(value)))
    kind = sql_type(column.source)
    if kind == "number" and not (column.choices or column.show or column.unit == PERCENT):
        return Anew(lambda value: cell(_number(value, column.unit == FEN)))
    show = shower(column, ctx)
    return (Drawn if kind in ALIKE else Anew)(lambda value: cell(show(value)))


def _number(value: Any, money: bool) -> Cell:
    """Plain counts and money leave as numbers; everything else as the text on the page."""
    if value is None:
        return ""
    if money:
        return float(value / 100)
    return int(value) if abs(value) < EXACT else str(value)
