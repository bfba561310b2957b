"""Installations with very many tenants: one tenant, opened by the product and filled, is copied inside the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from bench.frame.ground import Ground, copy_database, place_of
from bench.planting import superuser
from core.base.db import Base
from tests.chaos.servers import Process, gunicorn
from tests.servers import free_port

TEMPLATE = "t00001"


def slug(number: int) -> str:
    return f"t{number:05d}"


def copies(ground: Ground, database: str) -> Ground:
    """A copy of the whole database on the same server; nobody may be connected to the first one."""
    copy_database(ground.server, ground.url, database)
    return replace(ground, url=place_of(ground.url, database), owner=place_of(ground.owner, database))


def multiply(ground: Ground, tenant: int, tenants: int) -> None:
    """Copy the rows of the template tenant until there are so many tenants, named t00001 and so on.

    Numbers of rows stay the same: keys begin with the tenant. What is sealed or chained for a tenant is not meant to be opened.
    """
    if tenants < 2:
        return
    with superuser(ground) as connection:
        connection.execute("SET session_replication_role = replica")
        for table in Base.metadata.sorted_tables:
            if table.info.get("tenancy") == "tenant":
                _copy(connection, table, tenant, tenants)
    with superuser(ground) as connection:
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def _copy(connection: Any, table: Any, tenant: int, tenants: int) -> None:
    own, values = table.info["tenant_column"], {column.name: f'r."{column.name}"' for column in table.columns}
    values[own] = f'r."{own}" + n.n'
    if table.name == "tenancy_tenant":
        values["slug"], values["host"] = "'t' || lpad(n.n::text, 5, '0')", "NULL"
    names = ", ".join(f'"{name}"' for name in values)
    connection.execute(f"INSERT INTO {table.name} ({names}) SELECT {', '.join(values.values())} FROM {table.name} r, "
                       f'generate_series(2, {tenants}) AS n(n) WHERE r."{own}" = {tenant}')


@dataclass
class Served:
    """A server over one of the databases: gunicorn, or (None) this process."""

    ground: Ground
    process: Process | None
    port: int

    def workers(self) -> list[int]:
        return self.process.children() if self.process else []


@contextmanager
def served(ground: Ground, name: str, **settings: str) -> Iterator[Served]:
    """gunicorn as it is deployed, until the block ends."""
    folder, port = ground.folder / f"served-{name}", free_port()
    folder.mkdir()
    process = gunicorn(folder, port, environment(ground) | settings)
    try:
        yield Served(ground, process, port)
    finally:
        process.stop()


def environment(ground: Ground) -> dict[str, str]:
    """The settings of a deployed installation."""
    return {"JUHELI_INSTANCE": str(ground.folder), "JUHELI_DATABASE_URL": ground.url, "JUHELI_MIGRATE_URL": ground.owner,
            "JUHELI_JOBS": "external", "JUHELI_WORKERS": "2", "JUHELI_THREADS": "4", "JUHELI_LOG": "json"}
