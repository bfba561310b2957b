"""Everything the page of a person shows, in a handful of statements."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from core.base.db import session
from core.plugin import HeldData, Panel, TimelineEntry
from core.service import Context, service
from core.tenancy.lifecycle import with_modules_off

from ..extras.shown import Section, sections
from ..models import Affiliation, Archive, MemberChange, OrgUnit, Person, PostHolding

READ = "people.person.read"


@dataclass(frozen=True, slots=True)
class PersonPage:
    """`links` and `posts` come with the short name of the unit; `panels` are those the reader may see, by rank."""

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
def person_page(ctx: Context, person_id: int) -> PersonPage:
    """The page of one person inside the reader's subtrees. Raises NotFound."""
    person = ctx.get(Person, person_id)
    links = select(Affiliation, OrgUnit.short_name).join(Affiliation.org).where(Affiliation.person_id == person_id)
    posts = (select(PostHolding, OrgUnit.short_name).join(PostHolding.org).where(PostHolding.person_id == person_id)
             .execution_options(beyond_subtree=True))
    changes = select(MemberChange).where(MemberChange.person_id == person_id)
    archive = select(Archive).where(Archive.kept_id == person_id).order_by(Archive.id.desc())
    found = [c.value for c in ctx.collect("panels", slot="person", subject=person) if isinstance(c.value, Panel)]
    return PersonPage(
        person,
        [(a, n) for a, n in session().execute(links.order_by(Affiliation.ends_on.is_not(None), Affiliation.starts_on.desc()))],
        [(h, n) for h, n in session().execute(posts.order_by(PostHolding.ends_on.is_not(None), PostHolding.starts_on.desc()))],
        list(session().scalars(changes.order_by(MemberChange.effective_on.desc(), MemberChange.id.desc())).all()),
        list(session().scalars(archive).all()),
        sorted((p for p in found if ctx.may(p.permission)), key=lambda p: p.rank),
        _timeline(ctx, person_id),
        ctx.may("people.person.update", person.org_path), sections(ctx, person))


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
