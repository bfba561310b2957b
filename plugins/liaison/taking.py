"""Taking in a sheet of members who are away, row by row; a batch can be taken back."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, inspect, select

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Conflict, Invalid
from core.people.models import Affiliation, Person
from core.people.names import UnitNames
from core.people.sealed import index_of
from core.people.words import BRANCHES, PARTY_ORGS
from core.service import Context
from core.work import engine

from . import links
from .facts import check_stay, is_mobile
from .models import ContactLog, MobileRecord
from .schemas.sheet import spellings
from .services.records import refuse_unless_member, update_record
from .workflows import mobile_record

Row = dict[str, Any]
KIND = "liaison_record"
HOMES = (*BRANCHES, "general_branch", "committee")      # kinds of organisation that have members
KEPT = ("reason", "region", "contact_person", "transferable", "why_not_transferred", "note")


@dataclass
class Known:
    """What rows of one chunk share: names of units, the persons they may mean, and who of them has an open record."""

    names: UnitNames
    placed: dict[tuple[int, str], list[Person]] = field(default_factory=dict)     # by unit and name
    bearers: dict[str, Person] = field(default_factory=dict)                      # by blind index, of the whole tenant
    opened: dict[int, MobileRecord] = field(default_factory=dict)                 # by person

    def open_record(self, person_id: int) -> MobileRecord | None:
        """The open record as it is now: what a row had written may have been taken back with it."""
        record = self.opened.get(person_id)
        return record if record is not None and inspect(record).persistent and record.open_of == person_id else None


def prepare(ctx: Context, rows: list[Row]) -> Known:
    """Read units, persons and open records, each once for the chunk."""
    known = Known(UnitNames.shared())
    numbers = {index_of("id", row["id_no"]) for row in rows if row.get("id_no")}
    with beyond_subtree("people: one ID number, one record"):
        known.bearers = {one.id_index: one for one in session().scalars(select(Person).where(Person.id_index.in_(numbers)))}
    units = {unit.id for row in rows if (unit := known.names.find(row["branch"], kinds=HOMES)[0])}
    wanted = {row["name"] for row in rows if not row.get("id_no")}
    for person in session().scalars(select(Person).where(Person.name.in_(wanted), Person.org_id.in_(units)).order_by(Person.id)):
        known.placed.setdefault((person.org_id, person.name), []).append(person)
    ids = {one.id for one in (*known.bearers.values(), *itertools.chain.from_iterable(known.placed.values()))}
    known.opened = {one.open_of: one for one in session().scalars(select(MobileRecord).where(MobileRecord.open_of.in_(ids)))}
    return known


def check(ctx: Context, row: Row, known: Known) -> dict[str, list[str]]:
    """Sentences per field, against the registry and the records there are."""
    errors: dict[str, list[str]] = {}
    person, names = find_person(row, known, errors), known.names
    try:
        check_stay(ctx, stay_of(row))
    except Invalid as refused:
        errors |= {("transfer" if f == "why_not_transferred" else f): said for f, said in refused.errors.items()}
    for name in ("last_contact_on", "returned_on"):
        day = row.get(name)
        if day and (day > ctx.today() or day < row["since"]):
            errors[name] = [_("日期应在流出时间与今天之间。")]
    if person is not None and row.get("receiving") and _same_branch(person, row, names):
        errors["receiving"] = [_("流入地党组织与所在党支部相同，不是流动。")]
    if person is not None and row.get("returned_on") and known.open_record(person.id) is not None:
        errors["returned_on"] = [_("%(name)s 有未结束的流动记录，返回请在原记录上办理“返乡报到”。", name=person.name)]
    if person is not None and known.open_record(person.id) is None and not row.get("returned_on"):
        try:
            refuse_unless_member(person, "name")
        except Invalid as refused:
            errors |= refused.errors
    return errors


def _same_branch(person: Person, row: Row, names: UnitNames) -> bool:
    unit = names.find(row["receiving"], kinds=PARTY_ORGS)[0]
    return unit is not None and unit.id == person.org_id


def write(ctx: Context, row: Row, known: Known) -> tuple[str, int, str, dict[str, Any] | None]:
    """Register one member, or complete the open record; what a sheet leaves blank is never erased."""
    person = find_person(row, known, {})
    assert person is not None, row["name"]
    earlier = known.open_record(person.id)
    if earlier is not None:
        return _complete(ctx, earlier, row)
    record = _new(ctx, person, row, known.names)
    if record.open_of:
        known.opened[person.id] = record
    return KIND, record.id, "created", {"version": record.version}


def undo(ctx: Context, record_id: int, kept: dict[str, Any]) -> None:
    """Take one row back. Raises Conflict when the record was changed or worked on since."""
    record = ctx.get(MobileRecord, record_id)
    logs = session().scalar(select(func.count(ContactLog.id)).where(ContactLog.record_id == record.id))
    if record.version != kept["version"] or logs:
        raise Conflict(_("%(name)s 的流动记录在导入之后又被修改过，没有撤销。", name=record.person_name))
    if "before" in kept:
        for name, value in kept["before"].items():
            setattr(record, name, value)
        session().flush()
        return
    if record.open_of:
        engine.advance(links.registry(ctx), mobile_record, record, "close", reason=_("撤销导入"))
    for link in session().scalars(select(Affiliation).where(
            Affiliation.person_id == record.person_id, Affiliation.source == links.SOURCE,
            Affiliation.starts_on == record.since)):
        session().delete(link)
    session().delete(record)
    session().flush()


def _new(ctx: Context, person: Person, row: Row, names: UnitNames) -> MobileRecord:
    stay, back, called = check_stay(ctx, stay_of(row)), row.get("returned_on"), row.get("last_contact_on")
    unit = names.find(row["receiving"], kinds=PARTY_ORGS)[0] if row.get("receiving") else None
    there = ({"receiving_org_id": unit.id, "receiving_org_name": unit.short_name} if unit
             else {"receiving_org_name": row.get("receiving") or ""})
    record = MobileRecord(direction="outflow", org_path=person.org_path, home_org_id=person.org_id, person_id=person.id,
                          person_name=person.name, open_of=None if back else person.id, ended_on=back, last_contact_on=called,
                          **there, **stay)
    mobile = is_mobile(ctx, record.since, None)
    state = "returned" if back else "active" if called and mobile and not unit else "registered" if mobile else "suspected"
    record.contact_from = called if state == "active" else None
    engine.start(ctx, mobile_record, record, state=state, reason=_("名册导入"))
    if state in ("active", "registered"):
        links.leave(ctx, record)
    session().flush()
    return record


def _complete(ctx: Context, record: MobileRecord, row: Row) -> tuple[str, int, str, dict[str, Any] | None]:
    stay = check_stay(ctx, stay_of(row))
    given = {name: stay[name] for name in KEPT if stay.get(name) not in (None, "") and stay[name] != getattr(record, name)}
    if not given:
        return KIND, record.id, "unchanged", None
    before = {name: getattr(record, name) for name in given}
    if "region" in given:
        before["region_code"] = record.region_code
    update_record(ctx, record.id, **given)
    session().flush()
    return KIND, record.id, "updated", {"version": record.version, "before": before}


def stay_of(row: Row) -> Row:
    """The row as the checks of a stay take it; the column 能否转接/未转原因 is a word or a reason."""
    said = (row.get("transfer") or "").strip()
    words = spellings()["transfer"]
    transfer = None if not said else said in words["yes"]
    why = "" if said in (*words["yes"], *words["no"]) else said
    if transfer is False and not why:
        why = _("未写明")
    return {"since": row["since"], "reason": row.get("reason") or "other", "region": row.get("region") or "",
            "contact_person": row.get("contact_person") or "", "note": row.get("note") or "", "transferable": transfer,
            "why_not_transferred": why}


def find_person(row: Row, known: Known, errors: dict[str, list[str]]) -> Person | None:
    """Whom the row means, never guessed: by ID number, else by name in the branch, told apart by the phone."""
    unit, why = known.names.find(row["branch"], kinds=HOMES)
    if unit is None:
        errors["branch"] = [why]
        return None
    if row.get("id_no"):
        person = known.bearers.get(index_of("id", row["id_no"]))
        if person is None or person.org_id != unit.id or person.name != row["name"]:
            errors["id_no"] = [_("身份证号码与姓名、支部对不上，请核对。")]
            return None
        return person
    found = known.placed.get((unit.id, row["name"]), [])
    if len(found) > 1 and row.get("phone"):
        found = [p for p in found if p.phone_index == index_of("phone", row["phone"])]
    if len(found) == 1:
        return found[0]
    texts = {"org": unit.short_name, "name": row["name"]}
    errors["name"] = [_("“%(org)s”有几名党员叫 %(name)s，请填身份证号码以便核对。", **texts) if found
                      else _("“%(org)s”的党员名册里没有 %(name)s，请核对姓名和支部，或先登记党员。", **texts)]
    return None
