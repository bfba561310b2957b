"""Declaration of a report: a paper for a year or a quarter, put together from figures, rows of ledgers and words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .ledger import A4, Paper
from .records import COUNT, DAYS, FEN, HOURS


@dataclass(frozen=True, slots=True)
class Span:
    """The days a report is about, both included."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figure:
    """One number of a report, counted over a ledger within the reader's part of it and the unit asked for.

    of      name of the ledger; its scope and permission apply
    where   (ctx, span) -> condition: which rows count (None: all)
    over    PERCENT: (ctx, span) -> condition of the denominator
    total   column to add up instead of counting rows (unit FEN, HOURS or DAYS); `show` says such a sum in words
    """

    name: str
    label: Any
    of: str
    where: Callable[..., Any] | None = None
    over: Callable[..., Any] | None = None
    total: Any = None
    unit: str = COUNT
    show: Callable[[Any], str] | None = None
    definition: Any = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figures:
    """A table of figures: one line each with its definition, or `by_place` a line for each unit below."""

    title: Any
    figures: tuple[Figure, ...]
    by_place: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Rows of a ledger. `query`: (span) -> its own filters as in a query string; `under`: its filter for a unit."""

    title: Any
    ledger: str
    query: Callable[[Span], Mapping[str, str]]
    columns: tuple[str, ...] = ()
    under: str = "under"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Words:
    """Sentences: (ctx, span) -> lines."""

    title: Any
    text: Callable[..., list[str]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Report:
    """A report that is made when somebody asks for it. Stands in a module's `reports.py`.

    name        "training.year"
    permission  who may read it; every ledger in it asks its own besides
    export      permission for the workbook; default: the reading permission
    quarterly   may be asked for a quarter as well
    """

    name: str
    title: Any
    permission: str
    parts: tuple[Figures | Rows | Words, ...]
    export: str = ""
    quarterly: bool = True
    paper: Paper = A4.portrait
    note: Any = ""
    rank: int = 100

    @property
    def figures(self) -> list[Figure]:
        return [figure for part in self.parts if isinstance(part, Figures) for figure in part.figures]

    @property
    def ledgers(self) -> set[str]:
        """The ledgers it is made from."""
        return {f.of for f in self.figures} | {part.ledger for part in self.parts if isinstance(part, Rows)}

    def problems(self) -> list[str]:
        names = [f.name for f in self.figures]
        found = [f"{self.name}: figure {n!r} is declared twice" for n in sorted({n for n in names if names.count(n) > 1})]
        found += [f"{self.name}: figure {f.name!r} adds up, so its unit is FEN, HOURS or DAYS" for f in self.figures
                  if f.total is not None and f.unit not in (FEN, HOURS, DAYS)]
        return found + ([] if self.parts else [f"{self.name}: a report without parts"])
