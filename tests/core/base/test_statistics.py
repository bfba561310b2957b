"""The planner of SQLite knows how rows lie, also on connections that were open before."""

from __future__ import annotations

from sqlalchemy import inspect, select

from core.base.db import Base
from core.base.engine import Database
from core.base.scope import system_scope
from core.base.session import session
from core.jobs.models import DONE, Job
from core.tenancy.models import Tenant

STATISTICS = "tenancy.statistics"


def test_statistics_are_there_after_a_refresh():
    database = Database("sqlite://")
    database.create_all()
    with database.use(), database.maintenance("look") as connection:
        assert not inspect(connection).has_table("sqlite_stat1")
        assert Tenant.__tablename__ in Base.metadata.tables
    with database.use(), system_scope("refresh"):
        database.refresh_statistics()
    with database.maintenance("look", writes=False) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sqlite_stat1").scalar() is not None
    assert database.check_walls() == []
    database.dispose()


def test_the_platform_alone_refreshes(world):
    world.app.extensions["juheli.runner"].tick()
    with world.inside("east"):
        assert STATISTICS not in set(session().scalars(select(Job.name)))
    with world.inside("platform"):
        assert STATISTICS in set(session().scalars(select(Job.name)))
    world.run_jobs()
    with world.inside("platform"):
        done = session().scalars(select(Job).where(Job.name == STATISTICS)).one()
        assert (done.status, done.result) == (DONE, {"refreshed": True})
