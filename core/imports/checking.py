"""The dry run: every row read, checked, put through the writing service and rolled back; what is kept is the outcome."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import insert

from core.base.db import new_ids
from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import Forbidden, Invalid, NotFound
from core.imports import batches
from core.imports.models import BAD, CHECKING, FAILED, GOOD, PREVIEWED, ImportBatch, ImportRow
from core.imports.reader import SheetRow
from core.imports.reading import Item, Reading
from core.imports.spool import Spool
from core.imports.table import open_table
from core.imports.trial import put_through, trial
from core.imports.vault import seal_json
from core.imports.writing import tell
from core.service import Context, service

WORTH_TELLING = 1000           # checking so many rows takes long enough to leave the page
CHUNK = 200                    # rows tried in one transaction: on SQLite nobody else can write meanwhile
BREATH = 0.05                  # seconds between transactions, in which those who wait get their turn


def run(ctx: Context, job: Any, batch_id: int) -> dict[str, int]:
    """Check a whole upload. Safe to run again: it starts from nothing. A refusal ends the batch with its sentence."""
    try:
        batch = begin(ctx, batch_id)
    except NotFound:
        return {}
    if batch is None:
        return {}
    reading = Reading(batches.kind_named(ctx, batch.kind), ctx)
    matches = batches.matches_of(batches.layout_of(batch))
    sheet = batches.layout_of(batch)["sheet"] or None
    data = batches.file_of(batch)
    session().rollback()                   # hold no transaction while the child reads
    seen: dict[tuple[str, str], int] = {}
    done = 0
    try:
        with open_table(data, reading.targets, sheet=sheet) as table:
            rows = Spool(table.rows)
        for chunk in _chunks(rows, rows.count if reading.kind.chained else CHUNK):
            items = [reading.read(row, matches) for row in chunk]
            note_repeats(items, reading, seen)
            with trial(ctx):
                put_through(ctx, reading, items)
            keep(ctx, batch_id, items)
            done += len(items)
            job.tell(100 * done // rows.count, _("已检查 %(n)s 行，共 %(total)s 行", n=done, total=rows.count))
        if not done:
            raise Invalid(errors={"file": [_("表头下面没有可以导入的行。请填好内容后再上传。")]})
        finish(ctx, batch_id, table.skipped.warnings())
    except Invalid as refused:
        stop(ctx, batch_id, " ".join(itertools.chain.from_iterable(refused.errors.values())))
    except Forbidden:
        stop(ctx, batch_id, _("您已没有导入这类数据的权限，请联系管理员。"))
    return {"rows": done}


def _chunks(rows: Iterable[SheetRow], size: int) -> Iterator[list[SheetRow]]:
    several = iter(rows)
    while chunk := list(itertools.islice(several, size)):
        yield chunk
        time.sleep(BREATH)


def note_repeats(items: list[Item], reading: Reading, seen: dict[tuple[str, str], int]) -> None:
    """Tell when two rows give the same ID number: the later one will change what the earlier one wrote."""
    names = [target.name for target in reading.targets if target.kind == "id_no"]
    for item in items:
        for name in names:
            value = item.values.get(name)
            if not isinstance(value, str):
                continue
            first = seen.setdefault((name, value), item.number)
            if first != item.number:
                label = reading.by_name[name].label
                item.notes.append(_("%(label)s与第 %(n)s 行相同，以后一行为准。", label=label, n=first))


@service(None, action="imports.batch.check")
def begin(ctx: Context, batch_id: int) -> ImportBatch | None:
    """The batch to check, cleared of what an interrupted run left; None when there is nothing to do any more."""
    batch = batches.batch_of(ctx, batch_id)
    if batch.state != CHECKING:
        return None
    batches.forget_rows(batch.id)
    ctx.audit("import", batch.id, name=batch.file_name)
    return batch


@service(None, action="imports.batch.stage")
def keep(ctx: Context, batch_id: int, items: list[Item]) -> None:
    """Store checked rows, sealed. Raises Conflict when the batch was discarded meanwhile: nobody would delete them any more."""
    batches.batch_of(ctx, batch_id, CHECKING, held=True)
    rows = [
        {"tenant_id": ctx.tenant.id, "id": row_id, "batch_id": batch_id, "number": item.number, "outcome": item.outcome,
         "state": BAD if item.errors else GOOD, "warned": bool(item.warned) and not item.errors, "record_kind": "",
         "payload": seal_json("imports_row", "payload", row_id, item.payload()), "created_at": ctx.now(), "version": 1}
        for row_id, item in zip(new_ids(len(items)), items, strict=True)]
    session().execute(insert(ImportRow), rows)
    ctx.audit("import", batch_id, rows=len(items))


@service(None, action="imports.batch.checked")
def finish(ctx: Context, batch_id: int, warnings: list[str]) -> None:
    """Count, and open the preview."""
    batch = batches.batch_of(ctx, batch_id, CHECKING)
    batch.counts, batch.warnings, batch.state = batches.counted(batch.id), warnings, PREVIEWED
    ctx.audit("import", batch.id, name=batch.file_name, counts=batch.counts)
    if batch.counts.get("total", 0) >= WORTH_TELLING:
        tell(ctx, batch, _("“%(file)s”已检查完，请查看预览并确认导入。", file=batch.file_name))


@service(None, action="imports.batch.stopped")
def stop(ctx: Context, batch_id: int, sentence: str) -> None:
    """End a batch that cannot go on, with the reason its page shows."""
    batch = batches.batch_of(ctx, batch_id)
    batches.forget_rows(batch.id)
    batch.state, batch.trouble = FAILED, sentence[:500]
    ctx.audit("import", batch.id, name=batch.file_name)
