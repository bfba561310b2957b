"""Rows of a module at places that take no part in it: left out of what readers list and count, kept in the tables.

Only the first table of a query decides: what is joined to a row that stays belongs to it. Subqueries and unions are as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from core.base.scope import current_scope, leave_nothing_out

BY_NUMBER = {"by_number": True}     # execution option: one row that is asked for by its number is no list


def taking_part(columns: Iterable[Any], out: Iterable[str]) -> sa.ColumnElement[bool]:
    """Any place of the row lies outside the subtrees that take no part; a row without a place stays."""
    listed, paths = list(columns), list(out)
    inside = [sa.or_(*(sa.and_(column >= path, column < after(path)) for path in paths)) for column in listed]
    return sa.or_(*(sa.not_(each) for each in inside), sa.and_(*(column.is_(None) for column in listed)))


def without(statement: Any, module: str, out: tuple[str, ...]) -> Any:
    """The statement without rows of the module's tables at these places; unchanged when its first table is none of them."""
    froms = statement.get_final_froms() if isinstance(statement, sa.Select) else ()
    front: Any = froms[0] if froms else None
    while isinstance(front, sa.Join):
        front = front.left
    table = front.element if isinstance(front, sa.Alias) else front
    if not isinstance(table, sa.Table) or table.name.partition("_")[0] != module:
        return statement
    columns = [front.c[name] for name in table.info.get("scope_paths", ())]
    return statement.where(taking_part(columns, out)) if columns else statement


def see_whole(record: Any) -> None:
    """Somebody asked for one record by its number: where all its places take no part, he sees what belongs to it too."""
    out = current_scope().out[1]
    places = [getattr(record, name) for name in getattr(record, "__scope_paths__", ())]
    known = [place for place in places if place is not None]        # a second place that is not known yet is none
    if out and known and all(any(place.startswith(path) for path in out) for place in known):
        leave_nothing_out()


def after(path: str) -> str:
    """The least text above every text that starts with `path` (itself of characters far below U+10FFFF)."""
    return path[:-1] + chr(ord(path[-1]) + 1) if path else "\U0010ffff"
