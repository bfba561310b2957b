"""Addresses that are handed over are never made from what a visitor claims to be the host."""

from __future__ import annotations

import dataclasses

import pytest

from core.base.config import Config
from core.base.scope import system_scope
from core.base.session import begin_write, session
from core.tenancy.models import Tenant
from core.web.addresses import public_address

PUBLIC = "https://juheli.example.gov.cn"


def told(world, asked: str, **settings: object) -> str:
    world.app.extensions["juheli.config"] = dataclasses.replace(world.app.extensions["juheli.config"], **settings)
    with world.app.test_request_context("/", base_url=f"http://{asked}"):
        return public_address("/t/east/x")


@pytest.mark.parametrize(("asked", "settings", "wanted"), [
    ("localhost:9000", {}, "http://localhost:9000/t/east/x"),                    # through a tunnel on this machine
    ("evil.example", {}, "http://127.0.0.1:8000/t/east/x"),
    ("evil.example", {"public_url": PUBLIC}, PUBLIC + "/t/east/x"),
    ("evil.example", {"host": "10.0.0.5"}, "http://10.0.0.5:8000/t/east/x"),
    ("evil.example", {"host": "0.0.0.0"}, "/t/east/x"),
    ("evil.example", {"proxies": 1}, "/t/east/x"),
])
def test_only_names_we_were_told_of_get_into_an_address(world, asked, settings, wanted):
    assert told(world, asked, **settings) == wanted


def test_forged_host_does_not_get_into_a_one_time_link(world):
    world.app.extensions["juheli.config"] = dataclasses.replace(world.app.extensions["juheli.config"], public_url=PUBLIC)
    admin = world.browser("east")
    page = admin.post("/accounts/users/new", {"name": "王五", "login_name": "wangwu"}, base_url="http://localhost",
                      environ_overrides={"HTTP_X_FORWARDED_HOST": "evil.example"}).text
    assert f"{PUBLIC}/t/east/accounts/link/" in page and "evil.example" not in page


def test_a_tenants_own_host_stands_in_its_links(world, east):
    _own_host(world, east.id, "east.example.cn")
    visitor = world.app.test_client()
    assert visitor.get("/accounts/sign-in", base_url="http://east.example.cn").status_code == 200
    with world.app.test_request_context("/", base_url="http://east.example.cn", environ_base={"juheli.host": "east.example.cn"}):
        assert public_address("/accounts/link/t") == "http://east.example.cn/accounts/link/t"


def _own_host(world, tenant_id: int, host: str) -> None:
    with world.database.use(), system_scope("test: give a tenant a host"):
        begin_write()
        session().get(Tenant, tenant_id).host = host
        session().commit()


@pytest.mark.parametrize("wrong", ["juheli.example.cn", "ftp://x.cn", "https://x.cn/path", "https://a:b@x.cn", "https://"])
def test_a_public_address_that_is_none_is_named_at_start(wrong):
    with pytest.raises(ValueError, match="JUHELI_PUBLIC_URL"):
        Config.from_environment({"JUHELI_PUBLIC_URL": wrong})
    assert Config.from_environment({"JUHELI_PUBLIC_URL": PUBLIC + "/"}).public_url == PUBLIC
