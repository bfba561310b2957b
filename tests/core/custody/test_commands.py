"""`juheli tenant …`, `juheli backup`, `juheli restore`: the commands an operator types, in one installation."""

from __future__ import annotations

import sys

import pytest

from core import cli as commands
from core.accounts.models import User
from core.base.config import Config
from core.base.engine import Database
from core.base.keyring import load_keyring, make_entry, use_keyring
from core.base.scope import tenant_scope
from core.base.session import begin_write, session
from core.custody.archive import passphrase
from core.migrations.upgrade import upgrade
from core.plugin import installed
from core.tenancy.onboarding import create_tenant
from core.tenancy.platform import furnish_platform


def furnish(folder):
    use_keyring(load_keyring(folder, {}))
    database = Database(Config(instance=folder).url)
    with database.use():
        upgrade(database, installed())
        furnish_platform(operator_login="first", operator_name="First")
        with tenant_scope(0):
            begin_write()
            session().add(User(login_name="second", name="Second"))
            session().commit()
    return database


@pytest.fixture
def juheli(tmp_path, monkeypatch, capsys, plugins):
    """Runs a command line in an installation of its own; answers (exit status, output)."""
    monkeypatch.setitem(passphrase.SCRYPT, "n", 2**10)
    database = furnish(tmp_path / "here")
    with database.use():
        create_tenant(slug="east", name="East", kind="county", admin_login="admin", admin_name="Admin", plugins=())
    database.dispose()
    (tmp_path / "word").write_text("correct horse battery\nsecond line\n")

    def run(*words, instance="here"):
        monkeypatch.setenv("JUHELI_INSTANCE", str(tmp_path / instance))
        monkeypatch.setenv("JUHELI_PORT", "1")
        monkeypatch.setattr(sys, "argv", ["juheli", *map(str, words)])
        status = 0
        try:
            commands.main()
        except SystemExit as end:
            status = int(end.code or 0)
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def test_moving_a_tenant(juheli, tmp_path):
    file, word = tmp_path / "east.zip", tmp_path / "word"
    assert juheli("tenant", "read-only", "east", "--reason", "moving")[1] == "east: read-only\n"
    status, said = juheli("plugin", "enable", "liaison", "--tenant", "east")
    assert status == 2 and "read-only: nothing was changed" in said
    status, said = juheli("tenant", "export", "east", file, "--passphrase-file", word)
    assert status == 0 and "rows in" in said
    furnish(tmp_path / "there").dispose()
    status, said = juheli("tenant", "import", file, instance="there")
    assert status == 2 and "passphrase: " in said
    status, said = juheli("tenant", "import", file, "--passphrase-file", word, instance="there")
    assert status == 0 and "verified table by table; suspended" in said
    assert juheli("tenant", "resume", "east", instance="there")[0] == 0
    assert juheli("audit", "verify", "east", instance="there")[0] == 0
    status, said = juheli("tenant", "import", file, "--passphrase-file", word, instance="there")
    assert status == 2 and said.count("\n") == 1 and "没有重复导入" in said


def test_restoring_beside(juheli, tmp_path):
    file = tmp_path / "east.zip"
    assert juheli("tenant", "export", "east", file, "--no-passphrase")[0] == 0
    assert juheli("plugin", "enable", "liaison", "--tenant", "east")[0] == 0
    status, said = juheli("tenant", "diff", "east", file)
    assert status == 0 and "tenancy_plugin_state" in said and "accounts_user" not in said
    status, said = juheli("tenant", "restore", "east", file)
    copy = said.split("copy: ")[1].split()[0]
    assert status == 0 and "tenancy_plugin_state" in said
    status, said = juheli("tenant", "take-place", copy)
    assert status == 0 and "suspended" in said
    assert ["off", "liaison"] in [line.split()[:2] for line in juheli("plugin", "list", "--tenant", "east")[1].splitlines()]
    assert juheli("tenant", "discard", "east")[0] == 2


def test_deleting_needs_two(juheli):
    status, said = juheli("tenant", "delete", "ask", "east", "--reason", "gone", "--by", "first")
    assert status == 0
    number = said.split()[1]
    assert juheli("tenant", "delete", "confirm", number, "--by", "nobody")[0] == 1
    status, said = juheli("tenant", "delete", "confirm", number, "--by", "first")
    assert status == 2 and "另一位运营人员" in said
    status, said = juheli("tenant", "delete", "confirm", number, "--by", "second")
    assert status == 2 and "tenancy.tenant.remove" in said, "an account without the right"
    assert juheli("tenant", "delete", "run", number)[0] == 2
    assert juheli("tenant", "list")[1].split()[2] == "read_only"


def test_backup_and_restore(juheli, tmp_path):
    status, said = juheli("backup")
    assert status == 0 and "2 tenants" in said
    folder = said.split(":")[0]
    assert juheli("restore", folder, "--check")[0] == 0
    assert juheli("restore", folder)[0] == 2
    status, said = juheli("restore", folder, "--replace")
    assert status == 0 and "restored 2 tenants" in said and "before-restore-" in said
    assert "2 tenants" in juheli("backup", "--list")[1]
    assert "rows" in juheli("backup", "--tenant", "east")[1]
    assert juheli("doctor")[0] in (0, 1, 2)


def test_a_foreign_key_starts_nothing(juheli, tmp_path):
    key = tmp_path / "here/master.key"
    key.unlink()
    key.write_text(make_entry())
    key.chmod(0o400)
    status, said = juheli("tenant", "list")
    assert status == 2 and said.startswith("wrong master key")
