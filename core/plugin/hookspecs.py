"""Every question core asks its modules. Nothing else is a plugin API. `ctx` is always the last argument."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pluggy

from .records import CalendarEntry, HeldData, NavItem, Objection, Panel, SearchHit, TimelineEntry

PROJECT = "juheli"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Contributions:
    """Asked of enabled modules, each in its own guard: one that raises loses its own answer and nothing else."""

    @hookspec
    def nav_items(self, ctx: Any) -> Iterable[NavItem]:
        """Entries of the side menu."""
        return ()

    @hookspec
    def panels(self, slot: str, subject: Any, ctx: Any) -> Iterable[Panel]:
        """Boxes at a named place: slot is "person", "org_unit" or "dashboard" (subject None)."""
        return ()

    @hookspec
    def search_hits(self, query: Any, ctx: Any) -> Iterable[SearchHit]:
        """Hits for the global search box; respect `query.limit`."""
        return ()

    @hookspec
    def timeline(self, person_id: int, ctx: Any) -> Iterable[TimelineEntry]:
        """What happened with one person."""
        return ()

    @hookspec
    def calendar(self, start: Any, end: Any, ctx: Any) -> Iterable[CalendarEntry]:
        """Dates between start and end (inclusive) that matter to the actor."""
        return ()

    @hookspec
    def personal_data(self, person_id: int, ctx: Any) -> Iterable[HeldData]:
        """Everything held about one person."""
        return ()


class Checks:
    """Strict: an exception aborts the operation. Objections are values, not exceptions."""

    @hookspec
    def check_person_removal(self, person: Any, into: Any, ctx: Any) -> Iterable[Objection]:
        """Reasons not to take a person out of the registry (`into` None), or to merge it into the person `into`."""
        return ()

    @hookspec
    def check_org_removal(self, org_unit: Any, ctx: Any) -> Iterable[Objection]:
        """Reasons not to dissolve an organisation."""
        return ()

    @hookspec
    def person_merged(self, kept_id: int, gone_id: int, ctx: Any) -> None:
        """Point records of `gone_id` at `kept_id`, inside the merging transaction."""

    @hookspec
    def person_unmerged(self, kept_id: int, gone_id: int, ctx: Any) -> None:
        """The merge is taken back: rows that refer to persons by foreign key point at `gone_id` again; mend what follows."""


class LifeCycle:
    """Strict, asked of the one module concerned, inside the enabling or disabling transaction."""

    @hookspec
    def plugin_enabled(self, first: bool, ctx: Any) -> None:
        """Create defaults. Idempotent: called again (first=False) when enabled again."""

    @hookspec
    def plugin_disabled(self, ctx: Any) -> None:
        """Stop what goes on outside the database. Data is kept."""
