"""The planner of SQLite knows how rows lie, also on connections that were open before."""

from __future__ import annotations

from sqlalchemy import inspect

from core.base.db import Base
from core.base.engine import Database
from core.base.scope import system_scope
from core.tenancy import jobs
from core.tenancy.models import Tenant


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
    with world.inside("east") as ctx:
        assert jobs.statistics(ctx, None) == {}
    with world.inside("platform") as ctx:
        assert jobs.statistics(ctx, None) == {"refreshed": True}
        assert ctx.tenant.id == 0
