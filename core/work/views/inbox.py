"""Pages of the inbox: lists, one item, handing over, deputies."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from core.base.i18n import _
from core.contracts.errors import NotFound
from core.web import SIGNED_IN, back, ctx, done, render, warn
from core.web.forms import SchemaForm
from core.web.paging import asked

from .. import handover, schemas, services
from ..inbox import Narrowing, counts
from ..lists import Choices, items_page, narrowing_choices
from ..show import box, options, rows, target_url
from .pages import pages

TABS = ("mine", "started", "finished")
MOST_AT_ONCE = 100


@pages.get("/", needs=SIGNED_IN)
def index() -> Any:
    return inbox()


@pages.get("/inbox", needs=SIGNED_IN)
def inbox() -> Any:
    tab = request.args.get("tab", "mine")
    tab = tab if tab in TABS else "mine"
    choices = narrowing_choices(ctx())
    by = _narrowing(choices)
    page = items_page(ctx(), tab, by, *asked())
    handed = rows(ctx(), handover.handed_by_me(ctx())) if tab == "started" else []
    return render("work/inbox.html", tab=tab, by=by, page=page, rows=rows(ctx(), page.items, choices.places),
                  counts=counts(ctx()), choices=choices, options=options, handed=handed)


def _narrowing(choices: Choices) -> Narrowing:
    """What the address asks for; anything that is not on offer means "all"."""
    given = {name: request.args.get(name, "").strip()[:80] for name in ("source", "declared", "org_path", "due", "text")}
    offered = {"source": choices.sources, "declared": choices.kinds, "org_path": choices.places, "due": choices.dues}
    return Narrowing(**{name: value if name == "text" or value in offered[name] else "" for name, value in given.items()})


@pages.post("/inbox/confirm", needs=SIGNED_IN)
def confirm() -> Any:
    """Make the plain steps of the picked items."""
    ids = [int(value) for value in request.form.getlist("item") if value.isascii() and value.isdigit() and len(value) <= 16]
    made, failed = services.confirm_many(ctx(), ids[:MOST_AT_ONCE])
    if made:
        done(_("已办理 %(n)s 项。", n=made))
    if failed:
        warn(_("有 %(n)s 项没有办成：%(why)s", n=len(failed), why="；".join(dict.fromkeys(failed))[:300]))
    if not ids:
        warn(_("请先勾选要办理的待办。"))
    return back("work.inbox")


@pages.get("/items/<int:item_id>", needs=SIGNED_IN)
def item(item_id: int) -> Any:
    try:
        found = services.find_item(ctx(), item_id)
    except NotFound:                            # a notice outlives what it told of
        found = services.past_item(ctx(), item_id)
        return render("work/past.html", item=found, row=rows(ctx(), [found])[0], target=target_url(ctx(), found))
    asked_for = services.step_of(ctx(), found)
    work = None
    if asked_for:
        workflow, record = services.find_record(ctx(), found.declared, found.record_id)
        work = box(ctx(), workflow, record)
    return render("work/item.html", row=rows(ctx(), [found])[0], item=found, work=work, target=target_url(ctx(), found),
                  form=SchemaForm(schemas.Settled()) if not found.step else None, inbox_url=url_for("work.inbox"))


@pages.post("/items/<int:item_id>/settle", needs=SIGNED_IN)
def settle(item_id: int) -> Any:
    form = SchemaForm(schemas.Settled())
    if form.submit(request.form) and form.attempt(services.settle, ctx(), item_id, note=form.data["note"] or "",
                                                  version=form.version):
        done(_("已标为办结。"))
        return back("work.inbox")
    warn(form.sentences() or _("这项待办刚刚有人动过，请看最新情况。"))
    return back("work.item", item_id=item_id)


@pages.post("/items/<int:item_id>/take", needs=SIGNED_IN)
def take(item_id: int) -> Any:
    services_item = handover.take_up(ctx(), item_id, version=_version())
    done(_("已由您办理：%(item)s", item=services_item.subject))
    return back("work.item", item_id=item_id)


@pages.post("/items/<int:item_id>/back", needs=SIGNED_IN)
def give_back(item_id: int) -> Any:
    handover.take_back(ctx(), item_id, version=_version())
    done(_("已收回，有权限的同事都可以办理。"))
    return back("work.inbox")


def _version() -> int | None:
    typed = request.form.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 15 else None


@pages.form("/items/<int:item_id>/hand", needs=SIGNED_IN)
def hand(item_id: int) -> Any:
    found = services.find_item(ctx(), item_id)
    people = [(h.user_id, f"{h.name}（{h.post or h.role}）") for h in handover.candidates(ctx(), item_id)]
    form = SchemaForm(schemas.handing(lambda: people)(), values={})
    form.version = found.version
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            handover.hand_over, ctx(), item_id, **form.data, version=form.version):
        done(_("已转交给 %(name)s。", name=form.result.assignee_name))
        return back("work.inbox")
    status = 409 if form.late is not None else 422 if form.errors else 200
    return render("work/hand.html", status, form=form, row=rows(ctx(), [found])[0], people=people)


@pages.form("/deputies", needs=SIGNED_IN)
def deputies() -> Any:
    people = handover.colleagues(ctx())
    form = SchemaForm(schemas.standing_in(lambda: people)(), values={"starts_on": ctx().today().isoformat()})
    if request.method == "POST" and form.submit(request.form):
        data = {name: value for name, value in form.data.items() if value is not None}
        if form.attempt(handover.name_deputy, ctx(), **data):
            done(_("已请 %(name)s 代办。", name=form.result.deputy_name))
            return back("work.deputies")
    return render("work/deputies.html", 422 if form.errors else 200, form=form, listed=handover.deputies(ctx()))


@pages.post("/deputies/<int:delegation_id>/end", needs=SIGNED_IN)
def end_deputy(delegation_id: int) -> Any:
    handover.end_deputy(ctx(), delegation_id)
    done(_("代办安排已结束。"))
    return back("work.deputies")

