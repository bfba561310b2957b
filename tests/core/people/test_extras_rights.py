"""Added fields with rights of their own, and values that no longer fit what the plugin declares."""

from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy import select

from core.audit.models import AuditEntry
from core.base.session import session
from core.contracts.errors import Forbidden, Invalid
from core.people.api_acts import Twin
from core.people.extras.values import give_back
from core.people.models import OrgExtra, OrgUnit, Person, PersonExtra
from core.people.queries.person_page import held_data
from core.people.services.merge import merge
from core.people.services.orgs import update_org
from core.people.services.persons import create_person, update_person
from core.plugin import NUMBER, installed

TEACHES, BY, SEATS = "training__teaches", "liaison__reached_by", "training__seats"
EDITS = ("people.person.read", "people.person.update", "people.org.read", "people.org.manage", "people.person.merge")
READ = "training.hours.read"


@pytest.fixture
def altered(monkeypatch):
    """Another version of a plugin declares the field otherwise."""
    def alter(name: str, **changes) -> None:
        fields = installed().extra_fields
        monkeypatch.setitem(fields, name, dataclasses.replace(fields[name], **changes))
    return alter


@pytest.fixture
def wang(county):
    return create_person(county.ctx, name="王五", org_id=county["东关一支部"], **{TEACHES: "密语", BY: "visit"})


def value(person_id: int, field: str = "training.teaches") -> object:
    row = session().scalars(select(PersonExtra).where(
        PersonExtra.person_id == person_id, PersonExtra.field == field, PersonExtra.was_of == 0)).one_or_none()
    return row and (row.text, row.number)


def test_a_merge_shows_and_takes_only_what_its_reader_may_read(world, county, wang, altered):
    number, twin = wang.id, create_person(county.ctx, name="王五", org_id=county["西关支部"], **{TEACHES: "理论"}).id
    altered("training.teaches", read=READ)
    world.add_user("east", "clerk", *EDITS)
    session().rollback()
    path = f"/people/p/{number}/merge/{twin}"
    page = world.browser("east", "clerk").get(path).get_data(as_text=True)
    assert "密语" not in page and "理论" not in page and TEACHES not in page and BY in page
    assert "密语" in world.browser("east").get(path).get_data(as_text=True)
    with world.acting("east", "clerk") as clerk, pytest.raises(Forbidden):
        merge(clerk, number, twin, take={TEACHES: "gone"}, reason="同一人")


def test_a_program_chooses_added_fields_of_two_records_too(world, county, wang, altered):
    number, twin = wang.id, create_person(county.ctx, name="王五", org_id=county["西关支部"], **{TEACHES: "理论", BY: "phone"}).id
    altered("training.teaches", read=READ)
    program = world.program("east", *EDITS)
    session().rollback()
    read = program.get(f"/people/persons/{number}")
    sent = {"gone_id": twin, "gone_version": 1, "reason": "同一人", "take": [BY, TEACHES]}
    path, known = f"/people/persons/{number}/merge", {"If-Match": read.headers["ETag"]}
    assert program.ask("POST", path, json=sent, headers=known).status_code == 422
    assert BY not in Twin().fields["take"].options()            # outside a request: what core itself has
    done = program.ask("POST", path, json=sent | {"take": [BY]}, headers=known)
    assert done.status_code == 200 and done.json[BY] == "phone", done.json


def test_nobody_overwrites_or_guesses_what_he_may_not_read(world, county, wang, altered):
    number = wang.id
    altered("training.teaches", read=READ, write="people.person.update")
    world.add_user("east", "clerk", *EDITS)
    with world.acting("east", "clerk") as clerk:
        for guess in ("密语", "别的", None):
            with pytest.raises(Forbidden):
                update_person(clerk, number, **{TEACHES: guess})
            session().rollback()
    altered("training.teaches", read="", write=READ)
    with world.acting("east", "clerk") as clerk, pytest.raises(Forbidden):
        update_person(clerk, number, **{TEACHES: "密语"})


def test_a_value_no_longer_offered_stays_on_an_unrelated_edit_and_can_be_given_back(world, county, wang, altered):
    number, ctx = wang.id, county.ctx
    session().commit()
    altered("liaison.reached_by", choices={"phone": "打电话"})
    admin = world.browser("east")
    form = admin.get(f"/people/p/{number}/edit").get_data(as_text=True)
    assert 'value="visit" selected' in form
    version = session().get(Person, (ctx.tenant.id, number)).version
    held = {"name": "王伍", "member_kind": "full", TEACHES: "密语", BY: "visit", "version": str(version)}
    assert admin.post(f"/people/p/{number}/edit", held).status_code == 303
    session().expire_all()
    person = session().get(Person, (ctx.tenant.id, number))
    assert person.name == "王伍" and value(number, "liaison.reached_by") == ("visit", None)
    update_person(ctx, number, **{BY: "phone"})
    with pytest.raises(Invalid):
        update_person(ctx, number, **{BY: "visit"})
    give_back(ctx, person, {BY: "visit"})
    session().flush()
    assert value(number, "liaison.reached_by") == ("visit", None)


def test_a_changed_kind_hides_nothing_and_leaves_one_value(county, wang, altered):
    ctx, other = county.ctx, create_person(county.ctx, name="赵六", org_id=county["西关支部"], **{TEACHES: "旧值"})
    altered("training.teaches", kind=NUMBER)
    assert any("密语" in text for part in held_data(ctx, wang.id)[1] for _label, text in part.rows)
    update_person(ctx, wang.id, **{TEACHES: 7})
    update_person(ctx, other.id, **{TEACHES: None})
    assert value(wang.id) == (None, 7) and value(other.id) is None


def test_values_of_units_with_a_right_of_their_own_are_not_told_by_the_audit(county, altered):
    unit = county["东关社区"]
    for read, told in (("", [None, 60]), (READ, ["…", "…"])):
        altered("training.seats", read=read)
        update_org(county.ctx, unit, **{SEATS: 60 if not read else 61})
        entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "people.org.manage").order_by(
            AuditEntry.id.desc())).first()
        assert entry.detail["changes"] == {SEATS: told}
    assert session().get(OrgUnit, (county.ctx.tenant.id, unit)).version > 1
    assert session().scalars(select(OrgExtra.number)).one() == 61
