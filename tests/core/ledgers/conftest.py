"""A database of each kind with two tenants of the same shape."""

from __future__ import annotations

import pytest

from core.base.engine import Database
from core.base.keyring import make_entry, parse_keys, use_keyring
from tests.core.ledgers import trial


@pytest.fixture(scope="module")
def known():
    return trial.plugins()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request):
    use_keyring(parse_keys(make_entry()))
    made = Database("sqlite://" if request.param == "sqlite" else request.getfixturevalue("app_pg_url"))
    made.create_all()
    for tenant in (1, 2):
        with trial.scoped(made, tenant):
            trial.fill(persons_per_branch=6, branches=4)
    yield made
    with made.maintenance("leave nothing behind") as connection:
        made.metadata.drop_all(connection)
    made.dispose()
    use_keyring(None)


@pytest.fixture
def here(database):
    with trial.scoped(database, 1):
        yield database
