"""`juheli plugin uninstall`: refused with the list of who keeps data, otherwise the tables go by the plugin's own migrations."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from sqlalchemy import inspect

from core.base.config import Config
from core.base.engine import Database
from core.base.keyring import load_keyring, use_keyring
from core.base.scope import tenant_scope
from core.base.session import begin_write, session
from core.cli import cli
from core.migrations.upgrade import upgrade
from core.people.services.root import ensure_root
from core.plugin.manager import using
from core.tenancy.lifecycle import disable_plugin, enable_plugin
from core.tenancy.models import PluginState
from core.tenancy.offers import all_offers
from core.tenancy.onboarding import create_tenant
from core.tenancy.platform import furnish_platform
from core.testing.world import World
from plugins.pairing.models import PartnerUnit

NAME = "pairing"


@pytest.fixture(params=["sqlite", "postgres"])
def migrated(request, tmp_path, monkeypatch, _everything):
    """An installation whose tables were made by migrations; the plugin has come in a distribution of its own."""
    monkeypatch.setenv("JUHELI_INSTANCE", str(tmp_path))
    monkeypatch.setattr(_everything.by_name[NAME], "distribution", "juheli-pairing 0.1")
    with using(_everything):
        if request.param == "postgres":
            made = request.getfixturevalue("pg_world")
            config = made.app.extensions["juheli.config"]
            monkeypatch.setenv("JUHELI_INSTANCE", str(config.instance))
            monkeypatch.setenv("JUHELI_DATABASE_URL", config.url)
            monkeypatch.setenv("JUHELI_MIGRATE_URL", config.url.replace("juheli_app_", "juheli_owner_"))
            yield made
            _installed_again(made.plugins)
            return
        use_keyring(load_keyring(tmp_path, {}))
        database = Database(Config(instance=tmp_path).url)
        with database.use():
            upgrade(database, _everything)
            furnish_platform(operator_login="first", operator_name="First")
            made = create_tenant(slug="east", name="East", kind="county", admin_login="admin", admin_name="Admin", plugins=())
        yield World(None, database, _everything, {"east": made.tenant})
        database.dispose()


def _installed_again(plugins):
    """`juheli migrate`, as the role that owns the tables."""
    owner = Database.of(Config.from_environment(), migrating=True)
    with owner.use():
        moved = upgrade(owner, plugins)
    owner.dispose()
    return moved


def uninstall(name=NAME):
    return CliRunner().invoke(cli, ["plugin", "uninstall", name])


def tables(world):
    with world.database.use(), world.database.maintenance("look at the tables") as connection:
        return {t for t in inspect(connection).get_table_names() if t.startswith((f"{NAME}_", f"alembic_version_{NAME}"))}


def forget_it(world):
    """As a purge leaves it."""
    for tenant in world.tenants.values():
        with world.database.use(), tenant_scope(tenant.id):
            begin_write()
            session().query(PluginState).filter_by(plugin=NAME).delete()
            session().commit()


def test_refused_while_a_tenant_keeps_data_and_taken_out_when_none_does(migrated):
    with migrated.inside("east") as ctx:
        enable_plugin(ctx, NAME)
        disable_plugin(ctx, NAME)                        # off is not gone: its rows are kept
    held, before = uninstall(), tables(migrated)
    assert held.exit_code == 1 and "tenant(s) keep data of it. Nothing was removed" in held.output
    assert "  east  " in held.output and "rows" in held.output and len(before) > 5
    forget_it(migrated)
    with migrated.inside("east") as ctx:
        root = ensure_root(ctx)
        begin_write()
        session().add(PartnerUnit(name="x", kind="school", org_id=root.id, org_path=root.path))
        session().commit()
    assert re.search("1 tenant.s. keep data of it(.|\n)*  east +1 rows", uninstall().output), "a row counts without a state"
    with migrated.inside("east"):
        begin_write()
        session().query(PartnerUnit).delete()
        session().commit()
    gone = uninstall()
    assert gone.exit_code == 0 and "pip uninstall juheli-pairing\n" in gone.output, gone.output
    assert tables(migrated) == set()
    with migrated.database.use():
        assert all_offers()[NAME].audience == "nobody"
    assert [line.split(":")[0] for line in _installed_again(migrated.plugins)] == [NAME] and tables(migrated) == before


def test_what_cannot_be_uninstalled_says_why(sqlite_world, monkeypatch):
    config = sqlite_world.app.extensions["juheli.config"]
    monkeypatch.setenv("JUHELI_INSTANCE", str(config.instance))
    monkeypatch.setenv("JUHELI_DATABASE_URL", config.url)
    monkeypatch.setattr(sqlite_world.plugins.by_name[NAME], "distribution", "juheli-pairing 0.1")
    assert "comes with juheli itself" in uninstall("liaison").output
    assert "no plugin 'nothing' is installed" in uninstall("nothing").output
    monkeypatch.setattr(type(sqlite_world.plugins), "required_by", lambda self, name: [name, "training"])
    assert "is required by training" in uninstall().output and tables(sqlite_world)
