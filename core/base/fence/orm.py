"""Layer 1: the ORM filter. Its criteria are built once; the values come from the scope at execution."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql.visitors import ExtendedInternalTraversal

from core.base.db import Base, OrgScoped, TenantScoped
from core.base.fence.places import judge_places
from core.base.fence.taking_part import after, without
from core.base.refusals import CrossSubtree, CrossTenant
from core.base.scope import Scope, current_scope
from core.base.session import AGAIN, FencedSession


class _ScopeCriterion(LoaderCriteriaOption):
    """A loader criterion whose SQL depends on the class; its values are asked of the scope at execution.

    Compiled statements are cached for all tenants; a value can therefore never come from another request.
    """

    inherit_cache = True
    _traverse_internals = [
        *LoaderCriteriaOption._traverse_internals,
        ("width", ExtendedInternalTraversal.dp_plain_obj),
    ]
    _cache_key_traversal = _traverse_internals

    told_by: str  # the attribute of a class that says the criterion applies to it

    def __init__(self, marker: type, width: int = 1) -> None:
        super().__init__(marker, sa.true(), include_aliases=True, propagate_to_loaders=True)
        self.width = width

    def __reduce__(self) -> Any:
        return type(self), (self.root_entity, self.width)

    def get_global_criteria(self, attributes: dict[Any, Any]) -> None:
        """Loaded objects hand the criterion to their lazy loads; that of the scope in force replaces it."""
        for mapper in Base.registry.mappers:
            if not hasattr(mapper.class_, self.told_by):
                continue
            criteria = attributes.setdefault(("additional_entity_criteria", mapper), [])
            criteria[:] = [c for c in criteria if type(c) is not type(self)]
            criteria.append(self)

    def predicate(self, entity: Any) -> sa.ColumnElement[bool]:
        raise TypeError("a criterion says its predicate")

    def _resolve_where_criteria(self, ext_info: Any) -> sa.ColumnElement[bool]:
        crit = self.predicate(ext_info.entity)
        return sa.sql.util._deep_annotate(
            crit,
            {"for_loader_criteria": self},
            detect_subquery_cols=True,
            ind_cols_on_fromclause=True,
        )


class _OfTenant(_ScopeCriterion):
    inherit_cache = True
    told_by = "__tenant_column__"

    def predicate(self, entity: Any) -> sa.ColumnElement[bool]:
        column = getattr(entity, entity_class(entity).__tenant_column__)
        return column == sa.bindparam(None, callable_=_tenant_now, type_=sa.BigInteger, unique=True)


class _InSubtrees(_ScopeCriterion):
    """`width` subtrees, OR-ed over every path column of the class."""

    inherit_cache = True
    told_by = "__scope_paths__"

    def predicate(self, entity: Any) -> sa.ColumnElement[bool]:
        paths = [getattr(entity, name) for name in entity_class(entity).__scope_paths__]
        ranges = [_range(path, index) for path in paths for index in range(self.width)]
        return sa.or_(sa.false(), *ranges)


def entity_class(entity: Any) -> Any:
    """The mapped class behind a class or an alias of it."""
    return sa.inspect(entity).mapper.class_


def _tenant_now() -> int | None:
    return current_scope().tenant_id


def _range(path: Any, index: int) -> sa.ColumnElement[bool]:
    low = sa.bindparam(None, callable_=lambda: _bounds(index)[0], type_=sa.String, unique=True)
    high = sa.bindparam(None, callable_=lambda: _bounds(index)[1], type_=sa.String, unique=True)
    return sa.and_(path >= low, path < high)


def _bounds(index: int) -> tuple[str, str]:
    subtrees = current_scope().subtrees
    if subtrees is None:  # an object loaded in a narrower scope loads more
        return "", after("")
    return subtrees[index], after(subtrees[index])


_of_tenant = _OfTenant(TenantScoped)


_fenced: WeakKeyDictionary[Any, dict[tuple[Any, ...], Any]] = WeakKeyDictionary()


@lru_cache(64)
def _in_subtrees(width: int) -> _InSubtrees:
    return _InSubtrees(OrgScoped, width)


def belongs(session: Session, scope: Scope) -> None:
    """A session keeps its tenant for life. Raises CrossTenant when another scope uses it."""
    owner: Scope | None = session.info.get("scope")
    if owner is None:
        session.info["scope"] = scope
    elif owner.tenant_id != scope.tenant_id:
        raise CrossTenant(f"the session belongs to tenant {owner.tenant_id}, the scope to {scope.tenant_id}")


def visible(obj: Any) -> bool:
    """Whether an object lies in the scope's subtrees (objects that have no place in the tree always do)."""
    scope = current_scope()
    if scope.subtrees is None or not isinstance(obj, OrgScoped):
        return True
    return any(scope.covers(getattr(obj, name)) for name in obj.__scope_paths__)


class FilteredSession(FencedSession):
    """A session whose `get` hides loaded objects outside the subtrees as the filter hides rows."""

    def get(self, entity: Any, ident: Any, **kw: Any) -> Any:
        found = super().get(entity, ident, **kw)
        beyond = (kw.get("execution_options") or {}).get("beyond_subtree")
        return found if found is None or beyond or visible(found) else None

    def bulk_save_objects(self, *args: Any, **kw: Any) -> None:
        _unnarrowed("bulk_save_objects")
        super().bulk_save_objects(*args, **kw)

    def bulk_insert_mappings(self, *args: Any, **kw: Any) -> None:
        _unnarrowed("bulk_insert_mappings")
        super().bulk_insert_mappings(*args, **kw)

    def bulk_update_mappings(self, *args: Any, **kw: Any) -> None:
        _unnarrowed("bulk_update_mappings")
        super().bulk_update_mappings(*args, **kw)


def _unnarrowed(call: str) -> None:
    if current_scope().subtrees is not None:
        raise CrossSubtree(f"{call} is judged by nobody: use insert() or update() with a list")


def _with(statement: Any, *options: Any) -> Any:
    """As `statement.options(*options)`, the same object for the same statement: it knows its place in the cache by then."""
    known = _fenced.setdefault(statement, {})
    found = known.get(options)
    if found is None:
        found = known[options] = statement.options(*options)
    return found


def install_filter(session_class: type[Session]) -> None:
    """Switch the filter on for a session class."""

    @event.listens_for(session_class, "do_orm_execute")
    def _filter(state: ORMExecuteState) -> None:
        scope = current_scope()
        belongs(state.session, scope)
        narrow = scope.subtrees is not None and not state.execution_options.get("beyond_subtree")
        if narrow and (state.is_insert or state.is_update):
            judge_places(state, scope)
        if state.is_column_load or not (state.is_select or state.is_update or state.is_delete):
            return
        if scope.out[1] and state.is_select and not state.is_relationship_load and not state.execution_options.get("by_number"):
            state.statement = without(state.statement, *scope.out)
        options: list[Any] = [] if scope.is_system else [_of_tenant]
        if narrow:
            options.append(_in_subtrees(len(scope.subtrees or ())))
        if options:
            again = AGAIN.items() <= state.execution_options.items()
            state.statement = _with(state.statement, *options) if again else state.statement.options(*options)
