"""Every tenant table can be distributed by tenant_id on Citus as it is; the few tables that cannot are listed here.

The rules are those Citus 13 refused tables by when tried (shared research, section 8): the distribution column in every
primary key, unique constraint and unique index; foreign keys between distributed tables over tenant_id -> tenant_id
(those to a reference table are free); one type for the column everywhere; no SET NULL; no serial ids; room in names.
"""

from __future__ import annotations

import pytest
from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Integer, MetaData, String, Table, UniqueConstraint

from core.base.db import Base
from tests.architecture.test_schema_lint import import_models

# What every shard host needs a copy of: create_reference_table() instead of create_distributed_table().
REFERENCE_TABLES = {
    "tenancy_tenant": "the register of tenants: addresses are unique over the installation",
    "rules_workday": "the calendar of working days, the same for all",
}
SHARD_SUFFIX = 13  # _ and up to twelve digits, within PostgreSQL's 63 bytes


def distributed(metadata: MetaData) -> list[Table]:
    ours = [t for t in metadata.sorted_tables if not t.name.startswith("lab_")]
    return [t for t in ours if t.name not in REFERENCE_TABLES]


def refusals(metadata: MetaData) -> list[str]:
    """What Citus would refuse, one sentence each."""
    spread = distributed(metadata)
    names = {t.name for t in spread}
    return [f"{t.name}: {why}" for t in spread for why in (*_column(t), *_unique(t), *_foreign(t, names))]


def _column(table: Table) -> list[str]:
    column = table.c.get("tenant_id")
    found = [] if column is not None else ["has no tenant_id and is not listed as a reference table"]
    if column is not None and (not isinstance(column.type, BigInteger) or column.nullable):
        found.append("tenant_id must be BIGINT NOT NULL to be colocated")
    if len(table.name.encode()) + SHARD_SUFFIX > 63:
        found.append("its name leaves no room for a shard's number")
    return found


def _unique(table: Table) -> list[str]:
    lists = [list(table.primary_key.columns)]
    lists += [list(c.columns) for c in table.constraints if isinstance(c, UniqueConstraint)]
    lists += [list(i.columns) for i in table.indexes if i.unique]
    return [f"unique {[c.name for c in columns]} without tenant_id" for columns in lists
            if "tenant_id" not in {c.name for c in columns}]


def _foreign(table: Table, names: set[str]) -> list[str]:
    found = []
    for key in table.foreign_key_constraints:
        pairs = {(e.parent.name, e.column.name) for e in key.elements}
        if key.referred_table.name in names and ("tenant_id", "tenant_id") not in pairs:
            found.append(f"the reference {sorted(pairs)} to {key.referred_table.name} without tenant_id")
        if {(key.ondelete or "").upper(), (key.onupdate or "").upper()} & {"SET NULL", "SET DEFAULT"}:
            found.append("SET NULL is refused")
    return found


def test_every_table_can_be_distributed() -> None:
    import_models()
    assert refusals(Base.metadata) == []
    assert len(distributed(Base.metadata)) >= 40


def test_the_reference_tables_exist_and_refer_to_no_tenants_table() -> None:
    import_models()
    for name in REFERENCE_TABLES:
        table = Base.metadata.tables[name]
        assert "tenant_id" not in table.c
        assert all(key.referred_table.name in REFERENCE_TABLES for key in table.foreign_key_constraints)


def column(name: str = "tenant_id", kind: type = BigInteger, **options: object) -> Column:
    return Column(name, kind, primary_key=name in ("tenant_id", "id"), autoincrement=False, **options)


@pytest.mark.parametrize(("parts", "why"), [
    ((column("id"),), "has no tenant_id"),
    ((Column("tenant_id", BigInteger), column("id")), "unique ['id'] without tenant_id"),
    ((column(kind=Integer), column("id")), "must be BIGINT"),
    ((column(), column("id"), Column("phone", String(20), unique=True)), "unique ['phone']"),
    ((column(), column("id"), Column("to", BigInteger), ForeignKeyConstraint(["to"], ["good.id"])), "the reference"),
    ((column(), column("id"), Column("to", BigInteger),
      ForeignKeyConstraint(["tenant_id", "to"], ["good.tenant_id", "good.id"], ondelete="SET NULL")), "SET NULL"),
])
def test_a_table_citus_would_refuse_is_named(parts, why) -> None:
    metadata = MetaData()
    Table("good", metadata, column(), column("id"))
    Table("bad", metadata, *parts)
    assert [r for r in refusals(metadata) if why in r]
