"""The inbox: one list across all modules. Who sees which item is decided here and nowhere else.

An item is somebody's when he holds its permission on its path and it is assigned to nobody, to him, to a colleague he
stands in for, or to an account that is in service no more. An item whose module is switched off or archived is not shown; it
comes back with the module.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, not_, or_, select

from core.accounts.models import User
from core.base.memo import remembered, tables
from core.base.session import session
from core.rules import rule
from core.service import WHOLE_TENANT, Context

from .models import DONE, WAITING, Delegation, WorkItem

_FAR = "\U0010ffff"
COUNTED = tables("work_item", "accounts_user", "rules_override", "tenancy_plugin_leave")      # what counts are made of
NOTHING = WorkItem.id.is_(None)        # sqlalchemy.false() would fold away the tenant as well; the fence refuses that


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits for the actor: all, overdue, due today, due within the days of `work.due_soon`."""

    waiting: int = 0
    overdue: int = 0
    today: int = 0
    soon: int = 0


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the reader filters by; empty means all. `org_path` takes everything below, `due`: overdue | today | soon."""

    source: str = ""
    declared: str = ""
    org_path: str = ""
    due: str = ""
    text: str = ""


def _item_permissions(ctx: Context) -> set[str]:
    """Every permission an item can ask for."""
    asking = [step for workflow in ctx.plugins.workflows.values() for step in workflow.steps if step.asks]
    asked = {name for step in asking for name in (step.may, *step.asked_too)}
    return {name for name in asked if name} | {reminder.permission for reminder in ctx.plugins.reminders.values()}


def below(path: Any, prefix: str) -> ColumnElement[bool]:
    """The path lies in the subtree of `prefix`, as a range that an index can use."""
    return and_(path >= prefix, path < prefix + _FAR)


def holds(ctx: Context) -> ColumnElement[bool]:
    """Items whose permission the actor holds where the item stands. Permissions held alike share one condition."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for name in sorted(_item_permissions(ctx)):
        if subtrees := ctx.subtrees(name):
            alike.setdefault(subtrees, []).append(name)
    parts = []
    for subtrees, names in alike.items():
        named = WorkItem.permission.in_(names)
        parts.append(named if subtrees == WHOLE_TENANT else and_(named, or_(*(below(WorkItem.org_path, p) for p in subtrees))))
    return or_(*parts) if parts else NOTHING


def standing_in_for(user_id: int, today: dt.date) -> Select[Any]:
    """Ids of the colleagues somebody stands in for today."""
    return select(Delegation.user_id).where(
        Delegation.deputy_id == user_id, Delegation.starts_on <= today, Delegation.ends_on >= today,
        Delegation.ended_at.is_(None))


def out_of_service() -> Select[Any]:
    """Ids of accounts that nobody can sign in to any more: what they had taken up is everybody's again."""
    return select(User.id).where(User.state != "active")


def mine(ctx: Context) -> ColumnElement[bool]:
    """Items that wait for the actor."""
    me = ctx.actor.id
    if me is None:
        return NOTHING
    return and_(WorkItem.state.in_(WAITING), holds(ctx), *resting(ctx), or_(
        WorkItem.assignee_id.is_(None), WorkItem.assignee_id == me,
        WorkItem.assignee_id.in_(standing_in_for(me, ctx.today())), WorkItem.assignee_id.in_(out_of_service())))


def resting(ctx: Context) -> list[ColumnElement[bool]]:
    """Leaves out what belongs to archived modules, and reminders of places that take no part in one: nothing falls due there.

    A step that waits at such a place stays with those above it: the people within hold no right on it now, and the record,
    which may be another place's, would wait for nobody.
    """
    found = [WorkItem.source.not_in(sorted(ctx.archived))] if ctx.archived else []
    gone = {name: paths for name in ctx.enabled if (paths := ctx.left(name))}
    reminders = sorted(ctx.plugins.reminders)
    return found + [not_(and_(WorkItem.source == name, WorkItem.declared.in_(reminders),
                      or_(*(below(WorkItem.org_path, path) for path in paths)))) for name, paths in sorted(gone.items())]


def _guards(ctx: Context) -> list[str]:
    """Reading permissions the actor still holds somewhere: what he once started or did stays in his lists only with one."""
    named = {w.permission for w in ctx.plugins.workflows.values()} | {r.permission for r in ctx.plugins.reminders.values()}
    return sorted(name for name in named if ctx.may(name))


def started(ctx: Context) -> ColumnElement[bool]:
    """Items that the actor's own steps raised for others and that still wait."""
    return and_(WorkItem.opened_by_id == ctx.actor.id, WorkItem.state.in_(WAITING), WorkItem.guard.in_(_guards(ctx)),
                *resting(ctx))


def finished(ctx: Context) -> ColumnElement[bool]:
    """Items the actor settled lately."""
    since = ctx.now() - dt.timedelta(days=int(rule("work.done_shown").value))
    return and_(WorkItem.closed_by_id == ctx.actor.id, WorkItem.state == DONE, WorkItem.closed_at >= since,
                WorkItem.guard.in_(_guards(ctx)))


TABS = {"mine": mine, "started": started, "finished": finished}
OLDEST_DUE = (case((WorkItem.due_on.is_(None), 1), else_=0), WorkItem.due_on, WorkItem.opened_at, WorkItem.id)


def listed(ctx: Context, tab: str, narrowing: Narrowing | None = None) -> Select[Any]:
    """The items of a tab, overdue first, then by due date; finished ones latest first."""
    order = (WorkItem.closed_at.desc(), WorkItem.id) if tab == "finished" else OLDEST_DUE
    return select(WorkItem).where(TABS[tab](ctx), *_narrowed(ctx, narrowing or Narrowing())).order_by(*order)


def _narrowed(ctx: Context, by: Narrowing) -> Iterable[ColumnElement[bool]]:
    today = ctx.today()
    if by.source:
        yield WorkItem.source == by.source
    if by.declared:
        yield WorkItem.declared == by.declared
    if by.org_path:
        yield below(WorkItem.org_path, by.org_path)
    if by.text:
        yield or_(WorkItem.subject.contains(by.text, autoescape=True), WorkItem.title.contains(by.text, autoescape=True))
    if by.due == "overdue":
        yield WorkItem.due_on < today
    elif by.due == "today":
        yield WorkItem.due_on == today
    elif by.due == "soon":
        yield and_(WorkItem.due_on > today, WorkItem.due_on <= today + soon())


def soon() -> dt.timedelta:
    return dt.timedelta(days=int(rule("work.due_soon").value))


def for_actor(ctx: Context, limit: int = 20) -> list[WorkItem]:
    """What waits for the actor, most pressing first. One statement."""
    return list(session().scalars(listed(ctx, "mine").limit(limit)))


def counts(ctx: Context) -> Counts:
    """How much waits for the actor. At most one statement."""
    return remembered(COUNTED, ("work.counts", ctx.standing), lambda: _count(ctx))


def _count(ctx: Context) -> Counts:
    today = ctx.today()

    def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    row = session().execute(select(
        func.count(WorkItem.id), number(WorkItem.due_on < today), number(WorkItem.due_on == today),
        number(and_(WorkItem.due_on > today, WorkItem.due_on <= today + soon()))).where(mine(ctx))).one()
    return Counts(*(int(value) for value in row))
