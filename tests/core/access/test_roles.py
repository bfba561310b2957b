"""Roles: own ones, changed ones, compared with their template."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.access.models import Role
from core.access.services import roles as service
from core.base.session import begin_write, session
from core.contracts.errors import Conflict, Forbidden, Invalid
from tests.core.accounts.people import give_password

from .units import PATHS

MANAGING = ("access.role.manage", "access.role.read")


def make(world, login="admin", permissions=("people.person.read",), label="档案员", **more):
    with world.acting("east", login) as ctx:
        return service.create_role(ctx, label=label, note="", permissions=permissions, needs_totp=False, **more)


def change(world, role, login="admin", **values):
    with world.acting("east", login) as ctx:
        data = {"version": None, "label": role.label, "note": role.note, "permissions": role.permissions,
                "needs_totp": role.needs_totp, **values}
        return service.update_role(ctx, role.id, **data)


def test_own_roles_are_made_changed_and_removed(world):
    role = make(world)
    changed = change(world, role, label="档案管理员", permissions=["people.org.read"], needs_totp=True)
    assert (changed.label, changed.permissions, changed.needs_totp) == ("档案管理员", ["people.org.read"], True)
    with world.acting("east", "admin") as ctx:
        service.delete_role(ctx, role.id)
        assert role.id not in {r.id for r, _count in service.list_roles(ctx)}


def test_a_role_that_was_ever_granted_stays(world):
    world.add_user("east", "holder", "people.person.read")
    with world.acting("east", "admin") as ctx:
        role = session().scalars(select(Role).where(Role.key == "test_holder")).one()
        with pytest.raises(Invalid):
            service.delete_role(ctx, role.id)


def test_nobody_puts_into_a_role_what_he_does_not_hold_everywhere(world):
    world.add_user("east", "manager", *MANAGING, "people.org.read")
    world.add_user("east", "local", *MANAGING, "people.person.read", path=PATHS["north"])
    with pytest.raises(Invalid):
        make(world, "manager")
    role = make(world, "manager", ["people.org.read"])
    with pytest.raises(Invalid):
        change(world, role, "manager", permissions=["people.org.read", "people.person.reveal"])
    with pytest.raises(Forbidden):                           # roles belong to the whole unit
        make(world, "local", label="本地")
    with pytest.raises(Forbidden):
        change(world, role, "local", permissions=[])


def test_a_manager_cannot_widen_the_role_he_holds(world):
    world.add_user("east", "manager", *MANAGING)
    with world.inside("east"):
        role = session().scalars(select(Role).where(Role.key == "test_manager")).one()
    with pytest.raises(Invalid):
        change(world, role, "manager", permissions=[*MANAGING, "access.grant.manage"])


def test_what_a_role_already_has_may_stay_though_the_editor_lacks_it(world):
    world.add_user("east", "manager", *MANAGING)
    role = make(world)
    changed = change(world, role, "manager", note="只看")
    assert changed.permissions == ["people.person.read"] and changed.note == "只看"
    assert change(world, role, "manager", permissions=[]).permissions == []


@pytest.mark.parametrize("name", ["no.such.thing", "", "*", "people.*", "tenancy.tenant.create"])
def test_unknown_patterns_and_operators_permissions_are_refused(world, name):
    with pytest.raises(Invalid):
        make(world, permissions=[name])


def test_labels_are_unique_and_versions_are_checked(world):
    role = make(world)
    with pytest.raises(Invalid):
        make(world)
    with pytest.raises(Conflict):
        change(world, role, version=role.version + 7)


def test_the_admin_role_cannot_lose_what_keeps_the_unit_running(world):
    give_password(world, "east", "admin")
    with world.inside("east"):
        role = session().scalars(select(Role).where(Role.key == "tenant_admin")).one()
    with pytest.raises(Invalid):
        change(world, role, permissions=[p for p in role.permissions if p != "access.grant.manage"])
    assert change(world, role, permissions=[p for p in role.permissions if p != "people.person.merge"])


def test_permissions_of_modules_that_are_off_stay_and_are_shown_dormant(world):
    optional = [p for p in world.plugins.permissions if world.plugins.owner_of(p) not in world.plugins.core]
    tenant = world.open_tenant("south", "South", plugins=())
    with world.inside("south") as ctx:
        begin_write()
        role = Role(key="mixed", label="混合", permissions=sorted(["people.org.read", *optional]), source="own")
        session().add(role)
        session().commit()
        groups = service.offered(ctx, role.permissions)
        dormant = {entry.name for _title, entries in groups for entry in entries if entry.dormant}
        assert dormant == set(optional)
        changed = service.update_role(ctx, role.id, version=None, label="混合", note="", permissions=[], needs_totp=False)
        assert changed.permissions == sorted(optional)
    assert tenant.slug == "south"


def test_a_role_is_compared_with_its_template(world):
    with world.acting("east", "admin") as ctx:
        role = session().scalars(select(Role).where(Role.key == "inspector")).one()
        assert service.compared(ctx, role) == service.Difference((), (), known=True)
        whole = set(role.permissions)
    change(world, role, permissions=["people.org.read", "people.grid.manage"])
    with world.acting("east", "admin") as ctx:
        role = session().get(Role, (ctx.tenant.id, role.id))
        difference = service.compared(ctx, role)
    assert "people.person.read" in difference.missing
    assert set(difference.missing) == whole - {"people.org.read"} and difference.added == ("people.grid.manage",)
    assert not service.compared(ctx, make(world)).known


def test_the_pages_show_and_save(world):
    browser = world.browser("east")
    page = browser.get("/access/roles/new").text
    assert "敏感" in page and 'value="people.person.read"' in page and "tenancy.tenant.create" not in page
    answer = browser.post("/access/roles/new", {"label": "档案员", "note": "", "permission": ["people.person.read"]})
    assert answer.status_code == 303
    url = answer.headers["Location"].removeprefix("/t/east")
    assert browser.post(url, {"label": "", "permission": []}).status_code == 422
    assert browser.post(url, {"label": "档案员", "permission": ["x" * 5000]}).status_code == 422
    assert browser.post(url, {"label": "档案员", "needs_totp": "1", "permission": ["people.org.read"]}).status_code == 303
    shown = browser.get(url).text
    assert 'value="people.org.read" id="p-people.org.read" checked' in shown
    assert "两步验证" in browser.get("/access/roles").text
    assert browser.post(url + "/delete").status_code == 303
