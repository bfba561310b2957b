from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select

from core.accounts.models import User
from core.audit.models import AuditEntry
from core.base.db import session
from core.contracts.errors import Forbidden, Invalid, NotFound, TooMany
from core.people.models import Affiliation, Archive, MemberChange, Person, PostHolding
from core.people.queries.people import duplicates, search_people
from core.people.services.merge import merge, preview, take_out
from core.people.services.persons import create_person, update_person
from core.people.services.posts import appoint
from core.people.services.reveal import reveal
from core.people.services.unmerge import undo_merge
from core.rules import rule
from core.service import unit_of_work

BIRTH = dt.date(1960, 1, 1)


@pytest.fixture
def twins(county):
    ctx = county.ctx
    kept = create_person(ctx, name="张三", org_id=county["东关一支部"], birth_date=BIRTH, phone="13800005678", note="甲")
    gone = create_person(ctx, name="张三", org_id=county["西关支部"], birth_date=BIRTH, phone="13900001111",
                         id_no="110101196001010011", note="乙", work_unit="粮站")
    appoint(ctx, person_id=gone.id, org_id=county["西关支部"], post="secretary", starts_on=dt.date(2024, 1, 1))
    return kept, gone


def test_duplicates_are_found(county, twins):
    found, = duplicates(county.ctx)
    assert found.why == "birth" and {p.id for p in found.people} == {p.id for p in twins}


def test_duplicates_come_with_their_units(county, twins, world):
    session().flush()
    session().expunge_all()
    with world.counting() as sent:
        found, = duplicates(county.ctx)
        assert {p.org.short_name for p in found.people} == {"东关一支部", "西关支部"}
    assert not [each for each in sent if "FROM people_org_unit" in each]         # not one statement for each unit


def test_preview_names_what_differs(county, twins):
    _kept, _gone, fields, objections = preview(county.ctx, twins[0].id, twins[1].id)
    assert set(fields) == {"gender", "work_unit", "note", "phone", "id_no"} and objections == []


def test_merge_keeps_choices_fills_blanks_and_archives(county, twins):
    ctx, (kept, gone) = county.ctx, twins
    gone_id = gone.id
    merge(ctx, kept.id, gone_id, take={"phone": "gone", "note": "kept"}, reason="同一人登记了两次")
    assert (kept.note, kept.work_unit, kept.phone_mask, kept.id_mask) == ("甲", "粮站", "139****1111", "1101**********0011")
    assert reveal(ctx, kept.id, field="phone", reason="核对合并结果") == "13900001111"
    with pytest.raises(NotFound):
        ctx.get(Person, gone_id)
    row = session().scalars(select(Archive)).one()
    assert (row.record_id, row.kept_id, row.reason) == (gone_id, kept.id, "同一人登记了两次")
    assert "13900001111" not in str(row.snapshot) and row.snapshot["note"] == "乙"
    for model in (PostHolding, MemberChange, Affiliation):
        assert session().scalar(select(func.count()).select_from(model).where(model.person_id == gone_id)) == 0


def test_merge_needs_rights_at_both_ends_and_a_reason(world, county, twins):
    kept, gone = twins
    for reason in ("", "  "):
        with pytest.raises(Invalid):
            merge(county.ctx, kept.id, gone.id, reason=reason)
    with pytest.raises(Invalid):
        merge(county.ctx, kept.id, kept.id, reason="x")
    world.add_user("east", "dong", "people.person.merge", path=county.unit("东关社区").path)
    with world.acting("east", "dong") as ctx, pytest.raises(NotFound):
        merge(ctx, kept.id, gone.id, reason="x")


def test_taking_out_archives_and_balances(county, twins):
    row = take_out(county.ctx, twins[1].id, reason="录入错误")
    assert row.name == "张三"
    effects = session().scalars(select(MemberChange.effect).where(MemberChange.person_id == row.record_id)).all()
    assert sum(effects) == 0


def test_reveal_needs_a_purpose_and_is_audited_without_the_number(county, twins):
    kept, _gone = twins
    with pytest.raises(Invalid):
        reveal(county.ctx, kept.id, field="phone", reason=" ")
    assert reveal(county.ctx, kept.id, field="phone", reason="通知参会") == "13800005678"
    assert reveal(county.ctx, kept.id, field="id_no", reason="通知参会") == ""
    row = session().scalars(select(AuditEntry).where(AuditEntry.action == "people.person.reveal").limit(1)).one()
    assert row.detail["reason"] == "通知参会" and "13800005678" not in str(row.detail)


def test_reveals_are_limited_per_account_and_hour(world, county, twins):
    world.add_user("east", "li", "people.person.reveal", "people.person.read")
    most = int(rule("people.reveal_max_per_hour").value)
    with world.acting("east", "li") as ctx:
        for _turn in range(most):
            reveal(ctx, twins[0].id, field="phone", reason="通知参会")
        with pytest.raises(TooMany) as refused:
            reveal(ctx, twins[0].id, field="phone", reason="通知参会")
    assert 0 < refused.value.retry_after <= 3600
    world.add_user("east", "wang", "people.person.read")
    with world.acting("east", "wang") as ctx, pytest.raises(Forbidden):
        reveal(ctx, twins[0].id, field="phone", reason="通知参会")


@pytest.mark.parametrize(("text", "count"), [
    ("张", 2), ("zs", 2), ("zhangs", 2), ("13900001111", 1), ("139 0000 1111", 1), ("110101196001010011", 1), ("5678", 0),
    ("李", 0), ("%", 0), ("1", 0)])
