"""The same without any tenant in scope: an error, never all rows, never silently none.

The session given was opened in a scope that has been left since.
"""

from __future__ import annotations

from sqlalchemy import func, insert, select, update

from core.base.engine import current_database
from core.base.session import session
from tests.core.base.escapes import SECRET, unscoped
from tests.core.base.lab import LabConsole, LabMember, LabNode, LabOrg


@unscoped
def ask_for_a_session(s):
    return session() and SECRET


@unscoped
def select_entity_without_scope(s):
    return s.scalars(select(LabMember)).all() and SECRET


@unscoped
def select_reference_entity_without_scope(s):
    return s.scalars(select(LabNode)).all() and SECRET


@unscoped
def select_table_without_scope(s):
    return s.execute(select(LabMember.__table__)).all() and SECRET


@unscoped
def count_without_scope(s):
    return s.scalar(select(func.count()).select_from(LabMember)) is not None and SECRET


@unscoped
def get_without_scope(s):
    return s.get(LabMember, (2, 200)) and SECRET


@unscoped
def add_without_scope(s):
    s.add(LabMember(tenant_id=2, id=799, org_id=200, name="planted"))
    s.flush()
    return SECRET


@unscoped
def update_without_scope(s):
    s.execute(update(LabMember).values(name="hacked"))
    return SECRET


@unscoped
def engine_select_without_scope(s):
    with current_database().engine.connect() as connection:
        return connection.execute(select(LabOrg.name)).all() and SECRET


@unscoped
def engine_select_of_the_platform_without_scope(s):
    with current_database().engine.connect() as connection:
        return connection.execute(select(LabConsole.word)).all() and SECRET


@unscoped
def engine_insert_without_scope(s):
    with current_database().engine.begin() as connection:
        connection.execute(insert(LabOrg.__table__), {"tenant_id": 2, "id": 9, "name": "planted", "version": 1})
    return SECRET


@unscoped
def driver_cursor_without_scope(s):
    cursor = s.connection().connection.driver_connection.cursor()
    cursor.execute("select name from lab_member")
    return cursor.fetchall() and SECRET
