"""Lists of items by page, and what they can be narrowed by."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from core.base.i18n import _
from core.base.memo import keep, recall, tables
from core.base.session import session
from core.people.models import OrgUnit
from core.service import Context
from core.web.paging import Page, clamp

from .inbox import Narrowing, holds, listed
from .models import WAITING, WorkItem

NARROWED = tables("work_item", "people_org_unit")
FEW = 100           # places with their names that are remembered for a reader and a day


@dataclass(frozen=True, slots=True)
class Choices:
    """value -> label of each filter of the inbox; only what occurs among the reader's items."""

    sources: dict[str, str]
    kinds: dict[str, str]
    places: dict[str, str]
    dues: dict[str, str]


def items_page(ctx: Context, tab: str, by: Narrowing, number: int, size: int) -> Page:
    """One page of a tab of the inbox."""
    found = listed(ctx, tab, by)
    total = session().scalar(found.with_only_columns(func.count(WorkItem.id)).order_by(None)) or 0
    number = clamp(number, size, total)
    items = session().scalars(found.limit(size).offset((number - 1) * size)).all()
    return Page(items, number, size, total)


def narrowing_choices(ctx: Context) -> Choices:
    """What the reader's waiting items can be narrowed by; remembered until an item or a unit changes, unless it is long."""
    key = "work.narrowing", ctx.standing, ctx.locale
    found: Choices | None = recall(NARROWED, key)
    if found is None:
        found = _narrowing_choices(ctx)
        if len(found.places) <= FEW:
            keep(NARROWED, key, found)
    return found


def _narrowing_choices(ctx: Context) -> Choices:
    seen = session().execute(select(WorkItem.source, WorkItem.declared, WorkItem.org_path)
                             .where(WorkItem.state.in_(WAITING), holds(ctx)).distinct().limit(2000)).all()
    owners, declared = ctx.plugins.by_name, {**ctx.plugins.reminders, **ctx.plugins.workflows}
    sources = {row.source: str(owners[row.source].manifest.title) for row in seen if row.source in owners}
    kinds = {row.declared: str(declared[row.declared].title) for row in seen if row.declared in declared}
    return Choices(dict(sorted(sources.items())), dict(sorted(kinds.items())), _places({row.org_path for row in seen}),
                   {"overdue": _("已逾期"), "today": _("今天到期"), "soon": _("即将到期")})


def _places(paths: set[str], most: int = 500) -> dict[str, str]:
    """Names of the units items stand at, in the order of the tree."""
    wanted = sorted(path for path in paths if path)[:most]
    if not wanted:
        return {}
    units = session().execute(select(OrgUnit.path, OrgUnit.short_name).where(OrgUnit.path.in_(wanted)).order_by(OrgUnit.path))
    return dict(units.all())  # type: ignore[arg-type]
