"""The lint finds what the databases would refuse or what would leak; a good schema is clean."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Index, MetaData, String, Table, UniqueConstraint

from core.base.fence.lint import lint
from core.base.keys import NAMING, SQLITE, tfk
from tests.core.base.lab import lab


def rules(*args, name="t", **kw):
    """Rules that a table (with tenant_id and id unless given) breaks."""
    metadata = MetaData(naming_convention=NAMING)
    Table("org", metadata, tenant(), identifier(), **SQLITE)
    Table("city", metadata, identifier(), info={"tenancy": "reference"}, **SQLITE)
    Table(name, metadata, *args, **{**SQLITE, **kw})
    found = [finding for finding in lint(metadata) if finding.table == name]
    return {rule: "; ".join(f.what for f in found if f.rule == rule) for rule in {f.rule for f in found}}


def tenant(type_=BigInteger, **kw):
    return Column("tenant_id", type_, primary_key=True, autoincrement=False, **kw)


def identifier(**kw):
    return Column("id", BigInteger, primary_key=True, autoincrement=kw.pop("autoincrement", False), **kw)


def org():
    return Column("org_id", BigInteger)


def phone():
    return Column("phone", String)


def test_a_good_schema_is_clean():
    assert lint(lab) == []
    assert rules(tenant(), identifier(), org(), tfk("org_id", "org"), Index(None, "tenant_id", "org_id")) == {}
    assert rules(identifier(), info={"tenancy": "platform"}) == {}


def test_undeclared_table():
    assert "declared" in rules(identifier())
    assert "declared" in rules(tenant(), identifier(), info={"tenancy": "reference"})


def test_tenant_column():
    assert "BigInteger" in rules(tenant(sa.Integer), identifier())["tenant_column"]
    assert "null" in rules(Column("tenant_id", BigInteger), identifier())["tenant_column"]


def test_primary_key():
    assert "must be" in rules(identifier(), Column("tenant_id", BigInteger, nullable=False))["primary_key"]
    assert "application" in rules(tenant(), identifier(autoincrement=True))["primary_key"]


def test_unique_and_index_without_tenant():
    assert "unique" in rules(tenant(), identifier(), phone(), UniqueConstraint("phone"))
    assert "indexes" in rules(tenant(), identifier(), phone(), Index(None, "phone"))


def test_expression_index_and_unindexable_type():
    columns = (tenant(), identifier(), Column("name", String), Column("extra", sa.JSON))
    assert "portable" in rules(*columns, Index("i", "tenant_id", sa.func.lower(columns[2])))["indexes"]
    columns = (tenant(), identifier(), Column("extra", sa.JSON))
    assert "leakproof" in rules(*columns, Index(None, "tenant_id", "extra"))["indexes"]


def test_foreign_keys():
    plain = ForeignKeyConstraint(["org_id"], ["org.id"])
    assert "must begin" in rules(tenant(), identifier(), org(), plain, Index(None, "tenant_id", "org_id"))["foreign_keys"]
    assert "no index" in rules(tenant(), identifier(), org(), tfk("org_id", "org"))["foreign_keys"]
    nulled = tfk("org_id", "org", ondelete="SET NULL")
    assert "null" in rules(tenant(), identifier(), org(), nulled, Index(None, "tenant_id", "org_id"))["foreign_keys"]
    shared = ForeignKeyConstraint(["t", "o"], ["org.tenant_id", "org.id"])
    columns = (identifier(), Column("t", BigInteger), Column("o", BigInteger), shared, Index(None, "t", "o"))
    assert "shared" in rules(*columns, info={"tenancy": "reference"})["foreign_keys"]


def test_types():
    bad = {"n": sa.Numeric(10, 2), "e": sa.Enum("a", name="e"), "d": sa.DateTime(), "u": sa.Uuid()}
    for name, type_ in bad.items():
        assert rules(tenant(), identifier(), Column(name, type_))["types"].startswith(name)
    assert "types" in rules(tenant(), identifier(), Column("k", String, server_default="x"))


def test_places():
    info = {"scope_paths": ("org_path",)}
    assert "does not exist" in rules(tenant(), identifier(), info=info)["places"]
    assert "PATH" in rules(tenant(), identifier(), Column("org_path", String), info=info)["places"]


def test_storage_and_lengths():
    assert "storage" in rules(tenant(), identifier(), sqlite_strict=False)
    assert "lengths" in rules(tenant(), identifier(), name="t" * 51)
