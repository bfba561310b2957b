"""A plugin's data in one tenant goes after its export, by two persons, after a wait; nothing else is touched."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from core.audit.log import verify
from core.audit.models import AuditEntry
from core.base import clock
from core.base.scope import tenant_scope
from core.base.session import begin_write, session
from core.cli import cli
from core.contracts.errors import Conflict, Forbidden, Invalid, NotFound
from core.custody import carrying_out, jobs, own, purge, removal
from core.custody.archive.arrival import arrive
from core.custody.archive.reading import snapshot, sums
from core.custody.archive.tables import travelling
from core.custody.archive.writing import closed_keys
from core.custody.belongings import belongings, counted
from core.events.outbox import DELIVER
from core.files import storage
from core.files.models import StoredFile
from core.jobs.models import Job
from core.settings.models import ModuleSettings
from core.tenancy.everywhere import standings
from core.tenancy.lifecycle import archive_plugin, disable_plugin, enable_plugin
from core.tenancy.lookup import by_address
from core.tenancy.platform import furnish_platform
from core.work.models import WorkItem

from .rows import fill, stored

LATER = dt.timedelta(days=14, minutes=1)
MOVED = {"audit_entry", "audit_head", "custody_removal", "jobs_job", "notify_notice", "tenancy_plugin_state", "files_file"}


@pytest.fixture
def place(world, tmp_path):
    """East and west with liaison, pairing and training on and rows in every table of theirs; two operators."""
    storage.use_root(tmp_path / "files")
    with world.database.use():
        furnish_platform(operator_login="second", operator_name="Second")
    for slug in ("east", "west"):
        for name in ("liaison", "pairing", "training"):
            with world.inside(slug) as ctx:
                enable_plugin(ctx, name)
        with world.inside(slug):
            fill(plugin_tables(world))
            plant()
    yield world
    storage.use_root(None)


def plugin_tables(world):
    tables = travelling(world.database.metadata, world.plugins)
    wanted = {each.name for each in tables if each.owner != "core"}
    for each in reversed(tables):
        if each.name in wanted:
            wanted |= {key.referred_table.name for key in each.table.foreign_key_constraints}
    return [each for each in tables if each.name in wanted]


def plant():
    """Of each plugin, and of one whose name begins alike, a file, a to-do, settings and a parked event in core's tables."""
    begin_write()
    for name in ("training", "pairing", "trainingx"):
        session().add(StoredFile(kind=f"{name}.paper", name=name, **stored(name.encode())))
        session().add(WorkItem(source=name, declared=f"{name}.a", record_kind=f"{name}.a", record_id=1, subject="x", org_path="",
                               permission=f"{name}.a.b", guard=f"{name}.a.b", opened_at=clock.now()))
        session().add(ModuleSettings(module=name, chosen={}))
        session().add(Job(name=DELIVER, payload={"consumer": name}, status="parked", run_at=clock.now(), finished_at=clock.now()))
    session().commit()


def rest(world, change=disable_plugin, name="training"):
    with world.inside("east") as ctx:
        change(ctx, name)


def take_along(world, name="training"):
    """The tenant's admin exports; the archive's path."""
    with world.acting("east", "admin") as ctx:
        made = own.make_own(ctx, closed_keys(ctx.tenant.id, "a long passphrase"), lambda *_: None, name)
        file = session().scalars(select(StoredFile).where(StoredFile.id == made["file_id"])).one()
        return storage.path_of(file.key), made


def asked(world, **given):
    with world.acting("platform", "operator") as ctx:
        return purge.ask_purge(ctx, "east", **{"plugin": "training", "reason": "不再使用", "typed": "training", **given}).id


def confirmed(world):
    number = asked(world)
    with world.acting("platform", "second") as ctx:
        row = removal.confirm(ctx, number)
        assert row.due_at - row.confirmed_at == dt.timedelta(days=14)
    return number


def everything(world, slug):
    with world.database.use(), snapshot(world.tenants[slug].id):
        return sums(travelling(world.database.metadata, world.plugins))


def of(world, slug, plugin):
    with world.database.use(), tenant_scope(world.tenants[slug].id):
        return counted(belongings(plugin))


