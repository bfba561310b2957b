"""Reading by relationship loads, refreshes and objects that came from elsewhere."""

from __future__ import annotations

import pickle

from sqlalchemy import select
from sqlalchemy.orm import (
    immediateload,
    joinedload,
    make_transient_to_detached,
    selectinload,
    subqueryload,
)

from core.base.scope import tenant_scope
from tests.core.base.escapes import SECRET, reads
from tests.core.base.lab import LabMember, LabOrg


def foreign(**loaded):
    """A detached object of tenant 2, as an unpickled or a cached one would be."""
    member = LabMember(tenant_id=2, id=200, **loaded)
    make_transient_to_detached(member)
    return member


@reads
def lazy_to_one(s):
    return [m.org for m in s.scalars(select(LabMember)).all()]


@reads
def lazy_to_many(s):
    return [m for o in s.scalars(select(LabOrg)).all() for m in o.members]


@reads
def lazy_many_to_many(s):
    return [t for m in s.scalars(select(LabMember)).all() for t in m.tags]


def _collections(s, load):
    return [m for o in s.scalars(select(LabOrg).options(load(LabOrg.members))).unique() for m in o.members]


def _references(s, load):
    return [m.org for m in s.scalars(select(LabMember).options(load(LabMember.org))).unique()]


def _tags(s, load):
    return [t for m in s.scalars(select(LabMember).options(load(LabMember.tags))).unique() for t in m.tags]


@reads
def joinedload_to_many(s):
    return _collections(s, joinedload)


@reads
def joinedload_to_one(s):
    return _references(s, joinedload)


@reads
def joinedload_many_to_many(s):
    return _tags(s, joinedload)


@reads
def selectinload_to_many(s):
    return _collections(s, selectinload)


@reads
def selectinload_to_one(s):
    return _references(s, selectinload)


@reads
def selectinload_many_to_many(s):
    return _tags(s, selectinload)


@reads
def subqueryload_to_many(s):
    return _collections(s, subqueryload)


@reads
def subqueryload_to_one(s):
    return _references(s, subqueryload)


@reads
def subqueryload_many_to_many(s):
    return _tags(s, subqueryload)


@reads
def immediateload_to_many(s):
    return _collections(s, immediateload)


@reads
def immediateload_to_one(s):
    return _references(s, immediateload)


@reads
def immediateload_many_to_many(s):
    return _tags(s, immediateload)


@reads
def lazy_load_after_switch(s):
    org = s.scalars(select(LabOrg).where(LabOrg.name == "org1")).first()
    with tenant_scope(2):
        return org and org.members and SECRET


@reads
def refresh_of_foreign_object(s):
    member = foreign()
    s.add(member)
    s.refresh(member, ["name"])
    return member.name


@reads
def expired_attribute_of_foreign_object(s):
    member = foreign()
    s.add(member)
    return member.name


@reads
def deferred_column_of_foreign_object(s):
    member = foreign(org_id=200, name="x")
    s.add(member)
    return member.note


@reads
def merge_of_foreign_key(s):
    return s.merge(LabMember(tenant_id=2, id=200)).name


@reads
def merge_of_pickled_object(s):
    member = pickle.loads(pickle.dumps(foreign(org_id=200, name="x")))
    return s.merge(member, load=False).note
