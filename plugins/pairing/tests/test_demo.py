"""The demo stories: 36 units and 240,000 yuan of seed 003, department pairs of seed 001, the same from the same seed."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

from core.base.session import session
from core.demo.blueprint import read_blueprint
from core.people.services.orgs import create_org
from core.service import service
from plugins.pairing import demo
from plugins.pairing.models import (
    Contribution,
    CouncilResolution,
    CouncilSession,
    JointProject,
    NeedItem,
    PairAgreement,
    Pairing,
    PairVisit,
    PartnerUnit,
    Spending,
)

FOLDER = Path(__file__).parents[3] / "tenants" / "demo"


@service(None, action="test.pairing.demo")
def fill(ctx, slug):
    """The units of a demo tenant without their members, and the demo records."""
    ids = {}
    with (FOLDER / slug / "units.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["kind"] != "branch" or row["parent"].startswith(("东城", "南苑", "文化路", "振兴", "和顺", "滨河")):
                unit = create_org(ctx, name=row["name"], short_name=row["short_name"], kind=row["kind"],
                    unit_kind=row["unit_kind"],
                                  parent_id=ids.get(row["parent"]))
                ids[row["short_name"]] = unit.id
    demo.load(ctx, Random(read_blueprint(slug).seed))


def count(model, *where):
    return session().scalar(select(func.count(model.id)).where(*where)) or 0


def total(column, *where):
    return session().scalar(select(func.sum(column)).where(*where)) or 0


def test_six_miles_village_raised_and_used_240000_yuan(world):
    world.open_tenant("north", "North", "street", plugins=("pairing",))
    with world.inside("north") as ctx:
        fill(ctx, "liulitun")
        assert count(PartnerUnit) == 36 and count(Pairing, Pairing.org_name == "十北社区") == 36
        cash = (Contribution.kind == "cash", Contribution.state == "confirmed")
        assert total(Contribution.amount_fen, *cash) == total(Spending.amount_fen) == 240_000_00
        assert session().scalar(select(func.count(Contribution.unit_id.distinct())).where(*cash)) == 20
        assert count(JointProject, JointProject.state == "accepted") >= 5
        states = set(session().scalars(select(JointProject.state)))
        assert {"claimed", "in_progress", "delivered", "returned", "accepted"} <= states
        assert {"open", "asked", "claimed", "met"} == set(session().scalars(select(NeedItem.state)))
        assert count(CouncilSession, CouncilSession.held.is_(True)) == 2
        assert {"closed", "open"} == set(session().scalars(select(CouncilResolution.state)))
        several = select(Pairing.unit_id).group_by(Pairing.unit_id).having(func.count(Pairing.id) > 1)
        assert len(session().scalars(several).all()) >= 3
        assert count(PairAgreement, PairAgreement.file_id.is_(None)) == 0
        last = session().scalar(select(func.max(PairVisit.on)))
        assert isinstance(last, dt.date) and last <= ctx.today()


def test_the_county_has_its_department_pairs_twice_the_same(world):
    made = {}
    for slug in ("north", "south"):
        world.open_tenant(slug, slug, "county", plugins=("pairing",))
        with world.inside(slug) as ctx:
            fill(ctx, "linshu")
            kinds = dict(session().execute(select(Pairing.kind, func.count(Pairing.id)).group_by(Pairing.kind)).all())
            assert kinds == {"joint_creation": 13, "branch_assistance": 6}
            made[slug] = sorted(session().execute(select(Pairing.unit_name, Pairing.org_name, Pairing.state,
                Pairing.goals)).all())
    assert made["north"] == made["south"]


def test_nothing_to_tell_where_there_are_no_departments(world):
    world.open_tenant("bare", "Bare", "county", plugins=("pairing",))
    with world.inside("bare") as ctx:
        empty(ctx)
        assert count(Pairing) == 0


@service(None, action="test.pairing.empty")
def empty(ctx):
    demo.load(ctx, Random(1))


@pytest.mark.parametrize("slug", ["linshu", "liulitun"])
def test_every_unit_of_the_story_is_in_the_tree(slug):
    names = {unit.short_name for unit in read_blueprint(slug).units}
    said = demo.words()
    story = {name for work in said["story"]["works"] for name, _yuan in work["gifts"]} | set(said["story"]["elsewhere"])
    county = {name for row in said["linshu"]["departments"] for name in (row[0], row[2], row[3]) if name}
    assert (story if slug == "liulitun" else county) <= names
