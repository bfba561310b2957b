"""Pages of the joint council: seats, sessions, topics, minutes, resolutions."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

from flask import request, url_for

from core.base.clock import SHANGHAI
from core.base.i18n import _
from core.web import ctx, done, go, render
from core.web.forms import SchemaForm
from core.work.show import box

from ..effects import may_report
from ..queries import councils as queries
from ..queries.choices import home
from ..schemas.council import (
    CouncilEdit,
    CouncilForm,
    MemberForm,
    MinutesForm,
    OutcomeForm,
    ResolutionForm,
    SessionForm,
    TopicForm,
)
from ..services import councils as services
from ..services import sessions
from ..words import COUNCILS, TOPIC_STATES, TOPIC_TONES
from ..workflows import resolution_flow
from .pages import form_page, number_asked, pages, sent, with_choices

READ, MANAGE = "pairing.council.read", "pairing.council.manage"


@pages.get("/councils/", needs=READ)
def councils() -> Any:
    return render("pairing/councils.html", found=queries.councils(ctx()), kinds=COUNCILS)


@pages.form("/councils/new", needs=MANAGE)
def new_council() -> Any:
    form = SchemaForm(CouncilForm(), values={"org_id": home(ctx(), MANAGE), "founded_on": ctx().today().isoformat()})
    if sent(form, services.found_council):
        done(_("会议已建立，请加入成员。"))
        return go("pairing.council", record_id=form.result.id)
    return form_page(form, _("建立联席会议"), back=url_for("pairing.councils"), crumb=_("联席会议"))


@pages.get("/councils/<int:record_id>", needs=READ)
def council(record_id: int) -> Any:
    page = queries.council_page(ctx(), record_id)
    return render("pairing/council.html", page=page, c=page.council, kinds=COUNCILS, flow=resolution_flow, states=TOPIC_STATES,
                  tones=TOPIC_TONES, may_manage=not page.council.closed_on and ctx().may(MANAGE, page.council.org_path))


@pages.form("/councils/<int:record_id>/edit", needs=MANAGE)
def edit_council(record_id: int) -> Any:
    page = queries.council_page(ctx(), record_id)
    form = SchemaForm(CouncilEdit(), page.council)
    if sent(form, services.update_council, record_id, versioned=True):
        done(_("已保存。"))
        return go("pairing.council", record_id=record_id)
    return form_page(form, _("修改联席会议"), back=url_for("pairing.council", record_id=record_id), crumb=page.council.name)


@pages.post("/councils/<int:record_id>/close", needs=MANAGE)
def close_council(record_id: int) -> Any:
    closed = services.close_council(ctx(), record_id, version=number_asked(request.form.get("version")))
    done(_("“%(name)s”已撤销，记录保留。", name=closed.name))
    return go("pairing.councils")


@pages.form("/councils/<int:record_id>/members/new", needs=MANAGE)
def new_member(record_id: int) -> Any:
    page = queries.council_page(ctx(), record_id)
    form = SchemaForm(MemberForm())
    if sent(form, services.seat, record_id):
        done(_("已加入成员：%(name)s", name=form.result.name))
        return go("pairing.new_member" if request.form.get("again") else "pairing.council", record_id=record_id)
    return form_page(form, _("加入成员"), back=url_for("pairing.council", record_id=record_id), crumb=page.council.name,
                     again=True, text=_("请安排能代表单位作决定的人；只派人参加活动，议不成事。"))


@pages.get("/seats/<int:record_id>", needs=READ)
def seat(record_id: int) -> Any:
    """Where the call to a session leads: the council in which one has the seat."""
    return go("pairing.council", record_id=queries.council_of_seat(ctx(), record_id))


@pages.post("/councils/members/<int:record_id>/end", needs=MANAGE)
def end_member(record_id: int) -> Any:
    member = services.unseat(ctx(), record_id)
    done(_("%(name)s 已不再是成员。", name=member.name))
    return go("pairing.council", record_id=member.council_id)


@pages.form("/councils/<int:record_id>/sessions/new", needs=MANAGE)
def new_session(record_id: int) -> Any:
    page = queries.council_page(ctx(), record_id)
    form = SchemaForm(SessionForm(), values={"on": ctx().today().isoformat()})
    if sent(form, sessions.plan_session, record_id):
        done(_("会议已安排，已征集的议题列入议程。"))
        return go("pairing.session", record_id=form.result.id)
    return form_page(form, _("安排会议"), back=url_for("pairing.council", record_id=record_id), crumb=page.council.name)


@pages.form("/councils/<int:record_id>/topics/new", needs="pairing.topic.propose")
def new_topic(record_id: int) -> Any:
    page = queries.council_page(ctx(), record_id)
    form = SchemaForm(TopicForm())
    if sent(form, sessions.propose_topic, record_id):
        done(_("议题已提交，列入最近一次会议。") if form.result.session_id else _("议题已提交，留到下次会议。"))
        return go("pairing.council", record_id=record_id)
    return form_page(form, _("提交议题"), back=url_for("pairing.council", record_id=record_id), crumb=page.council.name)


@pages.form("/sessions/<int:record_id>/edit", needs=MANAGE)
def edit_session(record_id: int) -> Any:
    page = queries.session_page(ctx(), record_id)
    form = SchemaForm(SessionForm(), page.held)
    if sent(form, sessions.change_session, record_id, versioned=True):
        done(_("会议安排已更新。"))
        return go("pairing.session", record_id=record_id)
    return form_page(form, _("改期或修改会议"), back=url_for("pairing.session", record_id=record_id), crumb=page.council.name)


@pages.post("/sessions/<int:record_id>/cancel", needs=MANAGE)
def cancel_session(record_id: int) -> Any:
    council = sessions.cancel_session(ctx(), record_id, version=number_asked(request.form.get("version")))
    done(_("会议已取消，议题留到下次会议。"))
    return go("pairing.council", record_id=council.id)


def _resolution(page: queries.SessionPage) -> SchemaForm:
    """The form of a resolution: topics of this session, units that have a seat."""
    return SchemaForm(with_choices(ResolutionForm(), {
        "topic_id": [(topic.id, topic.title) for topic in page.topics], "unit_id": queries.seated_units(ctx(), page.council)}))


def _session(record_id: int, **forms: Any) -> Any:
    page = queries.session_page(ctx(), record_id)
    may = ctx().may(MANAGE, page.council.org_path)
    form = forms.get("resolution") or _resolution(page)
    minutes = forms.get("minutes") or SchemaForm(MinutesForm())
    shown = forms.get("resolution") or forms.get("minutes")
    return render("pairing/session.html", shown.status if shown else 200, page=page, s=page.held, form=form, minutes=minutes,
                  may_manage=may, flow=resolution_flow, states=TOPIC_STATES, tones=TOPIC_TONES)


@pages.get("/sessions/<int:record_id>", needs=READ)
def session(record_id: int) -> Any:
    return _session(record_id)


@pages.post("/sessions/<int:record_id>/tick", needs=MANAGE)
def tick(record_id: int) -> Any:
    def picked(name: str) -> list[int]:
        return [one for text in request.form.getlist(name)[:1000] if (one := number_asked(text))]

    stand_ins = {number: request.form[key] for key in list(request.form)[:5000]
                 if key.startswith("stand-") and (number := number_asked(key[6:]))}
    n = sessions.tick(ctx(), record_id, present=picked("present"), deciding=picked("decides"), stand_ins=stand_ins,
                      version=number_asked(request.form.get("version")))
    done(_("到会情况已保存：%(n)s 人。", n=n))
    return go("pairing.session", record_id=record_id)


@pages.post("/sessions/<int:record_id>/resolve", needs=MANAGE)
def resolve(record_id: int) -> Any:
    form = _resolution(queries.session_page(ctx(), record_id))
    if sent(form, sessions.resolve, record_id):
        done(_("议定事项已登记，责任人会收到待办。"))
        return go("pairing.session", record_id=record_id)
    return _session(record_id, resolution=form)


@pages.post("/sessions/<int:record_id>/hold", needs=MANAGE)
def hold(record_id: int) -> Any:
    form = SchemaForm(MinutesForm())
    form.version = number_asked(request.form.get("version"))
    if sent(form, sessions.hold_session, record_id, versioned=True):
        done(_("会议已确认，纪要可以打印。"))
        return go("pairing.session", record_id=record_id)
    return _session(record_id, minutes=form)


@pages.form("/topics/<int:record_id>/settle", needs=MANAGE)
def settle(record_id: int) -> Any:
    form = SchemaForm(OutcomeForm())
    if sent(form, sessions.settle_topic, record_id):
        done(_("已登记议题结果。"))
        return go("pairing.session", record_id=form.result.session_id) if form.result.session_id else go(
            "pairing.council", record_id=form.result.council_id)
    return form_page(form, _("登记议题结果"), back=url_for("pairing.councils"), crumb=_("联席会议"))


@pages.get("/sessions/<int:record_id>/minutes", needs=READ)
def minutes(record_id: int) -> Any:
    """The minutes on A4."""
    page = queries.session_page(ctx(), record_id)
    sheet = SimpleNamespace(title=_("%(name)s第 %(n)s 次会议纪要", name=page.council.name, n=page.held.number),
        org=page.org.name, unit="",
                            filler=page.held.recorder, as_of="", landscape=False, other_paper_url="",
                            back_url=url_for("pairing.session", record_id=record_id),
                            printed_at=f"{ctx().now().astimezone(SHANGHAI):%Y-%m-%d %H:%M}")
    return render("pairing/minutes.html", page=page, s=page.held, sheet=sheet)


@pages.get("/resolutions/<int:record_id>", needs=READ)
def resolution(record_id: int) -> Any:
    row, held, its_council = queries.resolution_page(ctx(), record_id)
    work = box(ctx(), resolution_flow, row)
    if not may_report(ctx(), row):
        work = dataclasses.replace(work, buttons=tuple(b for b in work.buttons if b.step.name != "report"))
    return render("pairing/resolution.html", r=row, s=held, c=its_council, work=work)
