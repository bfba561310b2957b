"""Taking in a sheet of attendance, row by row; a batch can be taken back while the sheet is open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm.attributes import flag_modified

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Conflict
from core.people.models import OrgUnit, Person
from core.people.names import UnitNames
from core.people.sealed import index_of
from core.service import Context

from .models import ClassSession, Seat
from .seating import seat_for
from .services.attendance import MANAGE, Mark, faults, hours_of, locked_because, put, sheet_open
from .words import CAME, CANCELLED, PRESENT_UNASKED, WAITING

Row = dict[str, Any]
Seated = tuple[Seat, Person, str]           # the unit's name as the sheet has it
KIND = "training_seat"
KEPT = ("attendance", "tenths", "note", "place")


@dataclass
class Looked:
    """What rows of one chunk share: names of units, the sessions they name, who sits there, whom else they may mean."""

    names: UnitNames
    sessions: dict[str, ClassSession] = field(default_factory=dict)
    seated: dict[tuple[int, str], list[Seated]] = field(default_factory=dict)      # by session and name of the person
    named: dict[str, list[Person]] = field(default_factory=dict)                   # in the organiser's subtree
    bearers: dict[str, Person] = field(default_factory=dict)

    def sitting(self, event: ClassSession, name: str) -> list[Seated]:
        """Whoever has a seat now: what a row had written may have been taken back with it."""
        return [one for one in self.seated.get((event.id, name), ()) if inspect(one[0]).persistent]

    def seat(self, event: ClassSession, person: Person) -> Seat | None:
        return next((seat for seat, one, _unit in self.sitting(event, person.name) if one.id == person.id), None)


def prepare(ctx: Context, rows: list[Row]) -> Looked:
    """Read sessions, seats and persons, each once for the chunk."""
    found = session().scalars(select(ClassSession).where(ClassSession.number.in_({str(row.get("number") or "") for row in rows})))
    looked = Looked(UnitNames.shared(), {one.number: one for one in found})
    events, names = [one.id for one in looked.sessions.values()], {row["name"] for row in rows}
    numbers = {index_of("id", row["id_no"]) for row in rows if row.get("id_no")}
    with beyond_subtree("training: people on the sheet may belong elsewhere"):
        seats = session().execute(
            select(Seat, Person, OrgUnit.short_name).select_from(Seat).join(Seat.person).join(Seat.org)
            .where(Seat.session_id.in_(events), Person.name.in_(names)).order_by(Seat.id))
        for seat, person, unit in seats:
            looked.seated.setdefault((seat.session_id, person.name), []).append((seat, person, unit))
        looked.bearers = {one.id_index: one for one in session().scalars(select(Person).where(Person.id_index.in_(numbers)))}
    open_names = {row["name"] for row in rows if not row.get("id_no") and (event := looked.sessions.get(row.get("number") or ""))
                  and len(_sitting(row, event, looked)) != 1}
    for person in session().scalars(select(Person).where(Person.name.in_(open_names)).order_by(Person.id)):
        looked.named.setdefault(person.name, []).append(person)
    return looked


def check(ctx: Context, row: Row, looked: Looked) -> dict[str, list[str]]:
    """Sentences per field, against the session, the registry and what the person did elsewhere."""
    errors: dict[str, list[str]] = {}
    event = _event(ctx, row, looked, errors)
    if event is None:
        return errors
    person = find_person(row, event, looked, errors)
    if row["attendance"] not in CAME and row.get("hours"):
        errors["hours"] = [_("缺席、请假的不能有学时，请改为 0 或留空。")]
    if person is None or errors:
        return errors
    seat = looked.seat(event, person) or seat_for(event, person, origin="import", place=PRESENT_UNASKED)
    seat_id = seat.id or 0
    said = faults(event, {seat_id: seat}, [Mark(seat_id, row["attendance"], row.get("hours"))])
    return {"hours" if row.get("hours") is not None else "attendance": [text] for text in said.values()}


def write(ctx: Context, row: Row, looked: Looked) -> tuple[str, int, str, dict[str, Any] | None]:
    """Write one line on the sheet; whoever had no seat gets one. An equal line changes nothing."""
    event = sheet_open(ctx, looked.sessions[row["number"]])
    person = find_person(row, event, looked, {})
    assert person is not None, row["name"]
    mark = Mark(0, row["attendance"], row.get("hours"), row.get("note") or "")
    with beyond_subtree("training: the organiser writes the sheet for all who came"):
        seat = looked.seat(event, person)
        if seat is None:
            seat = seat_for(event, person, origin="import", place=PRESENT_UNASKED)
            session().add(seat)
            put(ctx, seat, event, mark)
            session().flush()
            unit = looked.names.units.get(seat.org_id) or session().get_one(OrgUnit, (ctx.tenant.id, seat.org_id))
            looked.seated.setdefault((event.id, person.name), []).append((seat, person, unit.short_name))
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


def find_person(row: Row, event: ClassSession, looked: Looked, errors: dict[str, list[str]]) -> Person | None:
    """Whom the line means, never guessed: by ID number, else by name on the sheet, in the unit, in the organiser's subtree."""
    if row.get("id_no"):
        person = looked.bearers.get(index_of("id", row["id_no"]))
        if person is None or person.name != row["name"]:
            errors["id_no"] = [_("身份证号码与姓名对不上，请核对。")]
            return None
        return person
    found = _sitting(row, event, looked)
    if len(found) != 1:
        known = {one.id: one for one in (*found, *looked.named.get(row["name"], ()))}
        found = _in_unit(row, list(known.values()), looked.names, errors)
    if len(found) == 1:
        return found[0]
    if not errors:
        errors["name"] = [_("有几个人叫 %(name)s，请填支部；支部也相同的填身份证号码。", name=row["name"]) if found
                          else _("名册里没有 %(name)s，请核对姓名，或先登记人员。", name=row["name"])]
    return None


def _sitting(row: Row, event: ClassSession, looked: Looked) -> list[Person]:
    """Those of that name on the sheet; where the line names a branch, of that branch: as the sheet itself names it, or where
    the unit is or the person has moved to."""
    branch = row.get("branch")
    unit = looked.names.find(branch)[0] if branch else None
    return [person for seat, person, short_name in looked.sitting(event, row["name"]) if not branch or short_name == branch
            or (unit and (seat.org_path.startswith(unit.path) or person.org_path.startswith(unit.path)))]


def _in_unit(row: Row, found: list[Person], names: UnitNames, errors: dict[str, list[str]]) -> list[Person]:
    if not row.get("branch"):
        return found
    unit, why = names.find(row["branch"])
    if unit is None:
        errors["branch"] = [why]
        return []
    return [one for one in found if one.org_path.startswith(unit.path)]

