"""Changes of membership. Each writes its MemberChange in the same transaction: 期初 + 增 − 减 = 期末 holds by construction."""

from __future__ import annotations

import datetime as dt

from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Invalid
from core.contracts.events import PersonChanged, PersonMoved
from core.service import Context, service

from ..models import OrgUnit, Person
from ..standing import close_formal, close_link, is_counted, open_link, open_links, settle, write_change
from ..words import MEMBERSHIP_STATES
from .orgs import living, not_future
from .persons import FIELDS, check_known

TRANSFER = "people.person.transfer"
SHORT = 80                                  # characters a link keeps of where it came from
LONGEST = {"reason": 300, "document_no": 80}


@service(TRANSFER)
def transfer(ctx: Context, person_id: int, *, org_id: int, effective_on: dt.date | None = None, document_no: str = "",
             reason: str = "", version: int | None = None) -> Person:
    """Move a member's formal affiliation to another organisation of this tenant; asks the permission at both ends."""
    person = own_person(ctx, person_id, version)
    unit = living(ctx, org_id, "org_id")
    ctx.require(TRANSFER, unit.path)
    if not person.is_formal:
        raise Invalid({"org_id": [_("%(name)s 的组织关系不在本地，请用“转入”办理。", name=person.name)]})
    if unit.id == person.org_id:
        raise Invalid({"org_id": [_("组织关系已在“%(name)s”。", name=unit.short_name)]})
    before = ctx.get(OrgUnit, person.org_id).short_name
    transfer_between(ctx, person, unit, not_future(ctx, effective_on), document_no=document_no, reason=reason)
    ctx.audit("person", person.id, name=person.name, changes={"org": [before, unit.short_name]})
    return person


def transfer_between(ctx: Context, person: Person, unit: OrgUnit, on: dt.date, *, document_no: str = "",
                     reason: str = "") -> None:
    """Close here, open there, and write the two rows that name each other. For services that have authorised both ends."""
    with beyond_subtree("people: a transfer has two ends"):
        left, counted = ctx.get(OrgUnit, person.org_id), is_counted(person)
        close_formal(person, on)
        open_link(person, "formal", unit, on, _("转接"))
        said = {"document_no": document_no, "reason": reason}
        write_change(ctx, person, "transfer_out", left, on, other=unit, effect=-counted, **said)
        write_change(ctx, person, "transfer_in", unit, on, other=left, effect=int(counted), **said)
        settle(person)
    ctx.publish(PersonMoved(person_id=person.id, from_org_id=left.id, to_org_id=unit.id, on=on.isoformat()))


@service(TRANSFER)
def transfer_out(ctx: Context, person_id: int, *, to_place: str, effective_on: dt.date | None = None, document_no: str = "",
                 reason: str = "", version: int | None = None) -> Person:
    """The member leaves for an organisation outside this tenant; the record stays, marked as transferred out.

    Raises Invalid for a suspended membership: whoever takes the member in would take it for a normal one.
    """
    person = own_person(ctx, person_id, version)
    if person.membership_state == "suspended":
        raise Invalid({"person": [_("%(name)s 已停止党籍，请先恢复党籍再转出。", name=person.name)]})
    return _leave(ctx, person, "transfer_out", "transferred_out", effective_on, document_no, reason, to_place)


@service(TRANSFER)
def transfer_in(ctx: Context, person_id: int, *, org_id: int, effective_on: dt.date | None = None, from_place: str = "",
                document_no: str = "", version: int | None = None) -> Person:
    """Take in a known person whose formal affiliation was elsewhere (a new person: `create_person`)."""
    person = own_person(ctx, person_id, version)
    return _enter(ctx, person, "transfer_in", org_id, effective_on, document_no, from_place)


