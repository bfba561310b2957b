"""What two transactions may do at the same moment, which SQLite's one writer never shows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from core.base.session import session
from core.people.models import OrgUnit
from core.people.services.orgs import create_org

AT_ONCE = 12


def test_units_founded_at_once_get_ordinals_of_their_own(world):
    def found(number: int) -> int:
        with world.inside("east") as ctx:
            return create_org(ctx, name=f"第{number}支部委员会", short_name=f"第{number}支部", kind="branch").ordinal

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ordinals = list(pool.map(found, range(AT_ONCE)))
    assert len(set(ordinals)) == AT_ONCE
    with world.inside("east"):
        paths = [unit.path for unit in session().query(OrgUnit)]
    assert len(set(paths)) == len(paths) > AT_ONCE
