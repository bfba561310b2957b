"""What the pages show of a batch: rows with their errors, masked; and the workbook of what was not imported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from core.base.i18n import _
from core.base.masks import mask_id, mask_phone
from core.base.session import session
from core.contracts.errors import NotFound
from core.imports import batches
from core.imports.cells import MASKED, as_text
from core.imports.failures import FailedRow, Uploaded, failures
from core.imports.headings import Match
from core.imports.models import BAD, KEPT, REFUSED, ImportBatch, ImportRow
from core.imports.reading import Reading
from core.imports.targets import Target
from core.imports.writing import opened
from core.service import Context, service
from core.web.paging import Page, asked, clamp

NOT_IMPORTED = (BAD, REFUSED)
FILTERS = ("", "bad", "warned", "kept", "created", "updated", "unchanged")
LONGEST = 60


@dataclass(frozen=True)
class ShownCell:
    """A cell of the preview. ``before`` is what the record says now, when the row would change it."""

    text: str
    error: str = ""
    warning: str = ""
    before: str = ""


@dataclass(frozen=True)
class ShownRow:
    """A row of the preview; ``reasons`` are its errors, ``warnings`` what should be looked at, by column."""

    number: int
    state: str
    outcome: str
    reasons: list[str]
    warnings: list[str]
    notes: list[str]
    cells: list[ShownCell]


@dataclass(frozen=True)
class Preview:
    """One page of rows with the headings of its columns."""

    headings: list[str]
    page: Page


@service(None, writes=False)
def preview(ctx: Context, batch_id: int, only: str = "", wanted: tuple[int, int] | None = None) -> Preview:
    """A page of a batch's rows. ``only``: one of FILTERS; anything else shows all. ``wanted``: (page, size)."""
    batch = batches.batch_of(ctx, batch_id)
    layout = batches.layout_of(batch)
    reading = Reading(batches.kind_named(ctx, batch.kind), ctx)
    columns = [match for match in batches.matches_of(layout) if match.field in reading.by_name]
    where = [ImportRow.batch_id == batch.id, *_filter(only)]
    total = session().scalar(select(func.count()).select_from(ImportRow).where(*where)) or 0
    number, size = wanted or asked()
    number = clamp(number, size, total)
    query = select(ImportRow).where(*where).order_by(ImportRow.number).offset((number - 1) * size).limit(size)
    rows = [shown(row, columns, reading) for row in session().scalars(query)]
    return Preview([match.heading for match in columns], Page(rows, number, size, total))


def _filter(only: str) -> list[ColumnElement[bool]]:
    if only in ("bad", "kept"):
        return [ImportRow.state.in_(NOT_IMPORTED if only == "bad" else (KEPT,))]
    if only == "warned":
        return [ImportRow.warned.is_(True)]
    return [ImportRow.outcome == only] if only in FILTERS and only else []


def shown(row: ImportRow, columns: list[Match], reading: Reading) -> ShownRow:
    """One row, sensitive values masked."""
    kept = opened(row)
    errors, warned = kept.get("errors", {}), kept.get("warned", {})
    before = (kept.get("undo") or {}).get("before", {}) if isinstance(kept.get("undo"), dict) else {}
    cells = []
    for match in columns:
        target = reading.by_name[match.field or ""]
        raw = kept.get("cells", [])[match.column : match.column + 1]
        text = displayed(target, kept.get("values", {}).get(target.name), raw[0] if raw else None)
        old = displayed(target, before[target.name], None) if target.name in before else ""
        cells.append(ShownCell(text, errors.get(target.name, ""), warned.get(target.name, ""), old if old != text else ""))
    reasons, warnings = ([f"{labelled(name, reading)}{text}" for name, text in said.items()] for said in (errors, warned))
    return ShownRow(row.number, row.state, row.outcome, reasons, warnings, kept.get("notes", []), cells)


def labelled(name: str, reading: Reading) -> str:
    target = reading.by_name.get(name)
    return f"{target.label}：" if target else ""


def displayed(target: Target, value: Any, raw: Any) -> str:
    """A value as the preview shows it: labels for choices, masks for ids and phones, short."""
    text = as_text(raw).strip() if value is None else _words(target, value)
    if MASKED.fullmatch(text):             # already; two stars beside a whole number hide nothing
        return text[:LONGEST]
    if target.kind == "id_no":
        return mask_id(text)
    if target.kind == "phone" or target.sensitive:
        return mask_phone(text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _words(target: Target, value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    labels = {option.value: str(option.label) for option in target.options}
    if isinstance(value, list):
        return "、".join(labels.get(str(one), str(one)) for one in value)
    return labels.get(str(value), str(value))


@service(None, action="imports.batch.download")
def not_imported(ctx: Context, batch_id: int) -> tuple[str, bytes]:
    """(file name, .xlsx) of the rows with errors, in the layout of the upload. Raises NotFound when there are none."""
    batch = batches.batch_of(ctx, batch_id)
    layout = batches.layout_of(batch)
    query = select(ImportRow).where(ImportRow.batch_id == batch.id, ImportRow.state.in_(NOT_IMPORTED))
    rows = session().scalars(query.order_by(ImportRow.number)).all()
    if not rows or not layout:
        raise NotFound("rows")
    reading = Reading(batches.kind_named(ctx, batch.kind), ctx)
    ctx.audit("import", batch.id, name=batch.file_name, rows=len(rows))
    stem = batch.file_name.rsplit(".", 1)[0][:60]
    return _("%(name)s-未导入的行.xlsx", name=stem), _workbook(layout, rows, reading)


def _workbook(layout: dict[str, Any], rows: Iterable[ImportRow], reading: Reading) -> bytes:
    matches = batches.matches_of(layout)
    columns = {match.field: match.column for match in matches if match.field}
    uploaded = Uploaded(
        layout["sheet"], [(number, cells) for number, cells in layout["top"]], [tuple(area) for area in layout["merged"]],
        matches, {target.name: target.kind for target in reading.targets},
    )
    return failures(uploaded, (_failed(row, columns, reading) for row in rows))


def _failed(row: ImportRow, columns: dict[str | None, int], reading: Reading) -> FailedRow:
    kept = opened(row)
    errors: dict[str, str] = kept.get("errors", {})
    placed = {columns[name]: text for name, text in errors.items() if name in columns}
    general = [f"{labelled(name, reading)}{text}" for name, text in errors.items() if name not in columns]
    return FailedRow(row.number, kept.get("cells", []), placed, general)


@service(None, writes=False)
def batch_page(ctx: Context, batch_id: int) -> ImportBatch:
    """A batch for its page."""
    return batches.batch_of(ctx, batch_id)


@service(None, writes=False)
def overview(ctx: Context) -> dict[str, Any]:
    """The kinds the actor may import and the latest batches."""
    return {"kinds": batches.kinds(ctx), "batches": batches.recent(ctx)}


def sampled(target: Target | None, raw: Any) -> str:
    """A value of the first rows for the page of columns: long runs of digits are masked whatever the column is."""
    text = as_text(raw).strip()
    if target is not None:
        return displayed(target, None, raw)
    digits = sum(char.isdigit() for char in text)
    return mask_phone(text) if digits >= 7 else text[:LONGEST]
