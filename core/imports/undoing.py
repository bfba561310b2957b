"""Taking a batch back, from its last row to its first, in chunks. A record changed since stays, and the page says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import NotFound
from core.contracts.events import ImportUndone
from core.events.outbox import told_as_one
from core.imports import batches
from core.imports.models import DONE, KEPT, TAKEN_BACK, UNCHANGED, UNDOING, UNDONE, UPDATED, WRITTEN, ImportBatch, ImportRow
from core.imports.trial import in_reach, sentences
from core.imports.vault import seal_json
from core.imports.writing import CHUNK, opened, tell, undo_until
from core.plugin import ImportKind
from core.service import Context, service
from core.tenancy.turns import wait_for_turn
from core.web.forms import flat


def run(ctx: Context, job: Any, batch_id: int) -> dict[str, int]:
    """Take a batch back to its first row; safe to run again."""
    try:
        batch = batches.batch_of(ctx, batch_id)
    except NotFound:
        return {}
    if batch.state != UNDOING:
        return {}
    total, done, first = batch.counts.get(WRITTEN, 0), 0, None
    while numbers := undo_chunk(ctx, batch_id, first):
        done, first = done + len(numbers), numbers[-1]
        job.tell(100 * done // max(total, 1), _("已撤销 %(n)s 行，共 %(total)s 行", n=done, total=total))
    finish(ctx, batch_id)
    return {"rows": done}


@service(None, action="imports.batch.take_back")
def undo_chunk(ctx: Context, batch_id: int, first: int | None = None) -> list[int]:
    """Take the last written rows back, those from number `first` on being done with; returns the numbers of those handled
    (none: all done)."""
    wait_for_turn(ctx.tenant.id)           # nobody switches the module off between the next look and the commit
    batch = batches.batch_of(ctx, batch_id, UNDOING, held=True)
    batches.refuse_when_off(ctx, batch.kind)
    kind = batches.kind_named(ctx, batch.kind)
    rows = _last(batch.id, first)
    with told_as_one(), in_reach(ctx, kind):
        for row in rows:
            _take_back(ctx, kind, row)
    if rows:
        kept = sum(1 for row in rows if row.state == KEPT)
        ctx.audit("import", batch.id, name=batch.file_name, first=rows[-1].number, last=rows[0].number, kept=kept)
    return [row.number for row in rows]


def _last(batch_id: int, first: int | None) -> Sequence[ImportRow]:
    query = select(ImportRow).where(ImportRow.batch_id == batch_id, ImportRow.state == WRITTEN)
    if first is not None:                  # nor does the database look through those again
        query = query.where(ImportRow.number < first)
    return session().scalars(query.order_by(ImportRow.number.desc()).limit(CHUNK)).all()


def _take_back(ctx: Context, kind: ImportKind, row: ImportRow) -> None:
    if row.outcome == UNCHANGED or kind.undo is None:
        row.state = TAKEN_BACK
        return
    undo = opened(row).get("undo")
    earlier = _earlier(row) if row.outcome == UPDATED else None
    if earlier is not None:                # the sheet named this record twice: both rows are taken back as one
        _keep_undo(earlier, joined(earlier.outcome, opened(earlier).get("undo"), undo))
        row.state = TAKEN_BACK
        return
    try:
        with session().begin_nested():
            kind.undo(ctx, row.record_id, undo)
            session().flush()
        row.state = TAKEN_BACK
    except Exception as error:
        row.state, used = KEPT, isinstance(error, IntegrityError)
        said = _("导入之后又有别的记录用到了它，没有撤销。") if used else "；".join(flat(sentences(error)))
        row.payload = seal_json("imports_row", "payload", row.id, {"errors": {"": said}})


def _earlier(row: ImportRow) -> ImportRow | None:
    """The last row before this one that wrote the same record."""
    query = select(ImportRow).where(
        ImportRow.batch_id == row.batch_id, ImportRow.record_id == row.record_id, ImportRow.record_kind == row.record_kind,
        ImportRow.number < row.number, ImportRow.state == WRITTEN,
    )
    return session().scalars(query.order_by(ImportRow.number.desc()).limit(1)).one_or_none()


def _keep_undo(row: ImportRow, undo: Any) -> None:
    row.payload = seal_json("imports_row", "payload", row.id, {"undo": undo})
    if row.outcome == UNCHANGED:
        row.outcome = UPDATED
    session().flush()


def joined(outcome: str, first: Any, last: Any) -> Any:
    """One undo for two writes of a record: what the first one (its outcome given) needs, as the last one left the record."""
    if outcome == UNCHANGED or not isinstance(first, dict) or not isinstance(last, dict):
        return last
    whole = {**first, **{name: value for name, value in last.items() if name != "before"}}
    if outcome == UPDATED:
        whole["before"] = {**last.get("before", {}), **first.get("before", {})}
    return whole


@service(None, action="imports.batch.undone")
def finish(ctx: Context, batch_id: int) -> ImportBatch:
    """Count what could be taken back."""
    batch = batches.batch_of(ctx, batch_id, UNDOING)
    batch.state, batch.counts = UNDONE, batches.counted(batch.id)
    ctx.audit("import", batch.id, name=batch.file_name, counts=batch.counts)
    _tell_outside(ctx, batch)
    kept = batch.counts.get(KEPT, 0)
    tell(ctx, batch, _("“%(file)s”的导入已撤销，%(n)s 条没有撤销。", file=batch.file_name, n=kept) if kept
         else _("“%(file)s”的导入已撤销。", file=batch.file_name))
    return batch


@service(None, action="imports.batch.undo_stopped")
def leave_off(ctx: Context, batch_id: int, trouble: str) -> ImportBatch:
    """End an undoing half way; whoever may can take the rest back within a new time."""
    batch = batches.batch_of(ctx, batch_id, UNDOING)
    batch.state, batch.trouble, batch.undo_until = DONE, trouble, undo_until(ctx)
    batch.counts = batches.counted(batch.id)
    ctx.audit("import", batch.id, name=batch.file_name, counts=batch.counts)
    _tell_outside(ctx, batch)
    return batch


def _tell_outside(ctx: Context, batch: ImportBatch) -> None:
    if rows := batch.counts.get(TAKEN_BACK, 0):
        ctx.publish(ImportUndone(batch_id=batch.id, kind=batch.kind, rows=rows))
