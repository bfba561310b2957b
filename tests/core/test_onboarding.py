"""Opening a tenant by service call: what cannot be is refused with a sentence per field, and leaves nothing behind."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import select

from core.access.models import Role
from core.base.session import session
from core.contracts.errors import Invalid
from core.tenancy import onboarding
from core.tenancy.lookup import all_tenants, by_address
from core.tenancy.models import NOBODY
from core.tenancy.offers import decide_offer
from core.tenancy.onboarding import create_tenant

NORTH = {"slug": "north", "name": "北县", "kind": "county", "admin_login": "Admin ", "admin_name": "管理员",
         "host": "North.Example.cn"}
BAD = (
    ("slug", {"slug": "a" * 31 + "-" + "b" * 20}), ("slug", {"slug": "north"}), ("profile", {"profile": "street"}),
    ("profile", {"kind": "planet"}), ("host", {"host": "north.example.cn"}), ("host", {"host": "https://x y"}),
    ("admin_login", {"admin_login": "王强"}), ("name", {"name": " "}), ("name", {"name": "北" * 81}),
)


def test_a_tenant_that_cannot_be_is_refused(world):
    with world.database.use():
        made = create_tenant(**NORTH)
        assert made.admin_login == "admin"
        before = {row.slug: row.host for row in all_tenants()}
        assert before["north"] == "north.example.cn"
        for field, wrong in BAD:
            with pytest.raises(Invalid) as refused:
                create_tenant(**{**NORTH, "slug": "south", "host": None, **wrong})
            assert refused.value.errors.keys() == {field}, wrong
        assert {row.slug: row.host for row in all_tenants()} == before


def test_what_is_not_offered_is_left_out(world):
    """With what requires it; the answer and the audit name it."""
    with world.acting("platform", "operator") as ctx:
        decide_offer(ctx, "training", audience=NOBODY)
    with world.database.use():
        made = create_tenant(**{**NORTH, "host": None}, plugins=("liaison", "training"))
    assert made.withheld == ("training",) and "liaison" in made.enabled and "training" not in made.enabled


def test_a_kill_while_a_tenant_opens_leaves_nothing_and_it_can_be_repeated(world):
    """The row and all that belongs to it are one transaction."""
    form = {"slug": "north", "name": "North County", "kind": "county", "admin_login": "admin", "admin_name": "Admin"}
    world.database.dispose()
    child = os.fork()
    if not child:
        with world.database.use():
            onboarding.make_link = lambda *_arguments: os._exit(9)
            create_tenant(**form)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    with world.database.use():
        assert by_address(slug="north") is None
        create_tenant(**form)
        assert by_address(slug="north")[0].status == "active"


def test_each_role_of_a_new_tenant_is_written_once_with_all_it_gets(world):
    plugins = tuple(world.plugins.by_name.keys() - world.plugins.core)
    with world.counting() as sent:
        world.open_tenant("south", "South", "county", plugins=plugins)
    assert not any(statement.startswith("UPDATE access_role ") for statement in sent)
    assert len(sent) <= 65, sent
    with world.inside("south"):
        admin = session().scalars(select(Role).where(Role.key == "tenant_admin")).one()
        assert {name.partition(".")[0] for name in admin.permissions} >= set(plugins) and admin.version == 1
