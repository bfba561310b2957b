"""The walls inside the database can be checked, and are rebuilt when something tore them down."""

from __future__ import annotations

import pytest
from sqlalchemy import DDL, insert, text
from sqlalchemy.exc import SQLAlchemyError

from core.base.fence.postgres import rules, takes_subqueries
from core.base.fence.registry import Registry
from core.base.scope import tenant_scope
from core.base.session import begin_write, session
from tests.core.base.lab import LabOrg, opened

FOREIGN = {"tenant_id": 2, "id": 900, "name": "planted", "created_at": "2026-01-01", "version": 1}


def tear_down(database) -> None:
    """What Alembic's batch mode does to triggers, and a careless ALTER to a policy."""
    with database.maintenance("test: tear down a wall") as connection:
        if database.is_sqlite:
            connection.execute(DDL("DROP TRIGGER wall_insert_lab_org"))
        else:
            connection.execute(DDL("ALTER TABLE lab_org NO FORCE ROW LEVEL SECURITY"))


def test_all_walls_stand(lab_database):
    assert lab_database.check_walls() == []


def test_a_missing_wall_is_named_and_rebuilt(filled):
    tear_down(filled)
    assert [problem.split(":")[0] for problem in filled.check_walls()] == ["lab_org"]
    filled.build_walls()
    assert filled.check_walls() == []


def test_text_with_a_reason_still_meets_the_wall(filled):
    """The guard lets it through, the database does not."""
    names = ", ".join(FOREIGN)
    values = ", ".join(f":{name}" for name in FOREIGN)
    with tenant_scope(1), pytest.raises(SQLAlchemyError, match="wall|row-level security"):
        statement = text(f"INSERT INTO lab_org ({names}) VALUES ({values})")
        session().execute(statement.execution_options(raw_reason="test of the wall"), FOREIGN)


def test_maintenance_writes_for_every_tenant(filled):
    with filled.maintenance("test: move data") as connection:
        connection.execute(insert(LabOrg.__table__), {"tenant_id": 2, "name": "by migration"})
    with tenant_scope(2):
        assert session().query(LabOrg).filter_by(name="by migration").one().tenant_id == 2


def test_a_role_that_walls_do_not_bind_is_reported(pg_url):
    """On the superuser's address of the test server the walls stand, and bind nobody."""
    with opened(pg_url) as database:
        assert database.check_walls() == ["the database role is a superuser or may bypass row level security"]


def test_checking_takes_no_lock(tmp_path):
    with opened(f"sqlite:///{tmp_path}/lab.sqlite") as database, tenant_scope(1):
        begin_write()
        session().add(LabOrg(name="being written"))
        session().flush()
        assert database.check_walls() == []


@pytest.mark.parametrize("once", [True, False])
def test_on_citus_the_policies_hold_no_subquery(once):
    """Citus distributes no table with one in its policies; elsewhere it spares asking for the tenant with every row."""
    made = [rule for rule in rules("lab_org", Registry(LabOrg.metadata).refresh(), once=once) if rule.startswith("CREATE POLICY")]
    assert len(made) == 2 and all(("(SELECT" in rule) is once for rule in made)


def test_a_server_without_citus_takes_subqueries(pg_url):
    with opened(pg_url) as database, database.maintenance("test: read the policies") as connection:
        assert takes_subqueries(connection)
        walls = connection.scalars(text("SELECT qual FROM pg_policies WHERE policyname = 'tenant_wall'")).all()
    assert walls and all("SELECT" in wall for wall in walls)
