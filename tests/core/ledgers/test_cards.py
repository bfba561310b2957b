"""What a phone makes of a row: a title that says a name, and a heading beside every date and figure."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.ledgers.cells import css_of, shower, title_at
from core.people.models import OrgUnit, Person
from core.plugin import PERCENT, col, installed

NUMBER, DAY = col("n", "序号", Person.version, align="end"), col("day", "日期", Person.joined_on)
NAME, PLACE = col("name", "姓名", Person.name, width=20), col("place", "组织", OrgUnit.short_name, width=20)


def test_title_is_the_first_name_wherever_it_stands():
    assert [title_at(columns) for columns in ((NAME, DAY), (NUMBER, DAY, NAME), (DAY, NUMBER))] == [0, 2, 0]


def test_classes_of_cells():
    columns = (NUMBER, DAY, NAME, PLACE)
    assert css_of(columns) == ["c-pin c-inl c-lab nw r", "c-inl c-lab nw", "c-head", "c-inl"]
    assert css_of((NAME, DAY))[0] == "c-stick nw"


@pytest.mark.parametrize("name", ["admin.audit", "people.changes", "people.roster"])
def test_official_ledgers_have_a_name_as_title(world, name):
    columns = tuple(c for c in installed().ledgers[name].columns if not c.hidden)
    assert columns[title_at(columns)].name in ("actor", "name")


@pytest.mark.parametrize(("value", "shown"), [(None, ""), (100, "100%"), (Decimal("40.0000000000"), "40%"), (66.666, "66.7%")])
def test_a_share_is_shown_with_one_decimal_at_most(world, value, shown):
    with world.inside("east") as ctx:
        assert shower(col("share", "比例", Person.version, unit=PERCENT), ctx)(value) == shown
