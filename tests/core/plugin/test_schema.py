"""What the migrations make is what the models say: `juheli migrate` leaves no table, column or index out."""

from __future__ import annotations

import subprocess
import sys

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from core.base.db import Base
from core.base.engine import Database
from tests.demo import COMMAND, ROOT, environment

BOOKKEEPING = ("alembic_version_", "sqlite_")


def test_a_migrated_database_is_what_the_models_say(plugins, tmp_path):
    subprocess.run([*COMMAND, "migrate"], cwd=ROOT, env=environment(tmp_path, 0), check=True, capture_output=True)
    database = Database(f"sqlite:///{tmp_path}/juheli.db")
    with database.use(), database.maintenance("compare the schema with the models") as connection:
        context = MigrationContext.configure(connection, opts={
            "include_name": lambda name, kind, _parents: kind != "table" or not str(name).startswith(BOOKKEEPING),
            "include_object": lambda thing, name, kind, found, _to: kind != "table" or found or plugins.holds(name)})
        found = compare_metadata(context, Base.metadata)
    database.dispose()
    assert Base.metadata.tables and not found, found


def test_every_models_file_is_known_without_the_app():
    """A table only the app's start imports would be missing in the migrations."""
    listed = ("import sys; from core.plugin.manager import installed; installed(); "
              "print('\\n'.join(name for name in sys.modules if name.endswith('.models')))")
    seen = subprocess.run([sys.executable, "-c", listed], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    files = {".".join(file.relative_to(ROOT).with_suffix("").parts) for file in ROOT.glob("core/**/models.py")}
    assert len(files) > 10 and files <= set(seen)
