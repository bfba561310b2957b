"""Pages of sessions: the overview, the session, planning, announcing, making up."""

from __future__ import annotations

import dataclasses
from typing import Any

from flask import request

from core.base.i18n import _
from core.indicators.engine import measure, offered
from core.people.me import own_person
from core.settings.modules import settings_of
from core.web import ctx, done, go, render
from core.web.download import attachment
from core.web.forms import SchemaForm
from core.work.services import make_step
from core.work.show import box

from ..board import draft, hangs_until
from ..calendars import session_ics
from ..models import ClassSession
from ..queries.courses import open_needs, plan_item
from ..queries.sessions import audience_of, coming_up, known_session, session_page, with_sheets
from ..schemas.session import Announced, SessionChange, SessionForm
from ..services import sessions
from ..words import AHEAD, COUNTED, ENROLLING, HELD, SUBMITTED, UPCOMING
from ..workflows import class_session
from .pages import WORDS, form_page, number_asked, pages

READ, MANAGE = "training.session.read", "training.session.manage"
OWN_PAGE = ("announce",)                       # steps whose form is a page of ours


@pages.get("/", needs=READ)
def index() -> Any:
    """What lies ahead, what waits, and the figures."""
    tiles = measure(ctx(), [one for one in offered(ctx()) if one.name.startswith("training.")])
    needs = open_needs(ctx()) if ctx().may("training.need.read") else []
    return render("training/index.html", ahead=coming_up(ctx()), sheets=with_sheets(ctx()), needs=needs,
                  tiles=list(tiles.values()),
                  states=class_session.choices(), tones=class_session.tones(), mine=own_person(ctx()), **WORDS)


@pages.get("/sessions/<int:record_id>", needs=READ)
def session(record_id: int) -> Any:
    page = session_page(ctx(), record_id)
    event, own = page.event, own_person(ctx())
    work = box(ctx(), class_session, event)
    work = dataclasses.replace(work, buttons=tuple(b for b in work.buttons if b.step.name not in OWN_PAGE))
    mine = next((line.seat for line in (*page.lines, *page.waiting) if own and line.seat.person_id == own.id), None)
    return render("training/session.html", page=page, e=event, work=work, own=own, mine=mine, today=ctx().today(),
                  manages=ctx().may(MANAGE, event.org_path), ahead=event.state in AHEAD, upcoming=event.state in UPCOMING,
                  enrolling=event.state == ENROLLING, writable=event.state == HELD or event.state in UPCOMING,
                  marked=event.state not in AHEAD or any(line.seat.attendance for line in page.lines),
                  handed_in=event.state in (SUBMITTED, *COUNTED),
                  self_enrolment=settings_of(ctx().plugins, "training")["self_enrolment"], **WORDS)


def _values(plan_id: int | None) -> dict[str, Any]:
    """What a line of the plan says about a session made from it."""
    values: dict[str, Any] = {"course_id": number_asked(request.args.get("course_id")), "begins": "09:00", "ends": "12:00",
                              "org_id": number_asked(request.args.get("org_id")), "audience": ["members"]}
    if plan_id:
        item = plan_item(ctx(), plan_id)
        values |= {"course_id": item.course_id, "org_id": item.org_id, "audience": [item.audience], "capacity": item.head_count}
    return values


def _new(service: Any, title: Any, text: Any) -> Any:
    plan_id = number_asked(request.args.get("plan_item"))
    form = SchemaForm(SessionForm(), values=_values(plan_id))
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            service, ctx(), plan_item_id=plan_id, **form.data):
        done(_("班次 %(number)s 已建立。", number=form.result.number))
        return go("training.session", record_id=form.result.id)
    return form_page(form, title, "training.sessions", text=text)


@pages.form("/sessions/new", needs=MANAGE)
def new_session() -> Any:
    return _new(sessions.plan_session, _("开班"), _("保存后先核对应参加人员，再发布预告。"))


@pages.form("/sessions/past", needs=MANAGE)
def record_past() -> Any:
    return _new(sessions.record_past, _("补登班次"), _("用于已经办过、当时没有登记的培训，会注明是补录。"))


def managed(record_id: int) -> ClassSession:
    """A session of one's own. Raises NotFound, Forbidden."""
    event = session_page(ctx(), record_id).event
    ctx().require(MANAGE, event.org_path)
    return event


@pages.form("/sessions/<int:record_id>/edit", needs=MANAGE)
def edit_session(record_id: int) -> Any:
    event = managed(record_id)
    form = SchemaForm(SessionChange(), event)
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            sessions.update_session, ctx(), record_id, version=form.version, **form.data):
        done(_("已保存。已张贴的预告不会自动改，请视情况重新通知。") if event.bulletin_id else _("已保存。"))
        return go("training.session", record_id=record_id)
    return form_page(form, _("修改班次"), "training.sessions")


@pages.form("/sessions/<int:record_id>/announce", needs=MANAGE)
def announce(record_id: int) -> Any:
    """Who should come stands above the text that is going to hang on the board."""
    event = managed(record_id)
    form = SchemaForm(Announced(), values={"text": draft(ctx(), event), "until": hangs_until(event, ctx().today()).isoformat()})
    form.version = event.version
    if request.method == "POST" and form.submit(request.form) and form.attempt(_announce, record_id, form.version, form.data):
        done(_("预告已张贴在公开栏。"))
        return go("training.session", record_id=record_id)
    return render("training/announce.html", form.status, form=form, e=event, who=audience_of(ctx(), record_id),
                  **WORDS)


def _announce(record_id: int, version: int | None, data: dict[str, Any]) -> Any:
    return make_step(ctx(), class_session.name, record_id, "announce", version=version, data=data, accept=True)


@pages.form("/sessions/<int:record_id>/make-up", needs=MANAGE)
def make_up(record_id: int) -> Any:
    event = managed(record_id)
    form = SchemaForm(SessionChange(), values={
        "title": _("%(title)s（补课）", title=event.title)[:80], "begins": f"{event.begins:%H:%M}", "ends": f"{event.ends:%H:%M}",
        "venue": event.venue, "audience": event.audience})
    if request.method == "POST" and form.submit(request.form) and form.attempt(sessions.make_up, ctx(), record_id, **form.data):
        done(_("补课班次 %(number)s 已建立，缺席、请假的人已列入签到表。", number=form.result.number))
        return go("training.session", record_id=form.result.id)
    return form_page(form, _("安排补课：%(title)s", title=event.title), "training.sessions")


@pages.get("/sessions/<int:record_id>/calendar.ics", needs=READ)
def session_calendar(record_id: int) -> Any:
    """The session as one entry for a calendar program: what, when, where; nobody is named."""
    event = known_session(ctx(), record_id)
    return attachment(session_ics(ctx(), event), f"{event.number}.ics", "text/calendar")
