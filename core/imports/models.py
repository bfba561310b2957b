"""An uploaded sheet on its way in: the batch, its file, its rows, and the headings a tenant has taught us."""

from __future__ import annotations

import datetime as dt

from core.base.db import (
    JSON,
    Base,
    BigInteger,
    Boolean,
    Index,
    Integer,
    LargeBinary,
    Mapped,
    String,
    TenantScoped,
    Text,
    UniqueConstraint,
    UTCDateTime,
    keys,
    mapped_column,
    tfk,
)

UPLOADED, CHECKING, PREVIEWED, WRITING, DONE = "uploaded", "checking", "previewed", "writing", "done"
UNDOING, UNDONE, FAILED, DISCARDED = "undoing", "undone", "failed", "discarded"
BUSY = (CHECKING, WRITING, UNDOING)

GOOD, BAD, WRITTEN, REFUSED, TAKEN_BACK, KEPT = "good", "bad", "written", "refused", "takenback", "kept"
CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"


class ImportBatch(TenantScoped, Base):
    """One upload. `layout` is sealed JSON: sheet, rows of the head, headings and what they were taken for."""

    __tablename__ = "imports_batch"
    __table_args__ = keys(
        Index(None, "tenant_id", "created_at"),
        Index(None, "tenant_id", "actor_id", "created_at"),
    )

    kind: Mapped[str] = mapped_column(String(60))
    file_name: Mapped[str] = mapped_column(String(200))
    file_size: Mapped[int] = mapped_column(Integer)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(12), default=UPLOADED)
    layout: Mapped[str | None] = mapped_column(Text)
    job_id: Mapped[int | None] = mapped_column(BigInteger)
    counts: Mapped[dict] = mapped_column(JSON, default=dict)
    warnings: Mapped[list] = mapped_column(JSON, default=list)
    trouble: Mapped[str] = mapped_column(String(500), default="")
    written_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    undo_until: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class ImportFile(TenantScoped, Base):
    """A sealed part of the uploaded file; all parts go when writing starts, or when the retention ends."""

    __tablename__ = "imports_file"
    __table_args__ = keys(tfk("batch_id", "imports_batch"), UniqueConstraint("tenant_id", "batch_id", "part"))

    batch_id: Mapped[int] = mapped_column(BigInteger)
    part: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ImportRow(TenantScoped, Base):
    """One record of the sheet. `payload` is sealed JSON: cells as uploaded, values read, errors, warnings, undo data."""

    __tablename__ = "imports_row"
    __table_args__ = keys(
        tfk("batch_id", "imports_batch"),
        UniqueConstraint("tenant_id", "batch_id", "number"),
        Index(None, "tenant_id", "batch_id", "state", "number"),
        Index(None, "tenant_id", "batch_id", "record_id"),
    )

    batch_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10))
    outcome: Mapped[str] = mapped_column(String(10), default="")
    warned: Mapped[bool] = mapped_column(Boolean, default=False)
    record_kind: Mapped[str] = mapped_column(String(40), default="")
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    payload: Mapped[str] = mapped_column(Text)


class ImportHeading(TenantScoped, Base):
    """What a heading means in this tenant's sheets, as somebody once said; `field` "" = not imported."""

    __tablename__ = "imports_heading"
    __table_args__ = keys(UniqueConstraint("tenant_id", "kind", "heading"))

    kind: Mapped[str] = mapped_column(String(60))
    heading: Mapped[str] = mapped_column(String(120))
    field: Mapped[str] = mapped_column(String(60), default="")
