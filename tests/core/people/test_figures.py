"""结构表: the same figures by unit in the ledger and, added up, on the page; as the rules have them."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import openpyxl
import pytest
from sqlalchemy import func, select

from core.base.session import begin_write, session
from core.ledgers import query, state
from core.ledgers.export import plan_export, write_file
from core.ledgers.paper import read_sheet
from core.ledgers.services import Views, with_view
from core.people.conditions import counted
from core.people.models import Person
from core.people.queries.structure import structure
from core.people.services.membership import suspend
from core.people.services.persons import create_person
from core.plugin import BLANK, installed

PEOPLE = [("1950-05-01", "1975-07-01", "bachelor", "retired", "male", "full"), (None, None, "", "", "", "full"),
          ("1991-02-01", "2020-07-01", "college", "in_service", "female", "full"),
          ("2001-02-01", "2026-01-01", "postgraduate", "", "female", "probationary")]


def day(text):
    return dt.date.fromisoformat(text) if text else None


@pytest.fixture
def members(county):
    for n, (born, joined, education, category, gender, kind) in enumerate(PEOPLE):
        create_person(county.ctx, name=f"党员{n}", org_id=county["东关一支部" if n < 3 else "西关支部"], birth_date=day(born),
                      joined_on=day(joined), education=education, category=category, gender=gender, member_kind=kind)
    lost = create_person(county.ctx, name="停止", org_id=county["西关支部"], birth_date=day("1940-01-01"))
    suspend(county.ctx, lost.id, reason="失联", document_no="1")
    return county


def rows(ctx, view=""):
    ledger = installed().ledgers["people.structure"]
    asked = with_view(ledger, {"view": [view]} if view else {}, Views())
    found = state.read_state(ledger, asked, ctx)
    assert found.notes == ()
    return found, {row.short_name: row for row in query.load_page(found, ctx).rows}


def test_each_unit_with_its_own_members(members):
    _state, found = rows(members.ctx)
    east = found["东关一支部"]
    assert (east.members, east.male, east.female, east.full, east.probationary, east.older) == (3, 1, 1, 3, 0, 1)
    assert round(east.older_share) == 50 and found["东关二支部"].older_share is None and found["西关支部"].members == 1
    assert set(found) == {"东关一支部", "东关二支部", "西关支部"}


@pytest.mark.parametrize(("view", "title"), [
    ("ages", "年龄"), ("periods", "党龄（入党时间）"), ("education", "学历"), ("categories", "党员分类")])
def test_added_up_they_are_the_figures_of_the_page(members, view, title):
    shown, found = rows(members.ctx, view)
    table = next(t for t in structure(members.ctx).tables if t.title == title)
    sums = {}
    for column in shown.columns[2:]:
        sums[str(column.label)] = sum(getattr(row, column.name) for row in found.values())
    unknown = sums.pop("未登记")
    assert {label: n for label, n in sums.items() if n} == {line.label: line.count for line in table.lines if line.count}
    ledger = installed().ledgers["people.roster"]
    gaps = state.read_state(ledger, {name: [value] for name, value in table.unknown_query.items()}, members.ctx)
    members_only = query.conditions_of(gaps, members.ctx) + [counted()]
    assert query.count(ledger, members.ctx, *members_only) == unknown and gaps.notes == ()
    assert unknown == table.unknown and sum(sums.values()) + unknown == structure(members.ctx).total == 4


@pytest.fixture
def reworded(members):
    """More members, one with a word that has since gone from its list."""
    for n, (education, category, gender) in enumerate([("bachelor", "in_service", "female"), ("bachelor", "retired", "")]):
        create_person(members.ctx, name=f"又{n}", org_id=members["东关二支部"], education=education, category=category,
                      gender=gender)
    begin_write()
    session().scalars(select(Person).where(Person.name == "又1")).one().education = "gone"
    session().commit()
    return members


def test_three_reads_of_the_members_tell_the_plain_count_of_each_group(world, reworded):
    street, community = (reworded.unit(name) for name in ("城关街道", "东关社区"))
    world.add_user("east", "dong", "people.person.read", "people.org.read", path=community.path)
    whole = [told(world, reworded.ctx, None, street.path), told(world, reworded.ctx, community.id, community.path)]
    with world.acting("east", "dong") as ctx:
        assert [*whole, told(world, ctx, None, community.path)] == [6, 5, 5]


def told(world, ctx, unit_id, path):
    """The total, after each table of words was held against one count per group."""
    own = [counted(), Person.org_path.startswith(path)]
    with world.counting() as sent:
        made = structure(ctx, unit_id)
    assert sum("FROM people_person" in each for each in sent) == 3
    tables = {str(table.title): table for table in made.tables}
    for title, name in (("性别", "gender"), ("党员类别", "member_kind"), ("学历", "education"), ("党员分类", "category")):
        table, column = tables[title], getattr(Person, name)
        counts = Counter(dict(session().execute(select(column, func.count()).where(*own).group_by(column)).all()))
        assert table.unknown == counts.pop("", 0) + counts.pop("gone", 0) and table.unknown_query == {name: BLANK}
        assert {line.query[name]: line.count for line in table.lines} == counts and made.total == counts.total() + table.unknown
        assert [line.permille for line in table.lines] == [round(1000 * line.count / counts.total()) for line in table.lines]
    return made.total


def test_paper_and_files_end_with_the_sums(members, tmp_path):
    sheet = read_sheet(members.ctx, "people.structure", [])
    assert sheet.total == 3 and "<td class=\"l\">合计</td>" in sheet.rows[-1] and sheet.rows[-1].count(">4</td>") == 1
    plan = plan_export(members.ctx, "people.structure", [("cols", "short_name,members,older_share")], "xlsx")
    assert write_file(members.ctx, plan, "xlsx", tmp_path / "a.xlsx") == 3
    last = list(openpyxl.load_workbook(tmp_path / "a.xlsx").active.values)[-1]
    assert last == ("", "合计", 4, "")


def test_the_words_follow_the_rules(members):
    labels = [str(column.label) for column in rows(members.ctx)[0].columns]
    assert labels[-2:] == ["60 周岁及以上", "60 周岁及以上占比"]
    ages = [str(column.label) for column in rows(members.ctx, "ages")[0].columns]
    assert ages[2:4] == ["30 岁及以下", "31–35 岁"] and ages[-2:] == ["81 岁及以上", "未登记"]


def test_all_its_columns_fit_into_an_address(members):
    ledger = installed().ledgers["people.structure"]
    wanted = ",".join(column.name for column in ledger.columns)
    assert state.read_state(ledger, state.tidy([("cols", wanted)]), members.ctx).columns == ledger.columns


def test_a_community_sees_its_own_units_only(world, members):
    world.add_user("east", "xi", "people.person.read", "people.org.read", path=members.unit("西关社区").path)
    with world.acting("east", "xi") as ctx:
        assert set(rows(ctx)[1]) == {"西关支部"}
