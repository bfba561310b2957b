"""The doctor names what is wrong and what to do; every complaint is provoked once."""

from __future__ import annotations

import datetime as dt
import json
import shutil

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, update

from core.audit.models import AuditEntry
from core.base import clock
from core.base.config import Config
from core.base.engine import Database
from core.base.keyring import load_keyring, make_entry, use_keyring
from core.base.scope import system_scope
from core.base.session import begin_write, session
from core.cli.doctor import doctor
from core.custody.backup.making import make_backup
from core.custody.doctor import machine
from core.custody.doctor.checks import BAD, OK, WARN, Patient, examine
from core.demo.accounts import demo_hash, ensure_operator
from core.files import storage
from core.files.models import StoredFile
from core.jobs.models import FAILED, RUNNING, Job
from core.migrations.upgrade import upgrade
from core.plugin import installed
from core.tenancy.models import ARRIVING, LEAVING, Tenant
from core.tenancy.onboarding import create_tenant


@pytest.fixture(scope="module")
def _healthy(tmp_path_factory, plugins):
    folder = tmp_path_factory.mktemp("healthy")
    use_keyring(load_keyring(folder, {}))
    database = Database(Config(instance=folder).url)
    with database.use():
        upgrade(database, installed())
        ensure_operator(demo_hash())
        create_tenant(slug="east", name="East", kind="county", admin_login="admin", admin_name="Admin", plugins=())
    database.dispose()
    return folder


@pytest.fixture
def patient(_healthy, tmp_path, monkeypatch):
    folder = tmp_path / "instance"
    shutil.copytree(_healthy, folder)
    (tmp_path / "static/vendor").mkdir(parents=True)
    for name in ("static/vendor/x.js", "static/icons.svg"):
        (tmp_path / name).write_text("x")
    monkeypatch.setattr(machine, "STATIC", tmp_path / "static")
    use_keyring(load_keyring(folder, {}))
    storage.use_root(folder / "files")
    found = Patient(Config(instance=folder), Database(Config(instance=folder).url), installed())
    with found.database.use():
        make_backup(found.config)
        yield found
    found.database.dispose()
    storage.use_root(None)


def complaints(patient, **changes):
    for name, value in changes.items():
        object.__setattr__(patient, name, value)
    return [(each.check, each.level, each.says, each.do) for each in examine(patient) if each.level != OK]


def one(patient, **changes):
    """The only complaint, with something to do about it."""
    found = complaints(patient, **changes)
    assert len(found) == 1 and found[0][3], found
    return found[0]


def change(statement):
    with system_scope("test: break something"):
        begin_write()
        session().execute(statement.execution_options(synchronize_session=False))
        session().commit()


def test_a_healthy_installation_has_no_complaint(patient):
    assert complaints(patient) == [] and complaints(patient, deep=True) == []
    assert {each.check for each in examine(patient)} == {
        "folders", "disk", "assets", "redis", "schema", "key", "clock", "walls", "tenants", "plugins", "jobs", "audit",
        "files", "backup"}


def test_key_missing_wrong_or_open(patient):
    key = patient.config.instance / "master.key"
    kept = key.read_bytes()
    key.chmod(0o644)
    assert "chmod 0400" in one(patient)[2]
    key.unlink()
    assert one(patient)[:2] == ("key", BAD) and not key.exists(), "looking makes no new key"
    key.write_text(make_entry())
    key.chmod(0o400)
    assert "wrong master key" in one(patient)[2]
    key.unlink()
    key.write_bytes(kept)
    key.chmod(0o400)
    assert complaints(patient) == []


def test_migrations_pending_and_empty_database(patient, tmp_path):
    with patient.database.maintenance("an older schema") as connection:
        connection.exec_driver_sql("UPDATE alembic_version_core SET version_num = 'core_0000'")
    assert one(patient)[:3] == ("schema", BAD, "migrations are pending for core")
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    assert one(patient, database=empty)[3] == "juheli migrate"
    empty.dispose()


def test_a_wall_is_down(patient):
    with patient.database.maintenance("a wall falls") as connection:
        connection.exec_driver_sql("DROP TRIGGER wall_insert_people_person")
    assert one(patient)[:2] == ("walls", BAD)


