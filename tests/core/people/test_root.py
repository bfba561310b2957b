"""A tenant has the top of its tree from the day it is opened."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from core.admin.platform.tree import parse_lines
from core.admin.platform.units import make_units
from core.base.db import session
from core.people import history
from core.people.models import OrgUnit
from core.people.services.root import ensure_root, find_root, name_root


def tops() -> list[tuple[str, str, str]]:
    return [(u.name, u.kind, u.unit_kind) for u in session().scalars(select(OrgUnit).where(OrgUnit.parent_id.is_(None)))]


def test_county_and_street_have_their_own_unit_and_only_one(world):
    with world.inside("east") as ctx:
        assert tops() == [("East County", "committee", "county")]
        assert ensure_root(ctx).id == find_root().id and len(tops()) == 1
    with world.inside("west"):
        assert tops() == [("West Street", "work_committee", "street")]


def test_a_typed_tree_hangs_under_it_and_a_line_that_names_it_is_it(world):
    typed = world.open_tenant("linshu", "临沭县")
    with world.inside(typed.slug) as ctx:
        assert make_units(ctx, parse_lines("临沭县\n  城关街道党工委\n    东关社区党委\n城西街道党工委")) == 3
        assert [name for name, *_rest in tops()] == ["临沭县"]
        root = find_root()
        assert {u.short_name for u in root.children} == {"城关街道党工委", "城西街道党工委"}


def test_naming_the_root_of_a_demo_is_no_change_of_name(world):
    with world.inside("east") as ctx:
        root = name_root(ctx, name="中国共产党东县委员会", short_name="东县县委", founded_on=dt.date(1990, 1, 1))
        assert [c.kind for c in history.changes_of([root.id])] == ["founded"]
        assert tops()[0][0] == "中国共产党东县委员会"
