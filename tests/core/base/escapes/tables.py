"""Reading by Core: tables, hand-written predicates, connections that no session watches."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    MetaData,
    String,
    Table,
    and_,
    bindparam,
    case,
    column,
    func,
    literal,
    or_,
    select,
    table,
    true,
)

from core.base.engine import current_database
from tests.core.base.escapes import SECRET, reads
from tests.core.base.lab import LabConsole, LabMember, LabNode, LabOrg, lab_member_tag

member, org = LabMember.__table__, LabOrg.__table__


@reads
def select_table(s):
    return s.execute(select(member)).all()


@reads
def select_table_column(s):
    return s.execute(select(member.c.name)).all()


@reads
def entity_joined_to_table(s):
    return s.execute(select(LabOrg.name, member.c.name).join(member, member.c.org_id == LabOrg.id)).all()


@reads
def entity_beside_table(s):
    return s.execute(select(LabOrg.name, member.c.name)).all()


@reads
def alias_of_table(s):
    return s.execute(select(member.alias("z"))).all()


@reads
def table_sample_of_table(s):
    return s.execute(select(member.tablesample(100))).all()


@reads
def association_table(s):
    return [SECRET for row in s.execute(select(lab_member_tag)) if row.member_id == 200]


@reads
def lightweight_table(s):
    return s.execute(select(column("name")).select_from(table("lab_member"))).all()


@reads
def table_of_other_metadata(s):
    return s.execute(select(Table("lab_member", MetaData(), Column("name", String)))).all()


@reads
def tenant_in_list(s):
    return s.execute(select(member).where(member.c.tenant_id.in_([1, 2]))).all()


@reads
def tenant_written_by_hand(s):
    return s.execute(select(member).where(member.c.tenant_id == 2)).all()


@reads
def tenant_or_anything(s):
    return s.execute(select(member).where(or_(member.c.tenant_id == 1, member.c.id > 0))).all()


@reads
def tenant_at_least(s):
    return s.execute(select(member).where(member.c.tenant_id >= 1)).all()


@reads
def tenant_not_unequal(s):
    return s.execute(select(member).where(~(member.c.tenant_id != 2))).all()


@reads
def tenant_equals_itself(s):
    return s.execute(select(member).where(member.c.tenant_id == member.c.tenant_id)).all()


@reads
def tenant_equals_itself_by_alias(s):
    other = member.alias("o")
    return s.execute(select(member.c.name).where(member.c.tenant_id == other.c.tenant_id)).all()


@reads
def outer_join_anchors_the_wrong_side(s):
    on = and_(member.c.tenant_id == 1, org.c.tenant_id == 1)
    return s.execute(select(member.c.name).select_from(member.outerjoin(org, on))).all()


@reads
def full_join_anchors_nothing(s):
    on = and_(member.c.tenant_id == 1, org.c.tenant_id == 1)
    return s.execute(select(member.c.name).select_from(member.join(org, on, full=True))).all()


@reads
def connection_of_the_session(s):
    return s.connection().execute(select(LabMember.name)).all()


@reads
def connection_of_the_engine(s):
    with current_database().engine.begin() as connection:
        return connection.execute(select(LabMember.name)).all()


@reads
def platform_table(s):
    return [SECRET for _ in s.execute(select(LabConsole.__table__))]


@reads
def platform_entity(s):
    return [SECRET for _ in s.scalars(select(LabConsole))]


@reads
def join_on_true(s):
    return s.execute(select(LabNode.title, member.c.name).join(member, true())).all()


@reads
def tenant_given_as_parameter(s):
    query = select(member).where(member.c.tenant_id == bindparam("whose"))
    return s.execute(query, {"whose": 2}).all()


@reads
def tenant_given_as_parameter_after_a_good_run(s):
    """The compiled statement, with its verdict, comes from the cache."""
    query = select(member).where(member.c.tenant_id == bindparam("whose"))
    s.execute(query, {"whose": 1}).all()
    return s.execute(query, {"whose": 2}).all()


@reads
def tenant_rendered_into_the_text(s):
    query = select(member).where(member.c.tenant_id == bindparam("whose", 2, literal_execute=True))
    return s.execute(query).all()


@reads
def tenant_computed(s):
    return s.execute(select(member).where(member.c.tenant_id == literal(1) + 1)).all()


@reads
def tenant_by_case(s):
    mine = case((member.c.id > 0, member.c.tenant_id), else_=1)
    return s.execute(select(member).where(member.c.tenant_id == mine)).all()


@reads
def tenant_by_coalesce(s):
    return s.execute(select(member).where(func.coalesce(1, member.c.tenant_id) == 1)).all()


@reads
def tenant_compared_with_another_column(s):
    return s.execute(select(member).where(member.c.tenant_id == member.c.version + 1)).all()


@reads
def two_tenants_and_ed_by_separate_aliases(s):
    other = member.alias("o")
    query = select(other.c.name).where(member.c.tenant_id == 1, other.c.id == member.c.id + 100)
    return s.execute(query).all()


@reads
def correlated_to_nothing(s):
    inner = select(func.max(member.c.name)).where(member.c.tenant_id == org.c.tenant_id).correlate(None)
    return s.execute(select(inner.scalar_subquery()).where(org.c.tenant_id == 1)).all()


@reads
def tables_of_the_database_itself(s):
    names = {"sqlite": ("sqlite_master", "sql"), "postgresql": ("pg_stats", "most_common_vals")}
    name, value = names[s.get_bind().dialect.name]
    return s.execute(select(column(value)).select_from(table(name))).all() and SECRET
