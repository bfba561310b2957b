"""The roles of an installation on PostgreSQL: who serves owns nothing, walls hold, and what would open them is named."""

from __future__ import annotations

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from core.base.engine import Database
from core.base.fence.roles import role_statements
from core.base.scope import tenant_scope
from core.base.session import session
from core.cli import cli
from core.migrations.upgrade import pending


def run(world, *statements, role="owner"):
    """Statements past our engine, in a connection of a role, all in one transaction."""
    url = world.database.engine.url.set(drivername="postgresql")
    url = url.set(username=str(url.username).replace("juheli_app", f"juheli_{role}"))
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        for statement in statements:
            done = connection.execute(statement)
        return done.fetchall() if done.description else []


def test_migrations_wall_every_table_in_and_the_serving_role_owns_none(world):
    assert world.database.why_not_serve() == []
    with world.database.use():
        assert pending(world.database, world.plugins) == []
    forced = run(world, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
                           "AND NOT (relrowsecurity AND relforcerowsecurity) AND relname NOT LIKE 'alembic_version%'")
    assert forced == [(0,)]


def test_without_a_tenant_the_server_shows_and_takes_nothing(world, east):
    units = "SELECT count(*) FROM people_org_unit"
    for role in ("app", "owner"):
        assert run(world, units, role=role) == [(0,)], role
        assert run(world, f"SET LOCAL app.tenant_id = '{east.id}'", units, role=role)[0][0] > 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            run(world, f"INSERT INTO people_grid (tenant_id, id, created_at, version) VALUES ({east.id}, 1, now(), 1)",
                role=role)



def test_the_serving_role_changes_no_table(world):
    for statement in ("DROP POLICY tenant_wall ON people_person", "ALTER TABLE people_person NO FORCE ROW LEVEL SECURITY",
                      "TRUNCATE people_person", "CREATE TABLE mine (x int)", "SET ROLE juheli_owner",
                      "CREATE VIEW all_of_them AS SELECT * FROM people_person"):
        with pytest.raises(psycopg.Error, match="owner|permission denied|does not exist|must be"):
            run(world, statement, role="app")


@pytest.mark.parametrize(("made", "gone", "named"), [
    ("CREATE VIEW v_all AS SELECT * FROM people_person", "DROP VIEW v_all", "v_all: a view without security_invoker"),
    ("CREATE MATERIALIZED VIEW m_all AS SELECT 1 AS x", "DROP MATERIALIZED VIEW m_all", "m_all: a materialised view"),
    ("CREATE FUNCTION f_all() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM people_person'",
     "DROP FUNCTION f_all()", "f_all: a SECURITY DEFINER function"),
    ("ALTER TABLE people_person NO FORCE ROW LEVEL SECURITY", "ALTER TABLE people_person FORCE ROW LEVEL SECURITY",
     "people_person: row level security missing"),
    ("ALTER POLICY tenant_wall ON people_person RENAME TO other", "ALTER POLICY other ON people_person RENAME TO tenant_wall",
     "people_person: row level security missing"),
    ("GRANT TRUNCATE ON people_person TO PUBLIC", "REVOKE TRUNCATE ON people_person FROM PUBLIC",
     "people_person: the role may TRUNCATE"),
])
def test_an_open_door_is_named_and_nothing_is_served(world, made, gone, named):
    run(world, made)
    try:
        problems = world.database.why_not_serve()
        assert len(problems) == 1 and problems[0].startswith(named)
        assert world.app.test_client().get("/readyz").status_code == 503
    finally:
        run(world, gone)
    assert world.database.why_not_serve() == []


def test_a_view_with_the_readers_rights_is_no_door(world, east):
    run(world, "CREATE VIEW v_mine WITH (security_invoker = true) AS SELECT * FROM people_org_unit")
    try:
        assert world.database.why_not_serve() == []
        assert run(world, "SELECT count(*) FROM v_mine", role="app") == [(0,)]
    finally:
        run(world, "DROP VIEW v_mine")


def test_who_owns_the_tables_is_refused_as_server(world):
    url = world.database.engine.url
    owner = Database(url.set(username=str(url.username).replace("app", "owner")).render_as_string(hide_password=False))
    try:
        assert [p[:44] for p in owner.why_not_serve()] == ["the database role owns the tables and could "]
    finally:
        owner.dispose()


def test_a_transaction_has_a_tenant_and_limits_and_leaves_none_behind(world, east):
    told = text("SELECT current_setting('app.tenant_id', true), current_setting('statement_timeout'), "
                "current_setting('lock_timeout')").execution_options(raw_reason="test: what the server was told")
    with world.database.use(), tenant_scope(east.id):
        assert session().execute(told).one() == (str(east.id), "30s", "5s")
    with world.database.engine.connect() as plain:
        left = plain.execution_options(raw_reason="test: a connection from the pool").execute(told).one()
    assert left == ("", "1min", "10s")  # the limits of the role


def test_a_statement_that_takes_too_long_is_ended(world, east):
    slow = Database(world.database.engine.url.render_as_string(hide_password=False),
                    limits=type(world.database.limits)(statement=200))
    with slow.use(), tenant_scope(east.id), pytest.raises(Exception, match="statement timeout"):
        session().execute(text("SELECT pg_sleep(5)").execution_options(raw_reason="test: slow"))
    slow.dispose()


def test_the_printed_sql_is_what_the_tests_run():
    printed = CliRunner().invoke(cli, ["db", "roles"]).output
    assert printed == "".join(f"{s};\n" for s in role_statements("juheli_owner", "juheli_app", "juheli_backup"))
    assert "juheli_backup LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS" in printed
    assert CliRunner().invoke(cli, ["db", "roles", "--app", "x; DROP"]).exit_code == 1

