"""Pages of notices and of the notice board."""

from __future__ import annotations

from typing import Any

from flask import redirect, request

from core.base.i18n import _
from core.web import SIGNED_IN, Pages, ctx, done, go, render
from core.web.forms import SchemaForm
from core.web.paging import asked
from core.work.show import box

from . import notices, services
from .preview import lines_of, preview
from .schemas import BulletinForm
from .workflows import bulletin as WORKFLOW

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
