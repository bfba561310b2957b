"""The state of a list page: read from the query string, written back to it. Nothing in it can be wrong, only ignored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from core.base.i18n import _
from core.contracts.errors import Invalid
from core.plugin import Col, Indicator, Ledger
from core.service import Context

from . import filters
from .filters import Applied, filters_of, keys_of
from .search import cleaned
from .wording import enumerated

SIZES = (20, 50, 100)
FARTHEST = 10**9
MOST_VALUES, LONGEST = 60, 4000         # values of a key, characters of a value: as many as all columns of a wide ledger have
OVER = "over"
TYPED = ("text", "number")


@dataclass(frozen=True, slots=True)
class Layout:
    """What a reader chose for one ledger: columns in order, rows per page. Empty and 0: as declared."""

    columns: tuple[str, ...] = ()
    size: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """What the page shows. `notes` are sentences about what was ignored, `lost` the names of the filters among it; `part` is
    "over" for the denominator's rows."""

    ledger: Ledger
    q: str = ""
    applied: tuple[Applied, ...] = ()
    order: tuple[tuple[Col, bool], ...] = ()
    ordered: str = ""
    columns: tuple[Col, ...] = ()
    chosen: str = ""
    page: int = 1
    size: int = SIZES[0]
    view: str = ""
    indicator: Indicator | None = None
    part: str = ""
    notes: tuple[str, ...] = field(default=())
    lost: tuple[str, ...] = field(default=())

    @property
    def narrowed(self) -> bool:
        """Whether anything but the scope limits the rows."""
        return bool(self.q or self.applied or self.indicator)

    @property
    def typed(self) -> bool:
        """Whether words or numbers of the reader's own limit the rows: a search, a filter by text or number."""
        return bool(self.q) or any(a.filter.kind in TYPED for a in self.applied)

    def pairs(self, *, without: Iterable[str] = (), **changes: Any) -> list[tuple[str, str]]:
        """The query string as pairs; `without` drops keys, `changes` replaces q, sort, page, size, view, cols or ind."""
        own = {"q": self.q, "ind": indicator_key(self.indicator, self.part), "sort": self.ordered, "cols": self.chosen,
               "view": self.view, "page": self.page if self.page > 1 else "", **changes}
        if "size" in changes:
            own["size"] = changes["size"]
        found = [(k, str(v)) for k, v in own.items() if v] + [p for a in self.applied for p in a.params]
        dropped = set(without)
        return [(k, v) for k, v in found if k not in dropped]

    def query(self, *, without: Iterable[str] = (), **changes: Any) -> str:
        """`pairs` as a query string without the question mark."""
        return urlencode(self.pairs(without=without, **changes))


def indicator_key(indicator: Indicator | None, part: str = "") -> str:
    """What stands behind `ind=`: the indicator's name, with `:over` for the rows of its denominator."""
    if indicator is None:
        return ""
    return f"{indicator.name}:{OVER}" if part == OVER else indicator.name


def tidy(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The query string as key -> values, without control characters and without more values than a form can have."""
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        values = found.setdefault(key[:60], [])
        if len(values) < MOST_VALUES:
            values.append("".join(c for c in value[:LONGEST] if c.isprintable()))
    return found


def filter_keys(ledger: Ledger) -> set[str]:
    return {key for item in filters_of(ledger) for key in keys_of(item)} | {"q", "ind"}


def read_state(ledger: Ledger, args: Mapping[str, Sequence[str]], ctx: Context, layout: Layout = Layout()) -> State:
    """The state behind a query string. `args` come from `tidy`, the view's own query already merged in."""
    applied, notes, lost = filters.read(ledger, args, ctx)
    order, ordered, order_notes = _order(ledger, _last(args, "sort"))
    known = filter_keys(ledger) | filters.RESERVED
    unknown = [key for key in args if key not in known and any(args[key])]
    if unknown:
        notes.append(_("不认识的筛选条件已忽略：%(names)s", names=enumerated(k[:30] for k in unknown[:5])))
        lost += [key[:30] for key in unknown]
    wanted, _mark, part = _last(args, "ind").partition(":")
    indicator = _indicator(ledger, wanted, ctx)
    if indicator is None and _last(args, "ind"):
        notes.append(_("没有这个指标，已忽略"))
        lost.append(wanted[:60])
    return State(
        ledger, cleaned(_last(args, "q")), tuple(applied), order, ordered,
        columns=_columns(ledger, _last(args, "cols").split(",") if _last(args, "cols") else layout.columns),
        chosen=_last(args, "cols"), page=_page(_last(args, "page")), size=_size(_last(args, "size"), layout),
        view=_last(args, "view")[:40], indicator=indicator, part=OVER if part == OVER else "",
        notes=tuple(notes + order_notes), lost=tuple(lost),
    )


def refuse_lost(state: State) -> None:
    """Before more is done than look: without a filter that is no more (its plugin switched off, a right withdrawn) everybody
    would match. Raises Invalid."""
    if state.lost:
        raise Invalid({"query": [_("筛选条件“%(names)s”已经不能用（应用已停用、权限已收回或选项已取消），所以什么也没有做。"
                                   "请回到台账重新筛选后再试。", names=enumerated(state.lost[:5]))]})


def _last(args: Mapping[str, Sequence[str]], key: str) -> str:
    values = args.get(key) or ("",)
    return values[-1].strip()


def _page(text: str) -> int:
    return min(max(int(text), 1), FARTHEST) if text.isascii() and text.isdecimal() and len(text) < 10 else 1


def _size(text: str, layout: Layout) -> int:
    wanted = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else layout.size
    return wanted if wanted in SIZES else SIZES[0]


def _order(ledger: Ledger, text: str) -> tuple[tuple[tuple[Col, bool], ...], str, list[str]]:
    """((column, descending), …); an unknown column is left out with a note."""
    wanted = [name for name in text.split(",") if name][:3]
    found, notes = [], []
    for name in wanted or ledger.order:
        column = ledger.column(name.lstrip("-"))
        if column is None or column.source is None or not column.sort:
            notes.append(_("不能按“%(name)s”排序，已忽略", name=name.lstrip("-")[:30]))
            continue
        found.append((column, name.startswith("-")))
    given = ",".join(("-" if down else "") + column.name for column, down in found) if wanted else ""
    return tuple(found), given, notes


def _columns(ledger: Ledger, names: Sequence[str]) -> tuple[Col, ...]:
    """The chosen columns in the chosen order; without a (valid) choice those not hidden."""
    chosen = [c for name in dict.fromkeys(names) if (c := ledger.column(name)) is not None]
    return tuple(chosen) or tuple(c for c in ledger.columns if not c.hidden)


def _indicator(ledger: Ledger, name: str, ctx: Context) -> Indicator | None:
    found = ctx.plugins.indicators.get(name)
    return found if found and found.of == ledger.name and ctx.plugins.active(found.name, ctx.enabled) else None
