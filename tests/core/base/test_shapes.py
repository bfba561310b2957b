"""Legitimate statements pass: a fence that is in the way gets taken down."""

from __future__ import annotations

import pickle

import pytest
import sqlalchemy as sa
from sqlalchemy import delete, exists, func, insert, select, union_all, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased, joinedload, selectinload

from core.base.db import new_ids, now
from core.base.scope import current_scope, system_scope
from core.base.session import session
from tests.core.base.lab import (
    LabConsole,
    LabMember,
    LabNode,
    LabOrg,
    LabTag,
    LabTenant,
    as_tenant,
    lab_member_tag,
)

member, org = LabMember.__table__, LabOrg.__table__
SHAPES = {}


def shape(expected):
    """Register a statement shape with the result it must have for tenant 1."""

    def register(run):
        SHAPES[run.__name__] = (run, expected)
        return run

    return register


@shape(["m1-0", "m1-1", "m1-2"])
def entities(s):
    return [m.name for m in s.scalars(select(LabMember).order_by(LabMember.name))]


@shape([("m1-0", "org1")])
def join_with_limit(s):
    return s.execute(select(LabMember.name, LabOrg.name).join(LabMember.org).order_by(LabMember.id).limit(1)).all()


@shape([("org1", 3), ("sub1", 0)])
def group_over_outer_join(s):
    query = select(LabOrg.name, func.count(LabMember.id)).outerjoin(LabOrg.members)
    return s.execute(query.group_by(LabOrg.name).order_by(LabOrg.name)).all()


@shape("org1")
def self_reference_eager(s):
    query = select(LabOrg).where(LabOrg.name == "sub1").options(joinedload(LabOrg.parent))
    return s.scalars(query).one().parent.name


@shape(["sub1"])
def self_reference_selectin(s):
    query = select(LabOrg).where(LabOrg.name == "org1").options(selectinload(LabOrg.children))
    return [child.name for child in s.scalars(query).one().children]


@shape("m1-1")
def get_by_key(s):
    return s.get(LabMember, (1, 101)).name


@shape("secret1")
def deferred_column(s):
    return s.get(LabMember, (1, 101)).note


@shape("m1-1")
def refresh(s):
    found = s.get(LabMember, (1, 101))
    s.refresh(found)
    return found.name


@shape(["org1", "sub1"])
def recursive_expression(s):
    top = select(LabOrg.id, LabOrg.name).where(LabOrg.parent_id.is_(None)).cte("t", recursive=True)
    below = aliased(LabOrg)
    tree = top.union_all(select(below.id, below.name).join(top, below.parent_id == top.c.id))
    return sorted(row.name for row in s.execute(select(tree)))


@shape(1)
def correlated_exists(s):
    return len(s.scalars(select(LabOrg).where(exists().where(LabMember.org_id == LabOrg.id))).all())


@shape(3)
def column_property(s):
    return s.scalar(select(LabOrg.n_members).where(LabOrg.name == "org1"))


@shape(6)
def union_of_entities(s):
    both = union_all(select(LabMember.id), select(LabMember.id)).subquery()
    return s.scalar(select(func.count()).select_from(both))


@shape(3)
def table_with_predicate(s):
    return len(s.execute(select(member).where(member.c.tenant_id == current_scope().tenant_id)).all())


@shape(3)
def table_chained_to_an_anchored_one(s):
    query = select(member.c.name).join(
        org, sa.and_(org.c.tenant_id == member.c.tenant_id, org.c.id == member.c.org_id)
    )
    return len(s.execute(query.where(org.c.tenant_id == 1)).all())


@shape(3)
def connection_with_predicate(s):
    query = select(func.count()).select_from(member).where(member.c.tenant_id == 1)
    return s.connection().execute(query).scalar()


@shape(["tag1"])
def many_to_many(s):
    found = s.get(LabMember, (1, 100))
    return [tag.name for tag in found.tags]


