"""What the module contributes to core's pages, and the checks it answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from flask import has_request_context, url_for
from sqlalchemy import func, select

from core.base.db import session
from core.base.i18n import _, _l
from core.base.scope import beyond_subtree
from core.jobs.queue import enqueue
from core.people.me import is_registered, own_number
from core.plugin import CalendarEntry, HeldData, NavItem, Objection, Panel, SearchHit, TimelineEntry, hookimpl
from core.service import Context

from .clashes import each_day
from .merging import merge_person, sat_together, split_person
from .models import Balance, Certificate, ClassSession, HourEntry, Seat
from .tenths import shown
from .words import ATTENDANCE, CALLED_OFF, CLOSED, CONFIRMED, DRAFT, PLACES, UPCOMING

READ, HOURS = "training.session.read", "training.hours.read"


@hookimpl
def nav_items(ctx: Context) -> Iterable[NavItem]:
    found = [NavItem(_l("教育培训"), "training.index", READ, icon="mortarboard", group="business", rank=40, key="g t"),
             NavItem(_l("学时差额"), "training.gap", HOURS, icon="clock-history", group="business", rank=41)]
    if is_registered(ctx):
        found.append(NavItem(_l("我的学时"), "training.mine", "", icon="journal-check", group="work", rank=60))
    return found


def may_read_hours(ctx: Context, person: Any) -> bool:
    """Those who plan for the person, and the person."""
    return ctx.may(HOURS, person.org_path) or own_number(ctx) == person.id


@hookimpl
def panels(slot: str, subject: Any, ctx: Context) -> Iterable[Panel]:
    """This year's hours of a person; those of a unit's people are a page of their own."""
    if slot == "person" and may_read_hours(ctx, subject):
        with beyond_subtree("training: hours of one person, for who plans for that person and for that person"):
            mine = select(Balance).where(Balance.person_id == subject.id, Balance.year == ctx.today().year)
            balance = session().scalars(mine).one_or_none()
        if balance is not None:
            data = {"b": balance, "person_id": subject.id, "planner": ctx.may(HOURS, subject.org_path)}
            yield Panel(_l("本年学时"), "training/panel_person.html", data, "people.person.read", rank=40)
    if slot == "org_unit" and ctx.may(HOURS, subject.path):
        yield Panel(_l("培训学时"), "training/panel_org.html", {"unit": subject}, HOURS, rank=40)


@hookimpl
def search_hits(query: Any, ctx: Context) -> Iterable[SearchHit]:
    text = query.text.strip()
    if not ctx.may(READ) or not text:
        return []
    rows = session().scalars(select(ClassSession).where(
        ClassSession.title.contains(text[:40], autoescape=True) | (ClassSession.number == text[:12]),
        ClassSession.state.in_((*UPCOMING, "held", "attendance_submitted", CONFIRMED, CLOSED)))
        .order_by(ClassSession.on.desc()).limit(query.limit))
    return [SearchHit(one.title, url_for("training.session", record_id=one.id), _("培训班次"), f"{one.number} · {one.on}")
            for one in rows]


@hookimpl
def timeline(person_id: int, ctx: Context) -> Iterable[TimelineEntry]:
    """What counted, for those who plan for the person (the fence cuts what lies elsewhere)."""
    if not ctx.may(HOURS):
        return ()
    rows = session().scalars(select(HourEntry).where(HourEntry.person_id == person_id).order_by(HourEntry.on.desc()).limit(50))
    return [TimelineEntry(row.on, _("%(title)s，%(hours)s 学时", title=row.title, hours=shown(row.tenths)), _("培训"))
            for row in rows if ctx.may(HOURS, row.org_path)]


@hookimpl
def calendar(start: dt.date, end: dt.date, ctx: Context) -> Iterable[CalendarEntry]:
    """Announced sessions, known to all staff; no person is named, so they may go to a phone's calendar."""
    if not ctx.may(READ):
        return []
    with beyond_subtree("training: announced classes are known to all staff"):
        rows = list(session().scalars(select(ClassSession).where(
            ClassSession.on <= end, ClassSession.ends_on >= start, ClassSession.state.not_in((CALLED_OFF, DRAFT)))
            .order_by(ClassSession.on).limit(200)))
    return [CalendarEntry(day, _("培训：%(title)s", title=one.title), _page(one.id), feed=True)
            for one in rows for day in each_day(max(one.on, start), min(one.ends_on, end))]


