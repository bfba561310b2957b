"""Restoring beside the live tenant, comparing, taking its place; read-only; the tenant's own archive."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.audit.models import AuditEntry
from core.base import clock
from core.base.session import session
from core.contracts.errors import Conflict, Forbidden, Invalid, TenantSuspended
from core.custody import operators, own, shelf
from core.custody.archive.opening import opened
from core.custody.difference import compare_archive
from core.custody.operators import bring_in, compare, copies, drop_copy, make_archive, restore_beside, take_place
from core.files import storage
from core.files.services import open_file
from core.jobs.models import DONE, QUEUED, Job
from core.people.models import OrgUnit, Person
from core.people.sealed import clear_text
from core.people.services.orgs import update_org
from core.people.services.persons import create_person, update_person
from core.tenancy.lookup import by_address
from core.tenancy.models import ACTIVE, READ_ONLY, SUSPENDED
from core.tenancy.suspension import make_read_only, resume

DAY = dt.date(2026, 1, 1)


@pytest.fixture(autouse=True)
def _in_use(world, tmp_path):
    storage.use_root(tmp_path / "files")
    with world.database.use():
        yield
    storage.use_root(None)


def top(ctx):
    return session().scalars(select(OrgUnit).order_by(OrgUnit.path).limit(1)).one()


def person(world, name, **data):
    with world.inside("east") as ctx:
        return create_person(ctx, name=name, org_id=top(ctx).id, effective_on=DAY, **data).id


@pytest.fixture
def restored(world):
    """An archive of yesterday, a day's work after it, and the archive restored beside: the copy's short name."""
    kept, changed = person(world, "张三", phone="13800005678"), person(world, "李四")
    with world.acting("platform", "operator") as ctx:
        make_archive(ctx, "east")
    with world.inside("east") as ctx:
        update_person(ctx, changed, version=ctx.get(Person, changed).version, note="后来")
    person(world, "王五")
    with world.acting("platform", "operator") as ctx:
        slug = restore_beside(ctx, "east", next(shelf.folder().iterdir())).slug
    found = by_address(slug=slug)
    assert found
    world.tenants[slug] = found[0]
    return slug, kept


def test_difference_in_numbers(world, restored):
    slug, kept = restored
    with world.acting("platform", "operator") as ctx:
        found = {table["name"]: table for table in compare(ctx, slug)}
        assert [copy.slug for copy in copies(ctx, world.tenants["east"].id)] == [slug]
    people = found["people_person"]
    assert (people["only_here"], people["only_there"], people["changed"], people["same"]) == (1, 0, 1, 1)
    assert people["columns"] == {"note": 1, "version": 1} and people["owner"] == "core"
    assert found["audit_entry"]["only_here"] >= 2 and found["audit_entry"]["changed"] == 0
    assert found["people_org_unit"]["same"] == 1 and "张三" not in str(found)
    with world.acting("platform", "operator") as ctx, opened(next(shelf.folder().iterdir())) as archive:
        again = {table.name: table.as_json() for table in compare_archive(world.tenants["east"].id, archive)}
    assert again["people_person"] == people


def test_a_copy_serves_nobody(world, restored):
    slug, _kept = restored
    assert world.browser("east").client.get(f"/t/{slug}/").status_code == 503
    with world.acting("platform", "operator") as ctx:
        with pytest.raises(Conflict, match="副本"):
            resume(slug, by=ctx.actor.label)
        drop_copy(ctx, slug)
        with pytest.raises(Conflict):
            drop_copy(ctx, "east")
    assert by_address(slug=slug) is None and world.browser("east").get("/search/").status_code == 200


def test_the_copy_takes_the_place_of_the_live_one(world, restored):
    slug, kept = restored
    with world.acting("platform", "operator") as ctx:
        before = take_place(ctx, slug)
    now, then = by_address(slug="east"), by_address(slug=before)
    assert now and then and (now[0].status, then[0].status) == (ACTIVE, SUSPENDED) and by_address(slug=slug) is None
    assert now[0].id == world.tenants[slug].id and then[0].id == world.tenants["east"].id
    world.tenants["east"] = now[0]
    with world.inside("east") as ctx:
        assert sorted(session().scalars(select(Person.name))) == ["张三", "李四"]
        assert clear_text(ctx.get(Person, kept), "phone") == "13800005678"
    assert world.browser("east").get("/people/").status_code == 200


def test_a_change_of_place_is_told_before_it_is_done(world, restored, monkeypatch):
    """A process that dies right after the change must not leave it without a word in any of the three chains."""
    slug, _kept = restored

    def killed(*_told):
        raise KeyboardInterrupt

    monkeypatch.setattr(operators, "_put_in_place", killed)
    with world.acting("platform", "operator") as ctx, pytest.raises(KeyboardInterrupt):
        take_place(ctx, slug)
    with world.inside("platform"):
        assert session().scalar(select(AuditEntry.id).where(AuditEntry.action == "custody.copy.take_place"))
    for tenant in ("east", slug):
        with world.inside(tenant):
            acts = session().scalars(select(AuditEntry.detail).where(AuditEntry.action == "custody.act")).all()
            assert "takes_place" in [detail.get("act") for detail in acts]


def test_an_archive_of_somebody_else_is_refused(world):
    with world.acting("platform", "operator") as ctx:
        make_archive(ctx, "west")
        with pytest.raises(Invalid, match="另一个单位"):
            restore_beside(ctx, "east", next(shelf.folder().iterdir()))
        with pytest.raises(Invalid, match="没有重复导入"):
            bring_in(ctx, next(shelf.folder().iterdir()))
    with world.acting("east", "admin") as ctx, pytest.raises(Forbidden):
        make_archive(ctx, "east")


def test_restore_as_a_job_tells_progress_and_the_difference(world):
    person(world, "张三")
    with world.acting("platform", "operator") as ctx:
        operators.queue(ctx, "custody.archive", "east")
        world.run_jobs()
        operators.queue(ctx, "custody.restore", "east", archive=next(shelf.folder().iterdir()).name)
        world.run_jobs()
        restored, made = operators.recent_jobs(ctx, frozenset({"east"}))
    assert (restored.status, made.status, made.result["files"]) == (DONE, DONE, 0)
    assert any(table["name"] == "people_person" and table["same"] == 1 for table in restored.result["tables"])


def test_read_only_refuses_every_write_at_the_service(world):
    number = person(world, "张三")
    make_read_only("east", "迁移", by="test")
    with world.inside("east") as ctx:
        with pytest.raises(TenantSuspended):
            create_person(ctx, name="李四", org_id=top(ctx).id, effective_on=DAY)
        with pytest.raises(TenantSuspended):
            update_org(ctx, top(ctx).id, version=1, name="新")
    with world.acting("east", "admin") as ctx, pytest.raises(TenantSuspended):
        create_person(ctx, name="李四", org_id=top(ctx).id, effective_on=DAY)
    browser = world.browser("east")
    assert browser.get(f"/people/p/{number}/").status_code == 200
    taken = browser.post("/ledgers/people.everybody/export", {"format": "csv", "query": ""})
    assert taken.status_code == 200 and "张三" in taken.get_data().decode("utf-8-sig")
    with world.inside("east") as ctx:
        form = {"name": "李四", "org_id": str(top(ctx).id), "effective_on": "2026-01-01"}
    page = browser.post("/people/p/new", form)
    assert page.status_code == 423 and "本单位目前只读" in page.get_data(as_text=True)


def test_work_waits_while_a_tenant_is_read_only(world):
    with world.inside("east"):
        waiting = set(session().scalars(select(Job.id).where(Job.status == QUEUED)))
    make_read_only("east", "迁移", by="test")
    world.app.extensions["juheli.runner"].tick()
    world.run_jobs()
    with world.inside("east"):
        assert set(session().scalars(select(Job.id).where(Job.status == QUEUED))) == waiting
        assert session().scalars(select(Job).where(Job.status != QUEUED)).all() == []
    with world.inside("west"):
        assert session().scalars(select(Job)).all()
    resume("east", by="test")
    with clock.at(clock.now() + dt.timedelta(minutes=11)):          # the ticker looks for newcomers every ten minutes
        world.app.extensions["juheli.runner"].tick()
    with world.inside("east"):
        assert {job.status for job in session().scalars(select(Job))} == {QUEUED}


def test_an_admin_takes_the_archive_along_even_when_read_only(world, tmp_path):
    person(world, "张三", phone="13800005678")
    make_read_only("east", "迁移", by="test")
    browser = world.browser("east")
    word = {"passphrase": "correct horse battery", "again": "correct horse battery"}
    with world.acting("east", "admin") as ctx:
        with pytest.raises(Invalid, match="至少 12"):
            own.ask_archive(ctx, password="x", passphrase="short", again="short")
        with pytest.raises(Invalid, match="不一样"):
            own.ask_archive(ctx, password="x", passphrase="correct horse battery", again="other")
        with pytest.raises(Invalid, match="密码不对"):
            own.ask_archive(ctx, password="not mine", **word)
        own._queue(own.still_open(ctx), own.closed_keys(ctx.tenant.id, word["passphrase"]))
        with pytest.raises(Conflict, match="正在生成"):
            own._queue(own.still_open(ctx), {})
        assert "correct horse" not in str([job.payload for job in session().scalars(select(Job))])
    world.run_jobs()
    with world.acting("east", "admin") as ctx:
        (file,), job = own.own_archives(ctx)
        assert job is None and file.expires_at > ctx.now()
        with opened(open_file(ctx, file.id)[1]) as archive:
            assert archive.manifest.status == READ_ONLY and archive.manifest.keys
            archive.verify()
    assert browser.get(f"/files/{file.id}").status_code == 200
    world.add_user("east", "clerk", "people.person.read")
    assert world.browser("east", "clerk").get(f"/files/{file.id}").status_code == 404
