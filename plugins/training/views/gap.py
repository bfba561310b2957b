"""What is missing: for oneself, for a person one plans for, for a unit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import current_app, request

from core.ledgers.cells import address_of
from core.rules import rule
from core.settings.modules import settings_of
from core.web import SIGNED_IN, ctx, go, render

from ..audience import is_new
from ..duty import as_of
from ..models import HourEntry
from ..queries.gap import PersonYear, my_year, person_year, unit_gap
from ..words import DUTY_RULES, ROLES, SOURCES
from .pages import WORDS, number_asked, pages

HOURS = "training.hours.read"


def year_asked() -> int:
    """The year of the address, else this one."""
    asked = number_asked(request.args.get("year"))
    return asked if asked and 2000 <= asked <= ctx().today().year else ctx().today().year


def links_of(entries: Iterable[HourEntry]) -> dict[int, str]:
    """entry id -> address of the record behind it. A source is named after its page (`liaison.gathering`), so that the link
    works for modules this one does not know; only where the reader may open that page."""
    found = {}
    for row in entries:
        view = current_app.view_functions.get(row.source)
        around = address_of(row.source) if view and ctx().plugins.active(row.source, ctx().enabled) else None
        if around and ctx().may(view.needs):  # type: ignore[union-attr]
            found[row.id] = f"{around[0]}{row.source_id}{around[1]}"
    return found


def central_classes(found: PersonYear | None) -> int:
    """How many central classes the person's role or first year asks for in a year; 0: none in particular."""
    if found is None or found.balance is None:
        return 0
    if found.balance.role in ("secretary", "committee"):
        return int(rule("training.central_classes").value)
    return int(rule("training.central_classes_new").value) if is_new(found.person, as_of(found.year)) else 0


def ground(role: str) -> str:
    """Where the hours of a role come from, in one sentence."""
    return rule(DUTY_RULES[role]).explain() if role in DUTY_RULES else ""


@pages.get("/mine", needs=SIGNED_IN)
def mine() -> Any:
    """My hours, my gap, the sessions that would close it: for everybody whose account belongs to a person."""
    year = year_asked()
    found = my_year(ctx(), year)
    return render("training/person.html", page=found, own=True, why=ground(found.balance.role) if found and found.balance else "",
                  today=ctx().today(), behind=links_of(found.entries) if found else {}, sources=SOURCES,
                  central=central_classes(found), **WORDS,
                  self_enrolment=settings_of(ctx().plugins, "training")["self_enrolment"])


@pages.get("/people/<int:record_id>", needs=HOURS)
def person(record_id: int) -> Any:
    found = person_year(ctx(), record_id, year_asked())
    return render("training/person.html", page=found, own=False, why=ground(found.balance.role) if found.balance else "",
                  today=ctx().today(), behind=links_of(found.entries), sources=SOURCES, central=central_classes(found), **WORDS)


@pages.get("/gap", needs=HOURS)
def gap() -> Any:
    """The sums of everything the actor plans for, unit by unit."""
    return _gap(None)


@pages.get("/gap/<int:record_id>", needs=HOURS)
def gap_of_unit(record_id: int) -> Any:
    return _gap(record_id)


def _gap(org_id: int | None) -> Any:
    found = unit_gap(ctx(), org_id, year_asked())
    if found.unit is None and len(found.below) == 1 and found.below[0].org_id and not request.args.get("all"):
        return go("training.gap_of_unit", record_id=found.below[0].org_id)
    return render("training/gap.html", page=found, workers=found.workers, target=rule("training.coverage_target"),
                  reasons=[ground(role) for role in ROLES if role in {s.label for s in found.roles}],
                  this_year=ctx().today().year, **WORDS)
