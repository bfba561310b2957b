"""Bringing the database to the code's schema: owners in dependency order, one at a time, safe from any number of processes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table

from core.base.engine import Database
from core.plugin import Plugins

HERE = Path(__file__).parent
CORE = "core"
LOCK = 7215


@dataclass(frozen=True, slots=True)
class History:
    """One owner's migrations: `folder` of revision files, `owns` tells which tables are its own."""

    owner: str
    folder: Path
    plugins: frozenset[str]

    @property
    def version_table(self) -> str:
        return f"alembic_version_{self.owner}"

    def owns(self, table: str) -> bool:
        """A plugin owns the tables with its prefix, core all others."""
        prefix = table.split("_", 1)[0]
        if table.startswith("alembic_version"):
            return False
        return prefix == self.owner if self.owner != CORE else prefix not in self.plugins

    def revisions(self) -> frozenset[str]:
        """Every revision this code knows of the owner's schema."""
        script = ScriptDirectory(str(HERE), version_locations=[str(self.folder)])
        return frozenset(each.revision for each in script.walk_revisions())

    def config(self, connection: Connection, metadata: MetaData) -> AlembicConfig:
        config = AlembicConfig()
        config.set_main_option("script_location", str(HERE))
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", str(self.folder))
        config.attributes.update(connection=connection, history=self, metadata=metadata)
        return config


def histories(plugins: Plugins) -> list[History]:
    """Core's history, then those of the plugins that have one, in dependency order."""
    names = frozenset(plugins.optional)
    found = [History(CORE, HERE / "versions", names)]
    for name in plugins.optional:
        folder = plugins.by_name[name].migrations
        if folder:
            found.append(History(name, folder, names))
    return found


def upgrade(database: Database, plugins: Plugins, only: str | None = None) -> list[str]:
    """Upgrade every owner to its head and rebuild the walls; returns what moved, as `owner: from -> to`."""
    moved = []
    for history in histories(plugins):
        if only in (None, history.owner):
            moved += _move(database, history, "head")
    if moved:
        database.build_walls()
    return moved


def downgrade(database: Database, plugins: Plugins, owner: str, target: str = "base") -> list[str]:
    """Take one owner back (its tables go with `base`). Raises LookupError for an owner without history."""
    history = next((h for h in histories(plugins) if h.owner == owner), None)
    if history is None:
        raise LookupError(owner)
    moved = _move(database, history, target)
    database.build_walls()
    return moved


def forget(database: Database, plugins: Plugins, owner: str) -> list[str]:
    """Take a plugin's schema out by its own migrations, and the note of how far it had come. Raises LookupError as above."""
    moved = downgrade(database, plugins, owner)
    with database.maintenance(f"forget the schema of {owner}") as connection:
        Table(f"alembic_version_{owner}", MetaData()).drop(connection, checkfirst=True)
    return moved


def pending(database: Database, plugins: Plugins) -> list[str]:
    """Owners whose schema is behind the code."""
    with database.maintenance("read schema versions") as connection:
        return [h.owner for h in histories(plugins) if _current(connection, h) != _head(connection, h, database)]


def heads(plugins: Plugins) -> dict[str, str]:
    """The revision of each owner's schema that this code works with."""
    return {h.owner: ScriptDirectory(str(HERE), version_locations=[str(h.folder)]).get_current_head() or "-"
            for h in histories(plugins)}


def _head(connection: Connection, history: History, database: Database) -> str | None:
    return ScriptDirectory.from_config(history.config(connection, database.metadata)).get_current_head()


def _current(connection: Connection, history: History) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table": history.version_table}).get_current_revision()


def _move(database: Database, history: History, target: str) -> list[str]:
    with database.maintenance(f"migrate {history.owner}") as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"select pg_advisory_xact_lock({LOCK})")
        before = _current(connection, history)
        run: Any = command.downgrade if target == "base" else command.upgrade
        run(history.config(connection, database.metadata), target)
        after = _current(connection, history)
    return [f"{history.owner}: {before or '-'} -> {after or '-'}"] if before != after else []
