"""Opening the installation for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from core.base.config import Config
from core.base.engine import Database
from core.base.keyring import load_keyring, use_keyring
from core.plugin.manager import Plugins, installed


@contextmanager
def opened(config: Config | None = None, *, migrating: bool = False) -> Iterator[tuple[Database, Plugins]]:
    """The installation's database and modules, keys loaded, in use for the block; `migrating`: as the tables' owner."""
    config = config or Config.from_environment()
    config.instance.mkdir(parents=True, exist_ok=True)
    use_keyring(load_keyring(config.instance))
    plugins = installed()
    database = Database.of(config, migrating=migrating)
    try:
        with database.use():
            yield database, plugins
    finally:
        database.dispose()
