"""Pages of what both sides do and say: activities, quarterly summaries, yearly reviews; and of putting them right."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from core.base.i18n import _
from core.web import ctx, done, go, render
from core.web.forms import SchemaForm

from ..models import PairReview, PairVisit, QuarterSummary
from ..queries.owed import review_to_write, summary_to_write
from ..queries.pages import pair_page, visit_page
from ..schemas.meeting import ReviewForm, SummaryForm, VisitForm, WithdrawForm
from ..services import corrections, meetings
from ..words import VISITS
from .pages import asked, form_page, ledger_url, pages, sent
from .pairs import crumb

READ, WRITE = "pairing.pair.read", "pairing.visit.write"


@pages.form("/visits/new", needs=WRITE)
def new_visit() -> Any:
    form = SchemaForm(VisitForm(), values={"pair_id": asked("pair_id"), "on": ctx().today().isoformat(), "kind": "exchange"})
    if sent(form, meetings.log_visit):
        done(_("活动已登记。"))
        if request.form.get("again"):
            return go("pairing.new_visit", pair_id=form.result.pair_id)
        return go("pairing.visit", record_id=form.result.id)
    return form_page(form, _("登记交流、走访或活动"), back=ledger_url("activities"), crumb=_("共建活动记录"), again=True,
                     text=_("登记一次，季度小结、年度清单和各本台账自动取用。不用上传照片，不用列参加人名单。"))


@pages.get("/visits/<int:record_id>", needs=READ)
def visit(record_id: int) -> Any:
    one, its_pair = visit_page(ctx(), record_id)
    return render("pairing/visit.html", v=one, p=its_pair, visits=VISITS, may_correct=corrections.may_correct(ctx(), one))


@pages.form("/visits/<int:record_id>/correct", needs=WRITE)
def correct_visit(record_id: int) -> Any:
    one, its_pair = corrections.to_correct(ctx(), PairVisit, record_id)
    form = SchemaForm(VisitForm(exclude=("pair_id",)), one)
    if sent(form, corrections.correct_visit, record_id, versioned=True):
        done(_("已更正。"))
        return go("pairing.visit", record_id=record_id)
    return form_page(form, _("更正活动登记"), back=url_for("pairing.visit", record_id=record_id), crumb=one.topic,
                     text=its_pair.label)


@pages.form("/visits/<int:record_id>/withdraw", needs=WRITE)
def withdraw_visit(record_id: int) -> Any:
    one, its_pair = corrections.to_correct(ctx(), PairVisit, record_id)
    form = SchemaForm(WithdrawForm())
    form.version = one.version
    if sent(form, corrections.withdraw_visit, record_id, versioned=True):
        done(_("已撤销这条登记，各本台账不再计入。"))
        return go("pairing.pair", record_id=its_pair.id)
    return form_page(form, _("撤销这条登记"), back=url_for("pairing.visit", record_id=record_id), crumb=one.topic, save=_("撤销"),
                     text=_("登记错了、登记重了的才撤销；只是写错内容的，请用“更正”。原因留在操作日志里。"))


@pages.form("/pairs/<int:record_id>/summary", needs=WRITE)
def summary(record_id: int) -> Any:
    page, span = pair_page(ctx(), record_id), summary_to_write(ctx(), record_id)
    form = SchemaForm(SummaryForm(), values={"year": span.first.year, "quarter": span.quarter} if span else {})
    if sent(form, meetings.write_summary, record_id):
        done(_("季度小结已登记。"))
        return go("pairing.pair", record_id=record_id)
    return form_page(form, _("登记季度小结"), **crumb(page.pair),
        text=_("活动、认领、完成的次数由系统从记录中统计，这里只写做成的事。"))


@pages.form("/pairs/<int:record_id>/review", needs=READ)
def review(record_id: int) -> Any:
    page, span = pair_page(ctx(), record_id), review_to_write(ctx(), record_id)
    form = SchemaForm(ReviewForm(), values={"year": span.first.year} if span else {})
    if sent(form, meetings.write_review, record_id):
        done(_("年度评价已登记。"))
        return go("pairing.pair", record_id=record_id)
    return form_page(form, _("登记年度互评"), **crumb(page.pair), text=_("双方各评一次，供改进工作，不排名、不公布。"))


@pages.form("/summaries/<int:record_id>/correct", needs=WRITE)
def correct_summary(record_id: int) -> Any:
    one, its_pair = corrections.to_correct(ctx(), QuarterSummary, record_id)
    form = SchemaForm(SummaryForm(exclude=("year", "quarter")), one)
    if sent(form, corrections.correct_summary, record_id, versioned=True):
        done(_("已更正。"))
        return go("pairing.pair", record_id=one.pair_id)
    return form_page(form, _("更正 %(year)s 年第 %(q)s 季度小结", year=one.year, q=one.quarter), **crumb(its_pair),
                     text=_("保存时，活动、认领、完成的次数按现在的记录重新统计。"))


@pages.form("/reviews/<int:record_id>/correct", needs=READ)
def correct_review(record_id: int) -> Any:
    one, its_pair = corrections.to_correct(ctx(), PairReview, record_id)
    form = SchemaForm(ReviewForm(exclude=("year",)), one)
    if sent(form, corrections.correct_review, record_id, versioned=True):
        done(_("已更正。"))
        return go("pairing.pair", record_id=one.pair_id)
    return form_page(form, _("更正 %(year)s 年评价", year=one.year), **crumb(its_pair))
