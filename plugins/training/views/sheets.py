"""The sheet of attendance: on screen, on paper with a column for signatures, and as a workbook to be filled in and imported."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import request, url_for
from marshmallow import ValidationError

from core.base.i18n import _
from core.contracts.errors import Conflict, Invalid
from core.web import back, ctx, done, go, render, warn
from core.web.download import attachment
from core.web.forms import SchemaForm

from ..paper import sheet_workbook
from ..queries.sessions import SessionPage, session_page
from ..schemas.fields import read_hours
from ..schemas.session import WalkIn
from ..services import attendance
from ..words import ATTENDANCE, PRESENT_UNASKED
from .pages import WORDS, number_asked, pages, said

READ, MANAGE = "training.session.read", "training.session.manage"
MOST_LINES = 5000


@pages.form("/sessions/<int:record_id>/attendance", needs=MANAGE)
def attendance_sheet(record_id: int) -> Any:
    """Enter who was there. What was typed stays when something is wrong, with the reason beside each name."""
    page = session_page(ctx(), record_id)
    ctx().require(MANAGE, page.event.org_path)
    if request.method == "GET":
        return _sheet(page)
    marks, errors = _typed(page)
    if not errors:
        try:
            count = attendance.mark(ctx(), record_id, marks=marks, version=number_asked(request.form.get("version")))
        except Invalid as refused:
            errors = refused.errors
        except Conflict as refused:
            warn(said(refused))
            return go("training.attendance_sheet", record_id=record_id)
        else:
            done(_("签到已保存：%(n)s 人。", n=count))
            return go("training.session", record_id=record_id)
    return _sheet(page, errors, 422)


def _sheet(page: SessionPage, errors: dict[str, list[str]] | None = None, status: int = 200) -> Any:
    return render("training/attendance.html", status, page=page, e=page.event, errors=errors or {}, typed=request.form,
                  walk_in=SchemaForm(WalkIn()), locked=attendance.locked_because(ctx(), page.event),
                  walked_in=[line for line in page.lines if line.seat.place == PRESENT_UNASKED], **WORDS)


def _typed(page: SessionPage) -> tuple[list[attendance.Mark], dict[str, list[str]]]:
    """The marks of the posted sheet, and a sentence per seat whose hours cannot be read. A line may go
    back to not entered; untouched lines are left alone."""
    marks, errors = [], {}
    for line in page.lines[:MOST_LINES]:
        seat, form = line.seat, request.form
        said, hours = form.get(f"a-{seat.id}", ""), form.get(f"h-{seat.id}", "").strip()[:40]
        if said == "" and seat.attendance and f"a-{seat.id}" in form:
            marks.append(attendance.Mark(seat.id, "", None, form.get(f"n-{seat.id}", "").strip()[:100]))
        if said not in ATTENDANCE:
            if hours and not seat.attendance:
                errors[f"seat-{seat.id}"] = [_("%(name)s：填了学时，请先选出席情况。", name=seat.person_name)]
            continue
        try:
            tenths = read_hours(hours) if hours else None
        except ValidationError as refused:
            errors[f"seat-{seat.id}"] = [f"{seat.person_name}：{refused.messages[0]}"]
            continue
        marks.append(attendance.Mark(seat.id, said, tenths, form.get(f"n-{seat.id}", "").strip()[:100]))
    return marks, errors


@pages.post("/sessions/<int:record_id>/walk-in", needs=MANAGE)
def walk_in(record_id: int) -> Any:
    form = SchemaForm(WalkIn())
    if form.submit(request.form) and form.attempt(attendance.add_walk_ins, ctx(), record_id, **form.data):
        done(_("已补录 %(n)s 人。", n=form.result))
    else:
        warn(form.sentences() or said(Conflict()))
    return go("training.attendance_sheet", record_id=record_id)


@pages.post("/seats/<int:seat_id>/strike", needs=MANAGE)
def strike(seat_id: int) -> Any:
    try:
        row = attendance.strike(ctx(), seat_id)
    except Conflict as refused:
        warn(said(refused))
        return back("training.index")
    done(_("%(name)s 已移出签到表。", name=row.person_name))
    return go("training.attendance_sheet", record_id=row.session_id)


@pages.get("/sessions/<int:record_id>/sheet", needs=READ)
def printed_sheet(record_id: int) -> Any:
    """The sheet on A4 with a column for signatures and empty lines for whoever comes besides."""
    page = session_page(ctx(), record_id)
    event = page.event
    frame = SimpleNamespace(
        title=_("%(title)s签到表", title=event.title), org=page.org.name, filler="", landscape=False, other_paper_url="",
        back_url=url_for("training.session", record_id=record_id), printed_at=ctx().today().isoformat())
    return render("training/sheet.html", page=page, e=event, sheet=frame)


@pages.get("/sessions/<int:record_id>/sheet.xlsx", needs=MANAGE)
def sheet_file(record_id: int) -> Any:
    """The sheet as a workbook with the headings of the import: fill in the columns 出席 and 学时, upload it."""
    page = session_page(ctx(), record_id)
    ctx().require(MANAGE, page.event.org_path)
    return attachment(sheet_workbook(page), f"{page.event.number}.xlsx")