def test_all_of_it_goes_and_nothing_else(place):
    rest(place)
    path, made = take_along(place)
    before, west, mine = everything(place, "east"), everything(place, "west"), of(place, "east", "training")
    others = {name: of(place, "east", name) for name in ("liaison", "pairing")}
    assert mine["files_file"] == mine["settings_module"] == 1 and mine["jobs_job"] >= 1 and mine["work_item"] == 1
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert {t["name"]: t["rows"] for t in manifest["tables"] if t["rows"]} == mine       # what was exported is what goes
        assert manifest["files"]["count"] == 1 and manifest["details"] == {"plugin": "training"}
    number = confirmed(place)
    with clock.at(clock.now() + LATER), place.acting("platform", "operator") as ctx:
        assert removal.due(ctx) == [number]
        said = carrying_out.carry_out(ctx, number)
        assert carrying_out.carry_out(ctx, number) == said and removal.due(ctx) == []
        assert verify().bad_seq is None
    assert said["rows"] == mine and said["plugin"] == "training" and said["left"] == {"rows": 0} and len(said["sha256"]) == 64
    assert of(place, "east", "training") == {} and {name: of(place, "east", name) for name in others} == others
    after = everything(place, "east")
    untouched = {n for n in before if n not in MOVED and n not in mine}
    assert {n: before[n] for n in untouched} == {n: after[n] for n in untouched} and len(untouched) > 40
    assert everything(place, "west") == west
    with place.inside("east"):
        assert {item.source for item in session().scalars(select(WorkItem))} == {"pairing", "trainingx"}
        files = session().scalars(select(StoredFile)).all()
        assert {f.kind for f in files} >= {"pairing.paper", "trainingx.paper"} and "training.paper" not in {f.kind for f in files}
        assert all(storage.path_of(f.key).is_file() for f in files if f.kind.endswith("x.paper"))
        marks = session().scalars(select(AuditEntry.detail).where(AuditEntry.action == "custody.act")).all()
        assert [m["act"] for m in marks] == ["purge_asked", "purged"] and marks[1]["certificate"] == said["sha256"]
    with place.database.use():
        assert "east" not in {s.slug for s in standings("training")} and "west" in {s.slug for s in standings("training")}


def test_two_persons_after_the_export_and_the_wait(place):
    with pytest.raises(Invalid, match="没有停用或归档"):
        asked(place)
    take_along(place)                                        # while it is on: does not count
    rest(place, archive_plugin)
    with pytest.raises(Invalid, match="还没有导出"):
        asked(place)
    take_along(place)
    with pytest.raises(Invalid, match="原样输入应用的代号"):
        asked(place, typed="trainin")
    with pytest.raises(NotFound):
        asked(place, plugin="people", typed="people")
    with place.inside("east") as ctx, pytest.raises((Forbidden, NotFound)):
        purge.ask_purge(ctx.evolve(all_powers=False), "east", "training", reason="x", typed="training")
    number = asked(place)
    with place.acting("platform", "operator") as ctx:
        with pytest.raises(Invalid, match="另一位运营人员"):
            removal.confirm(ctx, number)
        with pytest.raises(Conflict):
            carrying_out.carry_out(ctx, number)
    with pytest.raises(Conflict, match="已经有一项"):
        asked(place)
    with place.acting("platform", "second") as ctx:
        removal.confirm(ctx, number)
        with pytest.raises(Conflict, match="还没有到"):
            carrying_out.carry_out(ctx, number)
    assert of(place, "east", "training")["training_course"] == 3


@pytest.mark.parametrize("off_again", [False, True], ids=["on", "on-and-off"])
def test_switching_it_on_again_ends_it(place, off_again):
    """Also when it rests again and the data of before was exported: what came since was not."""
    def use():
        rest(place, enable_plugin)
        if off_again:
            rest(place)
            take_along(place)

    rest(place)
    take_along(place)
    number = confirmed(place)
    use()
    with clock.at(clock.now() + LATER), place.acting("platform", "operator") as ctx:
        with pytest.raises(Conflict, match="又启用过"):
            carrying_out.carry_out(ctx, number)
        assert removal.get_removal(ctx, number).state == "withdrawn" and removal.due(ctx) == []
    assert of(place, "east", "training")["training_course"] == 3
    if off_again:
        number = asked(place)
        use()
        with place.acting("platform", "second") as ctx:
            with pytest.raises(Conflict, match="又启用过"):
                removal.confirm(ctx, number)
            assert removal.get_removal(ctx, number).state == "withdrawn"


