"""Steps that time makes: records are moved set by set, through the same door as by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from core.base.clock import SHANGHAI
from core.base.session import session
from core.base.types import UTCDateTime
from core.contracts.errors import Forbidden
from core.plugin import Step, Workflow
from core.service import Context, service

from .deadlines import began_before, deadline, has_elapsed
from .demands import objections
from .moves import CHUNK, Move, leave_traces


def make_timed_steps(ctx: Context, workflow: Workflow, step: Step) -> int:
    """Make one step for all records whose time has come, a chunk per transaction; returns how many moved."""
    moved, last = 0, 0
    while True:
        made, last = _make_chunk(ctx, workflow, step, last)
        moved += made
        if not last:
            return moved


@service(None, action="work.time_step")
def _make_chunk(ctx: Context, workflow: Workflow, step: Step, last: int) -> tuple[int, int]:
    """Move what is due among the next records after id `last`; returns (moved, id to go on after or 0)."""
    if ctx.actor.kind != "system" or step.when is None:
        raise Forbidden("")
    model, today = workflow.model, ctx.today()
    column = getattr(model, step.when.column)
    records = list(session().scalars(
        select(model).where(model.state.in_(step.sources), model.id > last, column <= _bound(column, step, today))
        .order_by(model.id).limit(CHUNK).execution_options(populate_existing=True)))
    moves = [move for record in records if ctx.takes_part(workflow.name, getattr(record, "org_path", None))
             and (move := _move(ctx, step, record, today))]
    for move in moves:
        move.record.state = step.target
        flag_modified(move.record, "state")
    session().flush()
    for move in moves:
        if step.effect is not None:
            step.effect(ctx, move.record, {"happened_on": move.happened_on})
    session().flush()
    leave_traces(ctx, workflow, moves)
    return len(moves), records[-1].id if len(records) == CHUNK else 0


def _bound(column: Any, step: Step, today: dt.date) -> Any:
    """The latest value that can have elapsed, in the column's own type."""
    day = began_before(step.when.rule, today)  # type: ignore[union-attr]
    return dt.datetime.combine(day, dt.time.max, SHANGHAI) if isinstance(column.type, UTCDateTime) else day


def _move(ctx: Context, step: Step, record: Any, today: dt.date) -> Move | None:
    began = getattr(record, step.when.column)  # type: ignore[union-attr]
    if isinstance(began, dt.datetime):
        began = began.astimezone(SHANGHAI).date()
    assert step.when is not None
    grace = dt.timedelta(days=1 if step.when.missed else 0)
    if not has_elapsed(step.when.rule, began, today - grace):
        return None
    day = deadline(step.when.rule, began).on + grace
    if step.check and objections(step.check(ctx, record, {"happened_on": day}), accept=True):
        return None
    return Move(record, step, record.state, day)
