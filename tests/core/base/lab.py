"""Two tenants' worth of tables and rows on which the fence is tried: organisations, members, tags, memos."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import MetaData
from sqlalchemy.orm import column_property, relationship

from core.base.db import (
    PATH,
    Base,
    BigInteger,
    Mapped,
    OrgScoped,
    String,
    TenantScoped,
    UniqueConstraint,
    assoc,
    keys,
    mapped_column,
    tfk,
    to_many,
    to_one,
)
from core.base.engine import Database
from core.base.keys import NAMING
from core.base.scope import system_scope, tenant_scope
from core.base.session import session

lab = MetaData(naming_convention=NAMING)


class LabBase(Base):
    __abstract__ = True
    metadata = lab


class LabTenant(LabBase):
    __tablename__ = "lab_tenant"
    __tenant_column__ = "id"
    __table_args__ = keys()
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]


class LabOrg(TenantScoped, LabBase):
    __tablename__ = "lab_org"
    name: Mapped[str]
    parent_id: Mapped[int | None]
    __table_args__ = keys(tfk("parent_id", "lab_org"))
    parent = to_one("LabOrg", "parent_id", "LabOrg", back_populates="children")
    children = to_many("LabOrg", "LabOrg", "parent_id", back_populates="parent")
    members = to_many("LabOrg", "LabMember", "org_id", back_populates="org")


lab_member_tag = assoc("lab_member_tag", lab, ("member_id", "lab_member"), ("tag_id", "lab_tag"))


class LabTag(TenantScoped, LabBase):
    __tablename__ = "lab_tag"
    name: Mapped[str]


class LabMember(TenantScoped, LabBase):
    __tablename__ = "lab_member"
    org_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(60))
    note: Mapped[str | None] = mapped_column(deferred=True)
    __table_args__ = keys(tfk("org_id", "lab_org"), UniqueConstraint("tenant_id", "name"))
    org = to_one("LabMember", "org_id", "LabOrg", back_populates="members")
    tags = relationship(LabTag, secondary=lab_member_tag)


LabOrg.n_members = column_property(
    sa.select(sa.func.count(LabMember.id))
    .where(LabMember.tenant_id == LabOrg.tenant_id, LabMember.org_id == LabOrg.id)
    .correlate_except(LabMember)
    .scalar_subquery(),
    deferred=True,
)


class LabMemo(OrgScoped, TenantScoped, LabBase):
    """Lies in one place of the tree and concerns another."""

    __tablename__ = "lab_memo"
    __scope_paths__: ClassVar[tuple[str, ...]] = ("org_path", "other_path")
    title: Mapped[str]
    other_path: Mapped[str | None] = mapped_column(PATH)
    parent_id: Mapped[int | None]
    __table_args__ = keys(tfk("parent_id", "lab_memo"))
    parent = to_one("LabMemo", "parent_id", "LabMemo", back_populates="answers")
    answers = to_many("LabMemo", "LabMemo", "parent_id", back_populates="parent")


class LabNode(LabBase):
    __tablename__ = "lab_node"
    __reference__ = True
    __table_args__ = keys()
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str]


class LabConsole(LabBase):
    __tablename__ = "lab_console"
    __platform__ = True
    __table_args__ = keys()
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    word: Mapped[str]


TENANTS = (1, 2)


def fill() -> None:
    """Put the rows in; ids begin with the tenant's number. Needs a database in use."""
    with system_scope("lab: fill"):
        add = session().connection().execute
        for table in reversed(lab.sorted_tables):
            add(sa.delete(table))
        add(sa.insert(LabNode.__table__), {"id": 1, "title": "n"})
        add(sa.insert(LabConsole.__table__), {"id": 1, "word": "secret of the platform"})
        for tenant in TENANTS:
            for table, rows in _rows(tenant).items():
                add(sa.insert(table), rows)
        session().commit()


def _rows(tenant: int) -> dict[Any, list[dict[str, Any]]]:
    first = tenant * 100
    own = {"tenant_id": tenant}
    return {
        LabTenant.__table__: [{"id": tenant, "name": f"tenant{tenant}"}],
        LabOrg.__table__: [
            own | {"id": first, "name": f"org{tenant}", "parent_id": None},
            own | {"id": first + 1, "name": f"sub{tenant}", "parent_id": first},
        ],
        LabTag.__table__: [own | {"id": first, "name": f"tag{tenant}"}],
        LabMember.__table__: [
            own | {"id": first + i, "org_id": first, "name": f"m{tenant}-{i}", "note": f"secret{tenant}"}
            for i in range(3)
        ],
        lab_member_tag: [own | {"member_id": first, "tag_id": first}],
    }


def state_of(tenant: int) -> list[Any]:
    """Every row of a tenant."""
    with system_scope("lab: state"):
        rows: list[Any] = []
        for table in lab.sorted_tables:
            column = table.c.id if table.name == "lab_tenant" else table.c.get("tenant_id")
            if column is not None:
                query = sa.select(table).where(column == tenant).order_by(*table.primary_key)
                rows += session().connection().execute(query).all()
        return rows


def crossings() -> list[Any]:
    """References from one tenant into another."""
    member, org = LabMember.__table__, LabOrg.__table__
    crossed = sa.select(member.c.id, org.c.id).join(org, org.c.id == member.c.org_id)
    links = sa.select(lab_member_tag).where(lab_member_tag.c.tag_id / 100 != lab_member_tag.c.tenant_id)
    with system_scope("lab: crossings"):
        ask = session().connection().execute
        return [*ask(crossed.where(org.c.tenant_id != member.c.tenant_id)), *ask(links)]


def shared_state() -> list[Any]:
    """Rows that belong to the platform or to all."""
    with system_scope("lab: shared rows"):
        ask = session().connection().execute
        tables = (LabNode.__table__, LabConsole.__table__)
        return [row for table in tables for row in ask(sa.select(table).order_by(table.c.id))]


@contextmanager
def opened(url: str, **options: Any) -> Iterator[Database]:
    """A lab database, filled and in use."""
    database = Database(url, metadata=lab, **options)
    try:
        database.create_all()
        with database.use():
            fill()
            yield database
    finally:
        database.dispose()


@contextmanager
def as_tenant(tenant: int = 1) -> Iterator[Any]:
    """The session of a tenant."""
    with tenant_scope(tenant):
        yield session()
