"""The yearly summary of training: what was held, who came, which hours and needs; by unit, and class by class."""

from __future__ import annotations

from typing import Any

from core.base.i18n import _, _l
from core.plugin import HOURS, PERCENT, Figure, Figures, Report, Rows, Words
from core.plugin.report import Span
from core.service import Context

from .models import Certificate, ClassSession, HourEntry, Need, Seat
from .tenths import shown
from .words import CAME, COUNTED


def held(_ctx: Context, span: Span) -> Any:
    return ClassSession.state.in_(COUNTED) & ClassSession.on.between(span.first, span.last)


def came(_ctx: Context, span: Span) -> Any:
    return Seat.attendance.in_(CAME) & ClassSession.state.in_(COUNTED) & ClassSession.on.between(span.first, span.last)


def earned(_ctx: Context, span: Span) -> Any:
    return HourEntry.on.between(span.first, span.last)


def issued(_ctx: Context, span: Span) -> Any:
    return Certificate.issued_on.between(span.first, span.last) & Certificate.revoked_on.is_(None)


def of_those_years(_ctx: Context, span: Span) -> Any:
    return Need.year.between(span.first.year, span.last.year) & (Need.state != "dropped")


def sources(_ctx: Context, span: Span) -> list[str]:
    return [_("班次按举办日期计，只计学时已确认的；学时按取得日期计，包括其他应用登记的学时。"),
            _("培训需求按年度计；统计期 %(first)s 至 %(last)s。", first=span.first.isoformat(), last=span.last.isoformat())]


classes = Figure(name="classes", label=_l("举办班次"), of="training.sessions", where=held, definition=_l("学时已确认的班次"))
people = Figure(name="people", label=_l("参训人次"), of="training.attendance", where=came,
                definition=_l("签到表上出席（含部分出席）的人次，一人参加几次计几次"))
hours = Figure(name="hours", label=_l("取得学时"), of="training.entries", where=earned, unit=HOURS, total=HourEntry.tenths,
               show=shown, definition=_l("记入学时账的学时合计"))
certificates = Figure(name="certificates", label=_l("核发证书"), of="training.certificates", where=issued,
                      definition=_l("核发后没有撤销的结业证书"))
needs = Figure(name="needs", label=_l("培训需求"), of="training.needs", where=of_those_years,
               definition=_l("提出后仍需要的需求"))
met = Figure(name="met", label=_l("需求满足率"), of="training.needs", unit=PERCENT, over=of_those_years,
             where=lambda ctx, span: Need.state == "met", definition=_l("其中已经通过培训满足的比例"))

year = Report(
    name="training.year", title=_l("教育培训情况表"), permission="training.session.read", export="training.hours.export",
    rank=10,
    note=_l("培训工作的年度、季度小结：总数、各组织情况、班次清单。"),
    parts=(
        Figures(title=_l("总体情况"), figures=(classes, people, hours, certificates, needs, met)),
        Figures(title=_l("各组织情况"), by_place=True, figures=tuple(
            Figure(name=f"{one.name}_there", label=one.label, of=one.of, where=one.where, over=one.over, total=one.total,
                   unit=one.unit, show=one.show) for one in (classes, people, hours, needs))),
        Rows(title=_l("班次清单"), ledger="training.sessions",
             columns=("on", "title", "org", "audience", "tenths", "came", "state"),
             query=lambda span: {"on_from": span.first.isoformat(), "on_to": span.last.isoformat(), "sort": "on"}),
        Words(title=_l("说明"), text=sources),
    ))