@shape(2)
def append_to_many_to_many(s):
    found = s.get(LabMember, (1, 100))
    found.tags.append(LabTag(name="new"))
    s.flush()
    return s.scalar(select(func.count()).select_from(lab_member_tag).where(lab_member_tag.c.tenant_id == 1))


@shape(3)
def bulk_update(s):
    return s.execute(update(LabMember).values(note="x", version=LabMember.version + 1)).rowcount


@shape(1)
def bulk_delete(s):
    return s.execute(delete(LabMember).where(LabMember.name == "m1-2")).rowcount


@shape(3)
def correlated_update(s):
    name = select(LabOrg.name).where(LabOrg.id == LabMember.org_id).scalar_subquery()
    statement = update(LabMember).values(note=name).execution_options(synchronize_session=False)
    return s.execute(statement).rowcount


@shape(1003)
def insert_list(s):
    rows = [{"id": i, "org_id": 100, "name": f"n{i}"} for i in new_ids(1000)]
    s.execute(insert(LabMember), rows)
    return s.scalar(select(func.count()).select_from(LabMember))


@shape(6)
def insert_from_select(s):
    names = ("tenant_id", "id", "org_id", "name", "created_at", "version")
    copied = [member.c.tenant_id, member.c.id + 5000, member.c.org_id, member.c.name + "c"]
    query = select(*copied, member.c.created_at, member.c.version).where(member.c.tenant_id == 1)
    s.execute(insert(member).from_select(names, query))
    return s.scalar(select(func.count()).select_from(LabMember))


@shape("later")
def upsert(s):
    dialect = sqlite if s.get_bind().dialect.name == "sqlite" else postgresql
    row = {"tenant_id": 1, "id": 999, "org_id": 100, "name": "m1-1", "created_at": now(), "version": 1}
    statement = dialect.insert(member).values(row)
    s.execute(
        statement.on_conflict_do_update(index_elements=["tenant_id", "name"], set_={"note": "later"})
    )
    return s.get(LabMember, (1, 101)).note


@shape(3)
def streaming(s):
    return sum(len(part) for part in s.scalars(select(LabMember).execution_options(yield_per=2)).partitions())


@shape("merged")
def merge(s):
    s.merge(LabMember(tenant_id=1, id=101, name="merged", org_id=100, version=1))
    s.flush()
    return s.get(LabMember, (1, 101)).name


@shape(["n"])
def reference_data(s):
    return [node.title for node in s.scalars(select(LabNode))]


@shape(["tenant1"])
def the_tenant_itself(s):
    return [tenant.name for tenant in s.scalars(select(LabTenant))]


@shape(1)
def flush_update_and_delete(s):
    s.get(LabMember, (1, 100)).name = "renamed"
    s.delete(s.get(LabMember, (1, 101)))
    s.flush()
    return s.scalar(select(func.count()).select_from(LabMember).where(LabMember.name == "renamed"))


@shape("secret1")
def pickled_object(s):
    found = pickle.loads(pickle.dumps(s.get(LabMember, (1, 101))))
    s.expunge_all()
    s.add(found)
    return found.org.name and found.note


@shape([(1,)])
def no_table_at_all(s):
    return s.execute(select(sa.literal(1))).all()


@pytest.mark.parametrize("name", SHAPES)
def test_passes(filled, name):
    run, expected = SHAPES[name]
    with as_tenant(1) as s:
        assert run(s) == expected


def test_system_work_sees_and_writes_all_tenants(filled):
    with system_scope("test"):
        s = session()
        assert s.scalar(select(func.count()).select_from(LabMember)) == 6
        s.add(LabOrg(tenant_id=2, name="by the platform"))
        s.flush()
        assert s.scalars(select(LabConsole)).one().word


def test_platform_reads_its_own_tables_and_writes_reference_data(filled):
    with as_tenant(0) as s:
        assert s.scalars(select(LabConsole)).one()
        s.scalars(select(LabNode)).one().title = "new"
        s.flush()
        assert s.scalars(select(LabMember)).all() == []