def _page(record_id: int) -> str:
    return url_for("training.session", record_id=record_id) if has_request_context() else ""


@hookimpl
def personal_data(person_id: int, ctx: Context) -> Iterable[HeldData]:
    with beyond_subtree("training: what is held about one person, wherever it lies"):
        seats = session().execute(select(ClassSession.on, ClassSession.title, Seat.place, Seat.attendance, Seat.note)
                                  .join(Seat.session).where(Seat.person_id == person_id).order_by(ClassSession.on)).all()
        entries = session().scalars(select(HourEntry).where(HourEntry.person_id == person_id).order_by(HourEntry.on)).all()
        years = session().scalars(select(Balance).where(Balance.person_id == person_id).order_by(Balance.year)).all()
        given = session().scalars(select(Certificate).where(Certificate.person_id == person_id)).all()
        taught = session().scalars(select(ClassSession).where(
            ClassSession.trainer_id == person_id).order_by(ClassSession.on)).all()
    if seats:
        yield HeldData(_("培训报名和签到"), tuple(
            (f"{row.on} {row.title}",
             f"{ATTENDANCE.get(row.attendance) or PLACES[row.place]} {row.note}".strip()) for row in seats))
    if entries:
        yield HeldData(_("学时"),
                       tuple((row.on.isoformat(), f"{row.title} {shown(row.tenths)} {row.note}".strip()) for row in entries))
    if years:
        yield HeldData(_("年度学时"), tuple(
            (str(row.year), _("应达 %(due)s，已获 %(got)s", due=shown(row.due), got=shown(row.got))) for row in years))
    if taught:
        yield HeldData(_("培训授课"), tuple((one.on.isoformat(), one.title) for one in taught))
    if given:
        yield HeldData(_("结业证书"), tuple((one.number, one.issued_on.isoformat()) for one in given))


@hookimpl
def check_person_removal(person: Any, into: Any, ctx: Context) -> Iterable[Objection]:
    """Merging takes the hours along; whoever has any, or teaches, is not simply taken out."""
    if into is not None:
        if numbers := sat_together(person.id, into.id):
            named = "、".join(numbers[:5])
            yield Objection(_("两条记录在同一班次都有签到（%(numbers)s），可能不是同一个人，请核对。", numbers=named),
                            blocking=False)
        return
    with beyond_subtree("training: hours of either side count"):
        taught = session().scalars(select(ClassSession.number).where(ClassSession.trainer_id == person.id).limit(5)).all()
        seats = session().scalar(select(func.count(Seat.id)).where(Seat.person_id == person.id)) or 0
        hours = session().scalar(select(func.count(HourEntry.id)).where(HourEntry.person_id == person.id)) or 0
    if seats or hours:
        yield Objection(_("%(name)s 已有培训报名、签到或学时记录，不能移出名册；重复登记的请用“合并”。", name=person.name))
    if taught:
        yield Objection(_("%(name)s 是培训班次 %(numbers)s 的授课人，不能移出名册。", name=person.name,
                          numbers="、".join(taught)))


@hookimpl
def check_org_removal(org_unit: Any, ctx: Context) -> Iterable[Objection]:
    with beyond_subtree("training: sessions of the unit, whoever asks"):
        open_ones = session().scalars(select(ClassSession.number).where(
            ClassSession.org_id == org_unit.id, ClassSession.state.not_in((CLOSED, CALLED_OFF)))).all()
    if open_ones:
        yield Objection(_("还有未归档的培训班次：%(numbers)s。请先办结或取消。", numbers="、".join(open_ones[:10])))


@hookimpl
def person_merged(kept_id: int, gone_id: int, ctx: Context) -> None:
    merge_person(kept_id, gone_id)


@hookimpl
def person_unmerged(kept_id: int, gone_id: int, ctx: Context) -> None:
    split_person(kept_id, gone_id)


@hookimpl
def plugin_enabled(first: bool, ctx: Context) -> None:
    """The first balances need not wait for the night."""
    enqueue("training.daily", {}, dedup_key=f"training.enabled:{ctx.today().isoformat()}")
