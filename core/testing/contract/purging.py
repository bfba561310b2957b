"""Purging: after the export, by two persons, after the wait, all of the plugin's data in one tenant is gone and nothing else."""

from __future__ import annotations

import datetime as dt

from core.base import clock
from core.base.scope import tenant_scope
from core.custody import carrying_out, own, purge, removal
from core.custody.archive.reading import Sum, snapshot, sums
from core.custody.archive.tables import travelling
from core.custody.archive.writing import closed_keys
from core.custody.belongings import belongings, counted
from core.tenancy.lifecycle import disable_plugin, enable_plugin
from core.tenancy.models import PLATFORM_SLUG
from core.tenancy.platform import furnish_platform

from .stage import HOME, Stage

SPENT = "spent"
LATER = dt.timedelta(days=400)      # after any wait a rule may set
MOVED = {"audit_entry", "audit_head", "jobs_job", "notify_notice", "tenancy_plugin_state", "files_file"}    # told of it


class Purging:
    """The last step of enable, use, disable, enable, purge."""

    def _left(self, stage: Stage) -> dict[str, int]:
        with stage.world.database.use(), tenant_scope(stage.world.tenants[SPENT].id):
            return dict(counted(belongings(stage.name)))

    def _sums(self, stage: Stage, slug: str) -> dict[str, Sum]:
        with stage.world.database.use(), snapshot(stage.world.tenants[slug].id):
            return sums(travelling(stage.world.database.metadata, stage.plugins))

    def test_all_of_it_goes_and_nothing_else_and_it_begins_anew(self, stage: Stage) -> None:
        stage.furnish(SPENT)
        with stage.world.inside(SPENT) as ctx:
            disable_plugin(ctx, stage.name)
        with stage.world.acting(SPENT, "admin") as ctx:
            own.make_own(ctx, closed_keys(ctx.tenant.id, "a long passphrase"), lambda *_told: None, stage.name)
        mine, before, home = self._left(stage), self._sums(stage, SPENT), self._sums(stage, HOME)
        assert stage.tables() <= set(mine)
        said = self._purge(stage)
        assert said["rows"] == mine and self._left(stage) == {}
        after = self._sums(stage, SPENT)
        assert {name for name in before if before[name] != after[name]} <= MOVED | set(mine)
        assert self._sums(stage, HOME) == home
        with stage.world.inside(SPENT) as ctx:
            assert stage.name in enable_plugin(ctx, stage.name)
        pages = [path for path in stage.pages() if str(stage.mark.id) not in path]
        browser = stage.world.browser(SPENT)
        assert {path: code for path in pages if (code := browser.get(path).status_code) >= 400} == {}

    def _purge(self, stage: Stage) -> dict[str, object]:
        """One operator asks, another confirms, the wait is over."""
        with stage.world.database.use():
            furnish_platform(operator_login="second", operator_name="Second")
        with stage.world.acting(PLATFORM_SLUG, "operator") as ctx:
            number = purge.ask_purge(ctx, SPENT, stage.name, reason="contract", typed=stage.name).id
        with stage.world.acting(PLATFORM_SLUG, "second") as ctx:
            removal.confirm(ctx, number)
        with clock.at(clock.now() + LATER), stage.world.acting(PLATFORM_SLUG, "operator") as ctx:
            return dict(carrying_out.carry_out(ctx, number))
