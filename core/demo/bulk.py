"""Members of a community in bulk: the rows the services would write, by a few statements, with one digest for the audit."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from types import SimpleNamespace
from typing import Any

from sqlalchemy import insert

from core.base import clock
from core.base.ids import new_ids
from core.base.pinyin import NameKeys, name_keys
from core.base.session import session
from core.people.models import Affiliation, MemberChange, OrgUnit, Person, PostHolding
from core.people.sealed import put
from core.people.words import CHANGE_TYPES, EFFECTS
from core.rules import add_months
from core.service import Context

from .blueprint import Blueprint
from .crowd import Crowd, Draft
from .ground import some_day
from .posts import choose_posts

TABLES = (Person, Affiliation, MemberChange, PostHolding)
PLAIN = ("name", "gender", "birth_date", "education", "category", "member_kind", "joined_on", "confirmed_on", "work_unit",
         "skills", "verified_on")


@dataclass(slots=True)
class Batch:
    """Rows by table, how many went in, and a digest over their ids and places (never over personal values)."""

    rows: dict[type, list[dict[str, Any]]] = field(default_factory=lambda: {model: [] for model in TABLES})
    counts: dict[str, int] = field(default_factory=dict)
    digest: str = ""

    def add(self, model: type, row: dict[str, Any]) -> None:
        self.rows[model].append(row)

    def write(self) -> None:
        """Send the rows, parents first."""
        sha = hashlib.sha256()
        for model in TABLES:
            if rows := self.rows[model]:
                session().execute(insert(model.__table__), rows)  # type: ignore[attr-defined]
                sha.update("\n".join(f"{model.__name__} {r['id']} {r['org_path']}" for r in rows).encode())
            self.counts[model.__tablename__] = len(rows)  # type: ignore[attr-defined]
        self.digest = sha.hexdigest()


@lru_cache(maxsize=50_000)
def _keys(name: str) -> NameKeys:
    return name_keys(name)


def write_members(ctx: Context, crowd: Crowd, random: Random, community: OrgUnit, branches: list[tuple[OrgUnit, int]],
                  plan: Blueprint) -> Batch:
    """Write the members of some branches of a community, and a few who died within the last year."""
    writer = _BulkWriter(ctx, crowd, random, community)
    for branch, size in branches:
        due = random.random() < plan.people["due"]
        verified = add_months(ctx.today(), -random.randint(7, 10) if due else -random.randint(1, 4))
        crowd.forget_names()
        drafts = [crowd.draft(verified) for _n in range(size)]
        people = [writer.enter(branch, draft) for draft in drafts]
        writer.appoint(branch, drafts, people)
        if random.random() < plan.scale["leavers"] * size:
            writer.bury(branch, crowd.draft(verified))
    writer.batch.write()
    return writer.batch


class _BulkWriter:
    def __init__(self, ctx: Context, crowd: Crowd, random: Random, community: OrgUnit):
        self.ctx, self.crowd, self.random, self.community = ctx, crowd, random, community
        self.batch = Batch()
        self.by = ctx.actor.label
        self.made = {"tenant_id": ctx.tenant.id, "created_at": clock.now(), "version": 1}

    def enter(self, branch: OrgUnit, draft: Draft) -> dict[str, Any]:
        """The rows of a member: the person, the formal affiliation, the entry."""
        kind = "newly_admitted" if draft.is_new else "initial"
        on = draft.joined_on if draft.is_new else self.crowd.opened_on
        person = self._person(branch, draft)
        self.batch.add(Person, person)
        self.batch.add(Affiliation, {
            **self.made, "id": new_ids(1)[0], "person_id": person["id"], "kind": "formal", "org_id": branch.id,
            "org_path": branch.path, "starts_on": on, "ends_on": None, "source": str(CHANGE_TYPES[kind]),
            "formal_of": person["id"]})
        self._change(branch, person, kind, on)
        return person

    def bury(self, branch: OrgUnit, draft: Draft) -> None:
        """A member who stood in the opening balance and has died since."""
        draft.member_kind, draft.confirmed_on = "full", draft.confirmed_on or draft.joined_on
        person = self.enter(branch, draft)
        day = some_day(self.random, add_months(self.ctx.today(), -12), self.ctx.today())
        person |= {"membership_state": "deceased", "is_formal": False}
        self.batch.rows[Affiliation][-1] |= {"ends_on": day, "formal_of": None}
        self._change(branch, person, "deceased", day)

    def appoint(self, branch: OrgUnit, drafts: list[Draft], people: list[dict[str, Any]]) -> None:
        known = {id(draft): person for draft, person in zip(drafts, people, strict=True)}
        for post, draft, source in choose_posts(self.random, drafts, branch.term_start, self.ctx.today()):
            person = known[id(draft)]
            self.batch.add(PostHolding, {
                **self.made, "id": new_ids(1)[0], "person_id": person["id"], "person_name": person["name"], "org_id": branch.id,
                "org_path": branch.path, "post": post, "starts_on": branch.term_start, "ends_on": None, "source": source,
                "document_no": "", "note": ""})

    def _person(self, branch: OrgUnit, draft: Draft) -> dict[str, Any]:
        keys = _keys(draft.name)
        sealed = SimpleNamespace(id=new_ids(1)[0], __tablename__=Person.__tablename__)
        put(sealed, "phone", draft.phone)
        put(sealed, "id", draft.id_no)
        return {
            **self.made, **{name: getattr(draft, name) for name in PLAIN}, "id": sealed.id, "name_full": keys.full,
            "name_initials": keys.initials, "phone_sealed": sealed.phone_sealed, "phone_index": sealed.phone_index,
            "phone_mask": sealed.phone_mask, "id_sealed": sealed.id_sealed, "id_index": sealed.id_index,
            "id_mask": sealed.id_mask, "membership_state": "normal", "residence_org_id": self.community.id, "grid_id": None,
            "org_id": branch.id, "org_path": branch.path, "guest_path": None, "is_formal": True,
            "check_state": "approved" if draft.verified_on else "fresh", "note": ""}

    def _change(self, branch: OrgUnit, person: dict[str, Any], kind: str, on: dt.date) -> None:
        self.batch.add(MemberChange, {
            **self.made, "id": new_ids(1)[0], "person_id": person["id"], "person_name": person["name"], "type": kind,
            "org_id": branch.id, "org_path": branch.path, "other_org_id": None, "other_path": None, "other_place": "",
            "effect": EFFECTS[kind], "effective_on": on, "document_no": "", "reason": "", "by_name": self.by})
