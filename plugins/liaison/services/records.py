"""Registering members who are away or came from elsewhere, and correcting what is noted about them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.base.db import session
from core.base.i18n import _, _l
from core.base.scope import beyond_subtree
from core.contracts.errors import Invalid
from core.people.models import Person
from core.people.services.persons import create_person
from core.people.words import COUNTED_STATES, MEMBERSHIP_STATES
from core.service import Context, service
from core.work import engine

from ..facts import check_stay, destination, is_mobile, party_org
from ..links import arrive, leave, registry
from ..models import MobileRecord, Station
from ..words import ENDED
from ..workflows import mobile_record

REGISTER = "liaison.record.register"
UNTOLD = {"receiving_path": None}              # the other side sees the record from the day it is notified
FOUR = {"region": _l("流向"), "contact_person": _l("联系人")}


@service(REGISTER)
def register_outflow(ctx: Context, *, person_id: int, **data: Any) -> MobileRecord:
    """Register a member of the actor's branches who is away; a short stay stands as suspected until it grows long.

    Raises Invalid with a sentence per field: an address instead of a region, a second open record, a member whose
    affiliation is elsewhere already.
    """
    person = ctx.get(Person, person_id)
    ctx.require(REGISTER, person.org_path)
    refuse_unless_member(person)
    stay, there = check_stay(ctx, data), destination(ctx, data, person.org_id) | UNTOLD
    check_station(ctx, stay)
    mobile = is_mobile(ctx, stay["since"], stay.get("expected_return"))
    if mobile:
        refuse_without_facts(stay)
    record = MobileRecord(direction="outflow", org_path=person.org_path, home_org_id=person.org_id, person_id=person.id,
                          person_name=person.name, open_of=person.id, **there, **stay)
    engine.start(ctx, mobile_record, record, state="registered" if mobile else "suspected")
    if mobile:
        leave(ctx, record)
    return record


@service(REGISTER)
def register_inflow(ctx: Context, *, receiving_org_id: int, home_org_name: str, name: str, gender: str | None = None,
                    phone: str | None = None, id_no: str | None = None, joined_on: Any = None, **data: Any) -> MobileRecord:
    """Register a member whose home branch lies outside this tenant, taken in by one of the actor's branches.

    Raises Invalid without a home branch, and when the ID number is already registered here.
    """
    if not (home_org_name or "").strip():
        raise Invalid({"home_org_name": [_("没有原支部的不能登记为流入党员，请先核实其组织关系所在党支部。")]})
    unit = party_org(ctx, receiving_org_id, "receiving_org_id", branch=True)
    ctx.require(REGISTER, unit.path)
    stay = check_stay(ctx, {**data, "region": ""})
    check_station(ctx, stay)
    person = create_person(registry(ctx), org_id=unit.id, affiliation="inflow", effective_on=stay["since"], name=name,
                           gender=gender or "", phone=phone, id_no=id_no, joined_on=joined_on)
    record = MobileRecord(direction="inflow", org_path=unit.path, receiving_path=unit.path, receiving_org_id=unit.id,
                          receiving_org_name=unit.short_name, home_org_name=home_org_name.strip(), person_id=person.id,
                          person_name=person.name, open_of=person.id, contact_from=stay["since"], **stay)
    engine.start(ctx, mobile_record, record, state="received")
    arrive(ctx, record, stay["since"])
    return record


@service(REGISTER)
def update_record(ctx: Context, record_id: int, *, version: int | None = None, **data: Any) -> MobileRecord:
    """Correct what is noted about an open stay. The branch, the receiving side and the state change by their own steps."""
    record = ctx.get(MobileRecord, record_id)
    ctx.require(REGISTER, record.org_path)
    ctx.check_version(record, version)
    if record.state in ENDED:
        raise Invalid({"since": [_("这条记录已经结束，不能再修改。")]})
    stay = check_stay(ctx, {"abroad": record.abroad, "graduate": record.graduate, **data})
    check_station(ctx, stay)
    if record.state != "suspected" and record.direction == "outflow":
        refuse_without_facts({**{name: getattr(record, name) for name in FOUR}, **stay})
    changed = sorted(name for name, value in stay.items() if getattr(record, name) != value)
    for name in changed:
        setattr(record, name, stay[name])
    ctx.audit(mobile_record.name, record.id, record.person_name, fields=changed)
    return record


def refuse_unless_member(person: Person, field: str = "person_id") -> None:
    """Raise Invalid for somebody who cannot be away from a home branch here."""
    if not person.is_formal or person.membership_state not in COUNTED_STATES:
        state = MEMBERSHIP_STATES[person.membership_state]
        raise Invalid({field: [_("%(name)s 的组织关系不在册（%(state)s），不能登记为流出党员。", name=person.name, state=state)]})
    if person.member_kind == "none":
        raise Invalid({field: [_("%(name)s 不是党员。", name=person.name)]})
    with beyond_subtree("liaison: one open record per person"):
        known = session().scalars(select(MobileRecord).where(MobileRecord.open_of == person.id)).one_or_none()
    if known is not None:
        raise Invalid({field: [_("%(name)s 已有一条未结束的流动记录（%(state)s），请在原记录上办理。", name=person.name,
                                 state=mobile_record.state(known.state).label)]})


def refuse_without_facts(stay: dict[str, Any]) -> None:
    """A registered mobile member has a region and somebody who keeps contact."""
    missing = {name: label for name, label in FOUR.items() if not stay.get(name)}
    if missing:
        raise Invalid({name: [_("登记为流动党员须填写“%(field)s”。", field=label)] for name, label in missing.items()})


def check_station(ctx: Context, stay: dict[str, Any]) -> None:
    if stay.get("station_id"):
        with beyond_subtree("liaison: stations are known to all staff"):
            found = session().get(Station, (ctx.tenant.id, stay["station_id"]))
        if found is None or found.closed_on:
            raise Invalid({"station_id": [_("请从列表中选择一个开放的联络站。")]})