def test_jobs_stuck_dead_and_waiting(patient):
    before = clock.now() - dt.timedelta(hours=1)
    with system_scope("test: jobs"):
        begin_write()
        for status, more in ((RUNNING, {"lease_until": before}), (FAILED, {"finished_at": before}), ("queued", {})):
            session().add(Job(tenant_id=0, name="custody.shelf", payload={}, run_at=before, status=status, **more))
        session().commit()
    said = " / ".join(text for _check, _level, text, _do in complaints(patient))
    assert "disappeared" in said and "1 jobs were given up" in said and "nobody works" in said


def test_broken_audit_chain(patient):
    change(update(AuditEntry).where(AuditEntry.seq == 1).values(actor_name="somebody else"))
    found = complaints(patient)
    assert all(each[:2] == ("audit", BAD) for each in found) and "row 1 changed" in found[0][2]
    change(delete(AuditEntry).where(AuditEntry.seq == 1))
    assert "row 1 missing" in complaints(patient)[0][2]


def test_tenants_half_there(patient):
    change(update(Tenant).where(Tenant.slug == "east").values(status=ARRIVING))
    assert one(patient)[:2] == ("tenants", BAD)
    change(update(Tenant).where(Tenant.slug == "east").values(status=LEAVING))
    assert one(patient)[:2] == ("tenants", WARN)


def test_backup_old_or_none(patient):
    with clock.at(clock.now() + dt.timedelta(hours=30)):
        assert "30 hours old" in one(patient)[2]
    shutil.rmtree(patient.config.backup_folder)
    assert one(patient)[:2] == ("backup", BAD)


def test_clock_went_back(patient):
    with system_scope("test: a row from the future"):
        begin_write()
        session().add(Job(tenant_id=0, name="custody.shelf", payload={}, run_at=clock.now() + dt.timedelta(days=9),
                          created_at=clock.now() + dt.timedelta(days=1)))
        session().commit()
    assert "the clock went back" in one(patient)[2]


def test_machine(patient, monkeypatch, tmp_path):
    shutil.rmtree(tmp_path / "static/vendor")
    assert one(patient)[::3] == ("assets", "make assets")
    (tmp_path / "static/vendor").mkdir()
    (tmp_path / "static/vendor/x.js").write_text("x")
    nearly_full = shutil._ntuple_diskusage(1000, 950, 50)
    with monkeypatch.context() as patch:
        patch.setattr(machine.shutil, "disk_usage", lambda _folder: nearly_full)
        assert {each[:2] for each in complaints(patient)} == {("disk", WARN)}
    patient.config.instance.chmod(0o755)
    assert one(patient)[:2] == ("folders", WARN)
    with monkeypatch.context() as patch:
        patch.setattr(machine.tempfile, "TemporaryFile", no_place)
        assert {each[:2] for each in complaints(patient)} == {("folders", BAD)}
    patient.config.instance.chmod(0o700)
    unreachable = Config(instance=patient.config.instance, redis_url="redis://127.0.0.1:1/0")
    assert one(patient, config=unreachable)[:2] == ("redis", WARN)


def no_place(**_options):
    raise PermissionError(13, "Permission denied")


def test_a_missing_file_is_found_when_looking_deep(patient):
    with patient.database.use(), system_scope("test: a file row"):
        begin_write()
        session().add(StoredFile(tenant_id=0, kind="test", key="ab/" + "0" * 30, name="x", size=1, sha256="0" * 64))
        session().commit()
    assert complaints(patient) == [] and one(patient, deep=True)[:2] == ("files", BAD)


def test_a_check_that_breaks_is_a_complaint(patient, monkeypatch):
    monkeypatch.setattr("core.custody.doctor.service.queue_state", lambda: 1 / 0)
    assert one(patient)[:2] == ("jobs", BAD)


def test_the_role_on_postgresql(pg_url, patient, tmp_path):
    """A superuser who owns the tables serves nobody."""
    database = Database(pg_url)
    with database.use():
        upgrade(database, installed())
        ensure_operator(demo_hash())
        said = [each[2] for each in complaints(patient, database=database) if each[0] == "walls"]
    database.dispose()
    assert any("superuser" in text for text in said) and any("owns the tables" in text for text in said)


def test_command(patient, monkeypatch):
    monkeypatch.setenv("JUHELI_INSTANCE", str(patient.config.instance))
    healthy = CliRunner().invoke(doctor, ["--json"])
    assert healthy.exit_code == 0 and {each["level"] for each in json.loads(healthy.output)} == {OK}
    shutil.rmtree(patient.config.backup_folder)
    ill = CliRunner().invoke(doctor, [])
    assert ill.exit_code == 2 and "no backup in" in ill.output and "-> juheli backup" in ill.output
