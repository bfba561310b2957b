"""Changing the lists of a tenant: adding, renaming, retiring and ordering entries, and the way back to what was declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.audit.models import AuditEntry
from core.base.db import new_id, session
from core.base.i18n import _
from core.contracts.errors import Conflict, Invalid, NotFound
from core.service import Context, service

from .dictionaries import Entry, declared, entries, forget, title
from .models import DictionaryEntry

MANAGE = "settings.dictionary.manage"
HISTORY = 200


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of the tenant: how many entries may be chosen, how many were changed or added here."""

    kind: str
    title: str
    usable: int
    changed: int


@service(MANAGE, writes=False)
def read_lists(ctx: Context) -> list[tuple[str, list[ListOf]]]:
    """(title of the module, its lists) for modules that are on."""
    groups: dict[str, list[ListOf]] = {}
    for kind in declared():
        if ctx.plugins.active(kind, ctx.working):
            found = entries(kind)
            one = ListOf(kind, title(kind), sum(e.active for e in found), sum(e.changed for e in found))
            groups.setdefault(str(ctx.plugins.by_name[ctx.plugins.owner_of(kind)].manifest.title), []).append(one)
    return list(groups.items())


@service(MANAGE, writes=False)
def read_list(ctx: Context, kind: str) -> list[Entry]:
    """All entries in order, retired ones included. Raises NotFound, also while the list's module is off."""
    _known(ctx, kind)
    return entries(kind)


def _known(ctx: Context, kind: str) -> dict[str, Any]:
    known = declared().get(kind)
    if known is None or not ctx.plugins.active(kind, ctx.working):
        raise NotFound(kind)
    return dict(known)


def find_entry(ctx: Context, kind: str, code: str) -> Entry:
    """One entry. Raises NotFound."""
    found = next((e for e in read_list(ctx, kind) if e.code == code), None)
    if found is None:
        raise NotFound(code)
    return found


@service(MANAGE, writes=False)
def history(ctx: Context, kind: str) -> list[AuditEntry]:
    """What was done to the list, newest first (the last HISTORY changes of all lists are looked through)."""
    rows = session().scalars(select(AuditEntry).where(AuditEntry.kind == "dictionary").order_by(AuditEntry.seq.desc())
                             .limit(HISTORY)).all()
    return [row for row in rows if row.detail.get("list") == kind]


def _row(kind: str, code: str) -> DictionaryEntry | None:
    return session().scalars(select(DictionaryEntry).filter_by(kind=kind, code=code)).one_or_none()


def add_entry(ctx: Context, kind: str, *, label: str, base: str, active: bool = True) -> Entry:
    """A new entry at the end of the list. Raises Invalid, NotFound."""
    last = max((e.rank for e in read_list(ctx, kind)), default=-1)
    return save_entry(ctx, kind, f"own{new_id():x}", label=label, base=base, active=active, rank=last + 1)


@service(MANAGE)
def save_entry(ctx: Context, kind: str, code: str, *, label: str, base: str, active: bool = True, rank: int | None = None,
               version: int | None = None) -> Entry:
    """Add an entry, or rename, move or retire one; records that have a retired one keep its word.

    Raises Invalid and Conflict.
    """
    known, listed = _known(ctx, kind), entries(kind)
    before = next((e for e in listed if e.code == code), None)
    _check(known, listed, before, code, label, base)
    row = _row(kind, code)
    _compare(row, version)
    if row is None:
        row = DictionaryEntry(kind=kind, code=code)
        session().add(row)
    row.label = "" if before and label == before.declared else label
    row.base, row.active, row.rank = base, active, before.rank if rank is None and before else rank or 0
    now = _settled(kind, code)
    was = {name: getattr(before, name) for name in ("label", "base", "active")} if before else {}
    changes = {name: [was.get(name), getattr(now, name)] for name in ("label", "base", "active")
               if was.get(name) != getattr(now, name)}
    ctx.audit("dictionary", row.id, now.label, list=kind, changes=changes)
    return now


def _compare(row: DictionaryEntry | None, version: int | None) -> None:
    """An entry as it was declared has no row yet: version 0. Raises Conflict."""
    if version is not None and version != (row.version if row else 0):
        raise Conflict(current=row)


def _check(known: dict[str, Any], listed: list[Entry], before: Entry | None, code: str, label: str, base: str) -> None:
    errors: dict[str, list[str]] = {}
    if base not in {entry["code"] for entry in known["entries"]} or (before and before.declared and base != code):
        errors["base"] = [_("请选择这一项在汇总时归入的类别。")]
    if not label:
        errors["label"] = [_("此项必填")]
    elif any(e.label == label and e.code != code for e in listed):
        errors["label"] = [_("“%(label)s”已在这个列表里。", label=label)]
    if errors:
        raise Invalid(errors)


def _settled(kind: str, code: str) -> Entry:
    session().flush()
    forget()
    return next(e for e in entries(kind) if e.code == code)


@service(MANAGE, action="settings.dictionary.order")
def move_entry(ctx: Context, kind: str, code: str, *, by: int, version: int | None = None) -> None:
    """One place up (-1) or down (1); at the end of the list nothing happens. Raises NotFound, Conflict."""
    _known(ctx, kind)
    _compare(_row(kind, code), version)
    listed = entries(kind)
    at = next((n for n, e in enumerate(listed) if e.code == code), None)
    if at is None:
        raise NotFound(code)
    if not 0 <= at + by < len(listed):
        return
    listed.insert(at + by, listed.pop(at))
    for rank, entry in enumerate(listed):
        if entry.rank != rank:
            row = _row(kind, entry.code) or DictionaryEntry(kind=kind, code=entry.code, label="", base=entry.base,
                                                            active=entry.active)
            row.rank = rank
            session().add(row)
    _settled(kind, code)
    ctx.audit("dictionary", None, next(e.label for e in listed if e.code == code), list=kind, order=[e.label for e in listed])


@service(MANAGE, action="settings.dictionary.reset")
def reset_entry(ctx: Context, kind: str, code: str, *, version: int | None = None) -> None:
    """The declared word and place of one entry again. Raises NotFound for what the tenant added itself, Conflict."""
    entry = find_entry(ctx, kind, code)
    if not entry.declared:
        raise NotFound(code)
    row = _row(kind, code)
    _compare(row, version)
    if row is not None:
        session().delete(row)
    now = _settled(kind, code)
    ctx.audit("dictionary", None, now.label, list=kind, changes={"label": [entry.label, now.label]})


@service(MANAGE, action="settings.dictionary.reset")
def reset_list(ctx: Context, kind: str) -> int:
    """The whole list as declared; entries the tenant added are retired, for records may have them. Returns how many changed."""
    _known(ctx, kind)
    first = {entry["code"] for entry in declared()[kind]["entries"]}
    rows = session().scalars(select(DictionaryEntry).filter_by(kind=kind)).all()
    for row in rows:
        if row.code in first:
            session().delete(row)
        else:
            row.active, row.rank = False, len(first) + row.rank
    session().flush()
    forget()
    ctx.audit("dictionary", None, title(kind), list=kind, reset=len(rows))
    return len(rows)
