"""Taking in a sheet of attendance, row by row; a batch can be taken back while the sheet is open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Conflict, Invalid
from core.people.models import OrgUnit, Person
from core.people.names import UnitNames
from core.people.services.persons import owner_of_id
from core.service import Context

from .models import ClassSession, Seat
from .seating import seats_for
from .services.attendance import MANAGE, Mark, faults, hours_of, locked_because, put, sheet_open
from .words import CAME, CANCELLED, PRESENT_UNASKED, WAITING

Row = dict[str, Any]
KIND = "training_seat"
KEPT = ("attendance", "tenths", "note", "place")


@dataclass
class Looked:
    """What rows of one chunk share: names of units, the sessions they name, who was seen in which already."""

    names: UnitNames
    sessions: dict[str, ClassSession] = field(default_factory=dict)


def prepare(ctx: Context, rows: list[Row]) -> Looked:
    numbers = {str(row.get("number") or "") for row in rows}
    found = session().scalars(select(ClassSession).where(ClassSession.number.in_(numbers)))
    return Looked(UnitNames.shared(), {one.number: one for one in found})


def check(ctx: Context, row: Row, looked: Looked) -> dict[str, list[str]]:
    """Sentences per field, against the session, the registry and what the person did elsewhere."""
    errors: dict[str, list[str]] = {}
    event = _event(ctx, row, looked, errors)
    if event is None:
        return errors
    person = find_person(row, event, looked.names, errors)
    if row["attendance"] not in CAME and row.get("hours"):
        errors["hours"] = [_("缺席、请假的不能有学时，请改为 0 或留空。")]
    if person is None or errors:
        return errors
    seat = _seat(event, person) or seats_for(event, [person.id], origin="import", place=PRESENT_UNASKED)[0]
    seat_id = seat.id or 0
    said = faults(event, {seat_id: seat}, [Mark(seat_id, row["attendance"], row.get("hours"))])
    return {"hours" if row.get("hours") is not None else "attendance": [text] for text in said.values()}


def write(ctx: Context, row: Row, looked: Looked) -> tuple[str, int, str, dict[str, Any] | None]:
    """Write one line on the sheet; whoever had no seat gets one. An equal line changes nothing."""
    event = sheet_open(ctx, looked.sessions[row["number"]])
    person = find_person(row, event, looked.names, {})
    assert person is not None, row["name"]
    mark = Mark(0, row["attendance"], row.get("hours"), row.get("note") or "")
    with beyond_subtree("training: the organiser writes the sheet for all who came"):
        seat = _seat(event, person)
        if seat is None:
            seat = seats_for(event, [person.id], origin="import", place=PRESENT_UNASKED)[0]
            session().add(seat)
            put(ctx, seat, event, mark)
            session().flush()
            return KIND, seat.id, "created", {"version": seat.version}
        before = {name: getattr(seat, name) for name in KEPT}
        if seat.place in (CANCELLED, WAITING):
            seat.place = PRESENT_UNASKED
        if not mark.note:
            mark = Mark(0, mark.attendance, mark.tenths, seat.note)
        if {**before, "place": seat.place} == {"attendance": mark.attendance, "tenths": hours_of(event, mark), "note": mark.note,
                                               "place": before["place"]}:
            return KIND, seat.id, "unchanged", None
        put(ctx, seat, event, mark)
        session().flush()
        return KIND, seat.id, "updated", {"version": seat.version, "before": before}


def undo(ctx: Context, seat_id: int, kept: dict[str, Any]) -> None:
    """Take one line back. Raises Conflict when it was changed since, or the sheet was handed in."""
    seat = ctx.get(Seat, seat_id)
    event = ctx.get(ClassSession, seat.session_id)
    sheet_open(ctx, event)
    if seat.version != kept["version"]:
        raise Conflict(_("%(name)s 的签到在导入之后又被修改过，没有撤销。", name=seat.person_name))
    if "before" not in kept:
        session().delete(seat)
    else:
        for name, value in kept["before"].items():
            setattr(seat, name, value)
    flag_modified(event, "state")           # whoever has the sheet open since before is told
    session().flush()


def _event(ctx: Context, row: Row, looked: Looked, errors: dict[str, list[str]]) -> ClassSession | None:
    event = looked.sessions.get(row["number"])
    if event is None or not ctx.may(MANAGE, event.org_path):
        errors["number"] = [_("没有编号为 %(number)s 的班次，或不由您管理。", number=row["number"])]
        return None
    if why := locked_because(ctx, event):
        errors["number"] = [why]
        return None
    return event


def _seat(event: ClassSession, person: Person) -> Seat | None:
    with beyond_subtree("training: the sheet is one, whoever reads it"):
        return session().scalars(select(Seat).where(Seat.session_id == event.id, Seat.person_id == person.id)).one_or_none()


def find_person(row: Row, event: ClassSession, names: UnitNames, errors: dict[str, list[str]]) -> Person | None:
    """Whom the line means, never guessed: by ID number, else by name on the sheet, in the unit, in the organiser's subtree."""
    if row.get("id_no"):
        try:
            person = owner_of_id(row["id_no"])
        except Invalid as refused:
            errors["id_no"] = [text for said in refused.errors.values() for text in said]
            return None
        if person is None or person.name != row["name"]:
            errors["id_no"] = [_("身份证号码与姓名对不上，请核对。")]
            return None
        return person
    found = _sitting(row, event, names)
    if len(found) != 1:
        known = {one.id: one for one in found}
        known |= {one.id: one for one in session().scalars(select(Person).where(Person.name == row["name"]).limit(50))}
        found = _in_unit(row, list(known.values()), names, errors)
    if len(found) == 1:
        return found[0]
    if not errors:
        errors["name"] = [_("有几个人叫 %(name)s，请填支部；支部也相同的填身份证号码。", name=row["name"]) if found
                          else _("名册里没有 %(name)s，请核对姓名，或先登记人员。", name=row["name"])]
    return None


def _sitting(row: Row, event: ClassSession, names: UnitNames) -> list[Person]:
    """Those of that name on the sheet; where the line names a branch, of that branch: as the sheet itself names it, or where
    the unit is or the person has moved to."""
    with beyond_subtree("training: people on the sheet may belong elsewhere"):
        seated = session().execute(select(Person, OrgUnit.short_name, Seat.org_path).select_from(Seat).join(Seat.person)
                                   .join(Seat.org).where(Seat.session_id == event.id, Person.name == row["name"])).all()
    branch = row.get("branch")
    unit = names.find(branch)[0] if branch else None
    return [person for person, short_name, path in seated if not branch or short_name == branch
            or (unit and (path.startswith(unit.path) or person.org_path.startswith(unit.path)))]


def _in_unit(row: Row, found: list[Person], names: UnitNames, errors: dict[str, list[str]]) -> list[Person]:
    if not row.get("branch"):
        return found
    unit, why = names.find(row["branch"])
    if unit is None:
        errors["branch"] = [why]
        return []
    return [one for one in found if one.org_path.startswith(unit.path)]

