"""Making a report: every part becomes a table, which page, paper, workbook and API show alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select

from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import Forbidden, NotFound
from core.ledgers.cells import texts
from core.ledgers.columns import sql_type
from core.ledgers.query import conditions_of, count, every_row
from core.ledgers.scope import below
from core.ledgers.services import open_ledger
from core.people.models import OrgUnit
from core.people.words import LIVING_STATUS
from core.plugin import Indicator, Report
from core.plugin.report import Figure, Figures, Rows, Words
from core.service import Context, service

from ..engine import Value, by_ledger, by_prefix, grouped, measure, value_of
from ..places import LEVEL, MOST, added, adds_up, units_below
from .asked import Asked, asked_for, find_report

PAGE, FILE = 500, 5000          # rows of a ledger on a page or paper, and in a workbook


@dataclass(frozen=True, slots=True)
class Table:
    """One part. `numbers`: columns that stand at the right; `days`: those that hold dates; `note`: what is missing and why."""

    title: str
    headings: list[str]
    rows: list[list[str]]
    widths: list[int]
    numbers: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A report for what was asked."""

    report: Report
    asked: Asked
    tables: list[Table]

    @property
    def title(self) -> str:
        place = f"{self.asked.unit.name} " if self.asked.unit else ""
        return f"{place}{self.asked.words} {self.report.title}"


@service(None, writes=False)
def read_report(ctx: Context, name: str, given: dict[str, str]) -> Made:
    """The report for a query string, as the reader may see it. Raises NotFound and Forbidden."""
    report = find_report(ctx, name)
    return make(ctx, report, asked_for(ctx, report, given))


def make(ctx: Context, report: Report, asked: Asked, *, most: int = PAGE, taken_out: bool = False) -> Made:
    """All parts. `taken_out`: for a file, hence only rows the actor may export."""
    found = []
    for part in report.parts:
        if isinstance(part, Words):
            lines = part.text(ctx, asked.span)
            found.append(Table(str(part.title), [], [[line] for line in lines], [80]))
        elif isinstance(part, Rows):
            found.append(_rows(ctx, part, asked, most, taken_out))
        else:
            found.append(_by_place(ctx, report, part, asked) if part.by_place else _figures(ctx, report, part, asked))
    return Made(report, asked, found)


# -- figures
def _indicator(ctx: Context, report: Report, figure: Figure, asked: Asked) -> Indicator:
    """The figure as an indicator of these days and this unit, so that the engine measures it."""
    ledger, unit = ctx.plugins.ledgers[figure.of], asked.unit
    place = below(ledger.scope[0], unit.path) if unit is not None and ledger.scope else None

    def both(rule: Callable[..., Any] | None) -> Callable[..., Any] | None:
        if rule is None and place is None:
            return None
        return lambda here: and_(*(c for c in (rule(here, asked.span) if rule else None, place) if c is not None))

    return Indicator(name=f"{report.name}_{figure.name}", label=figure.label, of=figure.of, unit=figure.unit, total=figure.total,
                     where=both(figure.where), over=both(figure.over) if figure.unit == "percent" else None)


def _said(figure: Figure, value: Value | None) -> str:
    if value is None:
        return "—"
    return figure.show(value.amount) if figure.show and value.number is not None else str(value)


def _figures(ctx: Context, report: Report, part: Figures, asked: Asked) -> Table:
    made = {f.name: _indicator(ctx, report, f, asked) for f in part.figures}
    values = measure(ctx, made.values())
    rows = [[str(f.label), _said(f, values[made[f.name].name]), str(f.definition)]
            for f in part.figures if made[f.name].name in values]
    return Table(str(part.title), [_("指标"), _("数"), _("口径")], rows, [24, 12, 60], frozenset({1}),
                 note=_left(part, len(rows)))


def _left(part: Figures, shown: int) -> str:
    missing = len(part.figures) - shown
    return _("另有 %(n)s 项您没有权限查看。", n=missing) if missing else ""


