"""What readers do with ledgers besides reading them: saved views and the choice of columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import select

from core.base.i18n import _
from core.base.memo import remembered
from core.base.session import session
from core.contracts.errors import Forbidden, Invalid, NotFound
from core.jobs.models import Job
from core.jobs.queue import find
from core.plugin import Ledger
from core.service import Context, service

from .models import LAYOUT, ME, ROLE, TENANT, SavedView
from .scope import find_ledger
from .search import cleaned
from .state import Layout, State, read_state, tidy

SHARE = "ledgers.view.share"
MOST_VIEWS = 30
LONGEST_QUERY, LONGEST_FORM = 2000, 8000


@dataclass(frozen=True, slots=True)
class Views:
    """What a reader finds saved for one ledger (rows, not records: they are shown, not changed)."""

    saved: list[Any] = field(default_factory=list)
    layout: Layout = Layout()

    def named(self, view_id: str) -> Any | None:
        return next((v for v in self.saved if str(v.id) == view_id), None)


def given_query(form: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The list's own query as a form brought it. Raises Invalid for one too long: cut short it would match more rows."""
    query = str(form.get("query") or "")
    if len(query) > LONGEST_FORM:
        raise Invalid({"query": [_("筛选条件太多，请减少一些再试。")]})
    return parse_qsl(query)


def views_of(ledger: Ledger, ctx: Context, size: int = 0) -> Views:
    """The reader's own views, those shared with one of the reader's roles or with all, and the chosen columns."""
    listed = remembered("settings", ("ledgers.views", ledger.name), lambda: _read_views(ledger))
    roles, me = {grant.role_id for grant in ctx.grants}, ctx.actor.id or 0
    rows = [v for v in listed if v.owner_id == me or v.audience == TENANT or (v.audience == ROLE and v.role_id in roles)]
    columns = [dict(parse_qsl(v.query)).get("cols", "") for v in rows if v.audience == LAYOUT and v.owner_id == ctx.actor.id]
    chosen = tuple(columns[-1].split(",")) if columns and columns[-1] else ()
    return Views([v for v in rows if v.audience != LAYOUT], Layout(chosen, size))


def _read_views(ledger: Ledger) -> list[Any]:
    """Everybody's views of a ledger."""
    columns = (SavedView.id, SavedView.name, SavedView.query, SavedView.audience, SavedView.role_id, SavedView.owner_id)
    return list(session().execute(select(*columns).where(SavedView.ledger == ledger.name).order_by(SavedView.id)))


def with_view(ledger: Ledger, args: dict[str, list[str]], views: Views) -> dict[str, list[str]]:
    """The query string with the named view's own in place of missing filters; an unknown view changes nothing."""
    wanted = (args.get("view") or [""])[-1]
    own = set(args) - {"view", "page", "size", "cols"}
    if not wanted or own:
        return args
    built_in = next((v for v in ledger.views if v.name == wanted), None)
    saved = views.named(wanted)
    if built_in is not None:
        pairs = [(k, v) for k, value in built_in.query.items() for v in ([value] if isinstance(value, str) else value)]
    else:
        pairs = parse_qsl(saved.query) if saved else []
    return {**tidy(pairs), **args}


@service(None, writes=False)
def open_ledger(ctx: Context, name: str, pairs: list[tuple[str, str]], size: int = 0) -> tuple[State, Views]:
    """The state of a ledger page for a query string. Raises NotFound and Forbidden."""
    ledger = find_ledger(ctx, name)
    views = views_of(ledger, ctx, size)
    return read_state(ledger, with_view(ledger, tidy(pairs), views), ctx, views.layout), views


def _wish(ctx: Context, ledger: Ledger, name: str, audience: str, role_id: int | None) -> tuple[str, str, int | None]:
    """(name, audience, role) as they may be stored. Raises Invalid and Forbidden."""
    title = cleaned(name)[:30]
    if not title:
        raise Invalid({"name": [_("请给视图起个名字")]})
    if audience not in (ME, ROLE, TENANT):
        raise Invalid({"audience": [_("请选择给谁看")]})
    if audience != ME and not ctx.may(SHARE):
        raise Forbidden(SHARE)
    if audience == ROLE and role_id not in {grant.role_id for grant in ctx.grants}:
        raise Invalid({"role_id": [_("只能共享给您自己担任的角色")]})
    return title, audience, role_id if audience == ROLE else None


