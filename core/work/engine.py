"""The workflow engine: plain functions that a module calls inside its own @service.

A step checks the state, the permission where the step is made, what must be filled in and what speaks against it; it
changes the state under the record's version, and leaves history, audit and inbox items behind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import Conflict, Forbidden, NotFound
from core.plugin import Step, Workflow
from core.rules import rule
from core.service import Context

from .demands import refuse_unless_met
from .models import Transition
from .moves import Move, leave_traces, place


def start(ctx: Context, workflow: Workflow, record: Any, *, state: str = "", reason: str = "",
          happened_on: dt.date | None = None) -> None:
    """Enter a new record. `state` differs from the initial one only for records that come from somewhere else (import)."""
    start_many(ctx, workflow, [record], state=state, reason=reason, happened_on=happened_on)


def start_many(ctx: Context, workflow: Workflow, records: Iterable[Any], *, state: str = "", reason: str = "",
               happened_on: dt.date | None = None) -> None:
    """Enter many new records at once, in a handful of statements."""
    listed = list(records)
    entered = workflow.state(state or workflow.initial).name
    for record in listed:
        record.state = entered
    session().add_all(listed)
    session().flush()
    day = happened_on or ctx.today()
    leave_traces(ctx, workflow, [Move(r, None, "", day, reason, late=_late(ctx, day)) for r in listed])


def available(ctx: Context, workflow: Workflow, record: Any) -> list[Step]:
    """The steps the actor may make now, in the order of the declaration."""
    return [step for step in workflow.steps
            if step.may and record.state in step.sources and ctx.may(step.may, place(record, step))]


def advance(ctx: Context, workflow: Workflow, record: Any, step: str, *, version: int | None = None, reason: str = "",
            data: dict[str, Any] | None = None, happened_on: dt.date | None = None, accept: bool = False) -> None:
    """Make a step.

    version      the record's version when the form was opened
    happened_on  the day of the fact; today when left out. Well before today marks the step as a late entry (补录)
    accept       go on although there are objections that only warn

    Raises NotFound for an unknown step, Conflict when the record is no longer in a source state or was changed since,
    Forbidden without the permission where the step is made, Invalid with sentences for what is missing or speaks against.
    """
    chosen = named(workflow, step)
    _refuse_without_right(ctx, chosen, place(record, chosen))
    ctx.check_version(record, version)
    refuse_if_moved_on(workflow, record, chosen)
    values = dict(data or {})
    day = happened_on or values.get("happened_on") or ctx.today()
    told = {**values, "happened_on": day}
    refuse_unless_met(ctx, chosen, record, told, reason, accept)
    move = Move(record, chosen, record.state, day, reason.strip(), values, _late(ctx, day))
    _change(ctx, chosen, record, told)
    leave_traces(ctx, workflow, [move])


def history(ctx: Context, workflow: Workflow, record: Any) -> list[Transition]:
    """What happened with a record the caller was allowed to load, oldest first."""
    return histories(workflow, [record])[record.id]


def histories(workflow: Workflow, records: Sequence[Any]) -> dict[int, list[Transition]]:
    """The same of several records by their id, in one statement."""
    found: dict[int, list[Transition]] = {record.id: [] for record in records}
    for one in session().scalars(select(Transition).where(
            Transition.record_kind == workflow.name, Transition.record_id.in_(found)).order_by(Transition.at, Transition.id)):
        found[one.record_id].append(one)
    return found


def named(workflow: Workflow, step: str) -> Step:
    """The step of that name. Raises NotFound."""
    found = workflow.step(step)
    if found is None:
        raise NotFound(step)
    return found


def refuse_if_moved_on(workflow: Workflow, record: Any, step: Step) -> None:
    """Raises Conflict, saying where the record stands, when the step cannot be made from there (any more)."""
    if record.state not in step.sources:
        raise Conflict(_("“%(record)s”现在是“%(state)s”，不能再“%(step)s”。请刷新页面看最新情况。",
                         record=workflow.label(record), state=workflow.state(record.state).label, step=step.label))


def _refuse_without_right(ctx: Context, step: Step, path: str) -> None:
    if step.may:
        ctx.require(step.may, path)
    elif ctx.actor.kind != "system":
        raise Forbidden("")


def _late(ctx: Context, day: dt.date) -> bool:
    """Whether somebody enters a fact well after its day; the house itself, loading history, is never late."""
    if ctx.actor.kind == "system":
        return False
    return (ctx.today() - day).days > int(rule("work.late_entry_after").value)


def _change(ctx: Context, step: Step, record: Any, values: dict[str, Any]) -> None:
    """Move the record under its version; the effect runs after the state was changed."""
    record.state = step.target
    flag_modified(record, "state")          # a step from a state to itself counts as a change too
    if step.effect is None:
        columns = inspect(type(record)).column_attrs.keys()
        for name in set(getattr(step.schema, "_declared_fields", ())) & set(columns) & set(values):
            setattr(record, name, values[name])
    try:
        session().flush()
        if step.effect is not None:
            step.effect(ctx, record, values)
            session().flush()
    except StaleDataError:
        raise Conflict() from None
