"""The steps of the wizard as services: upload, columns, commit, undo, discard. The long work is done by jobs."""

from __future__ import annotations

import dataclasses
import itertools
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.base.db import new_id
from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import Conflict, Invalid
from core.imports import batches
from core.imports.headings import Match, tidy
from core.imports.models import (
    BAD,
    BUSY,
    CHECKING,
    DISCARDED,
    DONE,
    FAILED,
    GOOD,
    PREVIEWED,
    UNDOING,
    UPLOADED,
    WRITING,
    ImportBatch,
    ImportFile,
    ImportHeading,
)
from core.imports.reading import Reading
from core.imports.table import missing, open_table
from core.imports.vault import seal_file
from core.jobs.queue import enqueue, find
from core.service import Context, service

SAMPLES = 3
NAMELESS = "sheet"
MOST_WAITING = 20              # uploads of one account that were neither imported nor deleted: each holds its file


@dataclass(frozen=True)
class Inspected:
    """A file that could be opened: its bytes and what its head says."""

    data: bytes
    layout: dict[str, Any]


@service(None, writes=False)
def inspect(ctx: Context, kind_name: str, data: bytes, *, sheet: str | None = None) -> Inspected:
    """Open an upload as far as its head, outside any transaction. Raises Invalid on "file"."""
    kind = batches.kind_named(ctx, kind_name)
    reading = Reading(kind, ctx)
    known = batches.remembered(kind.name)
    session().rollback()                   # reading the file may take seconds: hold nothing meanwhile
    with open_table(data, reading.targets, remembered=known, sheet=sheet) as table:
        samples = list(itertools.islice(table.rows, SAMPLES))
        top = (*table.head.title, *table.head.rows)
        return Inspected(data, {
            "kind": table.sheet.kind,
            "sheet": table.sheet.name,
            "others": table.sheet.others,
            "merged": [area for area in table.sheet.merged if area[0] < table.head.rows[-1].number],
            "top": [[row.number, row.cells] for row in top],
            "matches": [dataclasses.astuple(match) for match in table.matches],
            "samples": [row.cells for row in samples],
        })


@service(None, action="imports.batch.upload")
def upload(ctx: Context, kind_name: str, inspected: Inspected, file_name: str) -> ImportBatch:
    """Keep an inspected file, sealed, as a new batch."""
    kind = batches.kind_named(ctx, kind_name)
    if batches.waiting(ctx) >= MOST_WAITING:
        raise Invalid(errors={"file": [_("您有 %(n)s 份上传还没有处理完，请先导入或删除。", n=MOST_WAITING)]})
    batch = ImportBatch(
        id=new_id(), kind=kind.name, file_name=plain_name(file_name), file_size=len(inspected.data),
        actor_id=ctx.actor.id, actor_name=ctx.actor.label, counts={}, warnings=[],
    )
    batches.keep_layout(batch, inspected.layout)
    session().add(batch)
    session().flush()
    for number, part in enumerate(seal_file(batch.id, inspected.data)):
        session().add(ImportFile(batch_id=batch.id, part=number, content=part))
    ctx.audit("import", batch.id, name=str(kind.title), bytes=len(inspected.data))
    return batch


