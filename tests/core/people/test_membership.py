from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from core.base import clock
from core.base.db import begin_write, session
from core.contracts.errors import Forbidden, Invalid, NotFound
from core.people.models import Affiliation, MemberChange, Person
from core.people.services import links, membership
from core.people.services.persons import create_person, update_person

DAY = dt.date(2026, 3, 1)


@pytest.fixture
def zhang(county):
    return create_person(county.ctx, name="张三", org_id=county["东关一支部"], joined_on=dt.date(2010, 7, 1),
                         effective_on=dt.date(2026, 1, 1), phone="13800005678", id_no="110101198001010010")


def rows(person_id: int) -> list[tuple[str, int]]:
    found = session().scalars(select(MemberChange).where(MemberChange.person_id == person_id).order_by(MemberChange.id))
    return [(r.type, r.effect) for r in found]


def test_registration_seals_numbers_and_writes_the_change(county, zhang):
    assert zhang.phone_mask == "138****5678" and zhang.id_mask == "1101**********0010"
    assert "13800005678" not in repr(zhang.__dict__) and "198001010010" not in repr(zhang.__dict__)
    assert (zhang.birth_date, zhang.gender) == (dt.date(1980, 1, 1), "male")
    assert (zhang.name_full, zhang.name_initials) == ("zhangsan", "zs")
    assert rows(zhang.id) == [("initial", 1)]


def test_transfer_between_branches_is_a_pair_that_cancels_out(county, zhang):
    membership.transfer(county.ctx, zhang.id, org_id=county["西关支部"], effective_on=DAY, document_no="1")
    assert rows(zhang.id) == [("initial", 1), ("transfer_out", -1), ("transfer_in", 1)]
    assert zhang.org_id == county["西关支部"] and zhang.org_path == county.unit("西关支部").path
    with pytest.raises(Invalid):
        membership.transfer(county.ctx, zhang.id, org_id=county["西关支部"])


def test_life_of_a_membership(county, zhang):
    ctx = county.ctx
    membership.set_contact_lost(ctx, zhang.id, lost=True, reason="多次联系未果")
    membership.suspend(ctx, zhang.id, reason="失联六个月", document_no="1", effective_on=DAY)
    assert zhang.is_formal and rows(zhang.id)[-1] == ("suspended", -1)
    membership.restore(ctx, zhang.id, document_no="2", effective_on=DAY)
    membership.remove(ctx, zhang.id, reason="自行脱党", document_no="3", effective_on=DAY)
    assert not zhang.is_formal and zhang.membership_state == "removed"
    membership.restore(ctx, zhang.id, document_no="4", effective_on=DAY)
    assert zhang.is_formal
    membership.transfer_out(ctx, zhang.id, to_place="外省某支部", effective_on=DAY)
    membership.transfer_in(ctx, zhang.id, org_id=county["西关支部"], effective_on=DAY)
    membership.record_death(ctx, zhang.id, effective_on=DAY)
    assert rows(zhang.id) == [("initial", 1), ("suspended", -1), ("restored", 1), ("removed", -1), ("restored", 1),
                              ("transfer_out", -1), ("transfer_in", 1), ("deceased", -1)]
    for call in (membership.restore, membership.record_death, membership.transfer_out):
        with pytest.raises((Invalid, TypeError)):
            call(ctx, zhang.id, **({"to_place": "x"} if call is membership.transfer_out else {}))


def test_leaving_while_suspended_changes_no_head_count(county, zhang):
    membership.suspend(county.ctx, zhang.id, reason="失联", document_no="1")
    with pytest.raises(Invalid, match="恢复党籍"):
        membership.transfer_out(county.ctx, zhang.id, to_place="外县")
    membership.remove(county.ctx, zhang.id, reason="自行脱党", document_no="2")
    assert sum(effect for _, effect in rows(zhang.id)) == 0


def test_probation_ends_with_confirmation(county):
    ctx = county.ctx
    li = create_person(ctx, name="李四", org_id=county["西关支部"], member_kind="none", affiliation="volunteer")
    assert rows(li.id) == [] and not li.is_formal
    membership.admit(ctx, li.id, org_id=county["西关支部"], effective_on=dt.date(2026, 1, 5))
    with pytest.raises(Invalid):
        membership.confirm_member(ctx, li.id, effective_on=dt.date(2026, 1, 5))
    membership.confirm_member(ctx, li.id, effective_on=dt.date(2026, 3, 5))
    assert (li.member_kind, rows(li.id)) == ("full", [("newly_admitted", 1), ("confirmed", 0)])


