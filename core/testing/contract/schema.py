"""Tables: lint, names, and migrations that go up, down and up again on both databases."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from core.base.db import Base
from core.base.engine import Database
from core.base.fence.lint import lint
from core.migrations.upgrade import downgrade, histories, pending, upgrade

from ..not_run import cannot_run
from .stage import Stage


def postgres_server(request: pytest.FixtureRequest) -> str:
    """libpq address of a server's superuser: TEST_DATABASE_URL, or the fixture `pg_server` where there is one."""
    if address := os.environ.get("TEST_DATABASE_URL"):
        return address
    try:
        return str(request.getfixturevalue("pg_server"))
    except pytest.FixtureLookupError:
        cannot_run("a PostgreSQL server (TEST_DATABASE_URL=postgresql://superuser@host/postgres)")


@contextmanager
def empty_postgres(server: str) -> Iterator[Database]:
    """A database of its own on the server, gone afterwards."""
    import psycopg  # late: optional package

    name = f"contract_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
    scheme, _, rest = server.rpartition("/")[0].partition("://")
    database = Database(f"{scheme}+psycopg://{rest}/{name}")
    try:
        yield database
    finally:
        database.dispose()
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def differences(connection: Connection, tables: frozenset[str]) -> list[object]:
    """What the models of these tables say and the database does not have, or the other way round."""
    options = {"compare_type": True, "include_name": lambda name, kind, _p: kind != "table" or name in tables,
               "include_object": lambda _thing, name, kind, *_r: kind != "table" or name in tables}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


def there(database: Database) -> set[str]:
    with database.maintenance("read tables", writes=False) as connection:
        return set(inspect(connection).get_table_names())


def go_up_down_and_up(database: Database, stage: Stage) -> None:
    """The history makes what the models say, takes nothing but its own away, and may be run again."""
    with database.use():
        for owner in ("core", *stage.plugins.requires_closure(stage.name)):
            upgrade(database, stage.plugins, only=owner)
        before = there(database)
        upgrade(database, stage.plugins, only=stage.name)
        assert stage.tables() <= there(database)
        with database.maintenance("compare", writes=False) as connection:
            assert differences(connection, stage.tables()) == []
        downgrade(database, stage.plugins, stage.name)
        assert there(database) - {f"alembic_version_{stage.name}"} == before
        upgrade(database, stage.plugins, only=stage.name)
        assert stage.tables() <= there(database) and stage.name not in pending(database, stage.plugins)


class Schema:
    """A table that passes can be walled per tenant, distributed by tenant and moved with it."""

    def test_tables_pass_the_lint_and_carry_the_plugins_name(self, stage: Stage) -> None:
        assert [str(f) for f in lint(Base.metadata) if f.table in stage.tables()] == []
        package = stage.owner.package + "."
        mine = {m.local_table.name for m in Base.registry.mappers if m.class_.__module__.startswith(package)}  # type: ignore[attr-defined]
        assert mine == stage.tables()

    def test_a_plugin_with_tables_has_a_history(self, stage: Stage) -> None:
        assert (stage.name in {h.owner for h in histories(stage.plugins)}) == bool(stage.tables())

    def test_migrations_go_up_down_and_up_on_sqlite(self, stage: Stage) -> None:
        database = Database("sqlite://")
        try:
            if stage.tables():
                go_up_down_and_up(database, stage)
            assert stage.tables() <= there(database)
        finally:
            database.dispose()

    def test_migrations_go_up_down_and_up_on_postgresql(self, stage: Stage, request: pytest.FixtureRequest) -> None:
        with empty_postgres(postgres_server(request)) as database:
            if stage.tables():
                go_up_down_and_up(database, stage)
            assert stage.tables() <= there(database)
