"""Write each owner's first migration anew from the metadata: `python -m core.migrations.squash`.

Only for a schema nobody has in production yet; later steps are revisions of their own.
"""

from __future__ import annotations

import sys

from alembic import command

from core.base.engine import Database
from core.plugin.manager import installed

from .upgrade import History, histories


def write_first(history: History, database: Database) -> None:
    """Generate 0001_initial.py for one owner on a schema that has core's tables only."""
    history.folder.mkdir(parents=True, exist_ok=True)
    for old in history.folder.glob("0*.py"):
        old.unlink()
    with database.maintenance("generate a migration") as connection:
        config = history.config(connection, database.metadata)
        command.revision(config, message=f"Tables of {history.owner}", autogenerate=True,
                         rev_id=f"{history.owner}_0001", version_path=str(history.folder))
    for made in history.folder.glob(f"{history.owner}_0001*.py"):
        made.rename(history.folder / "0001_initial.py")


def _apply(database: Database, history: History) -> None:
    """Run the history so that the next owner's foreign keys find core's tables."""
    with database.maintenance("apply a migration") as connection:
        command.upgrade(history.config(connection, database.metadata), "head")


def main(owners: list[str]) -> int:
    """Write the histories of `owners` (default: all)."""
    database = Database("sqlite://")
    with database.use():
        for history in histories(installed()):
            if not owners or history.owner in owners:
                write_first(history, database)
            _apply(database, history)
    database.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
