"""Layer 2: the write wall of the session. Foreign objects do not get in, foreign rows do not get out."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from core.base.db import OrgScoped
from core.base.fence.orm import belongs
from core.base.refusals import CrossSubtree, CrossTenant, NoTenant
from core.base.scope import Scope, current_scope


def install_wall(session_class: type[Session]) -> None:
    """Switch the wall on for a session class."""
    event.listen(session_class, "before_attach", _attach)
    event.listen(session_class, "before_flush", _flush)


def _attach(session: Session, obj: Any) -> None:
    if not hasattr(obj, "__tenant_column__"):
        return
    scope = current_scope()
    belongs(session, scope)
    if scope.is_system:
        return
    column = obj.__tenant_column__
    value = obj.__dict__.get(column)
    if value is None and sa.inspect(obj).key is None and column == "tenant_id":
        obj.tenant_id = scope.tenant_id
    elif value is not None and value != scope.tenant_id:
        raise CrossTenant(f"a {type(obj).__name__} of tenant {value} in a session of {scope.tenant_id}")


def _flush(session: Session, context: Any, instances: Any) -> None:
    changed = [o for o in (*session.new, *session.dirty, *session.deleted) if hasattr(o, "__tenant_column__")]
    if not changed:
        return
    scope = current_scope()
    belongs(session, scope)
    for obj in changed:
        _own(session, obj, scope)
        if scope.subtrees is not None and isinstance(obj, OrgScoped):
            _inside(session, obj, scope)


def _own(session: Session, obj: Any, scope: Scope) -> None:
    column = obj.__tenant_column__
    state = sa.inspect(obj)
    if state.persistent and state.attrs[column].history.has_changes():
        raise CrossTenant("a row never changes its tenant")
    value = getattr(obj, column)
    if value is None:
        raise NoTenant(f"a {type(obj).__name__} without a tenant (system work names it itself)")
    if not scope.is_system and value != scope.tenant_id:
        raise CrossTenant(f"flush of a {type(obj).__name__} of tenant {value} in scope {scope.tenant_id}")


def _inside(session: Session, obj: Any, scope: Scope) -> None:
    """The row lies in the subtrees as it was and as it will be."""
    state = sa.inspect(obj)
    names = obj.__scope_paths__
    if obj in session.dirty and not session.is_modified(obj):
        return
    after = [getattr(obj, name) for name in names]
    before = after
    if state.persistent:
        histories = [(state.attrs[name].history, value) for name, value in zip(names, after, strict=True)]
        before = [history.deleted[0] if history.deleted else value for history, value in histories]
    for paths in (before, after):
        if not any(scope.covers(path) for path in paths):
            raise CrossSubtree(f"a {type(obj).__name__} at {paths} outside {scope.subtrees}")
