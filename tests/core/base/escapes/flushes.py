"""Writing rows of tenant 2 through the unit of work."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import make_transient_to_detached

from tests.core.base.escapes import writes
from tests.core.base.lab import LabConsole, LabMember, LabNode, LabTag, LabTenant


def _attached(s, cls, **values):
    obj = cls(tenant_id=2, **values)
    make_transient_to_detached(obj)
    s.add(obj)
    return obj


@writes
def add_a_foreign_row(s):
    s.add(LabMember(tenant_id=2, id=784, org_id=200, name="planted"))
    s.flush()


@writes
def add_all_with_one_foreign_row(s):
    s.add_all([LabMember(org_id=100, name="own"), LabMember(tenant_id=2, org_id=200, name="planted")])
    s.flush()


@writes
def add_a_tenant(s):
    s.add(LabTenant(id=2, name="planted"))
    s.flush()


@writes
def change_the_tenant_after_adding(s):
    member = LabMember(org_id=200, name="planted")
    s.add(member)
    member.tenant_id = 2
    s.flush()


@writes
def move_a_row_to_the_other_tenant(s):
    s.scalars(select(LabMember).where(LabMember.name == "m1-1")).first().tenant_id = 2
    s.flush()


@writes
def update_an_attached_foreign_object(s):
    _attached(s, LabMember, id=200, org_id=200, name="x", version=1).name = "hacked"
    s.flush()


@writes
def delete_an_attached_foreign_object(s):
    s.delete(_attached(s, LabMember, id=201, org_id=200, name="x", version=1))
    s.flush()


@writes
def merge_a_foreign_object(s):
    s.merge(LabMember(tenant_id=2, id=200, org_id=200, name="hacked", version=1))
    s.flush()


@writes
def refer_to_a_foreign_organisation(s):
    s.scalars(select(LabMember).where(LabMember.id == 101)).first().org_id = 200
    s.flush()


@writes
def append_a_foreign_tag(s):
    member = s.scalars(select(LabMember).where(LabMember.id == 101)).first()
    member.tags.append(_attached(s, LabTag, id=200, name="x", version=1))
    s.flush()


@writes
def cascade_a_foreign_object_in(s):
    """The foreign object is never added itself: it comes in through the relationship."""
    tag = LabTag(tenant_id=2, id=201, name="planted")
    member = s.scalars(select(LabMember).where(LabMember.id == 101)).first()
    member.tags.append(tag)
    s.flush()


@writes
def write_a_platform_row(s):
    s.add(LabConsole(id=2, word="planted"))
    s.flush()


@writes
def write_reference_data(s):
    s.scalars(select(LabNode)).first().title = "hacked"
    s.flush()
