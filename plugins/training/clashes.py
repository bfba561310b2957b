"""What one person cannot have done: sit in two rooms at one time, learn longer than a day allows, teach and be taught."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree

from .models import ClassSession, HourEntry, Seat
from .tenths import of_rule, shown
from .words import CALLED_OFF, CAME, DRAFT, OWN_SOURCE, SEATED

Days = dict[int, dict[dt.date, int]]
REASON = "training: what a person does elsewhere speaks against being here"


def each_day(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    for number in range((last - first).days + 1):
        yield first + dt.timedelta(days=number)


def share(tenths: int, days: int) -> int:
    """The part of a class of several days that falls on one of them, rounded up."""
    return -(-tenths // days)


def other_seats(event: ClassSession, person_ids: list[int]) -> list[Any]:
    """(person, attendance, place, tenths, session columns) of these persons in other sessions on the same days."""
    columns = (Seat.person_id, Seat.attendance, Seat.place, Seat.tenths, ClassSession.title, ClassSession.on,
               ClassSession.ends_on, ClassSession.from_minute, ClassSession.to_minute)
    with beyond_subtree(REASON):
        return list(session().execute(select(*columns).join(Seat.session).where(
            Seat.person_id.in_(person_ids), Seat.session_id != event.id, ClassSession.state != CALLED_OFF,
            ClassSession.on <= event.ends_on, ClassSession.ends_on >= event.on)))


def in_two_rooms(event: ClassSession, row: Any) -> bool:
    """Whether another session on the same days takes place at the same hours."""
    return bool(row.from_minute < event.to_minute and event.from_minute < row.to_minute)


def teaching_elsewhere(event: ClassSession, person_ids: list[int]) -> dict[int, str]:
    """person -> sentence, for those who teach another class at the same time."""
    columns = (ClassSession.trainer_id, ClassSession.title, ClassSession.from_minute, ClassSession.to_minute)
    with beyond_subtree(REASON):
        rows = session().execute(select(*columns).where(
            ClassSession.trainer_id.in_(person_ids), ClassSession.id != event.id,
            ClassSession.state.not_in((DRAFT, CALLED_OFF)), ClassSession.on <= event.ends_on, ClassSession.ends_on >= event.on))
        return {row.trainer_id: _("同一时间在“%(title)s”授课，一个人不能同时在两处。", title=row.title)
                for row in rows if in_two_rooms(event, row)}


def attended_elsewhere(event: ClassSession, person_ids: Iterable[int]) -> dict[int, str]:
    """person -> sentence, for those marked as present (or teaching) in another room at the same time."""
    listed = list(person_ids)
    said = {row.person_id: _("同一时间已在“%(title)s”签到，一个人不能同时在两处。", title=row.title)
            for row in other_seats(event, listed) if row.attendance in CAME and in_two_rooms(event, row)}
    return {**teaching_elsewhere(event, listed), **said}


def busy_elsewhere(event: ClassSession, person_ids: list[int]) -> dict[int, str]:
    """person -> sentence, for those who have a seat or teach in another room at the same time."""
    said = {row.person_id: _("同一时间已报名“%(title)s”，一个人不能同时在两处。", title=row.title)
            for row in other_seats(event, person_ids) if row.place in SEATED and in_two_rooms(event, row)}
    return {**teaching_elsewhere(event, person_ids), **said}


def per_day(person_ids: list[int], first: dt.date, last: dt.date, but: int | None = None) -> Days:
    """person -> day -> tenths attended between two days, in sessions (except `but`) and from other sources."""
    found: Days = {}

    def add(person_id: int, day: dt.date, tenths: int) -> None:
        own = found.setdefault(person_id, {})
        own[day] = own.get(day, 0) + tenths

    with beyond_subtree(REASON):
        for row in session().execute(select(HourEntry.person_id, HourEntry.on, HourEntry.tenths).where(
                HourEntry.person_id.in_(person_ids), HourEntry.on.between(first, last), HourEntry.source != OWN_SOURCE)):
            add(row.person_id, row.on, row.tenths)
        seats = select(Seat.person_id, Seat.tenths, ClassSession.on, ClassSession.ends_on).join(Seat.session).where(
            Seat.person_id.in_(person_ids), Seat.attendance.in_(CAME), ClassSession.on <= last, ClassSession.ends_on >= first,
            ClassSession.state != CALLED_OFF)
        for row in session().execute(seats if but is None else seats.where(Seat.session_id != but)):
            for day in each_day(row.on, row.ends_on):
                add(row.person_id, day, share(row.tenths, (row.ends_on - row.on).days + 1))
    return found


def too_long(event: ClassSession, wanted: dict[int, int]) -> dict[int, str]:
    """person -> sentence, for those whose day would hold more hours than the rule allows (wanted: person -> tenths)."""
    most = of_rule("training.most_per_day")
    said: dict[int, str] = {}
    for person_id, days in per_day(list(wanted), event.on, event.ends_on, but=event.id).items():
        own = share(wanted[person_id], event.days)
        for day in each_day(event.on, event.ends_on):
            if days.get(day, 0) + own > most and own:
                said[person_id] = _("%(day)s 已有 %(had)s 学时，再计 %(own)s 学时就超过每天 %(most)s 学时的上限。",
                                    day=day.isoformat(), had=shown(days[day]), own=shown(own), most=shown(most))
    return said