def test_it_can_be_killed_anywhere_and_ends_with_its_certificate(place, monkeypatch):
    """The tenant cannot come in between; once everything is gone it may begin anew, and the next run only certifies."""
    rest(place)
    take_along(place)
    mine, number = of(place, "east", "training"), confirmed(place)
    with clock.at(clock.now() + LATER), place.acting("platform", "operator") as ctx:
        for part in ("take_hold", "_note_count", "_delete", "forget", "_certify"):
            with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
                broken.setattr(purge, part, lambda *_: 1 / 0)
                carrying_out.carry_out(ctx, number)
            session().rollback()
            if part in ("_delete", "forget"):
                for change in (enable_plugin, disable_plugin, archive_plugin):
                    with pytest.raises(Conflict, match="正在清除"):
                        rest(place, change)
                with place.database.use():
                    assert "正在清除数据" in place.browser("platform", "operator").get("/apps/training").text
        with pytest.raises(Conflict, match="不能撤回"):
            removal.withdraw(ctx, number)
    rest(place, enable_plugin)
    new = of(place, "east", "training")
    with clock.at(clock.now() + LATER), place.acting("platform", "operator") as ctx:
        assert carrying_out.carry_out(ctx, number)["rows"] == mine
    assert of(place, "east", "training") == new


def test_every_worker_hears_of_it(place):
    """The set of plugins is read again when the data begins to go and when the plugin is forgotten."""
    def rev():
        with place.database.use():
            return by_address(slug="east")[1]

    rest(place, archive_plugin)
    take_along(place)
    number, before = confirmed(place), rev()
    with clock.at(clock.now() + LATER), place.acting("platform", "operator") as ctx:
        carrying_out.carry_out(ctx, number)
    assert rev() == before + 2


def test_one_that_is_stuck_keeps_nobody_waiting(place, monkeypatch):
    rest(place)
    take_along(place)
    number, tried = confirmed(place), []
    with clock.at(clock.now() + LATER), place.acting("platform", "operator") as ctx:
        with monkeypatch.context() as without:
            without.setattr(purge, "installed", lambda: SimpleNamespace(optional=()))
            with pytest.raises(Conflict, match="重新安装"):
                carrying_out.carry_out(ctx, number)
        assert removal.get_removal(ctx, number).state == "confirmed"
        monkeypatch.setattr(removal, "due", lambda _ctx: [1, 2])
        monkeypatch.setattr(jobs, "carry_out", lambda _ctx, each, _tell: tried.append(each) or {}[each])
        with pytest.raises(KeyError):
            jobs.removals(ctx, SimpleNamespace(tell=None))
        assert tried == [1, 2]


def test_its_archive_is_brought_in_nowhere(place):
    rest(place)
    path, _made = take_along(place)
    with place.database.use(), pytest.raises(Invalid, match="不是整个单位"):
        arrive(path, passphrase="a long passphrase")


def test_the_pages_and_the_commands(place, monkeypatch):
    rest(place)
    admin = place.browser("east")
    assert "清除这个应用的数据" in admin.get("/plugins/training").text
    assert "导出“教育培训”的数据" in admin.get("/custody/plugin/training").text
    assert admin.get("/custody/plugin/nothing").status_code == 404
    take_along(place)
    operator = place.browser("platform", "operator")
    assert "/custody/removals/purge/east/training" in operator.get("/apps/training").text
    assert "清除“教育培训”在East County的数据" in operator.get("/custody/removals/purge/east/training").text
    config = place.app.extensions["juheli.config"]
    monkeypatch.setenv("JUHELI_INSTANCE", str(config.instance))
    monkeypatch.setenv("JUHELI_DATABASE_URL", config.url)
    run, words = CliRunner(), ["plugin", "purge"]
    said = run.invoke(cli, [*words, "ask", "training", "--tenant", "east", "--reason", "x", "--by", "operator"])
    assert said.exit_code == 0, said.output
    number = said.output.split()[1]
    assert "清除应用“training”的数据" in operator.get(f"/custody/removals/{number}/").text
    assert run.invoke(cli, [*words, "confirm", number, "--by", "second"]).exit_code == 0
    with clock.at(clock.now() + LATER):
        done = run.invoke(cli, [*words, "run", number])
    assert done.exit_code == 0 and "rows of training deleted, nothing left" in done.output
    page = operator.get(f"/custody/removals/{number}/certificate").text
    assert "在应用“教育培训”里的全部数据已经删除" in page and "training_course" in page
