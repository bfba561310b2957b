"""Layer 4: the execution guard. Reads the verdict of each statement just before it goes to the driver."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from core.base.fence.guard import Guard, Verdict
from core.base.refusals import CrossTenant, PlatformOnly, RawSqlRefused, Unanchored
from core.base.scope import current_scope

# Modules that may write text SQL (an architecture test reads this): the fence itself, migrations, and
# tests of the fence.
RAW_SQL_MODULES = ("core/base/engine.py", "core/base/fence/", "core/migrations/")


def install_execution(engine: Engine) -> None:
    """Judge everything that goes through the engine, however it was made."""
    event.listen(engine, "before_cursor_execute", _judge)


def _judge(conn: Connection, cursor: Any, sql: str, parameters: Any, context: Any, many: bool) -> None:
    if getattr(context, "juheli_judged", False):
        return  # the batches of one insert
    reason = context.execution_options.get("raw_reason")
    compiled = context.compiled
    if not isinstance(compiled, Guard):
        _raw(context, reason, sql)
        return
    verdict = compiled.verdict
    if verdict.raw and not reason:
        raise RawSqlRefused(f"text SQL without raw_reason: {_short(sql)}")
    if reason or not (verdict.touches or verdict.problem):
        return
    scope = current_scope()
    if not scope.is_system:
        assert scope.tenant_id is not None
        if verdict.platform and not scope.is_platform:
            raise PlatformOnly(f"{verdict.platform} belongs to the platform: {_short(sql)}")
        if verdict.problem:
            raise Unanchored(f"{verdict.problem} in: {_short(sql)}")
        _same_tenant(compiled, verdict, context, scope.tenant_id, sql)
    context.juheli_judged = True


def _raw(context: Any, reason: str | None, sql: str) -> None:
    if context.isddl and current_scope().is_system:
        return
    if not reason:
        raise RawSqlRefused(f"driver SQL without raw_reason: {_short(sql)}")


def _same_tenant(compiled: Guard, verdict: Verdict, context: Any, tenant_id: int, sql: str) -> None:
    if verdict.names is None:
        verdict.names = _anchoring_names(compiled, verdict, sql)
    for row in context.compiled_parameters:
        for name in verdict.names:
            if (value := row.get(name)) != tenant_id:  # a literal rendered into the text is no parameter
                raise CrossTenant(f"{name}={value!r}, the scope is {tenant_id}: {_short(sql)}")


def _anchoring_names(compiled: Guard, verdict: Verdict, sql: str) -> list[str]:
    """Names of the parameters that must hold the tenant. Raises Unanchored when one was not rendered."""
    rendered = compiled.bind_names
    names = [rendered[bind] for bind in verdict.binds if bind in rendered]
    if len(names) < len(verdict.binds):
        raise Unanchored(f"the tenant's value was not rendered: {_short(sql)}")
    for table, rows in verdict.inserts.items():
        column = compiled.registry.tenant[table]
        values = [n for n in compiled.binds if re.fullmatch(rf"{re.escape(column)}(_m\d+)?", n)]
        if len(values) < rows:
            raise Unanchored(f"INSERT without a value for {column}: {_short(sql)}")
        names += values
    return names


def _short(sql: str) -> str:
    return " ".join(sql.split())[:160]