@service(TRANSFER)
def admit(ctx: Context, person_id: int, *, org_id: int, effective_on: dt.date | None = None, document_no: str = "",
          version: int | None = None) -> Person:
    """A known person joins as a probationary member."""
    person = own_person(ctx, person_id, version)
    if person.member_kind != "none":
        raise Invalid({"person": [_("%(name)s 已是党员。", name=person.name)]})
    on = not_future(ctx, effective_on)
    after = {field: getattr(person, field) for field in FIELDS} | {"member_kind": "probationary", "joined_on": on}
    if wrong := check_known(person, after, ctx.today()).get("joined_on"):
        raise Invalid({"effective_on": wrong})
    person.member_kind, person.joined_on = "probationary", on
    return _enter(ctx, person, "newly_admitted", org_id, effective_on, document_no, "")


@service(TRANSFER)
def confirm_member(ctx: Context, person_id: int, *, effective_on: dt.date | None = None, document_no: str = "",
                   version: int | None = None) -> Person:
    """Probation ends, the member becomes a full member (转正)."""
    person = own_person(ctx, person_id, version)
    on = not_future(ctx, effective_on)
    if person.member_kind != "probationary" or not is_counted(person):
        raise Invalid({"person": [_("只有预备党员可以转正。")]})
    if person.joined_on and on <= person.joined_on:
        raise Invalid({"effective_on": [_("转正日期应晚于入党日期 %(day)s。", day=person.joined_on.isoformat())]})
    person.member_kind, person.confirmed_on = "full", on
    write_change(ctx, person, "confirmed", ctx.get(OrgUnit, person.org_id), on, document_no=document_no)
    ctx.audit("person", person.id, name=person.name, changes={"member_kind": ["probationary", "full"]})
    return _told(ctx, person, "confirmed_on", "member_kind")


@service(TRANSFER)
def set_contact_lost(ctx: Context, person_id: int, *, lost: bool, reason: str, version: int | None = None) -> Person:
    """Note that a member is out of contact, or was found again. The head count is not touched; people decide what follows."""
    person = own_person(ctx, person_id, version)
    wanted = "contact_lost" if lost else "normal"
    if person.membership_state not in ("normal", "contact_lost") or person.membership_state == wanted:
        raise Invalid({"person": [_state_refusal(person)]})
    before, person.membership_state = person.membership_state, wanted
    ctx.audit("person", person.id, name=person.name, changes={"membership_state": [before, wanted]}, reason=_needed(reason))
    return _told(ctx, person, "membership_state")


@service(TRANSFER)
def suspend(ctx: Context, person_id: int, *, reason: str, document_no: str, effective_on: dt.date | None = None,
            version: int | None = None) -> Person:
    """Record a decided suspension of membership (停止党籍): not counted, still managed here."""
    person = own_person(ctx, person_id, version)
    if not is_counted(person):
        raise Invalid({"person": [_state_refusal(person)]})
    _needed(document_no, "document_no")
    on = not_future(ctx, effective_on)
    before, person.membership_state = person.membership_state, "suspended"
    write_change(ctx, person, "suspended", ctx.get(OrgUnit, person.org_id), on, document_no=document_no, reason=_needed(reason))
    ctx.audit("person", person.id, name=person.name, changes={"membership_state": [before, "suspended"]})
    return _told(ctx, person, "membership_state")


@service(TRANSFER)
def restore(ctx: Context, person_id: int, *, document_no: str, reason: str = "", effective_on: dt.date | None = None,
            version: int | None = None) -> Person:
    """Restore a suspended or removed membership by decision of the competent committee."""
    person = own_person(ctx, person_id, version)
    if person.membership_state not in ("suspended", "removed"):
        raise Invalid({"person": [_state_refusal(person)]})
    _needed(document_no, "document_no")
    on, unit = not_future(ctx, effective_on), living(ctx, person.org_id, "person")
    before, person.membership_state = person.membership_state, "normal"
    if not person.is_formal:
        open_link(person, "formal", unit, on, _("恢复党籍"))
        settle(person)
    write_change(ctx, person, "restored", unit, on, document_no=document_no, reason=reason)
    ctx.audit("person", person.id, name=person.name, changes={"membership_state": [before, "normal"]})
    return _told(ctx, person, "membership_state")


