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

from .inbox import Narrowing, counts, holds, listed
from .models import WAITING, WorkItem

NARROWED = tables("work_item", "people_org_unit")
MOST_PLACES = 500   # to choose from, in the order of the tree
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
    if tab == "mine" and by == Narrowing():
        total = counts(ctx).waiting                     # as the menu says it, remembered
    else:
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
    waiting = WorkItem.state.in_(WAITING), holds(ctx)
    seen = session().execute(select(WorkItem.source, WorkItem.declared).where(*waiting).distinct()).all()
    owners, declared = ctx.plugins.by_name, {**ctx.plugins.reminders, **ctx.plugins.workflows}
    sources = {source: str(owners[source].manifest.title) for source in {row.source for row in seen} if source in owners}
    kinds = {row.declared: str(declared[row.declared].title) for row in seen if row.declared in declared}
    places = (select(OrgUnit.path, OrgUnit.short_name).where(OrgUnit.path.in_(select(WorkItem.org_path).where(*waiting)))
              .order_by(OrgUnit.path).limit(MOST_PLACES))
    return Choices(dict(sorted(sources.items())), dict(sorted(kinds.items())), dict(session().execute(places).all()),  # type: ignore[arg-type]
                   {"overdue": _("已逾期"), "today": _("今天到期"), "soon": _("即将到期")})
