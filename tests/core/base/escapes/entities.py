"""Reading entities by the ORM, in every shape a select can take."""

from __future__ import annotations

import warnings

import sqlalchemy as sa
from sqlalchemy import func, lambda_stmt, select
from sqlalchemy.orm import Bundle, aliased, contains_eager, with_loader_criteria, with_polymorphic
from sqlalchemy.orm import join as orm_join

from core.base.scope import tenant_scope
from core.base.session import session
from tests.core.base.escapes import SECRET, beyond, reads
from tests.core.base.lab import LabMember, LabNode, LabOrg, LabTenant


@reads
def select_entity(s):
    return s.scalars(select(LabMember)).all()


@reads
def select_columns(s):
    return s.execute(select(LabMember.id, LabMember.name)).all()


@reads
def select_tenants(s):
    return [SECRET for row in s.scalars(select(LabTenant)) if row.id == 2]


@reads
def count_rows(s):
    return beyond(s.scalar(select(func.count()).select_from(LabMember)), 3)


@reads
def greatest_name(s):
    return s.scalar(select(func.max(LabMember.name)))


@reads
def alias_of_entity(s):
    return s.scalars(select(aliased(LabMember))).all()


@reads
def joined_columns(s):
    return s.execute(select(LabMember.name, LabOrg.name).join(LabMember.org)).all()


@reads
def outer_joined_columns(s):
    return s.execute(select(LabOrg.name, LabMember.name).outerjoin(LabOrg.members)).all()


@reads
def columns_of_the_right_side_only(s):
    return s.execute(select(LabMember.name).select_from(orm_join(LabOrg, LabMember, LabOrg.members))).all()


@reads
def cartesian_with_reference_table(s):
    return s.execute(select(LabNode.title, LabMember.name)).all()


@reads
def contains_eager_collection(s):
    query = select(LabOrg).join(LabOrg.members).options(contains_eager(LabOrg.members))
    return [m for o in s.scalars(query).unique() for m in o.members]


@reads
def get_foreign_key(s):
    return s.get(LabMember, (2, 200))


@reads
def get_foreign_tenant(s):
    return s.get(LabTenant, 2) and SECRET


@reads
def get_from_identity_map_after_switch(s):
    with tenant_scope(2):
        s.get(LabMember, (2, 200))
    return s.get(LabMember, (2, 200))


@reads
def query_all(s):
    return s.query(LabMember).all()


@reads
def query_count(s):
    return beyond(s.query(LabMember).count(), 3)


@reads
def query_function(s):
    return beyond(s.query(func.count(LabMember.id)).scalar(), 3)


@reads
def query_get(s):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return s.query(LabMember).get((2, 200))


@reads
def column_property_subquery(s):
    return beyond(s.execute(select(LabOrg.n_members).where(LabOrg.id == 200)).scalar(), 0)


@reads
def lambda_statement(s):
    return s.scalars(lambda_stmt(lambda: select(LabMember))).all()


@reads
def bundle(s):
    return s.execute(select(Bundle("b", LabMember.name))).all()


@reads
def aggregate_text(s):
    if s.get_bind().dialect.name == "sqlite":
        return s.scalar(select(func.group_concat(LabMember.name)))
    return s.scalar(select(func.string_agg(LabMember.name, sa.literal_column("','"))))


@reads
def window_function(s):
    numbered = func.row_number().over(order_by=LabMember.name)
    return s.execute(select(LabMember.name, numbered)).all()


@reads
def streamed_in_chunks(s):
    return list(s.scalars(select(LabMember).execution_options(yield_per=2)))


@reads
def own_loader_criteria(s):
    others = with_loader_criteria(LabMember, LabMember.tenant_id == 2)
    return s.scalars(select(LabMember).options(others)).all()


@reads
def polymorphic_alias(s):
    return s.scalars(select(with_polymorphic(LabMember, "*"))).all()


@reads
def populate_existing(s):
    return s.scalars(select(LabMember), execution_options={"populate_existing": True}).all()


@reads
def nested_transaction(s):
    with s.begin_nested():
        return s.scalars(select(LabMember)).all()


@reads
def after_commit(s):
    s.scalars(select(LabMember)).all()
    s.commit()
    return s.scalars(select(LabMember)).all()


@reads
def object_of_the_other_tenants_session(s):
    with tenant_scope(2):
        foreign = session().scalars(select(LabMember)).first()
        session().expunge(foreign)
    s.add(foreign)
    return foreign
