"""Taking a ledger out as a file: all rows of the current filter, in the official order, marked and audited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from core.base.clock import SHANGHAI
from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import Invalid
from core.files import storage
from core.files.models import StoredFile
from core.files.services import keep_file
from core.jobs.models import Job
from core.jobs.queue import enqueue
from core.notify.wording import tell
from core.plugin import Col, Ledger
from core.service import Context, service

from .book import WRITERS, Cell, Outgoing
from .drawn import Drawing, drawers
from .notices import EXPORTED
from .paper import filter_words
from .query import conditions_of, count, every_row
from .services import open_ledger
from .state import State, refuse_lost
from .totals import Totals
from .units import own_name

AT_ONCE = 5000                      # rows; more become a job
TOLD = 20_000                       # rows between two words about progress, each a transaction: about a second
KEEP = dt.timedelta(days=7)
Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be taken out."""

    state: State
    rows: int
    permission: str


@service(None, writes=False)
def plan_export(ctx: Context, name: str, pairs: Pairs, kind: str) -> Plan:
    """Check right and format, and count. Raises Forbidden without the ledger's permission for exports, Invalid also for a
    filter that is no more (its plugin switched off, a right withdrawn): without it the file would hold everybody."""
    if kind not in WRITERS:
        raise Invalid({"format": [_("请选择 Excel 或 CSV")]})
    state, _views = open_ledger(ctx, name, pairs)
    permission = state.ledger.export or state.ledger.permission
    ctx.require(permission)
    refuse_lost(state)
    total = count(state.ledger, ctx, *conditions_of(state, ctx), permission=permission, typed=state.typed)
    return Plan(state, total, permission)


def file_name(ledger: Ledger, ctx: Context, kind: str) -> str:
    return f"{ledger.title}-{ctx.today():%Y%m%d}.{kind}"


def write_file(ctx: Context, plan: Plan, kind: str, path: Path, tell: Callable[[int], None] = lambda rows: None) -> int:
    """Write the rows of a plan to `path`; returns how many. `tell` hears the number of rows now and then."""
    state, ledger = plan.state, plan.state.ledger
    columns = tuple(c for c in state.columns)
    rows = every_row(state, ctx, columns, permission=plan.permission)
    with WRITERS[kind](path, outgoing(ctx, state, columns)) as file:
        lines = file.write(_cells(ledger, columns, drawers(state, columns, ctx, file.cell), rows, file.cell, tell))
    return lines - any(column.total for column in columns)


def outgoing(ctx: Context, state: State, columns: tuple[Col, ...]) -> Outgoing:
    """Headings, widths and the lines that say whose figures these are and who took them out."""
    ledger, now = state.ledger, ctx.now().astimezone(SHANGHAI)
    number = [_("序号")] if ledger.numbered else []
    mark = _("由 %(who)s 于 %(when)s 导出；筛选条件：%(what)s", who=ctx.actor.label, when=f"{now:%Y-%m-%d %H:%M}",
             what=filter_words(state) or _("无"))
    unit = own_name(ctx, ledger.permission)
    return Outgoing(
        title=str(ledger.title), meta=_("填报单位：%(name)s　统计截止：%(day)s", name=unit, day=f"{now:%Y-%m-%d}"),
        mark=mark, headings=[*number, *(str(c.label) for c in columns)],
        widths=[*([6] if number else []), *(c.width for c in columns)], landscape=ledger.paper.orientation == "landscape",
    )


def _cells(ledger: Ledger, columns: tuple[Col, ...], draw: Drawing, rows: Iterator[Row[Any]], cell: Callable[[Cell], str],
           tell: Callable[[int], None]) -> Iterator[Sequence[str]]:
    totals, numbered = Totals(columns), ledger.numbered
    for number, row in enumerate(rows, 1):
        if number % TOLD == 0:
            tell(number)
        if totals.sums:
            totals.add(row)
        yield [cell(number), *draw(row)] if numbered else draw(row)
    if last := totals.cells():
        yield [cell(value) for value in (["", *last] if numbered else last)]


@service(None, action="ledgers.export")
def record_export(ctx: Context, plan: Plan, kind: str, rows: int) -> None:
    """The audit row of an export; a file leaves only after this is committed."""
    _tell(ctx, plan, kind, rows)


def _tell(ctx: Context, plan: Plan, kind: str, rows: int) -> None:
    ledger = plan.state.ledger
    ctx.require(plan.permission)
    ctx.audit("ledger", None, str(ledger.title), ledger=ledger.name, format=kind, rows=rows, filter=filter_words(plan.state),
              columns=[c.name for c in plan.state.columns])


@service(None, action="ledgers.export.queue")
def queue_export(ctx: Context, plan: Plan, kind: str) -> Job:
    """Have the file written by a job with the actor's own rights."""
    ctx.require(plan.permission)
    payload = {"ledger": plan.state.ledger.name, "query": plan.state.pairs(page="", cols=",".join(
        c.name for c in plan.state.columns)), "format": kind}
    queued = enqueue("ledgers.export", payload, actor_id=ctx.actor.id)
    session().flush()
    ctx.audit("ledger", None, str(plan.state.ledger.title), ledger=plan.state.ledger.name, job=queued.id, rows=plan.rows)
    return queued


@service(None, action="ledgers.export")
def finish_export(ctx: Context, plan: Plan, kind: str, stored: storage.Stored, rows: int, job_id: int) -> StoredFile:
    """Register the file of a job and the export, and ring the owner's bell, in one transaction."""
    _tell(ctx, plan, kind, rows)
    if ctx.actor.id is not None:
        tell(ctx, EXPORTED, [ctx.actor.id], f"/ledgers/exports/{job_id}", name=plan.state.ledger.title)
    return keep_file(ctx, stored, kind="export", name=file_name(plan.state.ledger, ctx, kind), media=WRITERS[kind].media,
                     expires_at=ctx.now() + KEEP)
