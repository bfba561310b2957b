"""The typed records by which modules answer core's questions, and the smaller declarations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

COUNT, PERCENT, DAYS, FEN, HOURS = "count", "percent", "days", "fen", "hours"
FACTS = ("id", "date", "count", "code", "codes")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Indicator:
    """A defined measure with unit, version and drill-down ledger.

    of      name of the ledger whose rows are counted (its scope applies)
    where   callable(ctx) -> condition or None (all rows)
    over    PERCENT: callable(ctx) -> condition of the denominator; None = all rows of the ledger
    total   column expression to add up instead of counting rows (FEN, HOURS)
    median  column expression whose middle value is shown instead (DAYS); rows without a value are left out
    good    "high" | "low" | "" : which direction is good; no ranking of persons is ever made from it
    """

    name: str
    label: Any
    of: str
    unit: str = COUNT
    version: int = 1
    definition: Any = ""
    where: Callable[..., Any] | None = None
    over: Callable[..., Any] | None = None
    total: Any = None
    median: Any = None
    good: str = ""
    tile: bool = False
    icon: str = "bar-chart-line"
    rank: int = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImportKind:
    """A kind of sheet the import wizard takes.

    schema   marshmallow schema of one row; its `ui` metadata gives labels, aliases, template and checks
    prepare  (ctx, rows) -> state shared by the rows of one chunk (look-ups in a few statements); may be None
    check    (ctx, data, state) -> {field: [sentence]}: checks against the database; "" as field: the whole row. An
             Objection with blocking=False warns: the preview shows it in yellow and the row may be imported
    write    (ctx, data, state) -> (record kind, record id, "created" | "updated" | "unchanged", undo data | None)
    undo     (ctx, record id, undo data) -> None; raises Conflict when the record was changed since

    shaped   (ctx) -> the schema with the fields that plugins add in this tenant; None: `schema` as it stands
    chained  later rows build on earlier ones (a tree of organisations): the dry run of the whole sheet is one transaction

    A chunk is written in one savepoint; when a row of it fails half way, the chunk is taken back and put through once more row by
    row, `prepare` included: nothing but the database may remember the first time.
    The preview is a dry run: `write` runs inside a transaction that is rolled back, so it must do everything through
    the session. `data` holds the fields whose cells were filled in (an empty cell changes nothing). Undo data is a
    JSON object: "version" is the record's version after this row, and an update's "before" ({field: old value}) is shown
    as its difference. When a sheet names a record twice, core joins both undos into one (a creation has no "before").
    """

    name: str
    title: Any
    schema: type
    permission: str
    write: Callable[..., Any]
    undo: Callable[..., None] | None = None
    prepare: Callable[..., Any] | None = None
    check: Callable[..., dict[str, list[Any]]] | None = None
    after: str = ""
    note: Any = ""
    chained: bool = False
    shaped: Callable[..., Any] | None = None

    def made(self, ctx: Any) -> Any:
        """A schema of one row, as the tenant has it."""
        return self.shaped(ctx) if self.shaped else self.schema()


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of an event as receivers outside are told it, and what it means.

    kind   id (a number to ask the API with) | date | count | code (a short word of ours) | codes (several of them).
           There is no kind for text: text may name people, and personal data stays behind the API
    codes  the words it may be and what they mean; empty when they depend on the tenant
    """

    name: str
    label: Any
    kind: str = "id"
    codes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventKind:
    """A kind of event that a tenant may have sent to programs elsewhere (core.webhooks). Declared in a module's `events.py`.

    of      the class of core.contracts.events that is published
    facts   what is told of it, by the names of its fields; the others stay here
    """

    name: str
    title: Any
    of: type
    facts: tuple[Fact, ...]
    about: Any = ""

    def problems(self) -> list[str]:
        known = {each.name for each in fields(self.of)}
        found = [f"{self.name}: {self.of.__name__} has no {fact.name!r}" for fact in self.facts if fact.name not in known]
        return found + [f"{self.name}: {fact.name} is of kind {fact.kind!r}" for fact in self.facts if fact.kind not in FACTS]


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the side menu; core hides it when the actor lacks `permission` ("" = everybody signed in).

    group: work | business | manage; key: keyboard shortcut such as "g m"; count: a figure beside the label.
    """

    label: Any
    endpoint: str
    permission: str
    icon: str = "grid"
    group: str = "work"
    rank: int = 100
    args: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Panel:
    """A box at a named place of a core page: a template of the module and its data."""

    title: Any
    template: str
    data: Mapping[str, Any]
    permission: str
    rank: int = 100


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One result of the global search box."""

    title: str
    url: str
    kind: Any
    note: Any = ""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """What happened with one person, for the person's page."""

    on: dt.date
    text: Any
    kind: Any = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A date with a meaning: a deadline, a term's end, a gathering; `source` names the rule it comes from.

    `feed`: the title names no person and may go to the calendar program of a phone, which copies it to foreign servers.
    """

    on: dt.date
    title: Any
    url: str = ""
    source: Any = ""
    feed: bool = False


@dataclass(frozen=True, slots=True)
class Objection:
    """A reason not to do something. `blocking=False` warns and lets the user go on."""

    text: Any
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class HeldData:
    """Personal data a module holds about one person (PIPL Art. 45): a heading, and rows of (label, text)."""

    title: Any
    rows: tuple[tuple[Any, Any], ...]
