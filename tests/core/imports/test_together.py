"""Rows of one chunk in one savepoint: few statements, and still every row on its own when one of them fails."""

from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy import select

from core.base.session import session
from core.contracts.errors import Invalid
from core.people import imports as people_imports
from core.people.models import MemberChange, Person
from tests.core.imports.desk import Desk, add_units
from tests.core.imports.test_people import RIGHTS
from tests.core.imports.test_wizard import people, sheet_of

HEAD = ("姓名", "出生年月", "所在党支部", "联系电话", "备注")
UNIT = "滨海一支部"


@pytest.fixture
def office(world):
    with world.inside("east"):
        add_units()
    world.add_user("east", "secretary", *RIGHTS)
    return Desk(world, world.browser("east", "secretary"))


def bring(desk, *lines: tuple[str, ...]) -> str:
    """The preview of these persons: name, month of birth, branch, phone, note."""
    address = desk.address(desk.upload(sheet_of(*lines, head=HEAD), kind="people.roster"))
    desk.do(address, "columns")
    return address


def test_a_row_costs_less_than_a_statement(office):
    lines = [("王" + a + b, f"19{60 + n}-03", UNIT, "", "") for n, a in enumerate("甲乙丙丁戊己庚辛") for b in "东南西北中天地人"]
    address = bring(office, *lines)
    with office.world.counting() as sent:
        office.do(address, "commit", mode="all")
    assert people(office.world) == len(lines) == 64
    assert len(sent) < len(lines), "each row asks the database again"


@pytest.mark.parametrize("late", [False, True], ids=["before it wrote", "after it wrote"])
def test_one_row_that_fails_in_writing_leaves_the_others(office, monkeypatch, late):
    kind = people_imports.roster

    def write(ctx, row, state):
        if row["name"] == "李四" and not late:
            raise Invalid({"name": ["不行。"]})
        answer = kind.write(ctx, row, state)
        if row["name"] == "李四":
            raise Invalid({"name": ["不行。"]})
        return answer

    monkeypatch.setitem(office.world.plugins.import_kinds, kind.name, dataclasses.replace(kind, write=write))
    address = bring(office, *((name, "1960-03", UNIT, "", "") for name in ("张三", "李四", "王五")))
    page = office.text(address)
    assert "2 行可以导入，1 行有误" in page and "不行。" in page
    office.do(address, "commit", mode="good")
    with office.world.inside("east"):
        assert sorted(session().scalars(select(Person.name))) == ["张三", "王五"]
        assert len(session().scalars(select(MemberChange.id)).all()) == 2, "nothing of the row taken back is left"


def test_somebody_named_twice_in_a_chunk_is_one_person_and_goes_as_one(office):
    address = bring(office, ("张三", "1960-03", UNIT, "", ""), ("李四", "1961-03", UNIT, "", ""),
                    ("张三", "1960-03", UNIT, "", "第二次"))
    office.do(address, "commit", mode="all")
    assert people(office.world) == 2
    assert office.batch(address).counts["written:updated"] == 1
    office.do(address, "undo")
    assert people(office.world) == 0
