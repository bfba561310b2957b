"""Registering persons and changing their data."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from core.base.db import add, flush, new_id, session
from core.base.i18n import _
from core.base.pinyin import name_keys
from core.base.scope import beyond_subtree
from core.contracts.errors import Invalid
from core.contracts.events import PersonChanged, PersonRegistered
from core.service import Context, service

from ..extras.values import save, split
from ..models import Grid, OrgUnit, Person
from ..registered import registered
from ..sanity import Errors, check_person, complete_from_id, full_day
from ..sealed import clear_text, index_of, put
from ..standing import first_link, is_counted, write_change
from ..words import CHANGE_TYPES, GUEST_KINDS
from .orgs import living, not_future

FIELDS = ("name", "gender", "birth_date", "education", "member_kind", "joined_on", "confirmed_on", "category", "skills",
          "residence_org_id", "grid_id", "work_unit", "note")
SHOWN_IN_AUDIT = ("education", "member_kind", "joined_on", "confirmed_on", "category", "residence_org_id", "grid_id")
NUMBERS = {"phone": "phone", "id_no": "id"}
ENTRIES = ("initial", "transfer_in", "newly_admitted")
CREATE, UPDATE = "people.person.create", "people.person.update"


@service(CREATE)
def create_person(ctx: Context, *, org_id: int, entry: str = "initial", affiliation: str = "formal",
                  effective_on: dt.date | None = None, document_no: str = "", from_place: str = "", **data: Any) -> Person:
    """Register a person.

    entry        how a member comes in: initial (was there before the software), transfer_in, newly_admitted
    affiliation  formal, or the participation link of somebody whose formal affiliation is elsewhere

    `data` may hold fields that plugins add, by their keys. Raises Invalid with a sentence per field, also when the ID number
    is already registered in this tenant.
    """
    unit = _living(ctx, org_id, "org_id")
    ctx.require(CREATE, unit.path)
    data, extra = split(data)
    data = full_day(complete_from_id(_checked(ctx, {"member_kind": "full", **data})))
    if entry not in ENTRIES or affiliation not in ("formal", *GUEST_KINDS):
        raise Invalid({"entry" if entry not in ENTRIES else "affiliation": [_("请从列表中选择")]})
    if affiliation == "formal" and data["member_kind"] == "none":
        raise Invalid({"affiliation": [_("非党员没有组织关系，请选择参与方式。")]})
    on = not_future(ctx, effective_on)
    person = Person(id=new_id(), org_id=unit.id, org_path=unit.path, is_formal=affiliation == "formal", membership_state="normal")
    fill(person, data)
    if entry != "initial":
        person.verified_on = ctx.today()
    add(person)
    flush()
    save(ctx, person, {key: value for key, value in extra.items() if value not in (None, "")}, new=True)
    first_link(person, affiliation, unit, on, str(CHANGE_TYPES[entry]))
    if is_counted(person):
        write_change(ctx, person, entry, unit, on, document_no=document_no, other_place=from_place)
    flush()
    ctx.audit("person", person.id, name=person.name, created=entry, org=unit.short_name)
    ctx.publish(PersonRegistered(person_id=person.id, org_id=unit.id))
    return person


@service(UPDATE)
def update_person(ctx: Context, person_id: int, *, version: int | None = None, **data: Any) -> Person:
    """Change a person's own data. Organisation and state of membership change through their own services.

    Left-out fields stay; phone and id_no given as None or "" are cleared. A changed member kind counts as a correction
    and is kept among the changes of membership.
    """
    person = ctx.get(Person, person_id)
    ctx.require(UPDATE, person.org_path)
    ctx.check_version(person, version)
    now = {field: getattr(person, field) for field in FIELDS}
    data, extra = split(data)
    data = full_day(complete_from_id(_checked(ctx, {**now, **data}, person)))
    counted, kind = is_counted(person), person.member_kind
    changes = fill(person, data) | save(ctx, person, extra)
    session().flush()
    if counted and kind != person.member_kind:
        write_change(ctx, person, "corrected", ctx.get(OrgUnit, person.org_id), ctx.today(), effect=0,
                     reason=_("更正党员类别"))
    ctx.audit("person", person.id, name=person.name, changes=changes)
    if changes:
        ctx.publish(PersonChanged(person_id=person.id, fields=tuple(sorted(changes))))
    return person


def _checked(ctx: Context, data: dict[str, Any], person: Person | None = None) -> dict[str, Any]:
    """The data, tidied. Raises Invalid for what cannot be, TypeError for fields that do not exist."""
    if unknown := set(data) - set(FIELDS) - set(NUMBERS):
        raise TypeError(f"not fields of a person: {sorted(unknown)}")
    errors = check_known(person, data, ctx.today()) if person else check_person(data, ctx.today())
    if data.get("id_no") and "id_no" not in errors and (owner := owner_of_id(data["id_no"])) not in (None, person):
        errors["id_no"] = [_("该身份证号码已登记在“%(org)s”，请核对，不要重复录入。", org=owner.org.short_name)]
    errors |= _check_places(ctx, data, person)
    if errors:
        raise Invalid(errors)
    return data


def check_known(person: Person, data: dict[str, Any], today: dt.date) -> Errors:
    """What cannot be true of somebody registered: also beside the ID number on file, unless `data` brings another."""
    on_file = {} if "id_no" in data else {"id_no": clear_text(person, "id")}
    errors = check_person({**data, **on_file}, today)
    if person.is_formal and data["member_kind"] == "none":
        errors.setdefault("member_kind", []).append(_("组织关系在册的人员是党员；已出党的请办理“出党”。"))
    return errors


def _check_places(ctx: Context, data: dict[str, Any], person: Person | None) -> Errors:
    """Community and grid, where they are new: one that was merged since stops no other correction."""
    home, grid_id = data.get("residence_org_id"), data.get("grid_id")
    if person is not None and (home, grid_id) == (person.residence_org_id, person.grid_id):
        return {}
    if home:
        _living(ctx, home, "residence_org_id")
    place = _place_of_grid(grid_id) if grid_id else None
    if grid_id and (place is None or (home and place != home)):
        return {"grid_id": [_("这个网格不在所选的居住社区内。")]}
    return {}


def _living(ctx: Context, org_id: int, field: str) -> OrgUnit:
    """The unit, which must not be merged or dissolved; a batch has read those of its rows already."""
    batch = registered.get()
    return (batch.living(org_id) if batch is not None else None) or living(ctx, org_id, field)


def _place_of_grid(grid_id: int) -> int | None:
    """The community a grid belongs to."""
    batch = registered.get()
    known = batch.grids.get(grid_id) if batch is not None else None
    return known or session().scalar(select(Grid.org_id).where(Grid.id == grid_id))


def owner_of_id(id_no: str) -> Person | None:
    """Who in the tenant already bears this ID number, also outside the actor's subtrees."""
    batch = registered.get()
    if batch is not None and batch.is_free(index_of("id", id_no)):
        return None
    with beyond_subtree("people: one ID number, one record"):
        return session().scalars(select(Person).where(Person.id_index == index_of("id", id_no))).one_or_none()


def fill(person: Person, data: dict[str, Any]) -> dict[str, Any]:
    """Set the fields; returns {field: [before, after]} for the audit, numbers masked."""
    changes: dict[str, Any] = {}
    for field in FIELDS:
        if field not in data:
            continue
        value = data[field]
        if value is None and not Person.__table__.c[field].nullable:
            value = ""
        before = getattr(person, field)
        if before != value:
            setattr(person, field, value)
            changes[field] = [_plain(before), _plain(value)] if field in SHOWN_IN_AUDIT else ["…", "…"]
    for field, column in NUMBERS.items():
        if field in data:
            before = getattr(person, f"{column}_mask")
            put(person, column, data[field])
            if (after := getattr(person, f"{column}_mask")) != before or data[field]:
                changes[field] = [before, after]
    set_keys(person)
    return changes


def set_keys(person: Person) -> None:
    """What the search by pinyin asks follows from the name."""
    keys = name_keys(person.name)
    person.name_full, person.name_initials = keys.full, keys.initials


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
