"""Rows of one chunk in one savepoint: few statements, and still every row on its own when one of them fails."""

from __future__ import annotations

import contextlib
import dataclasses

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, ProgrammingError

from core.audit.models import AuditEntry
from core.base.session import add, gathering, session
from core.contracts.errors import Conflict, Invalid
from core.imports import checking, services, writing
from core.imports.batches import forget_rows
from core.imports.models import ImportBatch, ImportHeading, ImportRow
from core.imports.reading import Reading
from core.people import imports as people_imports
from core.people.models import MemberChange, Person
from tests.core.imports.desk import Desk, add_units
from tests.core.imports.test_jobs import Telling
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


NAMES = ("张三", "李四", "王五")


def written(office, monkeypatch, **parts) -> list[str]:
    """Who is there after a sheet of three whose kind has other parts was written, as far as it could be."""
    kind = dataclasses.replace(people_imports.roster, **parts)
    monkeypatch.setitem(office.world.plugins.import_kinds, kind.name, kind)
    address = bring(office, *((name, "1960-03", UNIT, "", "") for name in NAMES))
    page = office.text(address)
    assert "2 行可以导入，1 行有误" in page, "also the dry run goes row by row then"
    office.do(address, "commit", mode="good")
    with office.world.inside("east"):
        return sorted(session().scalars(select(Person.name)))


def test_a_pass_that_is_taken_back_leaves_nothing_in_the_audit(office, monkeypatch):
    kind, dry = people_imports.roster, []

    def write(ctx, row, state):
        answer = kind.write(ctx, row, state)
        ctx.audit("person", answer[1], name=row["name"], by_sheet=1)
        if row["name"] == "王五" and not dry:
            raise Invalid({"name": ["不行。"]})
        return answer

    monkeypatch.setitem(office.world.plugins.import_kinds, kind.name, dataclasses.replace(kind, write=write))
    dry.append(True)
    address = bring(office, *((name, "1960-03", UNIT, "", "") for name in NAMES))
    dry.clear()
    office.do(address, "commit", mode="all")
    with office.world.inside("east"):
        said = [each.subject_name for each in session().scalars(select(AuditEntry)) if each.detail.get("by_sheet")]
    assert sorted(said) == ["张三", "李四"]


@pytest.mark.parametrize("value", [{"file_size": 2**70}, {"created_at": "gestern"}], ids=["too large", "no date"])
def test_a_value_the_database_cannot_take_is_told_of_its_row(office, monkeypatch, value):
    def write(ctx, row, state):
        if row["name"] == "李四":
            with gathering():               # sent with all the others, at the end
                add(ImportBatch(**{"kind": "x", "file_name": "x", "file_size": 1, "actor_name": "x", **value}))
        return people_imports.roster.write(ctx, row, state)

    assert written(office, monkeypatch, write=write) == ["张三", "王五"]


def test_what_a_check_finds_broken_of_an_earlier_row_is_told_of_that_row(office, monkeypatch):
    kind = people_imports.roster

    def check(ctx, row, state):
        session().scalars(select(ImportHeading.id)).all()           # sends what waits
        return kind.check(ctx, row, state)

    def write(ctx, row, state):
        answer = kind.write(ctx, row, state)
        if row["name"] == "张三":
            with gathering():
                add(*(ImportHeading(kind="twice", heading="twice") for _each in range(2)))
        return answer

    assert written(office, monkeypatch, check=check, write=write) == ["李四", "王五"]


def test_a_row_that_hushes_up_what_ended_its_savepoint_stays_out(office, monkeypatch):
    def write(ctx, row, state):
        answer = people_imports.roster.write(ctx, row, state)
        if row["name"] == "李四":
            session().add_all(ImportHeading(kind="twice", heading="twice") for _each in range(2))
            with contextlib.suppress(IntegrityError):
                session().flush()
        return answer

    assert written(office, monkeypatch, write=write) == ["张三", "王五"]


def test_a_chunk_whose_rows_were_discarded_meanwhile_writes_nobody(office, monkeypatch):
    address = bring(office, *((name, "1960-03", UNIT, "", "") for name in NAMES))
    office.browser.post(f"{address}/commit", {"mode": "all"})
    batch_id, settle = int(address.rsplit("/", 1)[1]), writing._settle

    def discarded(row, item):
        forget_rows(batch_id)
        settle(row, item)

    monkeypatch.setattr(writing, "_settle", discarded)
    with office.world.acting("east", "secretary") as ctx, pytest.raises(Conflict):
        writing.write_chunk(ctx, batch_id, Reading(people_imports.roster, ctx))
    assert people(office.world) == 0


def test_a_row_whose_statement_is_refused_is_named_and_the_others_are_written(office, monkeypatch):
    def write(ctx, row, state):
        answer = people_imports.roster.write(ctx, row, state)
        if row["name"] == "李四":
            session().flush()
            raise ProgrammingError("UPDATE …", {}, Exception("cannot adapt type 'dict'"))
        return answer

    assert written(office, monkeypatch, write=write) == ["张三", "王五"]


def test_a_check_that_goes_on_after_its_batch_was_discarded_keeps_nothing(office, monkeypatch):
    sheet = sheet_of(*((name, "1960-03", UNIT, "", "") for name in NAMES), head=HEAD)
    address = office.address(office.upload(sheet, kind="people.roster"))
    office.browser.post(f"{address}/columns")
    batch_id, keep = int(address.rsplit("/", 1)[1]), checking.keep

    def discarded(ctx, number, items):
        with office.world.acting("east", "secretary") as other:
            services.discard(other, number)
        keep(ctx, number, items)

    monkeypatch.setattr(services, "given_up", lambda batch: True)
    monkeypatch.setattr(checking, "keep", discarded)
    with office.world.acting("east", "secretary") as ctx, pytest.raises(Conflict):
        checking.run(ctx, Telling(), batch_id)
    with office.world.inside("east"):
        assert session().scalars(select(ImportRow.id)).all() == []
