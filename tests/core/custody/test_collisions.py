"""Two operators at once, a process that dies, a disk that is full: nothing is lost, and it can be done again."""

from __future__ import annotations

import datetime as dt
import os

import pytest
from sqlalchemy import select

from core.base import clock
from core.base.scope import tenant_scope
from core.base.session import begin_write, session
from core.contracts.errors import Conflict
from core.custody import carrying_out, operators, removal, shelf
from core.custody.archive import writing
from core.custody.archive.opening import opened
from core.custody.cleaning import holdings
from core.files import storage
from core.jobs.models import DONE, Job
from core.jobs.queue import TASKS, Task, enqueue
from core.people.models import OrgUnit
from core.people.services.orgs import update_org
from core.tenancy.lookup import by_address
from core.tenancy.models import ACTIVE, ARRIVING, SUSPENDED
from core.tenancy.platform import furnish_platform
from core.tenancy.suspension import make_read_only, resume, suspend

LATER = dt.timedelta(days=30, minutes=1)


@pytest.fixture(autouse=True)
def _in_use(world, tmp_path):
    storage.use_root(tmp_path / "files")
    with world.database.use():
        yield
    storage.use_root(None)


@pytest.fixture
def copy(world):
    """An archive of east restored beside it: the short name of the copy."""
    with world.acting("platform", "operator") as ctx:
        operators.make_archive(ctx, "east")
        return operators.restore_beside(ctx, "east", next(shelf.folder().glob("*.zip"))).slug


@pytest.fixture
def overtaken(world, copy, monkeypatch):
    """Between the next look at a copy and what is done with it, another operator lets it take the place."""
    look = operators.a_copy

    def meanwhile(slug):
        found = look(slug)
        monkeypatch.setattr(operators, "a_copy", look)
        with world.acting("platform", "operator") as ctx:
            operators.take_place(ctx, slug)
        return found

    monkeypatch.setattr(operators, "a_copy", meanwhile)


@pytest.mark.usefixtures("overtaken")
def test_a_copy_that_took_the_place_is_not_dropped_by_a_second_operator(world, copy):
    """The second looked while it was a copy and acts when it is the live tenant."""
    number = by_address(slug=copy)[0].id
    before = holdings(number).rows
    with world.acting("platform", "operator") as ctx, pytest.raises(Conflict):
        operators.drop_copy(ctx, copy)
    after = holdings(number).rows
    assert by_address(slug="east")[0].id == number and all(after[name] >= rows for name, rows in before.items())


@pytest.mark.usefixtures("overtaken")
def test_two_operators_let_the_copy_take_the_place_once(world, copy):
    number, live = by_address(slug=copy)[0].id, by_address(slug="east")[0].id
    with world.acting("platform", "operator") as ctx, pytest.raises(Conflict):
        operators.take_place(ctx, copy)
    now = by_address(slug="east")
    assert now is not None and (now[0].id, now[0].status) == (number, ACTIVE)
    assert by_address(slug=copy) is None and holdings(live).rows


def test_two_archives_to_one_place_at_once_are_both_whole(world, tmp_path, monkeypatch):
    """The one that began second must not write into the other's file."""
    path, east, begun = tmp_path / "east.zip", world.tenants["east"].id, []
    real = writing._files

    def slow(out, only):
        if not begun:
            begun.append(1)
            writing.write_archive(east, path, by="second")
        return real(out, only)

    monkeypatch.setattr(writing, "_files", slow)
    writing.write_archive(east, path, by="first")
    with opened(path) as archive:
        archive.verify()
        assert archive.manifest.made_by == "first"
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("east.zip")] == ["east.zip"]


def test_a_file_of_zeros_comes_back(world, tmp_path):
    """An empty scan shrinks a thousandfold: our own archive must not look like a bomb to us."""
    with tenant_scope(world.tenants["east"].id):
        begin_write()
        stored = storage.store(lambda path: path.write_bytes(bytes(6 << 20)))
        session().add(writing.StoredFile(kind="t", key=stored.key, name="x.bmp", media="image/bmp", size=stored.size,
                                         sha256=stored.sha256, owner_id=1, owner_name="x", permission=""))
        session().commit()
    with world.acting("platform", "operator") as ctx:
        operators.make_archive(ctx, "east")
        came = operators.restore_beside(ctx, "east", next(shelf.folder().glob("*.zip")))
    assert came.files == 1


def test_work_of_the_platform_is_done_for_the_platform_only(world):
    """A job may come in an archive somebody else made: it must not reach other tenants' data."""
    with world.inside("east"):
        begin_write()
        for name, payload in (("custody.archive", {"slug": "west"}), ("custody.removals", {}),
                              ("custody.compare", {"slug": "west", "copy": "west"}), ("isolation.prove", {"slug": "west"})):
            enqueue(name, payload)
        session().commit()
    world.run_jobs()
    with world.inside("east"):
        found = dict(session().execute(select(Job.name, Job.status).where(Job.name.startswith("custody."))).all())
        prove = session().scalars(select(Job).where(Job.name == "isolation.prove")).one()
    assert DONE not in found.values() and prove.status != DONE
    assert not list(shelf.folder().glob("*")) if shelf.folder().exists() else True


