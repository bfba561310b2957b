"""The two kinds of sheets, through the functions the import wizard calls."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from marshmallow import ValidationError
from sqlalchemy import func, select

from core.base.db import session
from core.contracts.errors import Conflict
from core.imports.trial import weighed
from core.people.models import Affiliation, MemberChange, OrgUnit, Person, PostHolding
from core.people.names import UnitNames
from core.people.queries.people import search_people
from core.people.services.grids import save_grid
from core.people.services.links import open_affiliation
from core.people.services.merge import merge
from core.people.services.orgs import create_org
from core.people.services.persons import create_person, update_person
from core.people.services.posts import appoint, end_post
from core.plugin import installed
from core.service import unit_of_work


def kind(name: str) -> Any:
    return installed().import_kinds[name]


def take_in(county, name: str, *rows: dict[str, Any]) -> list[Any]:
    """What became of each row: its errors, or the answer of `write`."""
    declared, found = kind(name), []
    with unit_of_work(county.ctx):
        data = [declared.schema().load(row) for row in rows]
        state = declared.prepare(county.ctx, data)
        for row in data:
            wrong, _warned = weighed(declared.check(county.ctx, row, state))
            found.append(wrong or declared.write(county.ctx, row, state))
    return found


ZHANG = {"name": "张三", "branch": "东关一支部", "gender": "男", "birth_date": "1968-05", "joined_on": "1995-07-01",
         "member_kind": "正式", "education": "本科", "posts": "书记", "phone": "13800005678"}


def test_a_row_becomes_a_member_with_change_and_post(county):
    (_kind, person_id, outcome, _undo), = take_in(county, "people.roster", ZHANG)
    person = county.ctx.get(Person, person_id)
    assert outcome == "created" and person.org_id == county["东关一支部"] and person.is_formal
    assert (person.birth_date, person.education, person.member_kind) == (dt.date(1968, 5, 1), "bachelor", "full")
    assert session().scalars(select(MemberChange.type)).all() == ["initial"]
    assert session().scalars(select(PostHolding.post)).all() == ["secretary"]


@pytest.mark.parametrize("branch", [
    "东关一支部", "中共东关一支部委员会", "东关一支部委员会", "中共东关一", "dongguanyizhibu", "dgyzb", "东关 一支部"])
def test_a_branch_is_found_by_every_name_people_use(county, branch):
    assert UnitNames.load().find(branch)[0].id == county["东关一支部"]


def test_an_ambiguous_or_unknown_branch_is_not_guessed(county):
    create_org(county.ctx, name="中共西关一支部总支部委员会", short_name="西关总支", kind="general_branch",
               parent_id=county["西关社区"])
    names = UnitNames.load()
    assert names.find("西关")[0] is None and "多个组织" in names.find("西关")[1]
    assert names.find("西关", kinds=("general_branch",))[0].short_name == "西关总支"
    assert "没有找到" in names.find("南关支部")[1]


def test_a_second_run_updates_and_never_erases(county):
    (_k, person_id, *_), = take_in(county, "people.roster", ZHANG)
    again, = take_in(county, "people.roster", ZHANG)
    assert again[1:3] == (person_id, "unchanged")
    changed, = take_in(county, "people.roster", {"name": "张三", "branch": "dgyzb", "birth_date": "1968-05", "note": "新备注"})
    assert changed[1:3] == (person_id, "updated")
    person = county.ctx.get(Person, person_id)
    assert (person.note, person.phone_mask) == ("新备注", "138****5678")


@pytest.mark.parametrize(("change", "field"), [
    ({"branch": "南关支部"}, "branch"),
    ({"joined_on": "1980-01-01"}, "joined_on"),
    ({"confirmed_on": "1990-01-01"}, "confirmed_on"),
    ({"id_no": "110101198001010010"}, "birth_date"),
    ({"gender": "女", "birth_date": "1980-01", "joined_on": "2000-01", "id_no": "110101198001010010"}, "gender"),
    ({"id_no": "3.70982E+17"}, "id_no"),
    ({"posts": "司令"}, "posts"),
    ({"residence": "南关社区"}, "residence"),
    ({"residence": "东关社区/九号网格"}, "residence"),
])
def test_bad_rows_get_a_sentence_in_the_right_cell(county, change, field):
    errors, = take_in(county, "people.roster", {**ZHANG, **change})
    assert list(errors) == [field] and errors[field][0]


def test_words_nobody_knows_are_refused_with_the_list(county):
    with pytest.raises(ValidationError) as refused:
        kind("people.roster").schema().load({**ZHANG, "education": "仙班"})
    assert "大学本科" in str(refused.value)


def test_one_person_in_two_branches_and_twice_with_two_phones(county):
    first = {**ZHANG, "id_no": "110101198001010010", "birth_date": "1980-01", "joined_on": "2000-07"}
    ok, two_branches = take_in(county, "people.roster", first, {**first, "branch": "西关支部"})
    assert ok[2] == "created" and "东关一支部" in two_branches["id_no"][0]
    elsewhere, = take_in(county, "people.roster", {**first, "branch": "西关支部"})
    assert "已登记在“东关一支部”" in elsewhere["id_no"][0]
    li = {"name": "李四", "branch": "西关支部", "birth_date": "1970-01", "phone": "13900001111"}
    ok, twice = take_in(county, "people.roster", li, {**li, "phone": "13900002222"})
    assert ok[2] == "created" and list(twice) == ["phone"]


def test_residence_and_grid_from_one_cell(county):
    grid = save_grid(county.ctx, code="DG01", name="第一网格", org_id=county["东关社区"])
    (_k, person_id, *_), = take_in(county, "people.roster", {**ZHANG, "residence": "东关社区/第一网格"})
    person = county.ctx.get(Person, person_id)
    assert (person.residence_org_id, person.grid_id) == (county["东关社区"], grid.id)


def test_a_batch_is_taken_back_row_by_row(county):
    (_k, person_id, _o, kept), = take_in(county, "people.roster", ZHANG)
    with unit_of_work(county.ctx):
        kind("people.roster").undo(county.ctx, person_id, kept)
    for model in (Person, Affiliation, MemberChange, PostHolding):
        assert session().scalar(select(func.count()).select_from(model)) == 0
    (_k, person_id, _o, kept), = take_in(county, "people.roster", ZHANG)
    (_k, _i, _o, kept_update), = take_in(county, "people.roster", {**ZHANG, "note": "新", "phone": "13900001111"})
    with unit_of_work(county.ctx):
        kind("people.roster").undo(county.ctx, person_id, kept_update)
    person = county.ctx.get(Person, person_id)
    assert (person.note, person.phone_mask) == ("", "138****5678")
    update_person(county.ctx, person_id, note="手工修改")
    with pytest.raises(Conflict), unit_of_work(county.ctx):
        kind("people.roster").undo(county.ctx, person_id, kept)


@pytest.mark.parametrize("later", [
    lambda ctx, pid, county: appoint(ctx, person_id=pid, org_id=county["东关一支部"], post="deputy_secretary",
                                     starts_on=dt.date(2026, 1, 1)),
    lambda ctx, pid, county: open_affiliation(ctx, pid, kind="volunteer", org_id=county["东关社区"]),
    lambda ctx, pid, county: save_grid(ctx, code="DG01", name="第一网格", org_id=county["东关社区"], worker_id=pid),
    lambda ctx, pid, county: merge(ctx, pid, create_person(ctx, name="张三", org_id=county["东关二支部"]).id, reason="同一人"),
    lambda ctx, pid, county: end_post(ctx, session().scalars(select(PostHolding.id)).one(), ends_on=ctx.today()),
])
def test_whoever_got_more_since_the_import_is_not_taken_back(county, later):
    (_k, person_id, _o, kept), = take_in(county, "people.roster", ZHANG)
    later(county.ctx, person_id, county)
    before = session().scalar(select(func.count()).select_from(MemberChange))
    with pytest.raises(Conflict) as refused, unit_of_work(county.ctx):
        kind("people.roster").undo(county.ctx, person_id, kept)
    assert "张三" in str(refused.value) and county.ctx.get(Person, person_id)
    assert session().scalar(select(func.count()).select_from(MemberChange)) == before


def test_a_month_says_nothing_against_a_day_in_it(county):
    exact = {**ZHANG, "joined_on": "1995-07-09", "confirmed_on": "1996-07-09"}
    (_k, person_id, *_), = take_in(county, "people.roster", exact)
    months = {**exact, "joined_on": "1995-07", "confirmed_on": "1996-07"}
    assert take_in(county, "people.roster", months)[0][2] == "unchanged"
    assert take_in(county, "people.roster", {**months, "joined_on": "1995-08"})[0][2] == "updated"
    person = county.ctx.get(Person, person_id)
    assert (person.joined_on, person.confirmed_on) == (dt.date(1995, 8, 1), dt.date(1996, 7, 9))
    assert take_in(county, "people.roster", {**months, "joined_on": "1995-07-01"})[0][2] == "updated"
    south = {"name": "中共南关委员会", "short_name": "南关", "kind": "党支部", "parent": "东关社区"}
    take_in(county, "people.org_units", {**south, "founded_on": "2001-05-20"})
    assert take_in(county, "people.org_units", {**south, "founded_on": "2001-05"})[0][2] == "unchanged"


def test_another_parent_of_a_known_unit_is_told(county):
    row = {"name": "中共东关一支部委员会", "short_name": "东关一支部", "kind": "党支部", "parent": "西关社区"}
    declared = kind("people.org_units")

    def said(**more: str) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
        data = declared.schema().load({**row, **more})
        return weighed(declared.check(county.ctx, data, declared.prepare(county.ctx, [data])))

    assert "不改隶属" in said()[1]["parent"][0] and said()[0] == {} and said(parent="东关社区") == ({}, {})


def test_a_new_residence_leaves_the_old_grid(county):
    save_grid(county.ctx, code="DG01", name="第一网格", org_id=county["东关社区"])
    (_k, person_id, *_), = take_in(county, "people.roster", {**ZHANG, "residence": "东关社区/第一网格"})
    (_k, _id, outcome, kept), = take_in(county, "people.roster", {**ZHANG, "residence": "西关社区"})
    person = county.ctx.get(Person, person_id)
    assert (outcome, person.residence_org_id, person.grid_id) == ("updated", county["西关社区"], None)
    with unit_of_work(county.ctx):
        kind("people.roster").undo(county.ctx, person_id, kept)
    assert person.residence_org_id == county["东关社区"] and person.grid_id is not None


def test_posts_of_somebody_registered_are_not_passed_over_in_silence(county):
    take_in(county, "people.roster", ZHANG)
    declared = kind("people.roster")

    def said(posts: str) -> dict[str, list[Any]]:
        row = declared.schema().load({**ZHANG, "posts": posts})
        kept_out, warned = weighed(declared.check(county.ctx, row, declared.prepare(county.ctx, [row])))
        assert kept_out == {}
        return warned

    assert said("书记") == {} and "“组织委员”请在人员页面登记任职" in said("书记、组织委员")["posts"][0]


def test_organisations_refer_to_rows_before_them_and_are_taken_back(county):
    street = {"name": "中共新城街道工作委员会", "short_name": "新城街道", "kind": "党工委", "unit_kind": "街道", "parent": ""}
    below = {"name": "中共新城社区委员会", "short_name": "新城社区", "kind": "党委", "unit_kind": "社区", "parent": "新城街道",
             "term_start": "2022-01", "term_end": "2027-01", "contact_phone": "0539-6212345"}
    orphan = {"name": "中共无名支部", "short_name": "无名支部", "kind": "支部", "parent": "没有的社区"}
    one, two, three = take_in(county, "people.org_units", street, below, orphan)
    assert two[2] == "created" and list(three) == ["parent"]
    made = county.ctx.get(OrgUnit, two[1])
    assert made.parent_id == one[1] and made.community_id == made.id and made.contact_phone_mask.startswith("0539-")
    with pytest.raises(Conflict), unit_of_work(county.ctx):
        kind("people.org_units").undo(county.ctx, one[1], one[3])
    with unit_of_work(county.ctx):
        kind("people.org_units").undo(county.ctx, two[1], two[3])
        kind("people.org_units").undo(county.ctx, one[1], one[3])
    again, = take_in(county, "people.org_units", {**street, "note": "补充"})
    assert again[2] == "created"
    changed, = take_in(county, "people.org_units", {**street, "note": "再补充"})
    assert changed[2] == "updated"


def test_a_namesake_elsewhere_warns_and_keeps_nobody_out(county):
    take_in(county, "people.roster", ZHANG)
    declared = kind("people.roster")

    def said(**more: Any) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
        row = declared.schema().load({**ZHANG, "branch": "西关支部", "phone": "", **more})
        return weighed(declared.check(county.ctx, row, declared.prepare(county.ctx, [row])))

    kept_out, warned = said()
    assert kept_out == {} and "东关一支部" in warned["name"][0]
    assert said(birth_date="1970-01") == ({}, {})                    # another birth date: another person


def test_a_sheet_without_the_kind_leaves_probationary_members_what_they_are(county):
    (_k, person_id, *_), = take_in(county, "people.roster", {**ZHANG, "member_kind": "预备", "joined_on": "2026-03"})
    row = {**ZHANG, "joined_on": "2026-03", "education": "专科", "member_kind": ""}
    (_k, _id, outcome, _undo), = take_in(county, "people.roster", row)
    assert outcome == "updated" and county.ctx.get(Person, person_id).member_kind == "probationary"


def test_a_name_taken_back_is_found_by_its_pinyin_again(county):
    number = {"branch": "东关一支部", "id_no": "110101196001010011"}
    take_in(county, "people.roster", {**number, "name": "张三"})
    (_k, person_id, _outcome, kept), = take_in(county, "people.roster", {**number, "name": "李四"})
    with unit_of_work(county.ctx):
        kind("people.roster").undo(county.ctx, person_id, kept)
    assert [p.id for p in search_people(county.ctx, "zhangsan")] == [person_id]


def test_a_second_list_of_organisations_brings_the_telephone(county):
    south = {"name": "中共南关委员会", "short_name": "南关", "kind": "党支部", "parent": "东关社区"}
    take_in(county, "people.org_units", south)
    (_k, org_id, outcome, kept), = take_in(county, "people.org_units", {**south, "contact_phone": "13800005678"})
    assert outcome == "updated" and county.ctx.get(OrgUnit, org_id).contact_phone_mask == "138****5678"
    assert take_in(county, "people.org_units", {**south, "contact_phone": "138-0000-5678"})[0][2] == "unchanged"
    with unit_of_work(county.ctx):
        kind("people.org_units").undo(county.ctx, org_id, kept)
    assert county.ctx.get(OrgUnit, org_id).contact_phone_mask == ""
