"""Who counts: posts without formal membership, workers with a heavier role, groups too small to show, who owes a class."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from core.access.models import Role, RoleGrant
from core.base.session import begin_write, session
from core.indicators.engine import measure, offered
from core.people.services.posts import appoint
from plugins.training.models import Balance

from .conftest import TODAY
from .test_flow import ALL_CAME, balances
from .test_pages import text


def test_whoever_holds_a_post_owes_hours_whatever_the_membership(county):
    """A full member whose formal place is elsewhere: listed here by participation only."""
    county.person("钱网格", "东关社区", post="grid_worker", member_kind="full", affiliation="dual_registered")
    county.person("吴书记", "西关支部", post="secretary", member_kind="full", affiliation="dual_registered")
    county.person("郑报到", "西关支部", member_kind="full", affiliation="dual_registered")
    county.settle()
    found = balances(county)
    assert (found["钱网格"][:2], found["吴书记"][:2]) == (("community_worker", 400), ("secretary", 560))
    assert "郑报到" not in found


def test_workers_are_counted_alike_on_the_card_and_behind_it(county):
    """The secretary is a grid worker too: a worker of whom the heavier duty sets the hours."""
    with county.acting("all") as ctx:
        appoint(ctx, person_id=county.people["王小明"], org_id=county.orgs["东关社区"], post="grid_worker",
                starts_on=dt.date(2026, 1, 5))
    county.settle()
    county.confirmed(county.course(), ALL_CAME)
    with county.acting("all"):
        assert session().scalars(select(Balance.got).where(Balance.worker.is_(True)).order_by(Balance.got)).all() == [0, 40]
    officer = county.browser("officer")
    assert "已参训 1 / 2 人" in text(officer, f"/training/gap/{county.orgs['东关社区']}")
    assert "共 1 " in text(officer, "/ledgers/training.hours/?worker=1&none=1")
    assert "社区工作者培训覆盖</h2>" not in text(officer, f"/training/gap/{county.orgs['西关社区']}")


def test_small_groups_are_seen_where_one_plans(county):
    """Read rights everywhere, planning in one branch: the groups of a few elsewhere stay hidden."""
    for number in range(5):
        county.person(f"党员{number}")
    county.settle(TODAY)
    county.hire({"both": ("inspector", "")})
    with county.acting("all"):
        begin_write()
        role = session().scalars(select(Role).where(Role.key == "branch_secretary")).one()
        session().add(RoleGrant(user_id=county.users["both"], role_id=role.id, org_path=county.paths["西关支部"],
                                org_unit_id=county.orgs["西关支部"], starts_on=dt.date(2020, 1, 1)))
        session().commit()
    assert "共 2 " in text(county.browser("both"), "/ledgers/training.coverage/")


def test_members_on_probation_or_in_their_first_year_owe_a_central_class(county):
    """R1: so do secretaries, and every one of them is rotated once a year."""
    county.person("冯预备", member_kind="probationary")
    county.person("陈新", member_kind="full", joined_on=dt.date(2026, 3, 1))
    county.settle()
    county.confirmed(county.course(form="rotation"), {"李秀兰": "present"})
    officer = county.browser("officer")
    for name, owes in {"冯预备": True, "陈新": True, "王小明": True, "赵大海": False}.items():
        assert ("每年至少 1 次" in text(officer, f"/training/people/{county.people[name]}")) is owes, name
    assert "共 1 " in text(officer, "/ledgers/training.hours/?unrotated=1")
    with county.acting("officer") as ctx:
        found = measure(ctx, [one for one in offered(ctx) if one.name in ("training.central_class", "training.rotation")])
    assert {name: (one.amount, one.base) for name, one in found.items()} == {
        "training.central_class": (0, 3), "training.rotation": (0, 1)}
    county.confirmed(county.course("二", form="rotation"), {"王小明": "present"}, on=TODAY)
    assert "王小明" not in text(officer, "/ledgers/training.hours/?unrotated=1")
