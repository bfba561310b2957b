"""Opening the installation for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import click

from core.access.contexts import acting_in
from core.base.config import Config
from core.base.engine import Database
from core.base.keyring import KeyTrouble, keyring, load_keyring, use_keyring
from core.migrations.upgrade import pending
from core.plugin.manager import Plugins, installed
from core.rules import add_rules
from core.service import Context
from core.tenancy.lookup import by_address
from core.tenancy.platform import key_fingerprint


def _same_key(database: Database) -> None:
    """Raises KeyTrouble before anything is sealed with a key that does not belong to this database."""
    written = key_fingerprint() if database.has_tables() and not pending(database, installed()) else None
    if written is not None and written != keyring().fingerprint:
        raise KeyTrouble(f"wrong master key: this database belongs to {written}, the key here is {keyring().fingerprint}. "
                         "Put the right master.key into the instance folder (or JUHELI_MASTER_KEY)")


@contextmanager
def opened(config: Config | None = None, *, migrating: bool = False) -> Iterator[tuple[Database, Plugins]]:
    """The installation's database and modules, keys loaded, in use for the block; `migrating`: as the tables' owner."""
    config = config or Config.from_environment()
    config.instance.mkdir(parents=True, exist_ok=True)
    use_keyring(load_keyring(config.instance))
    plugins = installed()
    for stranger in plugins.outside:
        add_rules(stranger.root, stranger.name)
    database = Database.of(config, migrating=migrating)
    try:
        with database.use():
            _same_key(database)
            yield database, plugins
    finally:
        database.dispose()


def acting(slug: str, label: str) -> AbstractContextManager[Context]:
    """A tenant's scope with all powers, named `label` in the audit. Says which tenant there is not."""
    if by_address(slug=slug) is None:
        raise click.ClickException(f"no tenant {slug!r}")
    return acting_in(slug, label)
