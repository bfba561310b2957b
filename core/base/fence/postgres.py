"""The walls on PostgreSQL: forced row level security, told at every BEGIN whose transaction it is.

Everything said to the server is local to the transaction (SET LOCAL), so nothing leaks to the next borrower of a
connection, be it through our pool or through PgBouncer in transaction mode. What row level security itself does not
hold back (owners, superusers, views and functions with their owner's rights) `check` looks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from core.base.fence.registry import Registry
from core.base.scope import current_frame

_TENANT = "nullif(current_setting('app.tenant_id', true), '')::bigint"
_SYSTEM = "current_setting('app.system', true) = 'on'"
_CITUS = "SELECT 1 FROM pg_extension WHERE extname = 'citus'"
_HERE = "n.nspname = ANY (current_schemas(false))"
_FORCED = "SELECT relname FROM pg_class WHERE relforcerowsecurity AND relrowsecurity"
_POLICIES = "SELECT tablename FROM pg_policies WHERE policyname = 'tenant_wall'"
_OPEN_DOORS = {
    "the database role is a superuser or may bypass row level security":
        "SELECT 1 FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)",
    "{0}: a view without security_invoker shows every tenant":
        f"SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_HERE} AND c.relkind = 'v' "
        "AND NOT coalesce(c.reloptions, '{}') && ARRAY['security_invoker=true', 'security_invoker=on', 'security_invoker=1']",
    "{0}: a materialised view knows no tenant":
        f"SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_HERE} AND c.relkind = 'm'",
    "{0}: a SECURITY DEFINER function the role may call":
        f"SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {_HERE} AND p.prosecdef "
        "AND has_function_privilege(p.oid, 'EXECUTE')",
    "{0}: the role may TRUNCATE, which asks no policy":
        f"SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_HERE} AND c.relkind = 'r' "
        "AND NOT pg_has_role(c.relowner, 'USAGE') AND has_table_privilege(c.oid, 'TRUNCATE')",
}
_USUAL = "READ_COMMITTED"           # the level of whoever asks for none
_OWNED = (f"SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
          f"WHERE {_HERE} AND c.relkind IN ('r', 'p') AND pg_has_role(c.relowner, 'USAGE')")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a transaction may make others wait, in milliseconds; 0 is for ever."""

    statement: int = 30_000
    lock: int = 5_000
    idle: int = 300_000

    def told(self) -> str:
        return (f"; SET LOCAL statement_timeout = {self.statement:d}; SET LOCAL lock_timeout = {self.lock:d}; "
                f"SET LOCAL idle_in_transaction_session_timeout = {self.idle:d}")


UNHURRIED = Limits(statement=0, lock=20_000, idle=0)  # migrations, what says raw_reason, and reading a whole tenant
PATIENT = "juheli_patient"  # execution option: this transaction reads for as long as it takes


def announcer(limits: Limits, *, walled: bool = True) -> Callable[[Connection], None]:
    """What to do at every BEGIN: begin, and tell the server the tenant and the limits, in one round trip.

    Not `walled`: every transaction goes through the door of the system (for tests that prove the wall is needed).

    Statements without parameters, so that no plan and no value stays behind in the connection. On Citus SET LOCAL is
    propagated to the shards where set_config is not.
    """
    told = limits.told(), UNHURRIED.told()

    def announce(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        begin = _own_begin(driver)
        frame = current_frame()
        if frame is None:
            if begin:
                driver.execute(begin)
            return
        options = connection.get_execution_options()
        unhurried = bool(options.get("raw_reason") or options.get(PATIENT))
        tenant_id = frame.scope.tenant_id
        system = tenant_id is None or not walled
        whose = "SET LOCAL app.system = 'on'" if system else f"SET LOCAL app.tenant_id = '{tenant_id:d}'"
        driver.execute(begin + whose + told[unhurried])

    return announce


def _own_begin(driver: Any) -> str:
    """How the transaction begins: by what is sent first, or (one with an isolation level of its own) by the driver before it."""
    if getattr(driver.isolation_level, "name", _USUAL) != _USUAL:
        return ""
    if not driver.autocommit:
        driver.autocommit = True        # the driver would send its BEGIN by itself, and wait for the answer
    return "BEGIN; "


def takes_subqueries(connection: Connection) -> bool:
    """Whether a policy may hold a subquery: not on Citus, whose tables can then not be distributed."""
    return connection.scalar(text(_CITUS)) is None


def rules(table: str, registry: Registry, *, once: bool = True) -> Iterator[str]:
    """The statements that wall one table in, again or for the first time.

    once    ask whose transaction it is in a subquery, once a statement: else the server asks again for every row it reads
    """
    column = registry.tenant.get(table)
    tenant, system = (f"(SELECT {_TENANT})", f"(SELECT {_SYSTEM})") if once else (_TENANT, _SYSTEM)
    mine = f'"{column}" = {tenant}' if column else f"{tenant} = 0"
    shared = column is None and table not in registry.platform
    yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
    yield f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY'
    for policy, rule in (("tenant_wall", mine), ("system_door", system)):
        yield f'DROP POLICY IF EXISTS {policy} ON "{table}"'
        yield f'CREATE POLICY {policy} ON "{table}" USING ({rule}) WITH CHECK ({rule})'
    yield f'DROP POLICY IF EXISTS all_read ON "{table}"'
    if shared:
        yield f'CREATE POLICY all_read ON "{table}" FOR SELECT USING (true)'


def check(connection: Connection, tables: frozenset[str] | set[str]) -> list[str]:
    """What is wrong with the walls of these tables, and which doors beside them are open to the role that is connected."""
    walled = set(connection.scalars(text(_FORCED))) & set(connection.scalars(text(_POLICIES)))
    problems = [f"{name}: row level security missing" for name in sorted(tables - walled)]
    for problem, query in _OPEN_DOORS.items():
        problems += [problem.format(name) for name in connection.scalars(text(query))]
    return problems


def owns_tables(connection: Connection) -> bool:
    """Whether the role that is connected owns tables: it could take the walls down, so it should not serve requests."""
    return bool(connection.scalar(text(_OWNED)))
