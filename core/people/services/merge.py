"""Two records of one person become one; records that should not exist leave the registry. Both are archived."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import inspect, select, update

from core.accounts.models import User
from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Invalid
from core.contracts.events import PersonGone
from core.plugin import Objection
from core.service import Context, service
from core.tenancy.lifecycle import with_modules_off

from ..extras.merging import merge_values, refuse_unseen
from ..extras.values import remove_all
from ..models import Affiliation, Archive, Grid, MemberChange, OrgUnit, Person, PostHolding
from ..sealed import clear_text
from ..standing import close_formal, close_link, is_counted, open_links, settle, write_change
from . import unmerge
from .membership import _needed
from .persons import FIELDS, NUMBERS, check_known, fill

MERGE = "people.person.merge"
CHOICES = (*FIELDS, *NUMBERS)


def shown(person: Person, field: str) -> Any:
    """The value of a field as it may be shown: numbers masked."""
    return getattr(person, f"{NUMBERS[field]}_mask") if field in NUMBERS else getattr(person, field)


def differences(kept: Person, gone: Person) -> list[str]:
    """Fields whose values differ; a blank one differs from a filled one."""
    plain = [field for field in FIELDS if getattr(kept, field) != getattr(gone, field)]
    sealed = [name for name, column in NUMBERS.items() if getattr(kept, f"{column}_index") != getattr(gone, f"{column}_index")]
    return plain + sealed


@service(MERGE, writes=False)
def preview(ctx: Context, kept_id: int, gone_id: int) -> tuple[Person, Person, list[str], list[Objection]]:
    """Both persons, the fields that differ, and what other modules say against it."""
    kept, gone = _pair(ctx, kept_id, gone_id)
    return kept, gone, differences(kept, gone), _objections(ctx, gone, kept)


@service(MERGE)
def merge(ctx: Context, kept_id: int, gone_id: int, *, take: Mapping[str, str] | None = None, reason: str,
          version: int | None = None, gone_version: int | None = None) -> Person:
    """Merge `gone` into `kept`. `take` names, per differing field, "gone" where its value shall survive.

    A blank of the kept record is filled from the other one in any case. All rows of all modules then point at `kept`.
    """
    kept, gone = _pair(ctx, kept_id, gone_id)
    ctx.check_version(kept, version)
    ctx.check_version(gone, gone_version)
    said = _needed(reason)
    refuse_unseen(ctx, kept, gone, take or {})
    _refuse_if_blocked(ctx, gone, kept)
    with beyond_subtree("people: a merged person's records may lie elsewhere"):
        trace = unmerge.begin(gone)
        _balance(ctx, kept, gone, said)
        values = _surviving(kept, gone, take or {})
        _refuse_untrue(ctx, kept, values)
        snapshot = _snapshot(gone)
        trace.note_rows(gone)
        merge_values(kept, gone, take or {})
        told = with_modules_off(ctx)
        told.hooks.strict("person_merged", kept_id=kept.id, gone_id=gone.id, ctx=told)
        _repoint(kept, gone)
        row = _archive(ctx, gone, said, snapshot, kept.id)
        session().delete(gone)
        session().flush()
        trace.note_values(kept, values, "before")
        fill(kept, values)
        trace.note_values(kept, values, "after")
        row.undo = trace.facts
        settle(kept)
    ctx.audit("person", kept.id, name=kept.name, merged=gone_id, fields=sorted(values), reason=said)
    ctx.publish(PersonGone(person_id=gone_id, kept_id=kept.id))
    return kept


@service(MERGE)
def take_out(ctx: Context, person_id: int, *, reason: str, version: int | None = None) -> Archive:
    """Take a wrongly entered record out of the registry (a member who left stays: see transfer_out, remove)."""
    person = ctx.get(Person, person_id)
    ctx.require(MERGE, person.org_path)
    ctx.check_version(person, version)
    said = _needed(reason)
    _refuse_if_blocked(ctx, person)
    with beyond_subtree("people: all links of a removed record end"):
        if is_counted(person):
            write_change(ctx, person, "corrected", ctx.get(OrgUnit, person.org_id), ctx.today(), effect=-1, reason=said)
        row = _archive(ctx, person, said, _snapshot(person), None)
        for model in (Affiliation, PostHolding):
            for each in session().scalars(select(model).where(model.person_id == person.id)):
                session().delete(each)
        remove_all(person)
        _name_instead(person, None)
        session().flush()
        session().delete(person)
        session().flush()
    ctx.audit("person", person_id, name=row.name, taken_out=True, reason=said)
    ctx.publish(PersonGone(person_id=person_id, kept_id=0))
    return row


def _pair(ctx: Context, kept_id: int, gone_id: int) -> tuple[Person, Person]:
    if kept_id == gone_id:
        raise Invalid({"gone_id": [_("不能与自己合并。")]})
    kept, gone = ctx.get(Person, kept_id), ctx.get(Person, gone_id)
    for person in (kept, gone):
        ctx.require(MERGE, person.org_path)
    return kept, gone


def _objections(ctx: Context, person: Person, into: Person | None) -> list[Objection]:
    asked = with_modules_off(ctx)
    return asked.hooks.strict("check_person_removal", person=person, into=into, ctx=asked)



def _refuse_if_blocked(ctx: Context, person: Person, into: Person | None = None) -> None:
    objections = _objections(ctx, person, into)
    if blocking := [str(o.text) for o in objections if o.blocking]:
        raise Invalid({"person": blocking})


def _balance(ctx: Context, kept: Person, gone: Person, reason: str) -> None:
    """The person was counted twice, once from now on; the double one leaves by a correction."""
    if is_counted(gone):
        write_change(ctx, gone, "corrected", ctx.get(OrgUnit, gone.org_id), ctx.today(), effect=-1, reason=reason)
    if gone.is_formal and not kept.is_formal:
        raise Invalid({"person": [_("组织关系在册的是另一条记录，请保留 %(name)s 在“%(org)s”的记录。",
                                    name=gone.name, org=ctx.get(OrgUnit, gone.org_id).short_name)]})
    if gone.is_formal:
        close_formal(gone, ctx.today())
    open_kinds = {(link.kind, link.org_id) for link in open_links(kept.id)}
    for link in open_links(gone.id):
        if (link.kind, link.org_id) in open_kinds:
            close_link(link, ctx.today())


def _surviving(kept: Person, gone: Person, take: Mapping[str, str]) -> dict[str, Any]:
    """Values to set on the kept record; numbers in clear, for they are sealed anew for its row."""
    values: dict[str, Any] = {}
    for field in differences(kept, gone):
        blank = shown(kept, field) in (None, "")
        if (take.get(field) == "gone" or blank) and shown(gone, field) not in (None, ""):
            values[field] = clear_text(gone, NUMBERS[field]) if field in NUMBERS else getattr(gone, field)
    return values


def _refuse_untrue(ctx: Context, kept: Person, values: dict[str, Any]) -> None:
    """Half of one record and half of the other must still be one person."""
    now = {field: getattr(kept, field) for field in FIELDS}
    if errors := check_known(kept, {**now, **values}, ctx.today()):
        raise Invalid(errors)


def _snapshot(person: Person) -> dict[str, Any]:
    """Every column as JSON can hold it; sealed values stay sealed for the old row."""
    row = {c.key: getattr(person, c.key) for c in inspect(Person).column_attrs}
    return {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in row.items() if k not in ("tenant_id", "created_at")}


def _repoint(kept: Person, gone: Person) -> None:
    for model in (Affiliation, PostHolding, MemberChange):
        session().execute(update(model).where(model.person_id == gone.id).values(person_id=kept.id))
    _name_instead(gone, kept.id)


def _name_instead(gone: Person, person_id: int | None) -> None:
    """What names a person without a reference: the grid's worker, the account's owner."""
    session().execute(update(Grid).where(Grid.worker_id == gone.id).values(worker_id=person_id))
    session().execute(update(User).where(User.person_id == gone.id).values(person_id=person_id))


def _archive(ctx: Context, person: Person, reason: str, snapshot: dict[str, Any], kept_id: int | None) -> Archive:
    row = Archive(kind="person", record_id=person.id, name=person.name, org_path=person.org_path, kept_id=kept_id,
                  reason=reason, by_id=ctx.actor.id, by_name=ctx.actor.label, on=ctx.today(), snapshot=snapshot)
    session().add(row)
    session().flush()
    return row
