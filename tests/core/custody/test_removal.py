"""Removing a tenant: two persons, a waiting time, nothing left, a certificate; and the ways it must not happen."""

from __future__ import annotations

import datetime as dt

import pytest
import redis
from sqlalchemy import func, select

from core.access.contexts import acting_in
from core.audit.log import verify
from core.audit.models import AuditEntry
from core.base import cache, clock
from core.base.cache import Cache, use_cache
from core.base.session import session
from core.contracts.errors import Conflict, Forbidden, Invalid, NotFound, TenantSuspended
from core.custody import carrying_out, cleaning, operators, removal, shelf
from core.custody.cleaning import holdings
from core.files import storage
from core.people.models import OrgUnit
from core.people.services.persons import create_person
from core.tenancy.lookup import by_address
from core.tenancy.models import READ_ONLY
from core.tenancy.platform import furnish_platform
from core.testing.world import build_world

LATER = dt.timedelta(days=30, minutes=1)


BOTH = pytest.mark.parametrize("place", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def place(request, tmp_path, plugins):
    """East, west and two operators; on PostgreSQL (`BOTH`) the role is bound by row level security."""
    engine = getattr(request, "param", "sqlite")
    if engine == "sqlite":
        world = request.getfixturevalue("world")
    else:
        world = build_world(tmp_path / "pg", plugins, url=request.getfixturevalue("app_pg_url"))
        world.open_tenant("east", "East County", "county", plugins=())
        world.open_tenant("west", "West Street", "street", plugins=())
    storage.use_root(tmp_path / "files")
    with world.database.use():
        furnish_platform(operator_login="second", operator_name="Second")
        with world.inside("east") as ctx:
            create_person(ctx, name="张三", org_id=_top(ctx), phone="13800005678", effective_on=dt.date(2026, 1, 1))
            storage.store(lambda path: path.write_bytes(b"x" * 1000))
        yield world
    storage.use_root(None)
    if engine == "postgresql":
        with world.database.maintenance("leave nothing behind") as connection:
            world.database.metadata.drop_all(connection)
        world.database.dispose()


def _top(ctx):
    return session().scalars(select(OrgUnit.id).order_by(OrgUnit.path).limit(1)).one()


def counted(world, slug):
    return holdings(world.tenants[slug].id)


def asked(world, slug="east"):
    with world.acting("platform", "operator") as ctx:
        return removal.ask(ctx, slug, reason="区划调整", typed=slug).id


def confirmed(world, slug="east"):
    number = asked(world, slug)
    with world.acting("platform", "second") as ctx:
        removal.confirm(ctx, number)
    return number


@BOTH
def test_nothing_is_left_but_the_certificate(place):
    west, east = counted(place, "west"), counted(place, "east")
    assert east.rows["people_person"] == 1 and east.files == 1 and east.bytes == 1000
    with place.acting("platform", "operator") as ctx:
        operators.make_archive(ctx, "east")
        operators.restore_beside(ctx, "east", next(shelf.folder().iterdir()))
    number = confirmed(place)
    with clock.at(clock.now() + LATER), place.acting("platform", "operator") as ctx:
        assert removal.due(ctx) == [number]
        said = carrying_out.carry_out(ctx, number)
        assert removal.due(ctx) == []
    assert counted(place, "east").nothing and counted(place, "west") == west
    assert by_address(slug="east") is None and not list(shelf.folder().iterdir())
    assert said["rows"]["people_person"] == 1 and said["files"] == 1 and sum(said["rows"].values()) >= sum(east.rows.values())
    assert (said["asked"][0], said["confirmed"][0]) == ("Operator", "Second") and len(said["sha256"]) == 64
    with place.acting("platform", "operator") as ctx:
        assert carrying_out.certificate(ctx, number) == said
        assert verify().bad_seq is None
        marks = session().scalars(select(AuditEntry.detail).where(AuditEntry.action == "custody.removal.certify")).all()
        assert [mark["certificate"] for mark in marks] == [said["sha256"]]


def test_the_same_person_cannot_confirm(place):
    number = asked(place)
    with place.acting("platform", "operator") as ctx, pytest.raises(Invalid, match="另一位运营人员"):
        removal.confirm(ctx, number)
    with acting_in("platform", "a machine") as ctx, pytest.raises(Invalid, match="有名有姓"):
        removal.confirm(ctx, number)


def test_nothing_goes_before_its_time_or_without_the_second(place):
    number = asked(place)
    with clock.at(clock.now() + LATER), place.acting("platform", "operator") as ctx, pytest.raises(Conflict):
        carrying_out.carry_out(ctx, number)
    with place.acting("platform", "second") as ctx:
        row = removal.confirm(ctx, number)
        assert row.due_at - row.confirmed_at == dt.timedelta(days=30)
        with pytest.raises(Conflict, match="还没有到"):
            carrying_out.carry_out(ctx, number)
    assert counted(place, "east").rows["people_person"] == 1


def test_meanwhile_the_tenant_reads_only_and_withdrawing_opens_it_again(place):
    number = confirmed(place)
    found = by_address(slug="east")
    assert found and found[0].status == READ_ONLY
    with place.inside("east") as ctx, pytest.raises(TenantSuspended):
        create_person(ctx, name="李四", org_id=_top(ctx), effective_on=dt.date(2026, 1, 1))
    with place.acting("platform", "second") as ctx:
        removal.withdraw(ctx, number)
        with pytest.raises(Conflict):
            removal.confirm(ctx, number)
    with place.inside("east") as ctx:
        create_person(ctx, name="李四", org_id=_top(ctx), effective_on=dt.date(2026, 1, 1))


def test_one_removal_at_a_time_and_only_of_what_was_typed(place):
    asked(place)
    with place.acting("platform", "second") as ctx:
        with pytest.raises(Conflict, match="已经在注销"):
            removal.ask(ctx, "east", reason="again", typed="east")
        with pytest.raises(Invalid) as caught:
            removal.ask(ctx, "west", reason=" ", typed="east")
        assert set(caught.value.errors) == {"typed", "reason"}
        with pytest.raises(NotFound):
            removal.ask(ctx, "platform", reason="x", typed="platform")
    with place.acting("east", "admin") as ctx, pytest.raises(Forbidden):
        removal.removals(ctx)


@BOTH
def test_an_interrupted_deletion_goes_on_and_certifies_what_there_was(place, monkeypatch):
    before = counted(place, "east").rows["people_person"]
    number = confirmed(place)
    gone = cleaning.take_away
    with clock.at(clock.now() + LATER):
        with monkeypatch.context() as patch, place.acting("platform", "operator") as ctx:
            patch.setattr(carrying_out, "take_away", lambda tenant_id: (gone(tenant_id), 1 / 0))
            with pytest.raises(ZeroDivisionError):
                carrying_out.carry_out(ctx, number)
        with place.acting("platform", "operator") as ctx:
            with pytest.raises(Conflict, match="不能撤回"):
                removal.withdraw(ctx, number)
            assert removal.due(ctx) == [number]
            assert carrying_out.carry_out(ctx, number)["rows"]["people_person"] == before


def test_no_certificate_while_something_is_left(place, monkeypatch):
    number = confirmed(place)
    monkeypatch.setattr(carrying_out, "take_away", lambda _tenant_id: None)
    with clock.at(clock.now() + LATER), place.acting("platform", "operator") as ctx:
        with pytest.raises(Conflict, match="people_person"):
            carrying_out.carry_out(ctx, number)
        assert carrying_out.certificate(ctx, number) is None


def test_the_hourly_job_carries_it_out(world, tmp_path):
    storage.use_root(tmp_path / "files")
    with world.database.use():
        furnish_platform(operator_login="second", operator_name="Second")
        number = confirmed(world)
        with clock.at(clock.now() + LATER):
            world.app.extensions["juheli.runner"].tick()
            world.run_jobs()
        with world.acting("platform", "operator") as ctx:
            assert carrying_out.certificate(ctx, number)
            rows = session().scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.action.startswith("custody.")))
            assert rows == 5
    storage.use_root(None)


def test_nothing_of_it_stays_in_redis_and_what_is_anothers_does(place, own_redis):
    """With a real Redis: sessions, rights and counters of the tenant go, and the certificate says that none is left."""
    server = redis.Redis.from_url(own_redis)
    use_cache(Cache(own_redis))
    try:
        for slug in ("east", "west"):
            with place.inside(slug):
                cache.put({"name": slug}, 600, "session", "x")
                cache.count(600, "limit", "y")
        mine = f"*:t{place.tenants['east'].id}:*"
        assert len(server.keys(mine)) == 2
        number = confirmed(place)
        with clock.at(clock.now() + LATER), place.acting("platform", "operator") as ctx:
            said = carrying_out.carry_out(ctx, number)
        assert server.keys(mine) == [] and said["left"]["cache"] == 0
        with place.inside("west"):
            assert cache.get("session", "x") == {"name": "west"}
    finally:
        use_cache(Cache())
        server.close()