def _by_place(ctx: Context, report: Report, part: Figures, asked: Asked) -> Table:
    """A line for all, then one for each unit right below."""
    made = {f.name: _indicator(ctx, report, f, asked) for f in part.figures}
    units = _units(ctx, report, asked)
    placed: dict[str, dict[str, Value]] = {}
    whole: dict[str, Value] = {}
    for ledger, listed in by_ledger(made.values(), ctx) if units else ():
        if ledger.scope and not grouped(ledger, ctx):
            found = by_prefix(ledger, listed, len(units[0][1]), ctx)
            whole |= {i.name: added(i, (values[i.name] for values in found.values())) for i in listed if adds_up(i)}
            for path, values in found.items():
                placed.setdefault(path, {}).update(values)
    whole |= measure(ctx, [i for i in made.values() if i.name not in whole])
    shown = [f for f in part.figures if made[f.name].name in whole]
    rows = [[_("合计"), *(_said(f, whole[made[f.name].name]) for f in shown)]]
    for name, path in [*_besides(placed, units), *units]:
        own = placed.get(path, {})
        rows.append([name, *(_said(f, own.get(made[f.name].name) or value_of(made[f.name], 0, 0)) for f in shown)])
    return Table(str(part.title), [_("组织"), *(str(f.label) for f in shown)], rows, [20, *(12 for _f in shown)],
                 frozenset(range(1, len(shown) + 1)), note=_left(part, len(shown)))


def _units(ctx: Context, report: Report, asked: Asked) -> list[tuple[str, str]]:
    """(name, path) of the units a table has a line for: right below the unit asked for, else right below the reader's."""
    if asked.unit is None:
        return [(name, path) for _id, name, path in units_below(ctx, report.permission)]
    wanted = select(OrgUnit.short_name, OrgUnit.path).where(
        OrgUnit.status.in_(LIVING_STATUS), below(OrgUnit.path, asked.unit.path),
        func.length(OrgUnit.path) == len(asked.unit.path) + LEVEL)
    return [(row.short_name, row.path) for row in session().execute(wanted.order_by(OrgUnit.path).limit(MOST))]


def _besides(placed: Mapping[str, Mapping[str, Value]], units: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """(name, path) of what else the figures belong to, so that the lines add up: the unit above, and units dissolved since."""
    listed = {path for _name, path in units}
    others = [path for path, values in placed.items() if path not in listed and any(one.amount for one in values.values())]
    if not others:
        return []
    rows = session().execute(select(OrgUnit.short_name, OrgUnit.path).where(OrgUnit.path.in_(others)).order_by(OrgUnit.path))
    length = len(units[0][1])
    return [(_("%(name)s（本级）", name=row.short_name) if len(row.path) < length else row.short_name, row.path) for row in rows]


# -- rows of a ledger
def _rows(ctx: Context, part: Rows, asked: Asked, most: int, taken_out: bool) -> Table:
    pairs = list(part.query(asked.span).items()) + ([("cols", ",".join(part.columns))] if part.columns else [])
    pairs += [(part.under, str(asked.unit.id))] if asked.unit else []
    try:
        state, _views = open_ledger(ctx, part.ledger, pairs)
        permission = (state.ledger.export if taken_out else "") or state.ledger.permission
        ctx.require(permission)
    except (Forbidden, NotFound):
        ledger = ctx.plugins.ledgers[part.ledger]
        said = (_("这一部分来自“%(name)s”，您没有导出它的权限。", name=ledger.title) if taken_out else
                _("这一部分来自“%(name)s”，您没有查看它的权限。", name=ledger.title))
        return Table(str(part.title), [], [], [80], note=said)
    columns = state.columns
    cells = texts(columns, ctx)
    rows = [[text(row) for text in cells] for row in every_row(state, ctx, columns, permission=permission, limit=most + 1)]
    note = ""
    if len(rows) > most:
        total = count(state.ledger, ctx, *conditions_of(state, ctx), permission=permission)
        note = _("只列前 %(n)s 条，共 %(total)s 条，其余见“%(name)s”。", n=most, total=total, name=state.ledger.title)
    ends = frozenset(i for i, column in enumerate(columns, 1) if column.align == "end")
    days = frozenset(i for i, column in enumerate(columns, 1) if sql_type(column.source) in ("date", "moment"))
    return Table(str(part.title), [_("序号"), *(str(c.label) for c in columns)],
                 [[str(n), *row] for n, row in enumerate(rows[:most], 1)], [6, *(c.width for c in columns)], ends, days, note)
