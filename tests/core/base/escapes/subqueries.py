"""Reading through subqueries, common table expressions and unions."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import exists, func, select, union_all
from sqlalchemy.orm import aliased

from tests.core.base.escapes import beyond, reads
from tests.core.base.lab import LabMember, LabNode, LabOrg


def _nodes_where(s, condition):
    return beyond(s.scalar(select(func.count()).select_from(LabNode).where(condition)), 0)


@reads
def count_in_where(s):
    return _nodes_where(s, select(func.count(LabMember.id)).scalar_subquery() > 3)


@reads
def exists_in_where(s):
    return _nodes_where(s, exists().where(LabMember.name == "m2-1"))


@reads
def relationship_any(s):
    query = select(LabOrg).where(LabOrg.members.any(LabMember.name == "m2-1"))
    return beyond(len(s.scalars(query).all()), 0)


@reads
def relationship_has(s):
    query = select(LabMember).where(LabMember.org.has(LabOrg.name == "org2"))
    return beyond(len(s.scalars(query).all()), 0)


@reads
def in_subquery(s):
    return _nodes_where(s, sa.literal("m2-1").in_(select(LabMember.name)))


@reads
def scalar_subquery_column(s):
    return beyond(s.scalar(select(select(func.count(LabMember.id)).scalar_subquery()).select_from(LabNode)), 3)


@reads
def subquery_from(s):
    return s.execute(select(select(LabMember).subquery())).all()


@reads
def subquery_beside_reference_table(s):
    inner = select(LabMember.name).subquery()
    return s.execute(select(LabNode.title, inner.c.name)).all()


@reads
def common_table_expression(s):
    return s.execute(select(select(LabMember.name).cte("c"))).all()


@reads
def recursive_common_table_expression(s):
    top = select(LabOrg.id, LabOrg.name).where(LabOrg.parent_id.is_(None)).cte("t", recursive=True)
    below = aliased(LabOrg)
    tree = top.union_all(select(below.id, below.name).join(top, below.parent_id == top.c.id))
    return s.execute(select(tree)).all()


@reads
def union_of_columns(s):
    return s.execute(union_all(select(LabMember.name), select(LabMember.name))).all()


@reads
def entities_from_union(s):
    both = union_all(select(LabMember), select(LabMember))
    return s.scalars(select(LabMember).from_statement(both)).all()


@reads
def alias_of_union(s):
    both = union_all(select(LabMember), select(LabMember)).subquery()
    return s.scalars(select(aliased(LabMember, both))).all()


@reads
def alias_of_table_subquery(s):
    return s.scalars(select(aliased(LabMember, select(LabMember.__table__).subquery()))).all()


@reads
def order_by_subquery(s):
    """Which reference row comes first tells whether the foreign row is there."""
    seen = select(LabMember.name).where(LabMember.name == "m2-1").limit(1).scalar_subquery()
    return s.execute(select(LabNode.title, seen.label("x")).order_by(seen)).all()


@reads
def union_arm_with_a_made_up_tenant(s):
    """Equality with a subquery whose tenant column is a literal in one arm of a union."""
    member = LabMember.__table__
    arms = union_all(
        select(member.c.tenant_id).where(member.c.tenant_id == 1),
        select(sa.literal(2).label("tenant_id")),
    ).subquery()
    return s.execute(select(member).where(member.c.tenant_id == arms.c.tenant_id)).all()


@reads
def subquery_with_a_made_up_tenant(s):
    member = LabMember.__table__
    made_up = select(sa.literal(2).label("tenant_id")).subquery()
    return s.execute(select(member).where(member.c.tenant_id == made_up.c.tenant_id)).all()


@reads
def common_table_expression_of_table(s):
    return s.execute(select(select(LabMember.__table__).cte("c"))).all()
