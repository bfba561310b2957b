"""All ledgers a reader may open, by group."""

from __future__ import annotations

from dataclasses import dataclass

from core.base.i18n import _
from core.plugin import Ledger
from core.service import Context

from .scope import readable


@dataclass(frozen=True, slots=True)
class Group:
    """A heading with its ledgers, in the order of their rank."""

    label: str
    ledgers: list[Ledger]


def groups(ctx: Context) -> list[Group]:
    """Ledgers of core and of the modules that are on; the group is the declared one, else the module's title."""
    found: dict[str, list[Ledger]] = {}
    for ledger in sorted(ctx.plugins.ledgers.values(), key=lambda item: item.rank):
        if ledger.menu and readable(ledger, ctx):
            owner = ctx.plugins.by_name[ctx.plugins.owner_of(ledger.name)]
            found.setdefault(str(ledger.group or owner.manifest.title or _("其他")), []).append(ledger)
    return [Group(label, listed) for label, listed in found.items()]