def plain_name(name: str) -> str:
    """The name of a file as it may be shown: no path, no control or direction characters, 120 characters at most."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(char for char in last if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return kept.strip()[-120:] or NAMELESS


@service(None, action="imports.batch.choose_sheet")
def choose_sheet(ctx: Context, batch_id: int, inspected: Inspected) -> ImportBatch:
    """Take another sheet of the same file."""
    batch = batches.batch_of(ctx, batch_id, UPLOADED, PREVIEWED)
    batches.keep_layout(batch, inspected.layout)
    batch.state = UPLOADED
    ctx.audit("import", batch.id, name=batch.file_name)
    return batch


@service(None, writes=False)
def stored(ctx: Context, batch_id: int) -> tuple[ImportBatch, bytes]:
    """A batch that still has its file, and the file."""
    batch = batches.batch_of(ctx, batch_id, UPLOADED, PREVIEWED)
    return batch, batches.file_of(batch)


@service(None, action="imports.batch.map")
def take_columns(ctx: Context, batch_id: int, chosen: Mapping[int, str]) -> ImportBatch:
    """Say which column is which field ("" = not imported), remember it, and start the check.

    Raises Invalid when a field is named twice or a required one is missing.
    """
    batch = batches.batch_of(ctx, batch_id, UPLOADED, PREVIEWED, FAILED)
    reading = Reading(batches.kind_named(ctx, batch.kind), ctx)
    layout = batches.layout_of(batch)
    found = batches.matches_of(layout)
    matches = [_chosen(match, chosen, reading) for match in found]
    _check_columns(matches, reading)
    layout["matches"] = [dataclasses.astuple(match) for match in matches]
    batches.keep_layout(batch, layout)
    _remember(batch.kind, found, matches)
    batch.state, batch.trouble, batch.warnings, batch.counts = CHECKING, "", [], {}
    batch.job_id = _start("imports.check", ctx, batch)
    ctx.audit("import", batch.id, name=batch.file_name, columns=sum(1 for match in matches if match.field))
    return batch


def _chosen(match: Match, chosen: Mapping[int, str], reading: Reading) -> Match:
    name = chosen.get(match.column, match.field if match.sure else None)
    if not name or name not in reading.by_name:
        return dataclasses.replace(match, field=None, confidence=0.0)
    how = match.how if name == match.field else "chosen"
    return dataclasses.replace(match, field=name, how=how, confidence=1.0)


def _check_columns(matches: list[Match], reading: Reading) -> None:
    fields = [match.field for match in matches if match.field]
    twice = sorted({str(reading.by_name[name].label) for name in fields if fields.count(name) > 1})
    if twice:
        raise Invalid(errors={"columns": [_("“%(names)s”对应了不止一列，请只保留一列。", names="、".join(twice))]})
    lacking = [str(target.label) for target in missing(reading.targets, matches)]
    if lacking:
        raise Invalid(errors={"columns": [_("还没有指定必填项“%(names)s”对应的列。", names="、".join(lacking))]})


def _remember(kind: str, found: list[Match], chosen: list[Match]) -> None:
    """Keep what somebody said about a heading where it was not recognised so, or where a suggestion was confirmed."""
    known = {row.heading: row for row in session().scalars(select(ImportHeading).where(ImportHeading.kind == kind))}
    for before, after in zip(found, chosen, strict=True):
        heading = tidy(after.heading)[:120]
        if not heading or (before.field == after.field and (before.sure or not after.field)):
            continue
        row = known.get(heading)
        if row is None:
            row = known[heading] = ImportHeading(kind=kind, heading=heading)
            session().add(row)
        row.field = after.field or ""


def _start(name: str, ctx: Context, batch: ImportBatch, **payload: Any) -> int:
    job = enqueue(name, {"batch_id": batch.id, **payload}, actor_id=ctx.actor.id)
    session().flush()
    return job.id


@service(None, action="imports.batch.commit")
def commit(ctx: Context, batch_id: int, *, only_good: bool) -> ImportBatch:
    """Start writing the good rows. Raises Invalid when there are bad ones and the user did not say to leave them out."""
    batch = batches.batch_of(ctx, batch_id, PREVIEWED)
    counts = batch.counts
    if not counts.get(GOOD):
        raise Invalid(errors={"rows": [_("没有可以导入的行。请下载有误的行，改好后重新上传。")]})
    if counts.get(BAD) and not only_good:
        raise Invalid(errors={"rows": [_("还有 %(n)s 行有误。请改好后重新上传，或选择只导入正确的行。", n=counts[BAD])]})
    batches.forget_file(batch.id)
    batch.state = WRITING
    batch.job_id = _start("imports.write", ctx, batch)
    ctx.audit("import", batch.id, name=batch.file_name, rows=counts[GOOD], left_out=counts.get(BAD, 0))
    return batch


@service(None, action="imports.batch.undo")
def undo(ctx: Context, batch_id: int) -> ImportBatch:
    """Start taking a batch back. Raises Invalid when its time is over or its kind cannot be undone."""
    batch = batches.batch_of(ctx, batch_id, DONE)
    kind = batches.kind_named(ctx, batch.kind)
    if kind.undo is None:
        raise Invalid(errors={"batch": [_("这类数据导入后不能整批撤销，请逐条修改。")]})
    if batch.undo_until is None or ctx.now() > batch.undo_until or batch.layout is None:
        raise Invalid(errors={"batch": [_("已超过可撤销的时间，请逐条修改。")]})
    batch.state, batch.trouble = UNDOING, ""
    batch.job_id = _start("imports.undo", ctx, batch)
    ctx.audit("import", batch.id, name=batch.file_name)
    return batch


@service(None, action="imports.batch.discard")
def discard(ctx: Context, batch_id: int) -> None:
    """Delete what was uploaded. What was already written stays; a running job is not interrupted (Conflict). One that was given
    up may still be at work on a few rows: they are waited for, and it finds nothing more to do."""
    batch = batches.batch_of(ctx, batch_id, held=True)
    if batch.state in BUSY and not given_up(batch):
        raise Conflict()
    batches.forget_file(batch.id)
    batches.forget_rows(batch.id)
    batch.layout = None
    if batch.written_at is None:
        batch.state = DISCARDED
    ctx.audit("import", batch.id, name=batch.file_name)


def given_up(batch: ImportBatch) -> bool:
    """Whether the batch's job failed for good, so that nothing will move it on."""
    job = find(batch.job_id) if batch.job_id else None
    return job is None or job.status == "failed"
