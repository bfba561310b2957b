"""Finding batches and kinds, and who may see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select

from core.base.session import session
from core.contracts.errors import Conflict, NotFound, PluginArchived
from core.imports.headings import Match
from core.imports.models import (
    CHECKING,
    FAILED,
    PREVIEWED,
    UPLOADED,
    ImportBatch,
    ImportFile,
    ImportHeading,
    ImportRow,
)
from core.imports.vault import open_file, open_json, seal_json
from core.plugin import ImportKind
from core.service import Context
from core.tenancy.models import ENABLED, PluginState

SEE_ALL = "imports.batch.read"
RECENT = 50


def kinds(ctx: Context) -> list[ImportKind]:
    """The kinds of sheet this actor may import, of modules that are on."""
    found = ctx.plugins.import_kinds.values()
    return [kind for kind in found if ctx.plugins.active(kind.name, ctx.working) and ctx.may(kind.permission)]


def kind_named(ctx: Context, name: str) -> ImportKind:
    """One kind. Raises NotFound (unknown, or its module is off), Forbidden or PluginArchived."""
    kind = ctx.plugins.import_kinds.get(name)
    if kind is None or not ctx.plugins.active(name, ctx.enabled):
        raise NotFound("import kind")
    ctx.require(kind.permission)
    ctx.refuse_when_archived(ctx.plugins.owner_of(name))
    return kind


def refuse_when_off(ctx: Context, kind: str) -> None:
    """Raises PluginArchived when the module of a kind is not at work now; the context of a long job may be older than that."""
    owner = ctx.plugins.owner_of(kind)
    if owner in ctx.plugins.optional:
        state = session().scalar(select(PluginState.state).where(PluginState.plugin == owner))
        if state != ENABLED:
            raise PluginArchived(owner)


def batch_of(ctx: Context, batch_id: int, *states: str, held: bool = False) -> ImportBatch:
    """The batch, if it is the actor's own (or the actor may see all) and its kind is still open to the actor.

    ``held``: as it is now, and nobody else who asks so gets it before the transaction ends; for whoever writes or deletes rows.
    Raises NotFound, Forbidden, or Conflict when it is in none of ``states`` (another tab was faster).
    """
    query = select(ImportBatch).where(ImportBatch.id == batch_id)
    if held:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    batch = session().scalars(query).one_or_none()
    own = batch is not None and batch.actor_id == ctx.actor.id
    if batch is None or not (own or ctx.all_powers or ctx.may(SEE_ALL)):
        raise NotFound("import")
    kind_named(ctx, batch.kind)
    if states and batch.state not in states:
        raise Conflict()
    return batch


def recent(ctx: Context) -> Sequence[ImportBatch]:
    """The latest batches the actor may see."""
    query = select(ImportBatch).order_by(ImportBatch.created_at.desc(), ImportBatch.id.desc()).limit(RECENT)
    if not (ctx.all_powers or ctx.may(SEE_ALL)):
        query = query.where(ImportBatch.actor_id == ctx.actor.id)
    return session().scalars(query).all()


def waiting(ctx: Context) -> int:
    """How many uploads of the actor still hold their file."""
    query = select(func.count()).select_from(ImportBatch).where(
        ImportBatch.actor_id == ctx.actor.id, ImportBatch.state.in_((UPLOADED, CHECKING, PREVIEWED, FAILED)),
        ImportBatch.layout.is_not(None))
    return session().scalar(query) or 0


def remembered(kind: str) -> dict[str, str | None]:
    """Headings this tenant has used for a kind, tidied, with their field (None: not imported)."""
    rows = session().execute(select(ImportHeading.heading, ImportHeading.field).where(ImportHeading.kind == kind))
    return {heading: field or None for heading, field in rows}


def file_of(batch: ImportBatch) -> bytes:
    """The uploaded file. Raises NotFound once it was deleted."""
    query = select(ImportFile.content).where(ImportFile.batch_id == batch.id).order_by(ImportFile.part)
    parts = session().scalars(query).all()
    if not parts:
        raise NotFound("file")
    return open_file(batch.id, parts)


def layout_of(batch: ImportBatch) -> dict[str, Any]:
    """The sealed layout; empty once it was deleted."""
    if batch.layout is None:
        return {}
    return open_json("imports_batch", "layout", batch.id, batch.layout)


def keep_layout(batch: ImportBatch, layout: dict[str, Any]) -> None:
    batch.layout = seal_json("imports_batch", "layout", batch.id, layout)


def matches_of(layout: dict[str, Any]) -> list[Match]:
    """What each column was taken for."""
    return [Match(*values) for values in layout.get("matches", ())]


def forget_file(batch_id: int) -> None:
    session().execute(delete(ImportFile).where(ImportFile.batch_id == batch_id))


def forget_rows(batch_id: int) -> None:
    session().execute(delete(ImportRow).where(ImportRow.batch_id == batch_id))


def counted(batch_id: int) -> dict[str, int]:
    """Rows of a batch by state, and those that can be written by outcome ("good:created")."""
    query = (
        select(ImportRow.state, ImportRow.outcome, func.count())
        .where(ImportRow.batch_id == batch_id)
        .group_by(ImportRow.state, ImportRow.outcome)
    )
    counts: dict[str, int] = {"total": 0}
    for state, outcome, number in session().execute(query):
        counts["total"] += number
        counts[state] = counts.get(state, 0) + number
        if outcome:
            counts[f"{state}:{outcome}"] = number
    warned = select(func.count()).select_from(ImportRow).where(ImportRow.batch_id == batch_id, ImportRow.warned.is_(True))
    if number := session().scalar(warned):
        counts["warned"] = number
    return counts
