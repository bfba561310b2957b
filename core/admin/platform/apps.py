"""Plugins as the operators see them: to whom offered, where on, what failed, what has vanished."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.contracts.errors import NotFound
from core.jobs.dead import DeadJob, dead_jobs
from core.plugin import Plugin
from core.service import Context, service
from core.tenancy.everywhere import Standing, standings
from core.tenancy.models import ARCHIVED, DISABLED, ENABLED, PluginOffer
from core.tenancy.offers import OFFER, all_offers

from .models import PluginTrouble
from .troubles import recent_troubles


@dataclass(frozen=True, slots=True)
class Row:
    """One plugin. `manifest` None: it is not installed (any more), and tenants keep data of it."""

    name: str
    manifest: Plugin | None
    offer: PluginOffer | None
    standing: tuple[Standing, ...]
    troubles: tuple[PluginTrouble, ...] = ()
    dead: tuple[DeadJob, ...] = field(default=())

    def in_state(self, state: str) -> int:
        return sum(each.state == state for each in self.standing)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Tenants where it is on, archived, off with its data kept."""
        return self.in_state(ENABLED), self.in_state(ARCHIVED), self.in_state(DISABLED)

    @property
    def behind(self) -> tuple[Standing, ...]:
        """Tenants that stand at another version than the installed one."""
        installed = self.manifest.version if self.manifest else None
        return tuple(s for s in self.standing if installed and s.state in (ENABLED, ARCHIVED) and s.version != installed)

    @property
    def failed(self) -> int:
        return sum(each.count for each in self.troubles)


@service(OFFER, writes=False)
def plugin_rows(ctx: Context) -> list[Row]:
    """Every installed plugin in dependency order, then those that have vanished."""
    found, offers, failed, dead = standings(), all_offers(), recent_troubles(ctx), dead_jobs()
    gone = sorted({each.plugin for each in found} - ctx.plugins.by_name.keys())
    return [_row(ctx, name, found, offers, failed, dead) for name in (*ctx.plugins.optional, *gone)]


def _row(ctx: Context, name: str, found: list[Standing], offers: dict[str, PluginOffer], failed: list[PluginTrouble],
         dead: list[DeadJob]) -> Row:
    owner = ctx.plugins.by_name.get(name)
    return Row(name, owner.manifest if owner else None, offers.get(name), tuple(s for s in found if s.plugin == name),
               tuple(t for t in failed if t.module == name), tuple(j for j in dead if ctx.plugins.owner_of(j.name) == name))


@service(OFFER, writes=False)
def plugin_row(ctx: Context, name: str) -> Row:
    """One of them. Raises NotFound."""
    for row in plugin_rows(ctx):
        if row.name == name:
            return row
    raise NotFound(name)
