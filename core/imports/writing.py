"""Writing the good rows in chunks, each one transaction together with its progress: a killed job goes on where it was."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update

from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import Conflict, Forbidden, NotFound
from core.contracts.events import ImportDone
from core.imports import batches
from core.imports.models import DONE, GOOD, REFUSED, WRITING, WRITTEN, ImportBatch, ImportRow
from core.imports.notices import IMPORTED
from core.imports.reading import Item, Reading
from core.imports.trial import put_through
from core.imports.vault import open_json, seal_json
from core.notify import notices
from core.notify.wording import said
from core.rules import rule
from core.service import Context, service
from core.tenancy.turns import wait_for_turn

CHUNK = 100                    # rows written in one transaction: a second or two
BREATH = 0.05                  # seconds in which others get their turn


def run(ctx: Context, job: Any, batch_id: int) -> dict[str, int]:
    """Write a batch to its end. Rows already written are not touched again, however often this runs."""
    try:
        batch = batches.batch_of(ctx, batch_id)
    except NotFound:
        return {}
    if batch.state != WRITING:
        return {}
    total, done, last = batch.counts.get(GOOD, 0), 0, 0
    reading = Reading(batches.kind_named(ctx, batch.kind), ctx)
    trouble = ""
    try:
        while numbers := write_chunk(ctx, batch_id, reading, last):
            done, last = done + len(numbers), numbers[-1]
            time.sleep(BREATH)
            job.tell(100 * done // max(total, 1), _("已处理 %(n)s 行，共 %(total)s 行", n=done, total=total))
    except Forbidden:
        trouble = _("您已没有导入这类数据的权限，其余的行没有写入。")
    finish(ctx, batch_id, trouble)
    return {"rows": done}


@dataclass
class Waiting:
    """A good row on its way: as it is stored, and as it will be."""

    id: int
    number: int
    payload: str
    state: str = GOOD
    outcome: str = ""
    record_kind: str = ""
    record_id: int | None = None


SETTLED = ("payload", "state", "outcome", "record_kind", "record_id")
SETTLE = (update(ImportRow.__table__).where(ImportRow.__table__.c.tenant_id == bindparam("of_tenant"),
                                            ImportRow.__table__.c.id == bindparam("of_row"),
                                            ImportRow.__table__.c.state == GOOD)
          .values({"version": ImportRow.__table__.c.version + 1, **{name: bindparam(f"now_{name}") for name in SETTLED}}))


def _next(batch_id: int, last: int) -> list[Waiting]:
    """The next good rows after that number, in the order of the sheet. Without it the database may look through all that were
    written before: when they were counted, every row was good."""
    query = select(ImportRow.id, ImportRow.number, ImportRow.payload).where(
        ImportRow.batch_id == batch_id, ImportRow.state == GOOD, ImportRow.number > last)
    return [Waiting(*row) for row in session().execute(query.order_by(ImportRow.number).limit(CHUNK))]


def _store(ctx: Context, rows: list[Waiting]) -> None:
    """Raises Conflict when a row is not there any more as it was read (its batch was discarded): nothing may be written that
    no row tells of.
    """
    given = [{"of_tenant": ctx.tenant.id, "of_row": row.id, **{f"now_{name}": getattr(row, name) for name in SETTLED}}
             for row in rows]
    if session().connection().execute(SETTLE, given).rowcount != len(rows):
        raise Conflict()


def opened(row: ImportRow | Waiting) -> dict[str, Any]:
    """The sealed content of a row."""
    return open_json("imports_row", "payload", row.id, row.payload)


@service(None, action="imports.batch.write")
def write_chunk(ctx: Context, batch_id: int, reading: Reading, last: int = 0) -> list[int]:
    """Write the next good rows, those up to number `last` being done with; returns the numbers of those handled (none: all
    done)."""
    wait_for_turn(ctx.tenant.id)           # the same sheet may be written twice at once: each must see the other's persons
    batch = batches.batch_of(ctx, batch_id, WRITING, held=True)
    batches.refuse_when_off(ctx, batch.kind)
    rows = _next(batch.id, last)
    items = []
    for row in rows:
        kept = opened(row)
        item = Item(row.number, kept.get("cells", []), kept.get("values", {}), notes=kept.get("notes", []))
        reading.load(item)
        items.append(item)
    put_through(ctx, reading, items)
    for row, item in zip(rows, items, strict=True):
        _settle(row, item)
    if rows:
        _store(ctx, rows)
        written = sum(1 for row in rows if row.state == WRITTEN)
        ctx.audit("import", batch.id, name=batch.file_name, first=rows[0].number, last=rows[-1].number, written=written)
    return [row.number for row in rows]


def _settle(row: Waiting, item: Item) -> None:
    """A written row keeps only what its undoing needs; a refused one keeps its cells for the workbook of failures."""
    if item.record is None:
        row.state, row.outcome, kept = REFUSED, "", item.payload()
    else:
        row.state, row.outcome, kept = WRITTEN, item.outcome, {"undo": item.undo}
        row.record_kind, row.record_id = item.record
    row.payload = seal_json("imports_row", "payload", row.id, kept)


@service(None, action="imports.batch.done")
def finish(ctx: Context, batch_id: int, trouble: str = "") -> ImportBatch:
    """Count what was written and open the time in which it can be undone."""
    batch = batches.batch_of(ctx, batch_id, WRITING)
    if trouble:
        rest = update(ImportRow).where(ImportRow.batch_id == batch.id, ImportRow.state == GOOD)
        session().execute(rest.values(state=REFUSED, outcome=""))
    batch.state, batch.trouble, batch.written_at = DONE, trouble, ctx.now()
    batch.undo_until = undo_until(ctx)
    batch.counts = batches.counted(batch.id)
    ctx.audit("import", batch.id, name=batch.file_name, counts=batch.counts)
    ctx.publish(ImportDone(batch_id=batch.id, kind=batch.kind, rows=batch.counts.get(WRITTEN, 0)))
    tell(ctx, batch, said(ctx, IMPORTED, file=batch.file_name, n=batch.counts.get(WRITTEN, 0)))
    return batch


def undo_until(ctx: Context) -> dt.datetime:
    """The end of the time for undoing that begins now."""
    return ctx.now() + dt.timedelta(hours=rule("imports.undo_hours").value)


def tell(ctx: Context, batch: ImportBatch, sentence: str) -> None:
    """Ring the bell of whoever uploaded the sheet: the page may be closed by now."""
    if batch.actor_id is not None:
        notices.send(ctx, (batch.actor_id,), sentence, f"/imports/{batch.id}", "imports")
