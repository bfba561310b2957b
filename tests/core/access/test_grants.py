"""Giving and taking roles: nobody gives what he does not hold, and the last admin stays."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.access.models import Role, RoleGrant
from core.access.services import grants as service
from core.accounts.services import users
from core.audit.models import AuditEntry
from core.base import clock
from core.base.session import begin_write, session
from core.contracts.errors import Forbidden, Invalid, NotFound
from core.testing.world import World
from tests.core.accounts.people import give_password

from .units import PATHS, build_units, user_id

GRANTING = ("access.grant.manage", "access.role.read", "accounts.user.read", "accounts.user.manage")


def role_id(world: World, key: str) -> int:
    with world.inside("east"):
        return session().scalars(select(Role.id).where(Role.key == key)).one()


@pytest.fixture
def clerk(world) -> int:
    return world.add_user("east", "clerk")


@pytest.fixture
def reader(world) -> int:
    """A role that reads persons; held by nobody who matters."""
    world.add_user("east", "reader", "people.person.read")
    return role_id(world, "test_reader")


def give(world, giver, who, role, org=None, **more):
    with world.acting("east", giver) as ctx:
        return service.give_role(ctx, who, role_id=role, org_unit_id=org, **more)


def may(world, login, permission, path=None) -> bool:
    with world.acting("east", login) as ctx:
        return ctx.may(permission, path)


def test_a_grant_works_at_once_in_its_place_only_and_ends_at_once(world, units, clerk, reader):
    grant = give(world, "admin", clerk, reader, units.org["north"], source="临组发〔2026〕3 号")
    assert may(world, "clerk", "people.person.read", PATHS["pine"])
    assert not may(world, "clerk", "people.person.read", PATHS["south"])
    with world.acting("east", "admin") as ctx:
        assert service.end_grant(ctx, grant.id) == clerk
    assert not may(world, "clerk", "people.person.read")
    with world.inside("east"):
        kept = session().get(RoleGrant, (world.tenants["east"].id, grant.id))
        assert kept.revoked_at is not None and kept.granted_by == "Admin" and kept.source.startswith("临组发")


def test_grants_begin_and_end_by_themselves(world, clerk, reader):
    day = clock.today()
    give(world, "admin", clerk, reader, starts_on=day + dt.timedelta(days=2), ends_on=day + dt.timedelta(days=4))
    seen = []
    for days in range(7):
        with clock.at(clock.now() + dt.timedelta(days=days)):
            seen.append(may(world, "clerk", "people.person.read"))
    assert seen == [False, False, True, True, True, False, False]


@pytest.mark.parametrize(("place", "allowed"), [("north", True), ("pine", True), ("south", False), ("county", False),
                                                (None, False)])
def test_a_local_granter_gives_only_inside_his_place(world, units, clerk, reader, place, allowed):
    world.add_user("east", "local", *GRANTING, "people.person.read", path=PATHS["north"])
    if allowed:
        give(world, "local", clerk, reader, units.org[place])
        return
    with pytest.raises(Forbidden):
        give(world, "local", clerk, reader, units.org[place] if place else None)
    assert not may(world, "clerk", "people.person.read")


def test_nobody_gives_a_permission_he_does_not_hold(world, clerk, reader):
    world.add_user("east", "security", *GRANTING)
    with pytest.raises(Invalid) as refused:
        give(world, "security", clerk, reader)
    assert "查看人员" in str(refused.value)
    with pytest.raises(Invalid):
        give(world, "security", user_id(world, "east", "security"), role_id(world, "tenant_admin"))
    assert not may(world, "security", "people.person.read")


def test_nobody_gives_longer_than_he_holds(world, clerk, reader):
    deputy = world.add_user("east", "deputy", *GRANTING, "people.person.read")
    until = clock.today() + dt.timedelta(days=10)
    with world.inside("east"):
        begin_write()
        session().scalars(select(RoleGrant).where(RoleGrant.user_id == deputy)).one().ends_on = until
        session().commit()
    for ends in (None, until + dt.timedelta(days=1)):
        with pytest.raises(Invalid):
            give(world, "deputy", clerk, reader, ends_on=ends)
    assert give(world, "deputy", clerk, reader, ends_on=until).ends_on == until


def test_a_permission_held_elsewhere_does_not_count_here(world, units, clerk, reader):
    world.add_user("east", "split", *GRANTING, path=PATHS["north"])
    give(world, "admin", user_id(world, "east", "split"), reader, units.org["south"])
    with pytest.raises(Invalid):
        give(world, "split", clerk, reader, units.org["north"])
    with pytest.raises(Forbidden):
        give(world, "split", clerk, reader, units.org["south"])


def test_a_local_granter_takes_back_only_inside_his_place(world, units, clerk, reader):
    world.add_user("east", "local", *GRANTING, "people.person.read", path=PATHS["north"])
    inside = give(world, "admin", clerk, reader, units.org["pine"])
    outside = give(world, "admin", clerk, reader, units.org["south"])
    with world.acting("east", "local") as ctx:
        service.end_grant(ctx, inside.id)
        with pytest.raises(Forbidden):
            service.end_grant(ctx, outside.id)
        with pytest.raises(NotFound):
            service.end_grant(ctx, inside.id)


@pytest.mark.parametrize("wrong", [
    {"role": 1}, {"org": 1}, {"ends_on": dt.date(2020, 1, 1)},
    {"starts_on": dt.date(2099, 1, 2), "ends_on": dt.date(2099, 1, 1)}])
def test_wrong_input_is_said(world, clerk, reader, wrong):
    data = {"role": reader, **wrong}
    with pytest.raises(Invalid) as refused:
        give(world, "admin", clerk, data.pop("role"), data.pop("org", None), **data)
    assert refused.value.errors


def test_the_same_role_twice_and_a_disabled_account_are_refused(world, clerk, reader):
    give(world, "admin", clerk, reader)
    with pytest.raises(Invalid):
        give(world, "admin", clerk, reader, ends_on=clock.today())
    with world.acting("east", "admin") as ctx:
        users.disable_user(ctx, clerk)
    with pytest.raises(Invalid):
        give(world, "admin", clerk, role_id(world, "tenant_admin"))


def test_units_accounts_and_roles_of_another_tenant_do_not_exist(world, units, clerk, reader):
    west = build_units(world, "west")
    stranger = world.add_user("west", "stranger")
    with pytest.raises(Invalid):
        give(world, "admin", clerk, reader, west.org["north"])
    with pytest.raises(NotFound):
        give(world, "admin", stranger, reader)


def test_the_last_admin_stays(world):
    admin = give_password(world, "east", "admin")
    with world.inside("east") as ctx:
        grant = session().scalars(select(RoleGrant).where(RoleGrant.user_id == admin)).one()
        with pytest.raises(Invalid):
            service.end_grant(ctx, grant.id)
        with pytest.raises(Invalid):
            users.disable_user(ctx, admin)
    second = world.add_user("east", "second")
    give(world, "admin", second, role_id(world, "tenant_admin"), ends_on=clock.today() + dt.timedelta(days=30))
    give_password(world, "east", "second")
    with world.inside("east") as ctx, pytest.raises(Invalid):
        users.disable_user(ctx, admin)                       # the second one's time is limited
    with world.inside("east") as ctx:
        service.end_grant(ctx, session().scalars(
            select(RoleGrant.id).where(RoleGrant.user_id == second, RoleGrant.ends_on.is_not(None))).one())
    give(world, "admin", second, role_id(world, "tenant_admin"))
    with world.acting("east", "second") as ctx:
        assert users.disable_user(ctx, admin).state == "disabled"
        with pytest.raises(Invalid):
            users.disable_user(ctx, second)


def test_granting_is_written_down(world, units, clerk, reader):
    grant = give(world, "admin", clerk, reader, units.org["pine"], source="文件一号")
    with world.acting("east", "admin") as ctx:
        service.end_grant(ctx, grant.id)
    wanted = select(AuditEntry).where(AuditEntry.action.startswith("access.grant")).order_by(AuditEntry.seq)
    with world.inside("east"):
        rows = session().scalars(wanted).all()
    assert [row.action for row in rows] == ["access.grant.give", "access.grant.end"]
    assert rows[0].detail["unit"] == "Pine" and rows[0].detail["source"] == "文件一号" and rows[0].subject_id == clerk


def test_the_pages_give_and_take(world, units, clerk, reader):
    browser = world.browser("east")
    assert "test reader" in browser.get(f"/access/grants/{clerk}/new").text
    form = {"role_id": str(reader), "org_unit_id": str(units.org["north"]), "source": "三号文", "starts_on": "", "ends_on": ""}
    assert browser.post(f"/access/grants/{clerk}/new", {**form, "ends_on": "昨天"}).status_code == 422
    assert browser.post(f"/access/grants/{clerk}/new", form).status_code == 303
    page = browser.get(f"/accounts/users/{clerk}").text
    assert "North" in page and "三号文" in page
    assert "North" in browser.get("/ledgers/access.grants/").text
    with world.inside("east"):
        grant = session().scalars(select(RoleGrant.id).where(RoleGrant.source == "三号文")).one()
    assert browser.post(f"/access/grants/{grant}/end").status_code == 303
    assert "三号文" not in browser.get(f"/accounts/users/{clerk}").text
    assert "三号文" in browser.get("/ledgers/access.grants/?ended=1").text


def test_somebody_without_the_right_reaches_none_of_it(world, clerk, reader):
    world.add_user("east", "looker", "access.role.read", "accounts.user.read")
    browser = world.browser("east", "looker")
    assert browser.get("/access/roles").status_code == 200
    for path in (f"/access/grants/{clerk}/new", "/access/roles/new", "/accounts/users/new"):
        assert browser.get(path).status_code == 403
    for path in (f"/access/grants/{clerk}/new", "/access/grants/1/end", f"/access/roles/{reader}",
                 f"/access/roles/{reader}/delete",
                 f"/accounts/users/{clerk}", f"/accounts/users/{clerk}/disable", f"/accounts/users/{clerk}/link"):
        assert browser.post(path, {"role_id": str(reader)}).status_code == 403