@service(TRANSFER)
def remove(ctx: Context, person_id: int, *, reason: str, document_no: str, effective_on: dt.date | None = None,
           version: int | None = None) -> Person:
    """Record a decided removal from the Party (出党)."""
    person = own_person(ctx, person_id, version)
    _needed(document_no, "document_no")
    return _leave(ctx, person, "removed", "removed", effective_on, document_no, _needed(reason), "")


@service(TRANSFER)
def record_death(ctx: Context, person_id: int, *, effective_on: dt.date | None = None, document_no: str = "",
                 version: int | None = None) -> Person:
    """Record a death; every affiliation ends."""
    person = own_person(ctx, person_id, version)
    if person.membership_state == "deceased":
        raise Invalid({"person": [_state_refusal(person)]})
    if person.is_formal:
        return _leave(ctx, person, "deceased", "deceased", effective_on, document_no, "", "")
    _close_all(person, not_future(ctx, effective_on))
    before, person.membership_state = person.membership_state, "deceased"
    ctx.audit("person", person.id, name=person.name, changes={"membership_state": [before, "deceased"]})
    return _told(ctx, person, "membership_state")


def _enter(ctx: Context, person: Person, type_: str, org_id: int, on: dt.date | None, document_no: str, place: str) -> Person:
    unit, day = living(ctx, org_id, "org_id"), not_future(ctx, on)
    ctx.require(TRANSFER, unit.path)
    if person.is_formal or person.membership_state not in ("normal", "transferred_out") or person.member_kind == "none":
        raise Invalid({"person": [_state_refusal(person)]})
    before, person.membership_state = person.membership_state, "normal"
    open_link(person, "formal", unit, day, place[:SHORT])         # the change below keeps the place in full
    settle(person)
    write_change(ctx, person, type_, unit, day, other_place=place, document_no=document_no)
    ctx.audit("person", person.id, name=person.name, changes={"membership_state": [before, "normal"]}, org=unit.short_name)
    return _told(ctx, person, "membership_state")


def _leave(ctx: Context, person: Person, type_: str, state: str, on: dt.date | None, document_no: str, reason: str,
           place: str) -> Person:
    """End the formal affiliation. A suspended member is not counted any more, so leaving changes no head count."""
    if not person.is_formal:
        raise Invalid({"person": [_state_refusal(person)]})
    day, counted, unit = not_future(ctx, on), is_counted(person), ctx.get(OrgUnit, person.org_id)
    if state == "deceased":
        _close_all(person, day)
    else:
        close_formal(person, day)
    before, person.membership_state = person.membership_state, state
    write_change(ctx, person, type_, unit, day, effect=-counted, other_place=place, document_no=document_no, reason=reason)
    settle(person)
    ctx.audit("person", person.id, name=person.name, changes={"membership_state": [before, state]}, place=place)
    ctx.publish(PersonMoved(person_id=person.id, from_org_id=unit.id, to_org_id=0, on=day.isoformat()))
    return person


def _told(ctx: Context, person: Person, *fields: str) -> Person:
    ctx.publish(PersonChanged(person_id=person.id, fields=fields))
    return person


def _close_all(person: Person, on: dt.date) -> None:
    for link in open_links(person.id):
        close_link(link, on)
    settle(person)


def own_person(ctx: Context, person_id: int, version: int | None) -> Person:
    """The person, whose formal place must lie where the actor may change membership (a guest's home decides)."""
    person = ctx.get(Person, person_id)
    ctx.require(TRANSFER, person.org_path)
    ctx.check_version(person, version)
    return person


def _state_refusal(person: Person) -> str:
    return _("%(name)s 现在的状态是“%(state)s”，不能这样办理。", name=person.name,
             state=MEMBERSHIP_STATES[person.membership_state])


def _needed(text: str, field: str = "reason") -> str:
    if not text or not text.strip():
        raise Invalid({field: [_("请写明理由。") if field == "reason" else _("请填写批准文号。")]})
    if len(text.strip()) > (longest := LONGEST[field]):
        raise Invalid({field: [_("请写得简短些，不超过 %(n)s 个字。", n=longest)]})
    return text.strip()
