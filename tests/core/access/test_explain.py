"""Who can see this, and why; what may this account do, and why."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from sqlalchemy import select

from core.access.explain import what_may, who_can_see
from core.access.models import RoleGrant
from core.accounts.services import users
from core.base import clock
from core.base.session import begin_write, session
from core.contracts.errors import NotFound
from core.people.models import Person
from core.service import service
from core.testing.world import LONG_AGO

from .units import PATHS, build_units, user_id

READ = ("people.person.read", "people.org.read")


@pytest.fixture
def staff(world, units):
    """Readers of the county, of north, of pine and of south."""
    for name in ("county", "north", "pine", "south"):
        world.add_user("east", f"at_{name}", *READ, path=PATHS[name])
    return units


def readers(world, kind, record, asker="admin") -> set[str]:
    with world.acting("east", asker) as ctx:
        return {r.login for r in who_can_see(ctx, kind, record).readers}


def test_names_everybody_above_a_record_and_nobody_beside_it(world, staff):
    assert readers(world, "person", staff.person["pine"]) == {"admin", "at_county", "at_north", "at_pine"}
    assert readers(world, "org_unit", staff.org["south"]) == {"admin", "at_county", "at_south"}


def test_says_what_the_fence_does(world, staff):
    """Whoever is named reads the record, whoever is not named does not: asked of the service that shows persons."""
    @service("people.person.read", writes=False)
    def read(ctx, person_id):
        return ctx.get(Person, person_id)

    for name, person in staff.person.items():
        named = readers(world, "person", person)
        for login in ("admin", "at_county", "at_north", "at_pine", "at_south"):
            with world.acting("east", login) as ctx:
                try:
                    seen = read(ctx, person) is not None
                except NotFound:
                    seen = False
            assert seen == (login in named), (name, login)


def test_ended_future_revoked_and_disabled_do_not_count(world, staff):
    def touch(login, **values):
        with world.inside("east"):
            begin_write()
            grant = session().scalars(select(RoleGrant).where(RoleGrant.user_id == user_id(world, "east", login))).one()
            for name, value in values.items():
                setattr(grant, name, value)
            session().commit()

    touch("at_county", ends_on=clock.today() - dt.timedelta(days=1))
    touch("at_north", starts_on=clock.today() + dt.timedelta(days=1))
    touch("at_pine", revoked_at=clock.now())
    assert readers(world, "person", staff.person["pine"]) == {"admin"}
    with world.acting("east", "admin") as ctx:
        users.disable_user(ctx, user_id(world, "east", "at_south"))
    assert readers(world, "person", staff.person["south"]) == {"admin"}


def test_the_reason_carries_role_place_time_and_paper(world, staff):
    with world.acting("east", "admin") as ctx:
        found = who_can_see(ctx, "person", staff.person["pine"])
        reason = next(r for r in found.readers if r.login == "at_north")
    assert (reason.role, reason.place, reason.starts_on) == ("test at_north", "North", LONG_AGO)
    assert str(found.record.title) == "人员"
    assert found.places == ("Pine",) and found.record.label == "Person of pine" and found.permission.startswith("查看人员")


def test_an_asker_without_the_right_to_read_learns_no_name(world, staff):
    world.add_user("east", "security", "access.role.read")
    with world.acting("east", "security") as ctx:
        assert who_can_see(ctx, "person", staff.person["pine"]).record.label == ""
    browser = world.browser("east", "security")
    page = browser.get(f"/access/who/person/{staff.person['pine']}")
    assert page.status_code == 200 and "Person of pine" not in page.text


def test_records_outside_the_askers_part_or_of_others_do_not_exist(world, staff):
    west = build_units(world, "west")
    world.add_user("east", "local", "access.role.read", *READ, path=PATHS["north"])
    assert readers(world, "person", staff.person["pine"], "local")
    with world.acting("east", "local") as ctx:
        for kind, record in (("person", staff.person["south"]), ("person", west.person["north"]), ("person", 1), ("nokind", 1),
                             ("people.person", 1), ("", 1)):
            with pytest.raises(NotFound):
                who_can_see(ctx, kind, record)


def test_every_ledger_and_workflow_is_a_kind(world, staff):
    browser = world.browser("east")
    page = browser.get(f"/access/who/accounts.users/{user_id(world, 'east', 'at_pine')}").text
    assert "全单位" in page and "at_pine" not in page.split("能看到的账号")[1]
    for kind in (*world.plugins.ledgers, *world.plugins.workflows):
        assert browser.get(f"/access/who/{kind}/1").status_code == 404, kind
    assert browser.get(f"/access/who/people.roster/{staff.person['pine']}").status_code in (200, 404)


def test_what_an_account_may_do_names_role_and_place(world, staff):
    with world.acting("east", "admin") as ctx:
        user, groups = what_may(ctx, user_id(world, "east", "at_north"))
        powers = {power.name: power for _title, powers in groups for power in powers}
        assert set(powers) == set(READ)
        assert powers["people.person.read"].reasons == (("test at_north", "North"),)
        assert user.login_name == "at_north"
        with pytest.raises(NotFound):
            what_may(ctx, 1)
    browser = world.browser("east")
    page = browser.get(f"/access/account/{user_id(world, 'east', 'at_north')}")
    assert page.status_code == 200 and "test at_north（North）" in page.text
    assert world.browser("east", "at_north").get("/access/account/1").status_code == 403


def test_the_menu_leads_to_a_page_that_asks_for_whom(world, staff):
    admin, reader = world.browser("east"), world.browser("east", "at_pine")
    assert 'href="/t/east/access/who/"' in admin.get("/access/roles").text
    assert reader.get("/access/who/").status_code == 403 and "/access/who/" not in reader.get("/search/").text
    chosen = admin.post("/access/who/", {"org_id": str(staff.org["south"])})
    assert (chosen.status_code, chosen.location) == (303, f"/t/east/access/who/org_unit/{staff.org['south']}")
    nothing = admin.post("/access/who/", {})
    assert nothing.status_code == 422 and "请选择一位人员或一个组织" in nothing.text


def test_operators_have_their_tenants_in_the_menu_and_no_question_about_records(world):
    operator = world.browser("platform", "operator")
    page = operator.get("/access/roles").text
    assert re.search(r'href="/platform/"[^>]*>.*?租户', page) and "/access/who/" not in page
    assert operator.get("/access/who/").status_code == 404
