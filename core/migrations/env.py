"""Alembic environment of all owners; called only by core.migrations.upgrade and squash."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context

from core.base.types import UTCDateTime

attributes = context.config.attributes
history = attributes["history"]


def ours(thing: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Only this owner's tables take part in autogenerate."""
    table = name if kind == "table" else getattr(getattr(thing, "table", None), "name", "")
    return history.owns(table or "")


def shown(kind: str, thing: Any, autogen: Any) -> str | bool:
    """Our own types by their names, so that a revision reads as the models do."""
    if kind != "type":
        return False
    if isinstance(thing, UTCDateTime):
        autogen.imports.add("from core.base.types import JSON, UTCDateTime")
        return "UTCDateTime()"
    if isinstance(thing, sa.JSON):
        autogen.imports.add("from core.base.types import JSON, UTCDateTime")
        return "JSON"
    return False


context.configure(render_item=shown, connection=attributes["connection"], target_metadata=attributes["metadata"], render_as_batch=True,
                  compare_type=True, version_table=history.version_table, include_object=ours)
with context.begin_transaction():
    context.run_migrations()