def test_only_one_open_formal_affiliation_can_exist(county, zhang):
    begin_write()
    session().add(Affiliation(person_id=zhang.id, kind="formal", org_id=county["西关支部"], org_path="x", starts_on=DAY,
                              formal_of=zhang.id))
    with pytest.raises(IntegrityError):
        session().flush()
    session().rollback()


def test_days_to_come_and_missing_papers_are_refused(county, zhang):
    ctx = county.ctx
    with clock.at(dt.datetime(2026, 5, 1, tzinfo=dt.UTC)), pytest.raises(Invalid) as refused:
        membership.transfer(ctx, zhang.id, org_id=county["西关支部"], effective_on=dt.date(2026, 5, 2))
    assert "effective_on" in refused.value.errors
    with pytest.raises(Invalid) as refused:
        membership.suspend(ctx, zhang.id, reason="失联", document_no="")
    assert "document_no" in refused.value.errors
    with pytest.raises(Invalid):
        membership.transfer_out(ctx, zhang.id, to_place="外地", effective_on=dt.date(2020, 1, 1))
    assert rows(zhang.id) == [("initial", 1)]


def test_branch_that_received_a_mobile_member_finds_the_person_but_may_not_change_the_record(world, county, zhang):
    row = links.open_affiliation(county.ctx, zhang.id, kind="inflow", org_id=county["西关支部"], starts_on=DAY)
    assert zhang.guest_path == county.unit("西关支部").path
    world.add_user("east", "xi", "people.person.read", "people.person.update", path=county.unit("西关支部").path)
    world.add_user("east", "other", "people.person.update", path=county.unit("东关二支部").path)
    with world.acting("east", "xi") as xi, pytest.raises(Forbidden):
        update_person(xi, zhang.id, note="x")
    with world.acting("east", "other") as other, pytest.raises(NotFound):
        update_person(other, zhang.id, note="x")
    links.close_affiliation(county.ctx, row.id, ends_on=DAY)
    assert county.ctx.get(Person, zhang.id).guest_path is None


def test_same_id_number_is_registered_once_per_tenant(county, zhang):
    with pytest.raises(Invalid) as refused:
        create_person(county.ctx, name="张三丰", org_id=county["西关支部"], id_no="110101198001010010")
    assert "东关一支部" in refused.value.errors["id_no"][0]
    assert session().scalar(select(func.count()).select_from(Person)) == 1


@pytest.mark.parametrize(("data", "field"), [
    ({"name": ""}, "name"),
    ({"birth_date": dt.date(2000, 1, 1), "joined_on": dt.date(2015, 1, 1)}, "joined_on"),
    ({"joined_on": dt.date(2015, 1, 1), "confirmed_on": dt.date(2014, 1, 1)}, "confirmed_on"),
    ({"id_no": "110101198001010010", "gender": "female"}, "gender"),
    ({"id_no": "110101198001010010", "birth_date": dt.date(1981, 1, 1)}, "birth_date"),
    ({"id_no": "11010119800101001"}, "id_no"),
    ({"phone": "123"}, "phone"),
    ({"member_kind": "none"}, "affiliation"),
    ({"birth_date": dt.date(2999, 1, 1)}, "birth_date"),
    ({"residence_org_id": 5}, "residence_org_id"),
])
def test_what_cannot_be_is_refused_with_a_sentence(county, data, field):
    with pytest.raises(Invalid) as refused:
        create_person(county.ctx, org_id=county["西关支部"], **{"name": "赵六", **data})
    assert refused.value.errors[field]


def test_rare_characters_and_dots_in_names_are_kept(county):
    for name in ("买买提·吐尔逊", "𫘧力", "李㛃"):
        assert create_person(county.ctx, name=name, org_id=county["西关支部"]).name == name


def test_correction_of_the_member_kind_is_kept_and_numbers_can_be_cleared(county, zhang):
    update_person(county.ctx, zhang.id, version=zhang.version, member_kind="probationary", phone="")
    assert rows(zhang.id)[-1] == ("corrected", 0) and zhang.phone_mask == "" and zhang.phone_index is None
    with pytest.raises(Invalid):
        update_person(county.ctx, zhang.id, member_kind="none")
