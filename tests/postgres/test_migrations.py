"""The migrations make the tables the models describe, on both databases; keys and references lead with the tenant there."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from core.base.db import Base
from core.base.engine import Database
from core.base.fence.registry import tenant_column
from core.migrations.upgrade import histories, upgrade


@pytest.fixture(params=["sqlite", "postgres"])
def migrated(request, plugins):
    """A database whose tables came by migration only."""
    if request.param == "postgres":
        yield request.getfixturevalue("pg_world").database
        return
    database = Database("sqlite://")
    with database.use():
        upgrade(database, plugins)
        yield database
    database.dispose()


def owned(plugins):
    """Tables of core and of the installed plugins, without those of test files."""
    return {name for name in Base.metadata.tables if any(h.owns(name) for h in histories(plugins)) and plugins.holds(name)}


def test_migrations_and_models_agree(migrated, plugins):
    ours = owned(plugins)
    with migrated.maintenance("compare", writes=False) as connection:
        options = {"compare_type": True, "include_name": lambda name, kind, _p: kind != "table" or name in ours,
                   "include_object": lambda thing, name, kind, *_r: kind != "table" or name in ours}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)
    assert found == []


def test_every_key_in_the_database_leads_with_the_tenant(migrated, plugins):
    """What Citus asks of a distributed table, read back from the database instead of from the models."""
    with migrated.maintenance("read keys", writes=False) as connection:
        seen = inspect(connection)
        for name in sorted(owned(plugins)):
            table = Base.metadata.tables[name]
            if tenant_column(table) != "tenant_id":
                continue
            lists = [seen.get_pk_constraint(name)["constrained_columns"]]
            lists += [u["column_names"] for u in seen.get_unique_constraints(name)]
            lists += [i["column_names"] for i in seen.get_indexes(name)]
            for key in seen.get_foreign_keys(name):
                if tenant_column(Base.metadata.tables[key["referred_table"]]) == "tenant_id":
                    lists += [key["constrained_columns"], key["referred_columns"]]
            assert all(columns[0] == "tenant_id" for columns in lists), (name, lists)
