"""Writing the chain and checking it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from core.base import clock
from core.base.ids import new_id
from core.base.origins import origin_of
from core.base.scope import current_scope
from core.base.session import session

from .models import AuditEntry, AuditHead

FIRST = "0" * 64
HEAD = 1
_COVERED = ("seq", "at", "action", "actor_kind", "actor_id", "actor_name", "via", "address", "request_id", "kind",
            "subject_id", "subject_name", "detail", "previous")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What one audit row says, before it gets its place in the chain."""

    action: str
    actor_kind: str
    actor_id: int | None
    actor_name: str
    via: str
    kind: str = ""
    subject_id: int | None = None
    subject_name: str = ""
    detail: dict[str, Any] = dataclasses.field(default_factory=dict)
    address: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Result of a verification: rows read, and the first bad row with the reason (None, "" when all is well)."""

    rows: int
    bad_seq: int | None = None
    reason: str = ""


def digest(origin: int, row: dict[str, Any]) -> str:
    """sha256 over the number the tenant was born with and the covered columns, in canonical JSON."""
    covered = {name: row[name] for name in _COVERED} | {"at": row["at"].isoformat(), "tenant_id": origin}
    text = json.dumps(covered, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _take(count: int) -> tuple[int, str]:
    """Lock the head and reserve `count` numbers; returns the last used number and hash."""
    tenant_id = current_scope().tenant_id
    where = (AuditHead.tenant_id == tenant_id, AuditHead.id == HEAD)
    taken = session().execute(
        update(AuditHead).where(*where).values(seq=AuditHead.seq + count)
        .returning(AuditHead.seq, AuditHead.hash).execution_options(synchronize_session=False)
    ).one_or_none()
    if taken is None:
        session().execute(insert(AuditHead).values(tenant_id=tenant_id, id=HEAD, seq=count, hash=FIRST, version=1))
        return 0, FIRST
    return taken.seq - count, taken.hash


def write_facts(facts: Iterable[Fact]) -> None:
    """Append rows to the chain of the tenant in scope, in the running transaction."""
    listed = list(facts)
    if not listed:
        return
    tenant_id = current_scope().tenant_id
    seq, previous = _take(len(listed))
    origin, now, rows = origin_of(tenant_id).tenant_id, clock.now(), []
    for fact in listed:
        seq += 1
        row = {**dataclasses.asdict(fact), "seq": seq, "at": now, "previous": previous}
        row["subject_name"], row["actor_name"] = row["subject_name"][:160], row["actor_name"][:80]
        row["detail"] = json.loads(json.dumps(row["detail"], ensure_ascii=False, default=str))
        previous = digest(origin, row)
        rows.append({**row, "hash": previous, "tenant_id": tenant_id, "id": new_id(), "created_at": now, "version": 1})
    session().execute(insert(AuditEntry), rows)
    session().execute(
        update(AuditHead).where(AuditHead.tenant_id == tenant_id, AuditHead.id == HEAD).values(hash=previous)
        .execution_options(synchronize_session=False)
    )


def _rows() -> Iterator[Any]:
    columns = [getattr(AuditEntry, name) for name in (*_COVERED, "hash")]
    where = AuditEntry.tenant_id == current_scope().tenant_id
    yield from session().execute(select(*columns).where(where).order_by(AuditEntry.seq).execution_options(yield_per=2000))


def verify() -> Verdict:
    """Walk the chain of the tenant in scope and name the first row that was changed, removed, added or cut off."""
    head = _head()                                      # before the rows: what is written meanwhile comes after it
    origin, seq, previous = origin_of(current_scope().tenant_id).tenant_id, 0, FIRST
    for row in _rows():
        seq += 1
        if row.seq != seq:
            return Verdict(seq - 1, seq, "missing")
        if row.previous != previous:
            return Verdict(seq, seq, "broken link")
        if digest(origin, row._asdict()) != row.hash:
            return Verdict(seq, seq, "changed")
        previous = row.hash
        if head is not None and head.seq == seq and head.hash != previous:
            return Verdict(seq, seq, "head differs")
    if head is None or head.seq < seq:
        head = _head()                                  # rows past it were written meanwhile, or put in by somebody
        if head is None:
            return Verdict(seq) if seq == 0 else Verdict(seq, seq, "head missing")
        return Verdict(seq) if head.seq >= seq else Verdict(seq, head.seq + 1, "added")
    return Verdict(seq) if head.seq == seq else Verdict(seq, seq + 1, "cut off")


def _head() -> Any:
    return session().execute(select(AuditHead.seq, AuditHead.hash).where(
        AuditHead.tenant_id == current_scope().tenant_id, AuditHead.id == HEAD)).one_or_none()
