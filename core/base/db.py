"""What a models.py imports: the base classes, the keys and the column types, all from one place.

Every table says whose it is. With `tenant_id` (mix in TenantScoped) it belongs to tenants and the fence
guards it. Without, the class declares one of
    __reference__ = True           the same for all tenants; readable by all, written by the platform
    __platform__ = True            only for system work and tenant 0
    __tenant_column__ = "id"       the row's own id is the tenant's number
An OrgScoped model whose rows colleagues elsewhere in the tenant may know of says why: __known_to_all__ = "…" (the
isolation suite takes any other sight of a row outside the reader's subtree for a leak).
"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship

from core.base.clock import now
from core.base.ids import new_id, new_ids
from core.base.keys import NAMING, SQLITE, TENANT, add_missing_indexes, assoc, keys, tfk, to_many, to_one
from core.base.scope import current_scope
from core.base.session import add, begin_write, flush, gathering, is_waiting, run_after_commit, session
from core.base.types import JSON, UTCDateTime

__all__ = [
    "JSON", "PATH", "SQLITE", "Base", "BigInteger", "Boolean", "CheckConstraint", "Column", "Date", "Index",
    "Integer", "LargeBinary", "Mapped", "MetaData", "OrgScoped", "String", "Table", "TenantScoped", "Text",
    "UTCDateTime", "UniqueConstraint", "add", "assoc", "begin_write", "flush", "gathering", "is_waiting", "keys",
    "mapped_column", "metadata", "new_id", "new_ids", "now", "relationship", "run_after_commit", "session", "tfk",
    "to_many", "to_one",
]  # fmt: skip

# Paths of organisations compare byte by byte, so that a range of them is a subtree.
PATH = String(60).with_variant(String(60, collation="C"), "postgresql")


class Base(DeclarativeBase):
    """Base of all mapped classes; its tables carry in `info` how the fence treats them."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigInteger,
        dt.datetime: UTCDateTime,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        list[str]: JSON,
    }

    @classmethod
    def __table_cls__(cls, name: str, table_metadata: MetaData, *args: Any, **kw: Any) -> Table:
        paths = tuple(getattr(cls, "__scope_paths__", ()))
        kw["info"] = {**kw.get("info", {}), **_declared(cls), "scope_paths": paths}
        table = Table(name, table_metadata, *args, **{**SQLITE, **kw})
        add_missing_indexes(table, paths)
        return table


def _declared(cls: type) -> dict[str, str]:
    column = getattr(cls, "__tenant_column__", None)
    if column:
        return {"tenancy": "tenant", "tenant_column": column}
    if getattr(cls, "__platform__", False):
        return {"tenancy": "platform"}
    return {"tenancy": "reference"} if getattr(cls, "__reference__", False) else {}


class TenantScoped:
    """A row of one tenant: key (tenant_id, id), time of making, and a version for optimistic locking."""

    __tenant_column__: ClassVar[str] = TENANT

    tenant_id: Mapped[int] = mapped_column(
        BigInteger,
        primary_key=True,
        autoincrement=False,
        sort_order=-100,
        default=lambda: current_scope().tenant_id,
    )
    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, sort_order=-99, default=new_id
    )
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now, sort_order=98)
    version: Mapped[int] = mapped_column(Integer, default=1, sort_order=99)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        # no part of a key is ever NULL: an empty reference is known to be empty without asking the database
        return {"version_id_col": cls.version, "allow_partial_pks": False}

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return keys()


class OrgScoped:
    """A row that belongs to a place in the organisation tree: readers see it when it lies in their subtrees.

    A class may widen `__scope_paths__`: a row is visible when ANY of those columns lies in one of them.
    """

    __scope_paths__: ClassVar[tuple[str, ...]] = ("org_path",)

    org_path: Mapped[str] = mapped_column(PATH, sort_order=97, active_history=True)


metadata = Base.metadata