def test_search_by_name_pinyin_and_whole_numbers(county, twins, text, count):
    assert len(search_people(county.ctx, text)) == count


def facts(person: Person) -> dict:
    """Everything a reader can see of a person."""
    shown = ("name", "note", "work_unit", "phone_mask", "id_mask", "org_id", "org_path", "is_formal", "membership_state")
    return {name: getattr(person, name) for name in shown}


def test_a_merge_is_taken_back_as_if_it_had_not_been(county, twins):
    ctx, (kept, gone) = county.ctx, twins
    gone_id, before = gone.id, [facts(kept), facts(gone)]
    posts = session().scalars(select(PostHolding.id).where(PostHolding.person_id == gone_id)).all()
    merge(ctx, kept.id, gone_id, take={"phone": "gone"}, reason="看错了")
    row = session().scalars(select(Archive)).one()
    back = undo_merge(ctx, row.id, reason="是两个人")
    assert back.id == gone_id and [facts(ctx.get(Person, kept.id)), facts(back)] == before
    assert reveal(ctx, gone_id, field="phone", reason="核对恢复结果") == "13900001111"
    assert reveal(ctx, kept.id, field="phone", reason="核对恢复结果") == "13800005678"
    assert session().scalars(select(PostHolding.id).where(PostHolding.person_id == gone_id)).all() == posts
    links = session().scalars(select(Affiliation).where(Affiliation.person_id == gone_id)).all()
    assert [(link.kind, link.ends_on, link.formal_of) for link in links] == [("formal", None, gone_id)]
    for person_id in (kept.id, gone_id):
        effects = session().scalars(select(MemberChange.effect).where(MemberChange.person_id == person_id)).all()
        assert sum(effects) == 1
    assert row.undone_on == ctx.today()
    with pytest.raises(Invalid):
        undo_merge(ctx, row.id, reason="再来一次")


def test_what_was_changed_after_the_merge_stays(county, twins):
    ctx, (kept, gone) = county.ctx, twins
    merge(ctx, kept.id, gone.id, reason="看错了")
    update_person(ctx, kept.id, work_unit="供销社")
    undo_merge(ctx, session().scalars(select(Archive)).one().id, reason="是两个人")
    assert ctx.get(Person, kept.id).work_unit == "供销社" and ctx.get(Person, kept.id).id_mask == ""


def test_a_merge_is_not_taken_back_too_late_or_without_the_right_at_both_ends(world, county, twins):
    ctx, (kept, gone) = county.ctx, twins
    merge(ctx, kept.id, gone.id, reason="看错了")
    row = session().scalars(select(Archive)).one()
    row_id, row.on = row.id, row.on - dt.timedelta(days=int(rule("people.merge_undo").value) + 1)
    session().commit()
    with pytest.raises(Invalid):
        undo_merge(ctx, row_id, reason="太晚")
    ctx.get(Archive, row_id).on = ctx.today()
    session().commit()
    world.add_user("east", "dong", "people.person.merge", path=county.unit("东关社区").path)
    with world.acting("east", "dong") as narrow, pytest.raises((Forbidden, NotFound)):
        undo_merge(narrow, row_id, reason="x")


def test_the_page_takes_a_merge_back(world, county, twins):
    merge(county.ctx, twins[0].id, twins[1].id, reason="看错了")
    row_id = session().scalars(select(Archive.id)).one()
    admin = world.browser("east")
    assert f"/people/archive/{row_id}/undo" in admin.get("/people/archive").text
    assert admin.post(f"/people/archive/{row_id}/undo", {"reason": ""}).status_code == 422
    assert admin.post(f"/people/archive/{row_id}/undo", {"reason": "是两个人"}).status_code == 303
    page = admin.get("/people/archive").text
    assert "已撤销" in page and f"/people/archive/{row_id}/undo" not in page


def test_a_merge_that_would_make_an_impossible_person_is_refused(county, twins):
    ctx, (kept, gone) = county.ctx, twins
    update_person(ctx, kept.id, gender="female")
    other = create_person(ctx, name="张三", org_id=county["西关支部"], member_kind="none", affiliation="volunteer")
    with pytest.raises(Invalid) as refused:
        merge(ctx, kept.id, gone.id, take={"id_no": "gone", "gender": "kept"}, reason="同一人登记了两次")
    assert refused.value.errors.keys() == {"gender"}
    with pytest.raises(Invalid) as refused:                     # a member of this branch would be none, and no change say so
        merge(ctx, kept.id, other.id, take={"member_kind": "gone"}, reason="同一人登记了两次")
    assert refused.value.errors.keys() == {"member_kind"}


def test_name_and_account_follow_a_merge_and_come_back(world, county, twins):
    ctx, (kept, gone) = county.ctx, twins
    update_person(ctx, gone.id, name="章三")
    account = (ctx.tenant.id, world.add_user("east", "zhang"))
    with unit_of_work(ctx):
        session().get(User, account).person_id = gone.id
    gone_id = gone.id
    merge(ctx, kept.id, gone_id, take={"name": "gone"}, reason="同一人登记了两次")
    update_person(ctx, kept.id, work_unit="邮局")
    session().expire_all()
    assert session().get(User, account).person_id == kept.id
    assert [p.id for p in search_people(ctx, "章三")] == [kept.id] and kept.name_initials == "zs"
    undo_merge(ctx, session().scalars(select(Archive.id)).one(), reason="其实是两个人")
    session().expire_all()
    assert session().get(User, account).person_id == gone_id and kept.name == "张三"
