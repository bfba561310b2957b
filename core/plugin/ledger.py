"""Declaration of a ledger (台账): core gives the list page, filters, saved views, print, Excel/CSV and the API list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_

BLANK = "blank"     # in a query string: the rows where nothing is registered (`education=blank`, `birth_date_blank=1`)


Matches = Callable[[Callable[[Any], Any]], Any]


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """For `Col.matches`: values that stand in another table than the rows.

    record  the column of the row by which its value is found
    keys    (test) -> statement that selects `record` of all rows whose value passes
    where   what must hold of the row besides (that the reader may see its value)
    """

    record: Any
    keys: Callable[[Callable[[Any], Any]], Any]
    where: tuple[Any, ...] = ()

    def __call__(self, test: Callable[[Any], Any]) -> Any:
        return self.among(self.keys(test))

    def among(self, keys: Any) -> Any:
        """Rows whose `record` is one of these (a statement, or values)."""
        return and_(*self.where, self.record.in_(keys))


@dataclass(frozen=True, slots=True)
class Paper:
    """A4 page of the printed ledger."""

    orientation: str = "landscape"


class A4:
    landscape = Paper("landscape")
    portrait = Paper("portrait")


@dataclass(frozen=True, slots=True, kw_only=True)
class Col:
    """One column, in the order of the official heading.

    name      key in URLs, saved views and exports
    source    SQLAlchemy expression; None when `value` computes the text from other columns of the row
    search    takes part in the search box (prefix on pinyin columns, LIKE on text)
    matches   (test) -> rows whose value passes `test`, a function from an expression to a condition that NULL never meets; for
              values in another table (`Beside`), where comparing `source` would ask that table once for every row
    filter    offered as a filter: the kind follows from `choices` or the column's type
    blank     the filter also offers the rows where nothing is registered
    choices   value -> label; used for display, filter and export (a callable gets the context: tenant dictionaries)
    show      value -> text; defaults by type (dates as 2026-01-31, booleans as 是/否)
    value     (row, ctx) -> text, computed after loading; such a column can be neither sorted nor filtered
    opens     endpoint of the record's page; `key` is the expression that gives its id (default: the ledger's key), or a
              function of the context where not every reader may open every record (no link where it gives NULL)
    warn      (row, ctx) -> bool: paint the cell as a warning
    order     expression to sort by instead of `source` (the path for a unit's name: official order, served by its index)
    tones     value -> ok | warn | err | info | mute: the cell becomes a tag (states of a workflow: `workflow.tones()`)
    unit      FEN: the integer is shown, filtered and exported as yuan; PERCENT: shown with its sign
    total     its sum stands below the rows on paper and in files
    mask      what kind of personal data the (already masked) text is: phone | id_no | name
    priority  1 always shown, 2 hidden below 1200 px, 3 hidden below 1366 px and in large type
    hidden    offered in the column chooser, not shown at first
    """

    name: str
    label: Any
    source: Any = None
    search: bool = False
    filter: bool = False
    blank: bool = False
    choices: Mapping[str, Any] | Callable[..., Mapping[str, Any]] | None = None
    show: Callable[[Any], Any] | None = None
    value: Callable[..., Any] | None = None
    opens: str | None = None
    key: Any = None
    warn: Callable[..., bool] | None = None
    order: Any = None
    tones: Mapping[str, str] | None = None
    unit: str = ""
    total: bool = False
    mask: str = ""
    priority: int = 1
    hidden: bool = False
    align: str = "start"
    width: int = 12
    sort: bool = True
    matches: Matches | None = None


def col(name: str, label: Any, source: Any = None, **options: Any) -> Col:
    """Short form: `col("name", _l("姓名"), Person.name, search=True)`."""
    return Col(name=name, label=label, source=source, **options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A filter that is not simply a column.

    kind: choice | flag | period (two dates) | org (a unit and everything below it) | number (from-to)
    source: expression compared with the value (org: the path column); for a flag `where` is a callable(ctx) -> condition
    blank: a choice or period also offers the rows where nothing is registered
    matches: as for a column
    """

    name: str
    label: Any
    kind: str
    source: Any = None
    choices: Mapping[str, Any] | Callable[..., Mapping[str, Any]] | None = None
    where: Callable[..., Any] | None = None
    unit: str = ""
    blank: bool = False
    matches: Matches | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """A button: label, endpoint, the permission it needs; `primary` once per page."""

    label: Any
    endpoint: str
    permission: str
    icon: str = ""
    primary: bool = False
    method: str = "get"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A built-in saved view: a tab with a name and a query string of the ledger's own filters."""

    name: str
    label: Any
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ledger:
    """A declared register.

    rows    select(...) with its joins; the engine replaces the column list. A callable gets the context.
    key     expression of the row's id (needed for links and selection)
    scope   path column(s): a row is shown when any of them lies in the reader's subtree for `permission`;
            () means the whole tenant may be read by everybody who holds the permission
    export  permission for exports; default: the reading permission
    rank    order in the menu of ledgers, small first
    more    (ledger, ctx) -> the ledger with what depends on the reader's tenant: columns of fields that plugins add
    """

    name: str
    title: Any
    permission: str
    rows: Any
    key: Any
    columns: tuple[Col, ...]
    scope: tuple[Any, ...] = ()
    filters: tuple[Filter, ...] = ()
    order: tuple[str, ...] = ()
    views: tuple[View, ...] = ()
    paper: Paper = A4.landscape
    imports: str | None = None
    actions: tuple[Action, ...] = ()
    bulk: tuple[Action, ...] = ()
    export: str | None = None
    numbered: bool = True
    opens: str | None = None
    note: Any = ""
    empty: Any = ""
    icon: str = "journal-text"
    group: Any = ""
    rank: int = 100
    menu: bool = True
    more: Callable[..., Ledger] | None = None

    def column(self, name: str) -> Col | None:
        return next((c for c in self.columns if c.name == name), None)

    def shaped(self, ctx: Any) -> Ledger:
        """The ledger as the reader has it."""
        return self.more(self, ctx) if self.more else self
