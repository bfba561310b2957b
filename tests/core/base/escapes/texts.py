"""Reading by SQL text, from whole statements down to fragments, and by the driver itself."""

from __future__ import annotations

from sqlalchemy import DDL, column, func, literal_column, select, text

from core.base.engine import current_database
from tests.core.base.escapes import beyond, reads
from tests.core.base.lab import LabMember, LabNode

NAMES = "select name from lab_member"


@reads
def text_statement(s):
    return s.execute(text("select * from lab_member")).all()


@reads
def entities_from_text(s):
    return s.scalars(select(LabMember).from_statement(text("select * from lab_member"))).all()


@reads
def entities_from_table(s):
    return s.scalars(select(LabMember).from_statement(select(LabMember.__table__))).all()


@reads
def from_text(s):
    return s.execute(select(column("name")).select_from(text("lab_member"))).all()


@reads
def from_text_in_capitals(s):
    return s.execute(select(column("name")).select_from(text("LAB_MEMBER"))).all()


@reads
def literal_column_subselect(s):
    return s.execute(select(literal_column("(select max(name) from lab_member)"))).all()


@reads
def where_text(s):
    there = text("exists (select 1 from lab_member where name = 'm2-1')")
    return beyond(s.scalar(select(func.count()).select_from(LabNode).where(there)), 0)


@reads
def subquery_of_text(s):
    return s.execute(select(text(NAMES).columns(column("name")).subquery())).all()


@reads
def prefix_text(s):
    query = select(LabNode.title).prefix_with("(select max(name) from lab_member),")
    return s.execute(query).all()


@reads
def suffix_text(s):
    return s.execute(select(LabNode.title).suffix_with("union all " + NAMES)).all()


@reads
def custom_operator_text(s):
    injected = LabNode.title.op("= 'x' or 1 = (select count(*) from lab_member where name = 'm2-1') or '' =")
    return beyond(s.scalar(select(func.count()).select_from(LabNode).where(injected("x"))), 0)


@reads
def view_made_by_ddl(s):
    s.execute(DDL("create temporary view lab_view as " + NAMES))
    return s.execute(text("select * from lab_view").execution_options(raw_reason="")).all()


@reads
def driver_statement(s):
    return s.connection().exec_driver_sql("select * from lab_member").all()


@reads
def driver_cursor(s):
    cursor = s.connection().connection.driver_connection.cursor()
    cursor.execute(NAMES)
    return cursor.fetchall()


@reads
def driver_cursor_after_approved_statement(s):
    s.scalars(select(LabMember)).all()
    cursor = s.connection().connection.driver_connection.cursor()
    cursor.execute(NAMES + " order by name")
    return cursor.fetchall()


@reads
def connection_from_the_pool(s):
    connection = current_database().engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(NAMES)
        return cursor.fetchall()
    finally:
        connection.close()