def test_withdrawing_opens_only_what_asking_had_closed(world):
    with world.acting("platform", "operator") as ctx:
        number = removal.ask(ctx, "east", reason="x", typed="east").id
    suspend("east", "数据泄露调查", by="other")
    with world.acting("platform", "operator") as ctx:
        removal.withdraw(ctx, number)
    assert by_address(slug="east")[0].status == SUSPENDED


def test_a_job_that_runs_when_the_tenant_becomes_read_only_writes_no_more(world):
    seen = []

    def long(ctx, running):
        top = session().scalars(select(OrgUnit)).first()
        number = top.id
        update_org(ctx, number, version=top.version, name="一")
        make_read_only("east", "迁移", by="test")
        top = ctx.get(OrgUnit, number)
        try:
            update_org(ctx, number, version=top.version, name="二")
        except Exception as error:
            seen.append(type(error).__name__)
            raise

    TASKS["people.long"] = Task("people.long", long, 0)
    try:
        with world.inside("east"):
            begin_write()
            enqueue("people.long")
            session().commit()
        world.run_jobs()
    finally:
        del TASKS["people.long"]
    assert seen == ["TenantSuspended"]


def test_a_killed_restore_is_cleared_by_the_next(world, copy):
    """kill -9 in the middle of restoring beside: the half copy goes when the next restore begins."""
    archive = next(shelf.folder().glob("*.zip"))
    world.database.dispose()
    child = os.fork()
    if not child:
        with world.acting("platform", "operator") as ctx, clock.at(clock.now() + dt.timedelta(minutes=1)):
            operators.restore_beside(ctx, "east", archive, tell=lambda percent, _text: os._exit(9) if percent > 50 else None)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    with world.acting("platform", "operator") as ctx:
        assert sorted(each.status for each in operators.copies(ctx, world.tenants["east"].id)) == [ARRIVING, SUSPENDED]
        operators.restore_beside(ctx, "east", archive)
        assert [each.status for each in operators.copies(ctx, world.tenants["east"].id)] == [SUSPENDED, SUSPENDED]


def confirmed(world):
    with world.acting("platform", "operator") as ctx:
        number = removal.ask(ctx, "east", reason="x", typed="east").id
    with world.acting("platform", "second") as ctx:
        removal.confirm(ctx, number)
    return number


@pytest.fixture
def second(world):
    furnish_platform(operator_login="second", operator_name="Second")


def test_two_who_carry_out_one_removal_write_one_certificate(world, second, monkeypatch):
    number, seen = confirmed(world), []
    gone = carrying_out.take_away

    def meanwhile(tenant_id):
        with world.acting("platform", "second") as ctx, pytest.raises(Conflict, match="正在导入或删除"):
            carrying_out.carry_out(ctx, number)
        seen.append(gone(tenant_id))

    monkeypatch.setattr(carrying_out, "take_away", meanwhile)
    with clock.at(clock.now() + LATER), world.acting("platform", "operator") as ctx:
        said = carrying_out.carry_out(ctx, number)
        assert carrying_out.carry_out(ctx, number) == said and seen == [None]


def test_a_tenant_that_works_again_is_not_deleted(world, second):
    number = confirmed(world)
    resume("east", by="third")
    with clock.at(clock.now() + LATER), world.acting("platform", "operator") as ctx:
        with pytest.raises(Conflict, match="恢复了使用"):
            carrying_out.carry_out(ctx, number)
        removal.withdraw(ctx, number)
    assert by_address(slug="east")[0].status == ACTIVE


def test_a_removal_takes_every_archive_along_and_says_what_is_the_same_tenant(world, copy, second, tmp_path, monkeypatch):
    monkeypatch.setenv("JUHELI_INSTANCE", str(tmp_path))
    with world.acting("platform", "operator") as ctx:
        old = operators.take_place(ctx, copy)
        operators.make_archive(ctx, "east", shelf.nightly() / "east.zip")
        operators.make_archive(ctx, "west", shelf.nightly() / "west.zip")
        operators.make_archive(ctx, "east")
    half, broken = (shelf.folder() / f"east-20260101-{n}" for n in ("000000.zip.0123abcd.part", "000001.zip"))
    half.write_bytes(b"half")
    broken.write_bytes(b"broken")
    number = confirmed(world)
    with world.acting("platform", "operator") as ctx, pytest.raises(Conflict):
        operators.take_place(ctx, old)
    with clock.at(clock.now() + LATER), world.acting("platform", "operator") as ctx:
        said = carrying_out.carry_out(ctx, number)
    left = {path.name for path in (*shelf.folder().iterdir(), *shelf.nightly().iterdir())}
    assert said["also_here"] == [old] and len(left) == 2 and "west.zip" in left, "the archive of who was live before stays"


def test_two_archives_and_two_copies_of_one_second_are_two(world, tmp_path):
    with clock.at(clock.now()), world.acting("platform", "operator") as ctx:
        for _again in range(2):
            operators.make_archive(ctx, "east")
        archives = sorted(shelf.folder().glob("east-2*.zip"))
        copies = {operators.restore_beside(ctx, "east", archive).slug for archive in archives[-2:]}
    assert len({path.name for path in archives[-2:]}) == 2 and len(copies) == 2
