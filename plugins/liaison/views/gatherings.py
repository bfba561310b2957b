"""Pages of return-home education: the gathering, its sign-in sheet on screen and on paper."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import redirect, request, url_for

from core.base.i18n import _
from core.contracts.errors import Invalid
from core.web import ctx, done, go, render, warn
from core.web.forms import SchemaForm

from ..queries.gatherings import gathering_page
from ..schemas.gathering import GatheringForm, Names
from ..services import gatherings
from .pages import number_asked, pages, setting

READ, MANAGE = "liaison.record.read", "liaison.education.manage"


@pages.get("/gatherings/<int:gathering_id>", needs=READ)
def gathering(gathering_id: int) -> Any:
    page = gathering_page(ctx(), gathering_id)
    return render("liaison/gathering.html", page=page, event=page.gathering, form=SchemaForm(Names()),
                  may_write=not page.gathering.confirmed_on and ctx().may(MANAGE, page.gathering.org_path))


@pages.form("/gatherings/new", needs=MANAGE)
def new_gathering() -> Any:
    values = {"org_id": number_asked(request.args.get("org_id")), "minutes": setting("gathering_minutes"),
              "title": _("流动党员集中返乡教育")}
    form = SchemaForm(GatheringForm(), values=values)
    if request.method == "POST" and form.submit(request.form) and form.attempt(gatherings.save_gathering, ctx(), **form.data):
        done(_("已建立教育活动，签到表里已列出在外的流动党员。"))
        return go("liaison.gathering", gathering_id=form.result.id)
    return render("liaison/form.html", 422 if form.errors else 200, form=form, title=_("新建集中返乡教育"),
                  back="liaison.attendance")


@pages.get("/gatherings/plan/<int:record_id>", needs=MANAGE)
def plan_gathering(record_id: int) -> Any:
    """Where the reminder leads: a new gathering of that organisation."""
    return go("liaison.new_gathering", org_id=record_id)


@pages.form("/gatherings/<int:gathering_id>/edit", needs=MANAGE)
def edit_gathering(gathering_id: int) -> Any:
    form = SchemaForm(GatheringForm(), gathering_page(ctx(), gathering_id).gathering)
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            gatherings.save_gathering, ctx(), gathering_id, version=form.version, **form.data):
        done(_("已保存。"))
        return go("liaison.gathering", gathering_id=gathering_id)
    return render("liaison/form.html", 422 if form.errors else 200, form=form, title=_("修改教育活动"), back="liaison.attendance")


@pages.post("/gatherings/<int:gathering_id>/tick", needs=MANAGE)
def tick(gathering_id: int) -> Any:
    present = [one for text in request.form.getlist("present")[:5000] if (one := number_asked(text))]
    count = gatherings.tick(ctx(), gathering_id, present=present, version=number_asked(request.form.get("version")))
    done(_("签到已保存：到场 %(n)s 人。", n=count))
    return go("liaison.gathering", gathering_id=gathering_id)


@pages.post("/gatherings/<int:gathering_id>/names", needs=MANAGE)
def paste_names(gathering_id: int) -> Any:
    """Compare a copied list with the registry; what fits nobody or several is said, not guessed."""
    form = SchemaForm(Names())
    if form.submit(request.form) and form.attempt(gatherings.paste_names, ctx(), gathering_id, **form.data):
        found = form.result
        done(_("已加入签到 %(n)s 人。", n=found.added))
        if found.unknown:
            warn(_("名册里没有：%(names)s。请核对姓名，或先在党员名册中登记。", names="、".join(found.unknown[:30])))
        if found.several:
            warn(_("有重名，请在签到表上勾选：%(names)s。", names="、".join(found.several[:30])))
        return go("liaison.gathering", gathering_id=gathering_id)
    page = gathering_page(ctx(), gathering_id)
    return render("liaison/gathering.html", 422, page=page, event=page.gathering, form=form, may_write=True)


@pages.post("/gatherings/<int:gathering_id>/confirm", needs=MANAGE)
def confirm(gathering_id: int) -> Any:
    try:
        count = gatherings.confirm_gathering(ctx(), gathering_id, version=number_asked(request.form.get("version")))
    except Invalid as refused:
        warn(" ".join(text for texts in refused.errors.values() for text in texts))
        return go("liaison.gathering", gathering_id=gathering_id)
    done(_("签到已确认：%(n)s 人到场，学时已折算。", n=count))
    return go("liaison.gathering", gathering_id=gathering_id)


@pages.post("/gatherings/<int:gathering_id>/cancel", needs=MANAGE)
def cancel(gathering_id: int) -> Any:
    gatherings.cancel_gathering(ctx(), gathering_id, version=number_asked(request.form.get("version")))
    done(_("已取消这次活动，签到表一并删除。"))
    return redirect(url_for("ledgers.show", name="liaison.attendance"), 303)


@pages.get("/gatherings/<int:gathering_id>/sheet", needs=READ)
def sheet(gathering_id: int) -> Any:
    """The sign-in sheet on A4, with empty lines for guests."""
    page = gathering_page(ctx(), gathering_id)
    frame = SimpleNamespace(title=_("%(title)s签到表", title=page.gathering.title), org=page.host.name, unit="", filler="",
                            as_of=page.gathering.on.isoformat(), landscape=False, other_paper_url="",
                            back_url=url_for("liaison.gathering", gathering_id=gathering_id),
                            printed_at=ctx().today().isoformat())
    return render("liaison/sheet.html", page=page, sheet=frame)
