"""Two records of one person become one, and two again.

Where both had a row of the same thing (a seat in one session, hours from one record) one stays and says the better of the
two; the other is kept inside it, together with what the first said, until the merge is taken back.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import inspect, select, update

from core.base.db import session
from core.base.scope import beyond_subtree, current_scope
from core.people.models import Person

from .balances import drop, settle
from .effects import credit_seats
from .models import Balance, Certificate, ClassSession, HourEntry, Seat
from .words import CAME, COUNTED, SEATED

REASON = "training: hours follow the person"
SAME: dict[type, tuple[str, ...]] = {HourEntry: ("source", "source_id"), Seat: ("session_id",)}
SAID: dict[type, tuple[str, ...]] = {Seat: ("place", "attendance", "tenths", "note", "marked_by"), HourEntry: ("tenths", "note")}
NOT_KEPT = ("tenant_id", "created_at", "version")


def merge_person(kept_id: int, gone_id: int) -> None:
    """Point everything of `gone` at `kept`, inside the merging transaction."""
    with beyond_subtree(REASON):
        kept = _person(kept_id)
        years = _years(kept_id, gone_id)
        for model in SAME:
            _take_over(model, kept, gone_id)
        for one in session().scalars(select(Certificate).where(Certificate.person_id == gone_id)):
            one.person_id, one.org_path = kept_id, kept.org_path        # the name is the one on the paper
        session().execute(update(ClassSession).where(
            ClassSession.tenant_id == current_scope().tenant_id, ClassSession.trainer_id == gone_id).values(
            trainer_id=kept_id, version=ClassSession.version + 1).execution_options(synchronize_session=False))
        session().flush()
    for year in years:
        drop(year, gone_id)
        settle(year, [kept_id])


def split_person(kept_id: int, gone_id: int) -> None:
    """The merge was taken back: rows that are `gone`'s again stand at its place, what was merged into one row is two again."""
    with beyond_subtree(REASON):
        gone = _person(gone_id)
        for model in SAME:
            for row in session().scalars(select(model).where(model.person_id == gone_id)):
                _belong(row, gone)
            again = [_give_back(row, gone) for row in session().scalars(select(model).where(model.person_id == kept_id)).all()]
            session().flush()
            _credit([row for row in again if isinstance(row, Seat)])
        for one in session().scalars(select(Certificate).where(Certificate.person_id == gone_id)):
            one.org_path = gone.org_path
        session().flush()
        years = _years(kept_id, gone_id)
    for year in years:
        settle(year, [kept_id, gone_id])


def sat_together(one_id: int, other_id: int) -> list[str]:
    """Numbers of the sessions where both are marked as present: perhaps they are two people after all."""
    with beyond_subtree(REASON):
        rows = session().execute(select(ClassSession.number, Seat.person_id).join(Seat.session).where(
            Seat.person_id.in_((one_id, other_id)), Seat.attendance.in_(CAME)).order_by(ClassSession.on)).all()
    return [number for number, person_id in rows if person_id == one_id and (number, other_id) in set(map(tuple, rows))]


def _person(person_id: int) -> Person:
    return session().scalars(select(Person).where(Person.id == person_id)).one()


def _years(*ids: int) -> set[int]:
    return {year for model in (Balance, HourEntry)
            for year in session().scalars(select(model.year).where(model.person_id.in_(ids)).distinct())}


def _take_over(model: Any, kept: Person, gone_id: int) -> None:
    had = {_key(row): row for row in session().scalars(select(model).where(model.person_id == kept.id))}
    for row in session().scalars(select(model).where(model.person_id == gone_id)).all():
        twin = had.get(_key(row))
        if twin is None:
            row.person_id = kept.id
            _belong(row, kept)
            continue
        own = _said(twin)
        if _worth(row) > _worth(twin):
            _say(twin, _said(row))
        twin.twins = [*twin.twins, {"gone": gone_id, "row": _values(row), "own": own, "then": _said(twin)}]
        session().delete(row)


def _give_back(row: Any, gone: Person) -> Any:
    """The row of `gone` that was merged into this one stands on its own again; what was changed since stays changed."""
    kept = next((one for one in row.twins if one["gone"] == gone.id), None)
    if kept is None:
        return None
    row.twins = [one for one in row.twins if one is not kept]
    if _said(row) == kept["then"]:
        _say(row, kept["own"])
    again = type(row)(**{name: dt.date.fromisoformat(value) if name == "on" else value for name, value in kept["row"].items()})
    _belong(again, gone)
    session().add(again)
    return again


def _credit(seats: list[Seat]) -> None:
    """Hours of seats in sessions that were confirmed anew while the records were one."""
    for seat in seats:
        event = session().scalars(select(ClassSession).where(ClassSession.id == seat.session_id)).one()
        if event.state in COUNTED:
            credit_seats(event, [seat])


def _belong(row: Any, person: Person) -> None:
    row.person_name, row.org_path = person.name, person.org_path
    if isinstance(row, Seat):
        row.org_id = person.org_id


def _key(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in SAME[type(row)])


def _said(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in SAID[type(row)]}


def _say(row: Any, said: dict[str, Any]) -> None:
    for name, value in said.items():
        setattr(row, name, value)


def _worth(row: Any) -> tuple[int, ...]:
    """What speaks for a row: hours, then that something was entered at all, then a seat."""
    return (row.tenths, row.attendance != "", row.place in SEATED) if isinstance(row, Seat) else (row.tenths,)


def _values(row: Any) -> dict[str, Any]:
    """Every column as JSON can hold it."""
    values = {one.key: getattr(row, one.key) for one in inspect(type(row)).column_attrs if one.key not in NOT_KEPT}
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in values.items()}
