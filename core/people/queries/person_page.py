"""Everything the page of a person shows, in a handful of statements."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import joinedload

from core.plugin import HeldData, Panel, TimelineEntry
from core.service import Context, service
from core.tenancy.lifecycle import with_modules_off

from ..extras.shown import Section, sections
from ..models import Affiliation, Archive, MemberChange, OrgUnit, Person, PostHolding
from . import own_rows

READ = "people.person.read"
TABS = ("data", "relations", "taking_part", "timeline")
WITH_UNIT = joinedload(Person.org, innerjoin=True).load_only(OrgUnit.short_name)


@dataclass(frozen=True, slots=True)
class PersonPage:
    """`links` and `posts` come with the short name of the unit; `panels` are those the reader may see, by rank.

    What no tab but another shows is left empty: `archive` (relations), `extras` (data), `panels` (data, taking_part).
    """

    person: Person
    links: list[tuple[Affiliation, str]]
    posts: list[tuple[PostHolding, str]]
    changes: list[MemberChange]
    archive: list[Archive]
    panels: list[Panel]
    timeline: list[TimelineEntry]
    may_edit: bool
    extras: list[Section]


@service(READ, writes=False)
def person_page(ctx: Context, person_id: int, tab: str = TABS[0]) -> PersonPage:
    """The page of one person inside the reader's subtrees, with a tab open. Raises NotFound."""
    person = ctx.get(Person, person_id, WITH_UNIT)
    with own_rows.read_once():
        return PersonPage(
            person,
            sorted(own_rows.links(person_id), key=lambda one: _latest_first(one[0])),
            sorted(own_rows.posts(person_id), key=lambda one: _latest_first(one[0])),
            sorted(own_rows.changes(person_id), key=lambda one: (one.effective_on, one.id), reverse=True),
            own_rows.archive(person_id) if tab == "relations" else [],
            _panels(ctx, person) if tab in ("data", "taking_part") else [],
            _timeline(ctx, person_id),
            ctx.may("people.person.update", person.org_path), sections(ctx, person) if tab == "data" else [])


def _latest_first(one: Affiliation | PostHolding) -> tuple[bool, int]:
    """Those in force, then those that ended; the latest first."""
    return one.ends_on is not None, -one.starts_on.toordinal()


def _panels(ctx: Context, person: Person) -> list[Panel]:
    found = [c.value for c in ctx.collect("panels", slot="person", subject=person) if isinstance(c.value, Panel)]
    return sorted((p for p in found if ctx.may(p.permission)), key=lambda p: p.rank)


def _timeline(ctx: Context, person_id: int) -> list[TimelineEntry]:
    """What all modules tell of the person, newest first; asked inside the service, whose fence keeps to the reader's part."""
    entries = [c.value for c in ctx.collect("timeline", person_id=person_id) if isinstance(c.value, TimelineEntry)]
    return sorted(entries, key=lambda entry: entry.on, reverse=True)


@service(READ, action="people.person.held")
def held_data(ctx: Context, person_id: int) -> tuple[Person, list[HeldData]]:
    """What every enabled module holds about one person, for the person; making it is audited."""
    person = ctx.get(Person, person_id)
    told = with_modules_off(ctx).collect("personal_data", person_id=person_id)
    found = [c.value for c in told if isinstance(c.value, HeldData)]
    ctx.audit("person", person.id, name=person.name, sections=len(found))
    return person, found
