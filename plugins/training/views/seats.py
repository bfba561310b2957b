"""Enrolling and giving seats back."""

from __future__ import annotations

from typing import Any

from flask import request

from core.base.i18n import _
from core.contracts.errors import Conflict, Invalid
from core.web import SIGNED_IN, back, ctx, done, go, render, warn
from core.web.forms import SchemaForm

from ..queries.sessions import session_page
from ..schemas.session import Enrolled
from ..services import enrolment
from ..words import WAITING
from .pages import WORDS, pages, said

BRANCH, MANAGE = "training.enrolment.write", "training.session.manage"


@pages.form("/sessions/<int:record_id>/enrol", needs=BRANCH)
def enrol(record_id: int) -> Any:
    """A branch puts its people down; who cannot come is named with the reason."""
    form = SchemaForm(Enrolled())
    page = session_page(ctx(), record_id)
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            enrolment.enrol_people, ctx(), record_id, **form.data):
        waiting = sum(1 for row in form.result if row.place == WAITING)
        done(_("已报名 %(n)s 人。", n=len(form.result) - waiting))
        if waiting:
            warn(_("名额已满，%(n)s 人进入候补，有人取消时按先后递补。", n=waiting))
        return go("training.session", record_id=record_id)
    return render("training/enrol.html", form.status, form=form, page=page, e=page.event, **WORDS)


@pages.post("/sessions/<int:record_id>/enrol-all", needs=MANAGE)
def enrol_all(record_id: int) -> Any:
    try:
        seated, waiting = enrolment.enrol_all(ctx(), record_id)
    except Conflict as refused:
        warn(said(refused))
        return go("training.session", record_id=record_id)
    done(_("应参加人员已列入签到表：%(n)s 人。", n=seated))
    if waiting:
        warn(_("名额已满，%(n)s 人进入候补。", n=waiting))
    return go("training.session", record_id=record_id)


@pages.post("/sessions/<int:record_id>/enrol-me", needs=SIGNED_IN)
def enrol_me(record_id: int) -> Any:
    try:
        seat = enrolment.enrol_myself(ctx(), record_id)
    except (Invalid, Conflict) as refused:
        warn(said(refused))
    else:
        done(_("您已进入候补，有名额时自动递补。") if seat.place == WAITING else _("报名成功。"))
    return back("training.mine")


@pages.post("/seats/<int:seat_id>/cancel", needs=SIGNED_IN)
def cancel_seat(seat_id: int) -> Any:
    try:
        moved = enrolment.cancel(ctx(), seat_id)
    except Conflict as refused:
        warn(said(refused))
        return back("training.mine")
    done(_("报名已取消。") if not moved else _("报名已取消，候补的 %(n)s 人已递补。", n=len(moved)))
    return back("training.mine")
