"""Through a real PgBouncer in transaction mode, which gives every transaction whatever server connection is free."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text

from core.base.engine import Database
from core.base.scope import streamed, tenant_scope
from core.base.session import begin_write, session
from core.people.models import Grid, OrgUnit
from core.testing.world import build_world
from tests.servers import start_pgbouncer

SERVER_CONNECTIONS = 2
THREADS = 8
ROUNDS = 40


@pytest.fixture
def pooled(world, pg_server):
    """The world's database behind the pooler: fewer server connections than threads, so they change hands."""
    url = world.database.engine.url
    host, _, port = start_pgbouncer(pg_server, str(url.username), SERVER_CONNECTIONS).partition(":")
    address = url.set(host=host, port=int(port)).render_as_string(hide_password=False)
    database = Database(address, pool_size=THREADS)
    yield database
    database.dispose()


def test_no_tenant_reads_or_writes_for_another(world, pooled, east, west):
    def visit(number: int) -> set[int]:
        tenant = (east, west)[number % 2]
        seen = set()
        with pooled.use():
            for turn in range(ROUNDS):
                with tenant_scope(tenant.id):
                    seen |= set(session().execute(select(OrgUnit.tenant_id)).scalars())
                    told = text("SELECT current_setting('app.tenant_id')").execution_options(raw_reason="test: whose is it?")
                    seen.add(int(session().execute(told).scalar_one()))
                    if turn % 10 == 0:
                        begin_write()
                        unit = session().scalars(select(OrgUnit).limit(1)).one()
                        session().add(Grid(org_id=unit.id, org_path=unit.path, name=f"{number}-{turn}", code=f"{number}-{turn}"))
                        session().commit()
        return seen

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(visit, range(THREADS)))
    assert found == [{(east, west)[number % 2].id} for number in range(THREADS)]
    for tenant in (east, west):
        with world.database.use(), tenant_scope(tenant.id):
            assert session().scalar(select(func.count()).select_from(Grid)) == THREADS // 2 * ROUNDS // 10


def test_a_streamed_answer_and_the_pages_work(world, pooled, tmp_path, plugins):
    url = pooled.engine.url.render_as_string(hide_password=False)
    behind = build_world(tmp_path / "instance", plugins, url)
    behind.tenants.update(world.tenants)
    browser = behind.browser("east")
    for path in ("/", "/people/", "/people/o/", "/ledgers/people.roster/", "/search/?q=east"):
        assert browser.get(path).status_code == 200, path
    with behind.inside("east"):
        rows = streamed(lambda: session().scalars(select(OrgUnit.id).execution_options(yield_per=1)))
        assert list(rows)
    behind.database.dispose()
