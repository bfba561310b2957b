"""The line of sums (合计) under the rows of a sheet or a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from core.base.i18n import _
from core.plugin import FEN, Col

from .book import Cell
from .cells import yuan


class Totals:
    """Adds up the columns declared with `total` while the rows go by."""

    def __init__(self, columns: Iterable[Col]) -> None:
        self.columns = list(columns)
        self.sums = {column.name: 0 for column in self.columns if column.total}

    def add(self, row: Row[Any]) -> None:
        for name in self.sums:
            self.sums[name] += getattr(row, name) or 0

    def cells(self) -> list[Cell]:
        """One cell a column: its sum, in the first the word for it, else nothing. Empty when no column is added up."""
        if not self.sums:
            return []
        return [self._cell(column) if column.total else "" if place else _("合计") for place, column in enumerate(self.columns)]

    def _cell(self, column: Col) -> Cell:
        found = self.sums[column.name]
        return int(found) / 100 if column.unit == FEN else found         # PostgreSQL adds sums up as decimals

    def texts(self) -> list[str]:
        """The same as people read it."""
        return [yuan(self.sums[column.name]) if column.total and column.unit == FEN else str(cell)
                for column, cell in zip(self.columns, self.cells(), strict=False)]
