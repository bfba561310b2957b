"""Pages of records in a workflow, of the calendar, and the door for drafts."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from core.base.clock import SHANGHAI
from core.base.i18n import _
from core.contracts.errors import Invalid, NotFound
from core.plugin import Workflow
from core.web import ANYONE, SIGNED_IN, back, ctx, done, go, render
from core.web.addresses import public_address
from core.web.pages import safe_next

from .. import drafts, engine, feed, services
from ..demands import ACCEPT
from ..forms import step_form, taken_apart
from ..month import first_of, month, weekdays
from ..moves import place
from ..show import box, record_url, state_tag
from .pages import pages


@pages.get("/history/<workflow>/<int:record_id>", needs=SIGNED_IN)
def record(workflow: str, record_id: int) -> Any:
    """State, steps and history of any record in a workflow."""
    found, one = services.find_record(ctx(), workflow, record_id)
    return render("work/record.html", work=box(ctx(), found, one), title=found.label(one), kind=found.title)


@pages.form("/step/<workflow>/<int:record_id>/<step>", needs=SIGNED_IN)
def step(workflow: str, record_id: int, step: str) -> Any:
    """The form of a step; a step without one is made by posting here from its button."""
    found, one = services.find_record(ctx(), workflow, record_id)
    chosen = engine.named(found, step)
    if chosen not in engine.available(ctx(), found, one) and request.method == "GET":
        if chosen.may and ctx().may(chosen.may, place(one, chosen)):
            engine.refuse_if_moved_on(found, one, chosen)           # somebody else was faster: that is no missing page
        raise NotFound(step)
    form = step_form(chosen, one)
    if request.method == "POST" and form.submit(request.form):
        try:        # not form.attempt: a record that moved on is told as such, there is nothing to save over
            services.make_step(ctx(), workflow, record_id, step, version=form.version, **taken_apart(chosen, form.data))
        except Invalid as refused:
            form.refuse(refused.errors)
        else:
            drafts.end_after_saving(form)
            done(_("已%(step)s：%(record)s", step=chosen.label, record=found.label(one)))
            return back_to(_afterwards(found, record_id))
    warned = form.errors.get(ACCEPT, [])
    return render("work/step.html", 422 if form.errors else 200, form=form, step=chosen, warned=warned, accept=ACCEPT,
                  record=found.label(one), state=state_tag(found, one.state), target=state_tag(found, chosen.target),
                  next=safe_next(request.values.get("next")), url=record_url(found, record_id))


def _afterwards(workflow: Workflow, record_id: int) -> str:
    """The record, or the inbox when the step took it out of the actor's sight (sent back to another place)."""
    try:
        services.find_record(ctx(), workflow.name, record_id)
    except NotFound:
        return url_for("work.inbox")
    return record_url(workflow, record_id)


def back_to(url: str) -> Response:
    """To the page the reader came from, else to the record."""
    return Response(status=303, headers={"Location": safe_next(request.form.get("next")) or url})


@pages.get("/calendar", needs=SIGNED_IN)
def calendar() -> Any:
    first = first_of(request.args.get("month"), ctx().today())
    return render("work/calendar.html", month=month(ctx(), first), weekdays=weekdays(), feeds=feed.my_feeds(ctx()))


@pages.post("/calendar/feed", needs=SIGNED_IN)
def make_feed() -> Any:
    """A new address for calendar programs; shown once."""
    address = public_address(url_for("work.read_feed", token=feed.make_feed(ctx())))
    return render("work/feed.html", address=address)


@pages.post("/calendar/feed/revoke", needs=SIGNED_IN)
def revoke_feed() -> Any:
    if feed.revoke_feeds(ctx()):
        done(_("订阅地址已停用，日历程序不会再收到更新。"))
    return go("work.calendar")


@pages.get("/calendar/<token>.ics", needs=ANYONE)
def read_feed(token: str) -> Any:
    """The calendar for a program that holds its address."""
    return Response(feed.read_feed(ctx(), token), mimetype="text/calendar", headers={"Cache-Control": "private, max-age=900"})


@pages.post("/drafts", needs=SIGNED_IN)
def save_draft() -> Any:
    """Keep what was typed so far; answers 204, or 422 when there is no such form."""
    try:
        drafts.save_posted(ctx(), request.form)
    except Invalid as refused:
        return Response(str(refused), 422, mimetype="text/plain")
    return Response(status=204)


@pages.get("/drafts", needs=SIGNED_IN)
def find_draft() -> Any:
    """The actor's own draft of a form as JSON; 204 when there is none."""
    try:
        form, record_id, _schema = drafts.addressed(ctx(), request.args)
    except Invalid as refused:
        return Response(str(refused), 422, mimetype="text/plain")
    found = drafts.find(ctx(), form, record_id)
    if found is None:
        return Response(status=204)
    return {"time": found.saved_at.astimezone(SHANGHAI).strftime("%m-%d %H:%M"), "fields": found.fields}


@pages.post("/drafts/drop", needs=SIGNED_IN)
def drop_draft() -> Any:
    drafts.drop(ctx(), *drafts.addressed(ctx(), request.form)[:2])
    return back("work.inbox")
