"""Writing rows of tenant 2 in bulk, by Core and by text."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, insert, literal, literal_column, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from core.base.engine import current_database
from tests.core.base.escapes import writes
from tests.core.base.lab import LabMember, LabNode, LabOrg, LabTenant

member, org = LabMember.__table__, LabOrg.__table__
HACKED = {"tenant_id": 2, "id": 200, "name": "hacked", "version": 1}
PLANTED = {"tenant_id": 2, "id": 777, "org_id": 200, "name": "planted", "version": 1}
FILLED = ("tenant_id", "id", "org_id", "name", "created_at", "version")


@writes
def update_all_entities(s):
    s.execute(update(LabMember).values(name=LabMember.name + "!"))


@writes
def delete_all_entities(s):
    s.execute(delete(LabMember).where(LabMember.id != 100).where(LabMember.id != 200))


@writes
def update_tenants(s):
    s.execute(update(LabTenant).values(name="hacked"))


@writes
def update_table(s):
    s.execute(update(member).values(name=member.c.name + "!"))


@writes
def delete_from_table(s):
    s.execute(delete(member).where(member.c.id.in_([201, 202])))


@writes
def update_by_key_list(s):
    s.execute(update(LabMember), [HACKED])


@writes
def bulk_update_mappings(s):
    s.bulk_update_mappings(LabMember, [HACKED])


@writes
def bulk_save_objects(s):
    s.bulk_save_objects([LabMember(**PLANTED)])


@writes
def bulk_insert_mappings(s):
    s.bulk_insert_mappings(LabMember, [PLANTED])


@writes
def insert_entity_list(s):
    s.execute(insert(LabMember), [PLANTED])


@writes
def insert_own_then_foreign_rows(s):
    own = PLANTED | {"tenant_id": 1, "org_id": 100}
    s.execute(insert(LabMember), [own, PLANTED | {"name": "planted too"}])


@writes
def insert_several_values(s):
    own = PLANTED | {"tenant_id": 1, "org_id": 100}
    s.execute(insert(member).values([own, PLANTED]))


@writes
def insert_several_values_with_a_literal(s):
    own = PLANTED | {"tenant_id": 1, "org_id": 100}
    s.execute(insert(member).values([own, PLANTED | {"tenant_id": literal_column("2")}]))


@writes
def insert_from_constants(s):
    values = [literal(2), literal(782), literal(200), literal("planted"), member.c.created_at, literal(1)]
    s.execute(insert(member).from_select(FILLED, select(*values).where(member.c.tenant_id == 1).limit(1)))


@writes
def insert_copies_of_all_tenants(s):
    copied = [member.c[name] for name in FILLED]
    copied[1], copied[3] = member.c.id + 5000, member.c.name + "c"
    s.execute(insert(member).from_select(FILLED, select(*copied)))


@writes
def insert_from_union(s):
    arms = [
        select(literal(t), literal(800 + t), literal(t * 100), literal("u"), member.c.created_at, literal(1))
        .where(member.c.tenant_id == 1, member.c.id == 100)
        for t in (1, 2)
    ]  # fmt: skip
    s.execute(insert(member).from_select(FILLED, arms[0].union_all(arms[1])))


@writes
def insert_literal_tenant(s):
    s.execute(insert(member).values(PLANTED | {"tenant_id": literal_column("2")}))


@writes
def insert_tenant(s):
    s.execute(insert(LabTenant), [{"id": 2, "name": "again"}, {"id": 3, "name": "planted"}])


@writes
def update_from_other_table(s):
    statement = update(member).values(name="hacked").where(member.c.org_id == org.c.id, org.c.name == "org2")
    s.execute(statement)


@writes
def update_of_tenant_column(s):
    s.execute(update(member).where(member.c.tenant_id == 1, member.c.id == 102).values(tenant_id=2))


@writes
def update_of_tenant_column_by_entity(s):
    s.execute(update(LabMember).where(LabMember.id == 102).values(tenant_id=2))


@writes
def update_of_tenant_column_by_parameter(s):
    s.execute(update(member).where(member.c.tenant_id == 1, member.c.id == 102), {"tenant_id": 2})


@writes
def update_by_parameter_list(s):
    statement = update(member).where(member.c.tenant_id == bindparam("whose"), member.c.id == bindparam("which"))
    ones = [{"whose": 1, "which": 100, "name": "own"}, {"whose": 2, "which": 200, "name": "hacked"}]
    s.connection().execute(statement, ones)


@writes
def delete_by_subquery(s):
    found = select(LabMember.id).where(LabMember.name.like("m2%"))
    s.execute(delete(member).where(member.c.id.in_(found)))


def _dialect(s):
    return sqlite if s.get_bind().dialect.name == "sqlite" else postgresql


@writes
def upsert_that_changes_the_tenant(s):
    statement = _dialect(s).insert(member).values(PLANTED | {"tenant_id": 1, "org_id": 100, "name": "m1-1"})
    conflict = {"index_elements": ["tenant_id", "name"], "set_": {"tenant_id": 2, "org_id": 200}}
    s.execute(statement.on_conflict_do_update(**conflict))


@writes
def upsert_on_a_foreign_row(s):
    statement = _dialect(s).insert(member).values(PLANTED | {"name": "m2-1"})
    conflict = {"index_elements": ["tenant_id", "name"], "set_": {"note": "hacked"}}
    s.execute(statement.on_conflict_do_update(**conflict))


@writes
def data_modifying_cte(s):
    change = update(member).where(member.c.id == 200).values(name="hacked").returning(member.c.id)
    s.execute(select(change.cte("u"))).all()


@writes
def write_through_the_engine(s):
    with current_database().engine.begin() as connection:
        connection.execute(update(LabMember).where(LabMember.id == 200).values(name="hacked"))


@writes
def reference_data(s):
    s.execute(update(LabNode).values(title="hacked"))


@writes
def driver_cursor_update_of_reference_data(s):
    cursor = s.connection().connection.driver_connection.cursor()
    cursor.execute("update lab_node set title = 'hacked'")


@writes
def driver_cursor_update_of_the_platform(s):
    cursor = s.connection().connection.driver_connection.cursor()
    cursor.execute("update lab_console set word = 'hacked'")


@writes
def text_update(s):
    s.execute(text("update lab_member set name = 'hacked' where id = 200"))


@writes
def driver_delete(s):
    s.connection().exec_driver_sql("delete from lab_member where id = 201")


@writes
def driver_cursor_update(s):
    cursor = s.connection().connection.driver_connection.cursor()
    cursor.execute("update lab_member set name = 'hacked' where id = 200")
