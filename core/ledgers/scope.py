"""Which rows of a ledger a reader may see, as a condition on its path columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from core.base.fence.taking_part import taking_part
from core.contracts.errors import Forbidden, NotFound
from core.plugin import Ledger
from core.service import WHOLE_TENANT, Context

BEYOND = {"beyond_subtree": True}       # joined tables are named whole; the ledger's own scope narrows the rows


def below(column: Any, path: str) -> ColumnElement[bool]:
    """The unit with this path and everything under it, as a range, so that an index serves it on every database."""
    return and_(column >= path, column < path[:-1] + chr(ord(path[-1]) + 1))


def within(columns: Iterable[Any], paths: Iterable[str]) -> ColumnElement[bool]:
    """Any of the path columns lies in any of the subtrees (both are at least one)."""
    return or_(*(below(column, path) for column in columns for path in paths))


def readable(ledger: Ledger, ctx: Context) -> bool:
    """Whether the ledger exists for this actor: its module is on and the permission is held somewhere."""
    return ctx.plugins.active(ledger.name, ctx.enabled) and ctx.may(ledger.permission)


def find_ledger(ctx: Context, name: str) -> Ledger:
    """The ledger of that name. Raises NotFound (no such ledger, or its module is off) and Forbidden."""
    ledger = ctx.plugins.ledgers.get(name)
    if ledger is None or not ctx.plugins.active(ledger.name, ctx.enabled):
        raise NotFound(name)
    ctx.require(ledger.permission)
    return ledger.shaped(ctx)


def scope_condition(ledger: Ledger, ctx: Context, permission: str = "") -> ColumnElement[bool] | None:
    """The reader's subtrees for `permission` (default: the ledger's own); None when nothing needs narrowing."""
    wanted = permission or ledger.permission
    paths = ctx.subtrees(wanted)
    if not paths:
        raise Forbidden(wanted)
    if not ledger.scope:
        return None
    wider = [] if paths == WHOLE_TENANT else [within(ledger.scope, paths)]
    if left := ctx.left(ledger.name):
        wider.append(taking_part(ledger.scope, left))
    return and_(*wider) if wider else None
