"""What the page of a batch shows in each of its states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request

from core.base.i18n import _l
from core.imports import batches, preview
from core.imports.models import (
    BAD,
    BUSY,
    CHECKING,
    DONE,
    GOOD,
    KEPT,
    PREVIEWED,
    REFUSED,
    UNDOING,
    UNDONE,
    UPLOADED,
    WRITING,
    WRITTEN,
    ImportBatch,
)
from core.imports.reading import Reading
from core.imports.services import given_up
from core.jobs.queue import find
from core.web import ctx, render

STEPS = (_l("下载模板"), _l("上传表格"), _l("核对列名"), _l("预览"), _l("完成"))
AT = {UPLOADED: 3, CHECKING: 4, PREVIEWED: 4, WRITING: 5, DONE: 5, UNDOING: 5, UNDONE: 5}
STATES = {
    "uploaded": (_l("待核对列名"), "info"), "checking": (_l("检查中"), "info"), "previewed": (_l("待确认"), "warn"),
    "writing": (_l("导入中"), "info"), "done": (_l("已导入"), "ok"), "undoing": (_l("撤销中"), "info"),
    "undone": (_l("已撤销"), ""), "failed": (_l("未能完成"), "err"), "discarded": (_l("已删除"), ""),
}
OUTCOMES = {"created": _l("新增"), "updated": _l("更新"), "unchanged": _l("无变化")}


def show(batch: ImportBatch, trouble: Sequence[str] = (), status: int = 200) -> Any:
    """The batch's page: the step it is at, with what was wrong with the last attempt."""
    kind = batches.kind_named(ctx(), batch.kind)
    data: dict[str, Any] = {
        "batch": batch, "kind": kind, "trouble": trouble, "steps": STEPS, "at": AT.get(batch.state, 5),
        "states": STATES, "outcomes": OUTCOMES, "stuck": False,
    }
    if batch.state in BUSY:
        job = find(batch.job_id) if batch.job_id else None
        return render("imports/busy.html", status, **data | {"job": job, "stuck": given_up(batch)})
    if batch.state == UPLOADED:
        return render("imports/columns.html", status, **data | columns(batch))
    if batch.state == PREVIEWED:
        return render("imports/preview.html", status, **data | table(batch))
    return render("imports/result.html", status, **data | result(batch))


def columns(batch: ImportBatch) -> dict[str, Any]:
    """The columns found, with samples and the fields to choose from."""
    layout = batches.layout_of(batch)
    reading = Reading(batches.kind_named(ctx(), batch.kind), ctx())
    rows = []
    for match in batches.matches_of(layout):
        target = reading.by_name.get(match.field or "")
        samples = [cells[match.column] for cells in layout["samples"] if match.column < len(cells)]
        shown = [preview.sampled(target, value) for value in samples if value not in (None, "")]
        if match.heading or shown:
            rows.append((match, shown))
    return {"rows": rows, "targets": reading.targets, "layout": layout}


def table(batch: ImportBatch) -> dict[str, Any]:
    """One page of rows and the tabs above it."""
    only = request.args.get("only", "")
    counts = batch.counts
    tabs = [("", _l("全部"), counts.get("total", 0)), ("bad", _l("只看有误的行"), counts.get(BAD, 0))]
    tabs += [("warned", _l("只看要核对的行"), counts["warned"])] if counts.get("warned") else []
    tabs += [(name, label, counts.get(f"{GOOD}:{name}", 0)) for name, label in OUTCOMES.items()]
    return {
        "found": preview.preview(ctx(), batch.id, only), "only": only,
        "good": counts.get(GOOD, 0), "bad": counts.get(BAD, 0), "warned": counts.get("warned", 0),
        "tabs_shown": [(text, "?" + (f"only={name}" if name else ""), name == only, number) for name, text, number in tabs],
    }


def result(batch: ImportBatch) -> dict[str, Any]:
    """The figures, and the rows that were not imported or could not be taken back."""
    counts = batch.counts
    left = counts.get(BAD, 0) + counts.get(REFUSED, 0)
    kept = counts.get(KEPT, 0)
    only, some = ("kept", kept) if batch.state == UNDONE else ("bad", left)
    rows = preview.preview(ctx(), batch.id, only) if batch.layout and some else None
    undoable = (
        batch.state == DONE and batch.undo_until is not None and ctx().now() <= batch.undo_until
        and batch.layout is not None and counts.get(WRITTEN, 0) > 0 and batches.kind_named(ctx(), batch.kind).undo is not None
    )
    figures = {name: counts.get(f"{WRITTEN}:{name}", 0) for name in OUTCOMES}
    return {"left": left, "kept": kept, "found": rows, "undoable": undoable, "figures": figures}
