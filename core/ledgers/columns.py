"""What the engine reads off a declared column: its type, its neighbours in the table, its choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.orm import QueryableAttribute

from core.base.i18n import _
from core.base.types import UTCDateTime
from core.plugin import BLANK, Col, Filter
from core.service import Context

FULL, INITIALS, INDEX = "_full", "_initials", "_index"


def sql_type(source: Any) -> str:
    """date | moment | flag | number | text | other, from the expression's SQL type."""
    kind = getattr(source, "type", None)
    if isinstance(kind, UTCDateTime):
        return "moment"
    if isinstance(kind, sa.Date):
        return "date"
    if isinstance(kind, sa.Boolean):
        return "flag"
    if isinstance(kind, sa.Integer | sa.Numeric):
        return "number"
    return "text" if isinstance(kind, sa.String) else "other"


def sibling(source: Any, suffix: str) -> Any | None:
    """The attribute `<name><suffix>` of the same class or alias: `name_initials` by `name`, `phone_index` by `phone_mask`."""
    if not isinstance(source, QueryableAttribute):
        return None
    entity = source.parent.entity
    return getattr(entity, source.key.removesuffix("_mask") + suffix, None)


def choices_of(item: Col | Filter, ctx: Context) -> dict[str, Any]:
    """value as text -> (value, label); a callable is asked with the context (tenant dictionaries).

    A filter may offer the rows where nothing is registered besides.
    """
    found = item.choices(ctx) if callable(item.choices) else item.choices
    listed = {str(value): (value, label) for value, label in (found or {}).items()}
    return listed | {BLANK: ("", _("未登记"))} if isinstance(item, Filter) and item.blank else listed


def labels_of(item: Col, ctx: Context) -> Mapping[Any, str]:
    found = item.choices(ctx) if callable(item.choices) else item.choices
    return {value: str(label) for value, label in (found or {}).items()}


def passing(item: Col | Filter, test: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Rows whose value passes the test, which NULL never does."""
    found: ColumnElement[bool] = item.matches(test) if item.matches else test(item.source)
    return found


def nullable(source: Any) -> bool:
    """Whether NULL may stand there; only a plain column that forbids it is certain."""
    column = getattr(source, "expression", source)
    return bool(getattr(column, "nullable", True))