@service(None, action="ledgers.view.save")
def save_view(ctx: Context, ledger_name: str, pairs: list[tuple[str, str]], name: str, audience: str = ME,
              role_id: int | None = None) -> SavedView:
    """Keep a query string under a name; the same name of the same owner is overwritten."""
    ledger = find_ledger(ctx, ledger_name)
    title, audience, role = _wish(ctx, ledger, name, audience, role_id)
    state = read_state(ledger, tidy(pairs), ctx)
    query = urlencode(state.pairs(without=("view", "page")))
    if len(query) > LONGEST_QUERY:
        raise Invalid({"name": [_("筛选条件太多，存不下，请减少一些")]})
    own = session().scalars(select(SavedView).where(
        SavedView.ledger == ledger.name, SavedView.owner_id == ctx.actor.id, SavedView.audience != LAYOUT)).all()
    view = next((v for v in own if v.name == title), None)
    if view is None:
        if len(own) >= MOST_VIEWS:
            raise Invalid({"name": [_("每个台账最多存 %(n)s 个视图，请先删除不用的", n=MOST_VIEWS)]})
        view = SavedView(ledger=ledger.name, owner_id=ctx.actor.id, owner_name=ctx.actor.label, name=title)
        session().add(view)
    view.query, view.audience, view.role_id = query, audience, role
    session().flush()
    ctx.audit("ledger_view", view.id, title, ledger=ledger.name, audience=audience)
    return view


def _owned(ctx: Context, ledger_name: str, view_id: int) -> SavedView:
    """A view the actor may change: the owner's, or a shared one for those who may share."""
    ledger = find_ledger(ctx, ledger_name)
    view = session().scalars(select(SavedView).where(
        SavedView.id == view_id, SavedView.ledger == ledger.name, SavedView.audience != LAYOUT)).one_or_none()
    if view is None or (view.owner_id != ctx.actor.id and view.audience == ME):
        raise NotFound("view")
    if view.owner_id != ctx.actor.id and not ctx.may(SHARE):
        raise Forbidden(SHARE)
    return view


@service(None, action="ledgers.view.rename")
def rename_view(ctx: Context, ledger_name: str, view_id: int, name: str) -> SavedView:
    view = _owned(ctx, ledger_name, view_id)
    title = cleaned(name)[:30]
    if not title:
        raise Invalid({"name": [_("请给视图起个名字")]})
    view.name = title
    ctx.audit("ledger_view", view.id, title, ledger=ledger_name)
    return view


@service(None, action="ledgers.view.delete")
def delete_view(ctx: Context, ledger_name: str, view_id: int) -> None:
    view = _owned(ctx, ledger_name, view_id)
    ctx.audit("ledger_view", view.id, view.name, ledger=ledger_name)
    session().delete(view)


@service(None, action="ledgers.columns.choose", audited=False)
def choose_columns(ctx: Context, ledger_name: str, names: list[str]) -> None:
    """Remember the columns (in this order) for the actor; an empty choice goes back to the declared ones."""
    ledger = find_ledger(ctx, ledger_name)
    own = session().scalars(select(SavedView).where(
        SavedView.ledger == ledger.name, SavedView.owner_id == ctx.actor.id, SavedView.audience == LAYOUT)
        .order_by(SavedView.id.desc())).first()
    chosen = [n for n in dict.fromkeys(names) if ledger.column(n) is not None]
    if own is None:
        own = SavedView(ledger=ledger.name, owner_id=ctx.actor.id, owner_name=ctx.actor.label, audience=LAYOUT)
        session().add(own)
    own.query = urlencode({"cols": ",".join(chosen)}) if chosen else ""


@service(None, writes=False)
def export_job(ctx: Context, job_id: int) -> Job:
    """The actor's own export job. Raises NotFound for every other job."""
    found = find(job_id)
    if found is None or found.name != "ledgers.export" or found.actor_id != ctx.actor.id:
        raise NotFound("job")
    return found
