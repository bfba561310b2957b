"""Redis and tenants: every key says whose it is, a value counts only where it was put, and nothing in it can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import redis

from core.base import cache
from core.base.cache import GLOBAL, Cache, use_cache
from core.base.refusals import NoTenant
from core.base.scope import system_scope, tenant_scope
from core.base.session import begin_write, session
from core.jobs.queue import enqueue
from core.testing.world import World
from tests.architecture.tree import PRODUCT, files, show

CANARY = "金丝雀同志"
MAY_IMPORT = {"core/base/cache.py", "core/jobs/bell.py"}  # the bell for its types only


@pytest.fixture
def server(redis_url: str) -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(redis_url)
    client.flushdb()
    use_cache(Cache(redis_url))
    yield client
    use_cache(Cache())
    client.close()


def key_shape(world: World) -> re.Pattern[str]:
    tenants = "|".join(str(tenant.id) for tenant in world.tenants.values())
    return re.compile(rf"juheli:[0-9a-f]{{8}}:(t({tenants}):.+|({'|'.join(GLOBAL)}))")


def use_everything(world: World) -> None:
    """What puts keys into Redis: signed-in pages, limits, jobs, in two tenants and on the platform."""
    world.app.extensions["juheli.config"] = world.app.extensions["juheli.config"].__class__(testing=True, client_rate=999,
                                                                                          tenant_rate=999)
    world.add_user("east", "canary", "people.person.read", name=CANARY)
    for slug, login in (("east", "canary"), ("east", "admin"), ("west", "admin"), ("platform", "operator"), ("west", None)):
        browser = world.browser(slug, login)
        for _ in range(2):
            browser.get("/accounts/me")
    with world.inside("east"):
        begin_write()
        enqueue("tenancy.statistics")
        session().commit()


def test_every_key_carries_its_tenant_and_no_value_can_be_read(world: World, server: redis.Redis) -> None:
    use_everything(world)
    found = [key.decode() for key in server.keys("*")]
    shape = key_shape(world)
    assert len(found) >= 8 and [key for key in found if not shape.fullmatch(key)] == []
    assert {key.split(":")[3] for key in found if ":t" in key} == {"session", "limit"}
    for key in found:
        value = server.get(key) if server.type(key) == b"string" else b"".join(server.lrange(key, 0, -1))
        assert CANARY.encode() not in value and b"admin" not in value, key


def test_a_value_moved_between_tenants_counts_as_absent(world: World, server: redis.Redis) -> None:
    east, west = world.tenants["east"].id, world.tenants["west"].id
    for tenant in (east, west):
        with tenant_scope(tenant):
            cache.put({"of": tenant}, 60, "note", "same")
    keys = sorted(key.decode() for key in server.keys("*:note:same"))
    values = [server.get(key) for key in keys]
    for key, value in zip(keys, reversed(values), strict=True):
        server.set(key, value)
    for tenant in (east, west):
        with tenant_scope(tenant):
            assert cache.get("note", "same") is None
    server.set(keys[0], b'{"of": "forged"}')
    with tenant_scope(int(keys[0].split(":t")[1].split(":")[0])):
        assert cache.get("note", "same") is None


def test_the_session_of_one_tenant_is_no_session_of_another(world: World, server: redis.Redis) -> None:
    browser = world.browser("east")
    assert browser.get("/accounts/me").status_code == 200
    cookie = browser.client.get_cookie("juheli", path="/t/east")
    browser.client.set_cookie("juheli", cookie.value, path="/t/west")
    assert browser.client.get("/t/west/accounts/me").status_code == 303
    mine = next(key.decode() for key in server.keys("*:session:*"))
    theirs = mine.replace(f":t{world.tenants['east'].id}:", f":t{world.tenants['west'].id}:")
    server.set(theirs, server.get(mine))
    assert browser.client.get("/t/west/accounts/me").status_code == 303, "copied by hand to the other tenant's key"


def test_no_key_without_a_tenant(server: redis.Redis) -> None:
    with pytest.raises(NoTenant):
        cache.tenant_key("note")
    with system_scope("test"), pytest.raises(NoTenant):
        cache.tenant_key("note")
    with pytest.raises(ValueError, match="global"):
        cache.global_key("note")
    with tenant_scope(7):
        for part in ("", "a:b", "a b", "张三", "x" * 200, "a\n"):
            with pytest.raises(ValueError, match="no part"):
                cache.tenant_key("note", part)


def test_redis_is_spoken_to_through_one_door() -> None:
    imports = re.compile(r"^\s*(import|from) redis\b", re.MULTILINE)
    found = {show(path) for path in files(".py", under=PRODUCT) if imports.search(path.read_text())}
    assert found == MAY_IMPORT
