"""Below the pages: every table, file, job and cache key of one tenant, asked for from the other's scope."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from core.base import cache
from core.base.db import Base
from core.base.keys import TENANT
from core.base.refusals import CrossTenant, NoTenant
from core.base.scope import tenant_scope
from core.base.session import begin_write, session
from core.contracts.errors import JuheliError
from core.files import storage
from core.jobs.queue import TASKS

from .canaries import tenant_tables
from .probe import Probe

REFUSED = (SQLAlchemyError, CrossTenant, NoTenant, JuheliError)


def standing_walls(probe: Probe) -> None:
    """The walls inside the database stand for every table."""
    problems = probe.database.check_walls()
    probe.cases["wall"] += len(tenant_tables())
    for problem in problems:
        table, _, what = problem.partition(":")
        probe.found("wall", table, what.strip() or table)


def foreign_rows(probe: Probe) -> None:
    """Each table by statements that forget the tenant, name the other one, write to it, or refer to it."""
    for table in tenant_tables():
        with probe.watched("row", table.name), probe.database.use(), tenant_scope(probe.own.tenant_id):
            for name, act in _attempts(probe, table).items():
                _attempt(probe, table, name, act)
    probe.check("row", "all tables")


def _attempts(probe: Probe, table: Table) -> dict[str, Callable[[], Any]]:
    there, number = probe.foreign.tenant_id, probe.foreign.id
    whole, one = table.c[TENANT] == there, table.c.get("id", table.c[TENANT]) == number
    model = _model(table)
    acts: dict[str, Callable[[], Any]] = {
        "select all": lambda: [r for r in session().execute(select(table)).mappings() if r[TENANT] == there],
        "select by tenant": lambda: session().execute(select(table).where(whole)).all(),
        "select by number": lambda: session().execute(select(table).where(one)).all(),
        "count": lambda: session().scalar(select(func.count()).select_from(table).where(whole)),
        "update": lambda: session().execute(update(table).where(one).values({TENANT: there})).rowcount,  # type: ignore[attr-defined]
        "delete": lambda: session().execute(delete(table).where(whole)).rowcount,  # type: ignore[attr-defined]
        "insert": lambda: _copied(probe, table),
        "refer": lambda: _referring(probe, table),
    }
    if model is not None:
        acts["get"] = lambda: session().get(model, (there, number))
        acts["query"] = lambda: session().query(model).filter(model.id == number).all()
        acts["bulk update"] = lambda: session().query(model).filter(model.id == number).update({"version": 99})
        acts["bulk delete"] = lambda: session().query(model).filter(model.id == number).delete()
    return acts


def _model(table: Table) -> Any:
    return next((m.class_ for m in Base.registry.mappers if m.local_table is table and "id" in table.c), None)


def _attempt(probe: Probe, table: Table, name: str, act: Callable[[], Any]) -> None:
    probe.cases["row"] += 1
    try:
        begin_write()
        if act():
            session().commit()
            probe.found("row", table.name, f"{name} reaches the other tenant")
    except REFUSED:
        pass
    finally:
        session().rollback()
        session().expunge_all()


def _copied(probe: Probe, table: Table) -> int:
    """A row of the other tenant's, written from here."""
    row = dict(next(iter(probe.before[table.name].values()), {}))
    if not row:
        return 0
    if "id" in row:
        row["id"] = probe.foreign.id + 7
    return int(session().execute(insert(table).values(**row)).rowcount)  # type: ignore[attr-defined]


def _referring(probe: Probe, table: Table) -> bool:
    """A row of ours that refers to the other tenant's record: the number exists there, not here."""
    links = {e.parent.name for k in table.foreign_key_constraints for e in k.elements if e.parent.name != TENANT}
    own = probe.mine[table.name].get((probe.own.tenant_id, probe.own.id))
    if not links or own is None:
        return False
    copy = {**own, "id": probe.own.id + 7, **dict.fromkeys(links, probe.foreign.id)}
    session().execute(insert(table).values(**copy))
    session().flush()
    return True


def foreign_files(probe: Probe) -> None:
    """The folder of files is the scope's: the other tenant's key leads nowhere, and no key leads out."""
    key = next(iter(probe.before["files_file"].values()))["key"]
    with tenant_scope(probe.own.tenant_id):
        for tried in (key, f"../{probe.foreign.tenant_id}/{key}", f"/{key}", "../" * 3 + key):
            probe.cases["file"] += 1
            try:
                if storage.path_of(tried).is_file():
                    probe.found("file", tried, "opens a file of the other tenant")
            except ValueError:
                continue


def foreign_keys_of_the_cache(probe: Probe) -> None:
    """Keys of two tenants never meet, and no key is made outside a tenant."""
    kinds = ("session", "grants", "limit", "probe")
    keys = []
    for tenant_id in (probe.own.tenant_id, probe.foreign.tenant_id):
        with tenant_scope(tenant_id):
            keys.append({cache.tenant_key(kind, 1, "x") for kind in kinds})
            cache.put({"word": f"{tenant_id}"}, 5, "probe", "x")
            seen = cache.get("probe", "x")
            if seen is not None and seen != {"word": f"{tenant_id}"}:
                probe.found("cache", "probe", "answers another tenant's value")
    probe.cases["cache"] += len(kinds) + 2
    if keys[0] & keys[1]:
        probe.found("cache", sorted(keys[0] & keys[1])[0], "one key for two tenants")
    try:
        cache.tenant_key("probe")
        probe.found("cache", "probe", "a key without a tenant")
    except NoTenant:
        pass


def foreign_jobs(probe: Probe, run: Callable[[int, str, dict[str, Any]], Any]) -> None:
    """Each kind of job, run here with the other tenant's numbers in everything it is told."""
    for task in list(TASKS.values()):
        told = [name for name in list(inspect.signature(task.run).parameters)[2:]]
        payload = {name: probe.foreign.id for name in told if not name.startswith("_")}
        with probe.watched("job", task.name):
            probe.cases["job"] += 1
            result = run(probe.own.tenant_id, task.name, payload)
            if probe.foreign.word.lower() in str(result).lower():
                probe.found("job", task.name, "tells a foreign record")
