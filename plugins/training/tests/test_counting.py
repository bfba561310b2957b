"""Who counts: workers and secretaries who are no formal members here, workers with a heavier role, groups too small to show."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from core.access.models import Role, RoleGrant
from core.base.session import begin_write, session
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
