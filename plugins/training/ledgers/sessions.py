"""Sessions, the sheet of attendance, and secretaries new in office."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, or_, select, tuple_

from core.base.i18n import _l
from core.people.models import OrgUnit, PostHolding
from core.plugin import A4, Action, Filter, Ledger, View, col
from core.rules import add_months, due_date, rule
from core.service import Context
from core.settings.models import DictionaryEntry

from ..audience import codes_on, post_codes
from ..board import words_for
from ..models import Balance, ClassSession, Course, HourEntry, Seat
from ..tenths import shown
from ..words import (
    ATTENDANCE,
    ATTENDANCE_TONES,
    CAME,
    INDUCTION_FORMS,
    MISSED,
    ORIGINS,
    OWN_SOURCE,
    PLACE_TONES,
    PLACES,
    SEATED,
    SECRETARY_POSTS,
)
from ..workflows import class_session
from .plans import GROUP, subjects

READ, HOURS, EXPORT = "training.session.read", "training.hours.read", "training.hours.export"


def seats_where(*where: Any) -> Any:
    """How many seats of a session fulfil the conditions, for a column."""
    return (select(func.count(Seat.id)).where(Seat.tenant_id == ClassSession.tenant_id, Seat.session_id == ClassSession.id,
                                              *where)
            .correlate(ClassSession).scalar_subquery())


STATE = col("state", _l("状态"), ClassSession.state, choices=class_session.choices(), tones=class_session.tones(), filter=True,
            width=12)
sessions = Ledger(
    name="training.sessions", title=_l("培训班次台账"), permission=READ, paper=A4.landscape, icon="mortarboard", group=GROUP,
    rank=40,
    rows=select(ClassSession).join(ClassSession.course).join(ClassSession.org), key=ClassSession.id,
    scope=(ClassSession.org_path,),
    opens="training.session",
    columns=(
        col("title", _l("班次名称"), ClassSession.title, search=True, width=22),
        col("number", _l("编号"), ClassSession.number, search=True, width=11),
        col("on", _l("日期"), ClassSession.on, filter=True, width=11),
        col("org", _l("办班单位"), OrgUnit.short_name, order=ClassSession.org_path, width=16),
        col("subject", _l("主题"), Course.subject, choices=subjects, filter=True, priority=2, width=10),
        col("trainer", _l("授课人"), ClassSession.trainer, search=True, priority=2, width=10),
        col("venue", _l("地点"), ClassSession.venue, priority=3, width=16),
        col("audience", _l("培训对象"), ClassSession.audience, show=words_for, sort=False, width=16),
        col("tenths", _l("学时"), ClassSession.tenths, show=shown, align="end", width=6),
        col("expected", _l("应到"), ClassSession.expected, align="end", width=6),
        col("seated", _l("报名"), seats_where(Seat.place.in_(SEATED)), align="end", width=6),
        col("came", _l("实到"), seats_where(Seat.attendance.in_(CAME)), align="end", width=6),
        STATE,
        col("confirmed_on", _l("学时确认"), ClassSession.confirmed_on, filter=True, hidden=True),
        col("confirmed_by", _l("确认人"), ClassSession.confirmed_by, hidden=True),
    ),
    filters=(Filter(name="under", label=_l("办班单位"), kind="org", source=ClassSession.org_path),
             Filter(name="ahead", label=_l("未举办"), kind="flag",
                    where=lambda ctx: ClassSession.state.in_(("draft", "announced", "enrolling")))),
    views=(View(name="ahead", label=_l("未举办"), query={"ahead": "1"}),
           View(name="waiting", label=_l("待确认学时"), query={"state": "attendance_submitted"})),
    order=("-on", "number"), imports="training.attendance",
    actions=(Action(_l("补登班次"), "training.record_past", "training.session.manage", icon="clock"),
             Action(_l("开班"), "training.new_session", "training.session.manage", icon="plus-lg", primary=True)),
    empty=_l("还没有班次。选一门课程，定时间地点，系统按职务和类别算出应参加的人。"),
)
attendance = Ledger(
    name="training.attendance", title=_l("培训签到表"), permission=READ, export=EXPORT, paper=A4.portrait, icon="check2-square",
    rows=select(Seat).join(Seat.session).join(Seat.org).where(Seat.place.in_((*SEATED, "waiting"))), key=Seat.id, group=GROUP,
    scope=(Seat.org_path, Seat.host_path), rank=50, imports="training.attendance",
    columns=(
        col("person", _l("姓名"), Seat.person_name, search=True, width=10),
        col("branch", _l("支部/社区"), OrgUnit.short_name, order=Seat.org_path, width=16),
        col("number", _l("班次编号"), ClassSession.number, search=True, width=11),
        col("title", _l("班次名称"), ClassSession.title, search=True, opens="training.session", key=ClassSession.id, width=22),
        col("on", _l("日期"), ClassSession.on, filter=True, width=11),
        col("place", _l("报名"), Seat.place, choices=PLACES, tones=PLACE_TONES, filter=True, width=10),
        col("attendance", _l("出席"), Seat.attendance, choices=ATTENDANCE, tones=ATTENDANCE_TONES, filter=True, width=10),
        col("tenths", _l("学时"), Seat.tenths, show=shown, align="end", width=6),
        col("note", _l("备注"), Seat.note, priority=2, width=16),
        col("origin", _l("报名方式"), Seat.origin, choices=ORIGINS, filter=True, hidden=True),
        col("marked_by", _l("登记人"), Seat.marked_by, hidden=True),
    ),
    filters=(Filter(name="under", label=_l("所属组织"), kind="org", source=Seat.org_path),
             Filter(name="missed", label=_l("缺席、请假"), kind="flag", where=lambda ctx: Seat.attendance.in_(MISSED))),
    views=(View(name="missed", label=_l("缺席、请假"), query={"missed": "1"}),), order=("-on", "branch"),
)


# -- new secretaries
def in_office(ctx: Context) -> Any:
    """Secretaries appointed within twice the time for induction: the open cases and those just past."""
    months = 2 * int(rule("training.induction_within").value)
    return (select(PostHolding).join(PostHolding.org)
            .where(PostHolding.post.in_(post_codes(SECRETARY_POSTS)), PostHolding.ends_on.is_(None),
                   PostHolding.starts_on > add_months(ctx.today(), -months), PostHolding.starts_on <= ctx.today()))


def of_induction(what: Any) -> Any:
    """A column of the hours got in induction or rotation classes."""
    own = select(DictionaryEntry.code).where(
        DictionaryEntry.tenant_id == Course.tenant_id, DictionaryEntry.kind == "training.form",
        DictionaryEntry.base.in_(INDUCTION_FORMS))
    found = select(what).select_from(HourEntry).join(ClassSession, (ClassSession.tenant_id == HourEntry.tenant_id)
                                                     & (ClassSession.id == HourEntry.source_id)).join(ClassSession.course)
    return found.where(HourEntry.source == OWN_SOURCE, or_(Course.form.in_(INDUCTION_FORMS), Course.form.in_(own)))


def trained_on() -> Any:
    """The first induction or rotation class since the post was taken up, for a column."""
    return of_induction(func.min(HourEntry.on)).where(
        HourEntry.tenant_id == PostHolding.tenant_id, HourEntry.person_id == PostHolding.person_id,
        HourEntry.on >= PostHolding.starts_on).correlate(PostHolding).scalar_subquery()


def rotated() -> Any:
    """Balances of those who got hours in an induction or rotation class of that year.

    A set made once from the few classes of these forms, not a question for each balance: on PostgreSQL 2,000 secretaries took
    0.7 s that way.
    """
    forms = {*INDUCTION_FORMS, *codes_on("training.form", INDUCTION_FORMS)}
    who = (select(HourEntry.person_id, HourEntry.year)
           .join(ClassSession, (ClassSession.tenant_id == HourEntry.tenant_id) & (ClassSession.id == HourEntry.source_id))
           .join(ClassSession.course).where(HourEntry.source == OWN_SOURCE, Course.form.in_(sorted(forms))))
    return tuple_(Balance.person_id, Balance.year).in_(who)


def due_on(row: Any, ctx: Context) -> str:
    return due_date(row.starts_on, rule("training.induction_within")).on.isoformat()


def induction_late(row: Any, ctx: Context) -> bool:
    return row.trained is None and due_date(row.starts_on, rule("training.induction_within")).on <= ctx.today()


def as_day(value: dt.date | str | None) -> str:
    return value.isoformat() if isinstance(value, dt.date) else value or ""


new_secretaries = Ledger(
    name="training.new_secretaries", title=_l("新任书记培训情况"), permission=HOURS, export=EXPORT, paper=A4.landscape, rank=90,
    rows=in_office, key=PostHolding.id, scope=(PostHolding.org_path,), icon="person-check", group=GROUP,
    columns=(
        col("name", _l("姓名"), PostHolding.person_name, search=True, opens="training.person", key=PostHolding.person_id,
            width=10),
        col("org", _l("支部/社区"), OrgUnit.short_name, order=PostHolding.org_path, width=18),
        col("starts_on", _l("任职日期"), PostHolding.starts_on, filter=True, width=11),
        col("due_on", _l("培训期限"), value=due_on, warn=induction_late, width=11),
        col("trained", _l("任职培训"), trained_on(), show=as_day, width=12),
    ),
    filters=(Filter(name="under", label=_l("所属组织"), kind="org", source=PostHolding.org_path),
             Filter(name="untrained", label=_l("未参训"), kind="flag", where=lambda ctx: trained_on().is_(None))),
    views=(View(name="untrained", label=_l("未参训"), query={"untrained": "1"}),), order=("starts_on",),
    note=_l("供安排任职培训使用，不作评比。"),
)
