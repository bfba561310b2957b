"""Opening a tenant by service call: what cannot be is refused with a sentence per field, and leaves nothing behind."""

from __future__ import annotations

import pytest

from core.contracts.errors import Invalid
from core.tenancy.lookup import all_tenants
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
