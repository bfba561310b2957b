"""The restore drill: write, back up, destroy, restore, compare everything. On both databases, with their real tools."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
import tarfile
import uuid

import pytest
from sqlalchemy import select

from core.audit.log import verify
from core.base.config import Config
from core.base.engine import Database
from core.base.fence.roles import role_statements
from core.base.keyring import load_keyring, use_keyring
from core.base.session import session
from core.custody.backup import engines, making, restoring
from core.custody.backup.making import drop_old, make_backup
from core.custody.backup.manifest import NAME, BackupTrouble, backups, read
from core.demo.accounts import demo_hash, ensure_operator
from core.files import storage
from core.files.services import keep_file
from core.migrations.upgrade import upgrade
from core.people.models import OrgUnit, Person
from core.people.sealed import clear_text
from core.people.services.persons import create_person
from core.plugin import installed
from core.tenancy.onboarding import create_tenant
from core.tenancy.platform import furnish_platform
from core.testing.not_run import cannot_run

from .conftest import Installation


def write(place: Installation, name: str) -> None:
    with place.inside("east") as ctx:
        top = session().scalars(select(OrgUnit.id).order_by(OrgUnit.path).limit(1)).one()
        create_person(ctx, name=name, org_id=top, phone="13800005678", effective_on=dt.date(2026, 1, 1))
        keep_file(ctx, storage.store(lambda path: path.write_bytes(name.encode() * 999)), kind="test", name=name)


@pytest.fixture
def place(request, tmp_path, plugins):
    """An installation made by migrations, as a real one is, with two tenants; its settings."""
    engine = getattr(request, "param", "sqlite")
    url = "" if engine == "sqlite" else request.getfixturevalue("pg_url")
    if url and not shutil.which("pg_dump"):
        cannot_run("pg_dump (Debian package postgresql-client)")
    config = Config(instance=tmp_path / "here", database_url=url, port=1)
    config.instance.mkdir()
    found = Installation(config.instance, Database(config.url), load_keyring(config.instance, {}))
    with found.use():
        upgrade(found.database, installed())
        ensure_operator(demo_hash())
        for slug in ("east", "west"):
            create_tenant(slug=slug, name=slug, kind="county", admin_login="admin", admin_name="Admin", plugins=("liaison",))
        write(found, "张三")
        yield found, config
    if url:
        with found.database.maintenance("leave nothing behind") as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
            connection.exec_driver_sql("GRANT ALL ON SCHEMA public TO PUBLIC")
    found.database.dispose()


def state(place):
    with place.use():
        everything = {slug: place.sums(slug) for slug in ("east", "west")}
        with place.inside("east"):
            person = session().scalars(select(Person).order_by(Person.id).limit(1)).one()
            return everything, verify(), clear_text(person, "phone"), sorted(
                path.read_bytes()[:6] for path in storage.tenant_folder().rglob("*") if path.is_file())


def destroy(place, config):
    place.database.dispose()
    shutil.rmtree(config.instance / "files")
    if place.database.is_sqlite:
        (config.instance / "juheli.db").write_bytes(b"destroyed")
        for name in ("juheli.db-wal", "juheli.db-shm"):
            (config.instance / name).unlink(missing_ok=True)
    else:
        with place.database.maintenance("destroy everything") as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        place.database.dispose()


@pytest.mark.parametrize("place", ["sqlite", "postgresql"], indirect=True)
def test_drill(place):
    here, config = place
    before = state(here)
    folder, made = make_backup(config)
    assert [tenant["slug"] for tenant in made.tenants] == ["platform", "east", "west"] and read(folder) == made
    write(here, "王五")
    assert state(here) != before
    destroy(here, config)
    done = restoring.restore(folder, config, replace=True)
    assert (done.problems, done.tenants, done.files, done.migrated) == ([], 3, 1, [])
    assert state(here) == before and before[1].bad_seq is None and before[2] == "13800005678" and len(before[3]) == 1
    write(here, "赵六")
    with here.inside("east"):
        assert verify().bad_seq is None


def test_what_keeps_a_backup_from_being_restored(place, tmp_path, monkeypatch):
    here, config = place
    before = state(here)
    folder, made = make_backup(config)

    def trouble(change, **options):
        copy = tmp_path / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(folder, copy)
        change(copy)
        with pytest.raises(BackupTrouble) as caught:
            restoring.restore(copy, config, **{"replace": True, **options})
        assert state(here) == before
        return str(caught.value)

    part = next(name for name in made.parts if name.startswith("database"))
    assert "say --replace" in trouble(lambda copy: None, replace=False)
    assert "is missing" in trouble(lambda copy: (copy / part).unlink())
    assert "is damaged" in trouble(lambda copy: (copy / part).write_bytes((copy / part).read_bytes()[:-1]))
    assert "is damaged" in trouble(lambda copy: (copy / NAME).write_text("{}"))
    assert "no backup here" in trouble(lambda copy: (copy / NAME).unlink())
    text = (folder / NAME).read_text()
    newer = text.replace('"core_0001"', '"core_0099"')
    assert newer != text and "newer version" in trouble(lambda copy: (copy / NAME).write_text(newer))
    foreign = text.replace(made.key, "0" * 16)
    assert "another master key" in trouble(lambda copy: (copy / NAME).write_text(foreign))
    monkeypatch.setattr(restoring.urllib.request, "urlopen", lambda *_a, **_k: (tmp_path / "answers").open("w"))
    assert "stop the service" in trouble(lambda copy: None)


def test_a_tar_with_a_way_out_is_refused(tmp_path):
    for name in ("../../x", "/etc/passwd", "1/aa/../../x", "x"):
        with tarfile.open(tmp_path / "files.tar", "w") as out:
            out.addfile(tarfile.TarInfo(name))
        with pytest.raises(BackupTrouble, match="does not belong there"):
            restoring._unpack(tmp_path / "files.tar", tmp_path / f"to-{hash(name)}")


def test_nginx_may_enter_what_was_restored(tmp_path, monkeypatch):
    """Where it sends the files (JUHELI_ACCEL), it is in our group."""
    tarfile.open(tmp_path / "files.tar", "w").close()
    for accel, mode in (("/_stored/", 0o750), ("", 0o700)):
        monkeypatch.setenv("JUHELI_ACCEL", accel)
        restoring._unpack(tmp_path / "files.tar", tmp_path / f"files{mode}")
        assert (tmp_path / f"files{mode}").stat().st_mode & 0o777 == mode


def test_old_backups_go_but_never_the_last_ones(tmp_path, pilot, monkeypatch):
    with pilot.use():
        config = Config(instance=pilot.folder)
        folder, made = make_backup(config)
    ages = (100, 50, 40, 36, 34, 1)
    for age in ages:
        copy = folder.with_name(f"juheli-{age:03d}")
        shutil.copytree(folder, copy)
        old = made.moment - dt.timedelta(days=age)
        (copy / NAME).write_text((copy / NAME).read_text().replace(made.made_at, old.isoformat()))
    gone = drop_old(config.backup_folder, keep_days=35, fewest=3)
    assert sorted(path.name for path in gone) == ["juheli-036", "juheli-040", "juheli-050", "juheli-100"]
    assert drop_old(config.backup_folder, keep_days=1, fewest=3) == [] and len(backups(config.backup_folder)) == 3


def no_space(_path):
    raise OSError(28, "No space left on device")


def test_no_space_leaves_nothing_behind(pilot, monkeypatch):
    with pilot.use():
        config = Config(instance=pilot.folder)
        monkeypatch.setattr(making, "digest", no_space)
        with pytest.raises(BackupTrouble, match="No space left"):
            make_backup(config)
        assert list(config.backup_folder.iterdir()) == []


def test_a_role_that_sees_one_tenant_cannot_make_half_a_backup(app_pg_url, tmp_path, plugins):
    """pg_dump as the app role would leave rows out; it refuses, and the sentence says which role is needed."""
    if not shutil.which("pg_dump"):
        cannot_run("pg_dump (Debian package postgresql-client)")
    config = Config(instance=tmp_path, database_url=app_pg_url)
    use_keyring(load_keyring(tmp_path, {}))
    database = Database(app_pg_url)
    try:
        with database.use():
            upgrade(database, installed())
            with pytest.raises(BackupTrouble, match="JUHELI_BACKUP_URL"):
                make_backup(config)
        assert list(config.backup_folder.iterdir()) == []
    finally:
        database.dispose()



@pytest.fixture
def roles(pg_server, tmp_path, plugins):
    """An installation with the three roles `juheli db roles` makes: its settings and how to ask the server past them."""
    if not shutil.which("pg_dump"):
        cannot_run("pg_dump (Debian package postgresql-client)")
    import psycopg  # late: start-up time of every other test run

    mark = uuid.uuid4().hex[:8]
    owner, app, backup, database = (f"{name}_{mark}" for name in ("owner", "app", "backup", "juheli"))
    server, place = pg_server.rpartition("/")[0], pg_server.rpartition("@")[2].rpartition("/")[0]

    def ask(*statements, at=database):
        with psycopg.connect(f"{server}/{at}", autocommit=True) as line:
            done = [line.execute(statement) for statement in statements][-1]
            return done.fetchall() if done.description else []

    ask(f"CREATE DATABASE {database} TEMPLATE template0", at="postgres")
    ask(*role_statements(owner, app, backup, database))
    urls = {name: f"postgresql+psycopg://{role}@{place}/{database}" for name, role in
            (("database_url", app), ("migrate_url", owner), ("backup_url", backup))}
    config = Config(instance=tmp_path / "here", port=1, **urls)
    config.instance.mkdir()
    yield config, ask, owner
    ask(f"DROP DATABASE {database} WITH (FORCE)", *(f"DROP ROLE {role}" for role in (owner, app, backup)), at="postgres")


def test_a_restore_on_postgresql_keeps_what_it_replaces(roles, monkeypatch):
    """As the roles of a real installation: refused while the service is connected, and all or nothing; what was there is
    kept aside; a table that came after the backup, and refers to the old ones, does not hold it up."""
    import psycopg  # late: start-up time of every other test run

    config, ask, owner = roles
    here = Installation(config.instance, Database(config.url), load_keyring(config.instance, {}))
    migrating = Database.of(config, migrating=True)
    with migrating.use():
        upgrade(migrating, installed())
    migrating.dispose()
    with here.use():
        furnish_platform(operator_login="operator", operator_name="Operator")
        create_tenant(slug="east", name="east", kind="county", admin_login="admin", admin_name="Admin", plugins=())
        folder, _made = make_backup(config)
        before = here.sums("east")
        create_tenant(slug="west", name="west", kind="county", admin_login="admin", admin_name="Admin", plugins=())
        ask(f"SET ROLE {owner}", "CREATE TABLE later_thing (tenant_id bigint REFERENCES tenancy_tenant (id))")
        with pytest.raises(BackupTrouble, match="connections of app_"):
            restoring.restore(folder, config, replace=True)
        here.database.dispose()
        with pytest.raises(BackupTrouble, match="could not be kept aside.*--without-copy"):
            restoring.restore(folder, dataclasses.replace(config, backup_url=""), replace=True)
        assert ask("SELECT count(*) FROM later_thing, tenancy_tenant WHERE slug = 'west'") == [(0,)]
        with monkeypatch.context() as patch, pytest.raises(BackupTrouble, match="nothing was changed"):
            patch.setattr(engines, "EMPTIED", engines.EMPTIED + b"SELECT 1/0;\n")
            restoring.restore(folder, config, replace=True)
        assert ask("SELECT count(*) FROM tenancy_tenant") == [(3,)]
        with monkeypatch.context() as patch, pytest.raises(BackupTrouble, match="holds a table.*nothing was changed"):
            patch.setattr(engines, "EMPTIED", engines.EMPTIED.replace(b"30s", b"1s"))
            with psycopg.connect(config.migrate_url.replace("+psycopg", "")) as somebody:
                somebody.execute("SELECT 1 FROM tenancy_tenant")
                restoring.restore(folder, config, replace=True, keep=False)
        done = restoring.restore(folder, config, replace=True)
        assert done.problems == [] and (done.aside / "database.dump").stat().st_size > 10_000
        assert here.sums("east") == before and ask("SELECT count(*) FROM tenancy_tenant") == [(2,)]
        assert ask("SELECT to_regclass('later_thing')") == [(None,)] and here.database.why_not_serve() == []
        here.database.dispose()
        engines.restore_postgres(config.migrate_url, done.aside / "database.dump")
        assert ask("SELECT count(*) FROM tenancy_tenant") == [(3,)], "what was kept aside is whole"
    here.database.dispose()
