"""Pages of notices and of the notice board."""

from __future__ import annotations

from typing import Any

from flask import redirect, request

from core.base.i18n import _
from core.web import SIGNED_IN, Pages, ctx, done, go, render
from core.web.forms import SchemaForm
from core.web.pages import safe_next
from core.web.paging import asked
from core.work.show import box

from .. import feedback as voices
from .. import notices, services
from ..preview import lines_of, preview
from ..schemas import FEEDBACK_KINDS, BulletinForm, FeedbackForm
from ..workflows import bulletin as WORKFLOW
from ..workflows import feedback as VOICES

pages = Pages("notify", __name__)


@pages.get("/", needs=SIGNED_IN)
def index() -> Any:
    return render("notify/index.html", page=notices.notices_page(ctx(), *asked()), unread=notices.unread(ctx()),
                  board=services.board(ctx(), 5))


@pages.post("/<int:notice_id>/open", needs=SIGNED_IN)
def open_notice(notice_id: int) -> Any:
    """Mark a notice as read and go where it leads."""
    found = notices.mark_read(ctx(), notice_id)
    return redirect(request.script_root + found.url, 303) if found.url else go("notify.index")


@pages.post("/read-all", needs=SIGNED_IN)
def read_all() -> Any:
    done(_("已将 %(n)s 条消息标为已读。", n=notices.mark_all_read(ctx())))
    return go("notify.index")


# -- the board
@pages.get("/board", needs=SIGNED_IN)
def board() -> Any:
    shown = services.board(ctx())
    return render("notify/board.html", board=shown, orgs=services.org_names(shown))


@pages.get("/board/<int:bulletin_id>", needs=SIGNED_IN)
def posted(bulletin_id: int) -> Any:
    found = services.find_on_board(ctx(), bulletin_id)
    return render("notify/posted.html", one=found, lines=lines_of(found.shown_body),
                  org=services.org_names([found])[found.org_id])


@pages.get("/manage", needs=services.WRITE)
def manage() -> Any:
    shown = services.bulletins_to_manage(ctx())
    return render("notify/manage.html", boxes=[box(ctx(), WORKFLOW, one, with_history=False) for one in shown],
                  orgs=services.org_names(shown))


@pages.form("/manage/new", needs=services.WRITE)
def write() -> Any:
    form = SchemaForm(BulletinForm(), values={"starts_on": ctx().today().isoformat()})
    if request.method == "POST" and form.submit(request.form) and form.attempt(services.draft_bulletin, ctx(), **form.data):
        return go("notify.bulletin", record_id=form.result.id)
    return render("notify/write.html", 422 if form.errors else 200, form=form, one=None)


@pages.form("/manage/<int:record_id>/edit", needs=services.WRITE)
def change(record_id: int) -> Any:
    found = services.find_bulletin(ctx(), record_id)
    form = SchemaForm(BulletinForm(), obj=found)
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            services.change_bulletin, ctx(), record_id, version=form.version, **form.data):
        return go("notify.bulletin", record_id=record_id)
    return render("notify/write.html", 409 if form.late is not None else 422 if form.errors else 200, form=form, one=found)


@pages.get("/manage/<int:record_id>", needs=services.WRITE)
def bulletin(record_id: int) -> Any:
    """Preview of a draft, state, steps and history."""
    found, seen = preview(ctx(), record_id)
    return render("notify/bulletin.html", one=found, seen=seen, work=box(ctx(), WORKFLOW, found),
                  org=services.org_names([found])[found.org_id])


# -- suggestions and complaints
@pages.form("/feedback/", needs=SIGNED_IN)
def feedback() -> Any:
    """Say something to the admins; below, what one said before and the answers."""
    form = SchemaForm(FeedbackForm(), values={"kind": "suggestion"})
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            voices.send_feedback, ctx(), **form.data, page=_came_from(request.form.get("next"))):
        done(_("已送交本单位管理员，答复后会在消息里告诉您。"))
        return go("notify.feedback")
    mine = voices.my_feedback(ctx())
    return render("notify/feedback.html", 422 if form.errors else 200, form=form, mine=[(one, *_state(one)) for one in mine],
                  kinds=FEEDBACK_KINDS, page=safe_next(request.values.get("next")))


def _came_from(address: str | None) -> str:
    """The page of this tenant somebody came from, without the tenant's own part of the address."""
    return (safe_next(address) or "").removeprefix(request.script_root)


def _state(one: Any) -> tuple[str, str]:
    found = VOICES.state(one.state)
    return str(found.label), found.tone


@pages.get("/feedback/<int:feedback_id>", needs=SIGNED_IN)
def my_feedback(feedback_id: int) -> Any:
    found = voices.own_feedback(ctx(), feedback_id)
    return render("notify/voice.html", one=found, work=None, state=_state(found), kinds=FEEDBACK_KINDS)


@pages.get("/feedback/<int:record_id>/case", needs=voices.ANSWER)
def feedback_case(record_id: int) -> Any:
    found = voices.find_feedback(ctx(), record_id)
    return render("notify/voice.html", one=found, work=box(ctx(), VOICES, found), state=_state(found), kinds=FEEDBACK_KINDS)
