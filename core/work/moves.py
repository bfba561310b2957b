"""What every step leaves behind, set-wise: history rows, audit facts, closed and opened inbox items with their deadlines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select, update

from core.base.ids import new_ids
from core.base.leaks import without_leaks
from core.base.scope import current_scope
from core.base.session import session
from core.contracts.events import RecordMoved
from core.plugin import Step, Workflow
from core.rules import pack_version
from core.service import Context

from .deadlines import deadline, quoted
from .models import CANCELLED, DONE, FOR_REVIEW, OPEN, RETURNED, WAITING, Transition, WorkItem

START = "start"
CHUNK = 500
SUBJECT, REASON = 160, 500


@dataclass(slots=True)
class Move:
    """One record that has just changed state. `step` None: it entered the workflow."""

    record: Any
    step: Step | None
    before: str
    happened_on: dt.date
    reason: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    late: bool = False

    @property
    def name(self) -> str:
        return self.step.name if self.step else START


def chunks(listed: Sequence[Any], size: int = CHUNK) -> Iterator[Sequence[Any]]:
    for start in range(0, len(listed), size):
        yield listed[start : start + size]


def place(record: Any, step: Step | None) -> str:
    """Org path where a step is made; a record without a place there belongs to the whole tenant."""
    return getattr(record, step.at if step else "org_path", None) or ""


def leave_traces(ctx: Context, workflow: Workflow, moves: Sequence[Move]) -> None:
    """Write history and audit of moves already made, close the items they settle and open those they raise."""
    for some in chunks(moves):
        session().execute(insert(Transition), [_transition(ctx, workflow, move) for move in some])
        left = _settle(ctx, workflow, some)
        rows = [row for move in some for row in _raised(ctx, workflow, move, left)]
        if rows:
            session().execute(insert(WorkItem), _numbered(ctx, rows))
    for move in moves:
        ctx.audit(workflow.name, move.record.id, without_leaks(workflow.label(move.record)), step=move.name,
                  state=[move.before, move.record.state], **({"late": True} if move.late else {}))
    ctx.publish(*(RecordMoved(kind=workflow.name, record_id=move.record.id, step=move.name, from_state=move.before,
                              to_state=move.record.state, on=move.happened_on.isoformat()) for move in moves))


def _numbered(ctx: Context, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    own = {"tenant_id": current_scope().tenant_id, "created_at": ctx.now(), "version": 1}
    return [{**own, "id": number, **row} for number, row in zip(new_ids(len(rows)), rows, strict=True)]


def _transition(ctx: Context, workflow: Workflow, move: Move) -> dict[str, Any]:
    step, record = move.step, move.record
    path = place(record, step)
    row = {
        "record_kind": workflow.name, "record_id": record.id, "step": move.name, "from_state": move.before,
        "to_state": record.state, "actor_kind": ctx.actor.kind, "actor_id": ctx.actor.id,
        "actor_name": ctx.actor.label[:80], "acting_role": acting_role(ctx, step.may if step else None, path),
        "org_path": path, "at": ctx.now(), "happened_on": move.happened_on, "late": move.late,
        "reason": without_leaks(move.reason)[:REASON], "data": recorded(step, move.data),
        "rule": quoted(step.when.rule) if step and step.when and ctx.actor.kind == "system" else None,
        "rule_pack": pack_version(),
    }
    return _numbered(ctx, [row])[0]


def acting_role(ctx: Context, permission: str | None, path: str) -> str:
    """Name of the narrowest role that let the actor do it; empty for the system."""
    held = [g for g in ctx.grants if (permission is None or permission in g.permissions) and path.startswith(g.path)]
    return max(held, key=lambda g: len(g.path)).role[:60] if held else ""


def recorded(step: Step | None, data: dict[str, Any]) -> dict[str, Any]:
    """What history keeps of the filled-in fields: names of sensitive ones only, personal numbers in texts masked."""
    fields = getattr(step.schema, "_declared_fields", {}) if step and step.schema else {}
    kept: dict[str, Any] = {}
    for name, value in data.items():
        about = fields[name].metadata.get("ui", {}) if name in fields else {}
        if value is None or value == "":
            continue
        if about.get("sensitive") or about.get("pii"):
            kept[name] = "***"
        elif isinstance(value, bool | int):
            kept[name] = value
        elif isinstance(value, list | tuple):
            kept[name] = [without_leaks(str(one)) for one in value]
        else:
            kept[name] = without_leaks(str(value))[:REASON]
    return kept


def _settle(ctx: Context, workflow: Workflow, moves: Sequence[Move]) -> set[tuple[int, str]]:
    """Close the items the moves settle; returns (record id, step) of those that stay open."""
    by_record = {move.record.id: move for move in moves}
    waiting = session().execute(
        select(WorkItem.id, WorkItem.record_id, WorkItem.step).where(
            WorkItem.declared == workflow.name, WorkItem.state.in_(WAITING), WorkItem.record_id.in_(list(by_record)))
    ).all()
    closing: dict[tuple[str, str], list[int]] = {}
    left = set()
    for item in waiting:
        move = by_record[item.record_id]
        if item.step != move.name and move.before == move.record.state:
            left.add((item.record_id, item.step))
        else:
            closing.setdefault((DONE if item.step == move.name else CANCELLED, move.name), []).append(item.id)
    for (state, outcome), ids in closing.items():
        close_items(ctx, ids, state, outcome)
    return left


def close_items(ctx: Context, ids: Iterable[int], state: str, outcome: str) -> None:
    """Close items by id: DONE by whoever did it, CANCELLED when something else settled them."""
    for some in chunks(list(ids)):
        session().execute(
            update(WorkItem).where(WorkItem.tenant_id == current_scope().tenant_id, WorkItem.id.in_(some))
            .values(state=state, outcome=outcome[:200], closed_at=ctx.now(), closed_by_id=ctx.actor.id,
                    closed_by_name=ctx.actor.label[:80], version=WorkItem.version + 1)
            .execution_options(synchronize_session="fetch"))


def _raised(ctx: Context, workflow: Workflow, move: Move, left: set[tuple[int, str]]) -> Iterator[dict[str, Any]]:
    record = move.record
    for step in workflow.asking(record.state):
        if (record.id, step.name) in left:
            continue
        due = deadline(step.due, move.happened_on) if step.due else None
        state = RETURNED if move.step and move.step.back else FOR_REVIEW if step.review else OPEN
        yield {
            "source": ctx.plugins.owner_of(workflow.name), "declared": workflow.name, "step": step.name,
            "record_kind": workflow.name, "record_id": record.id,
            "subject": without_leaks(str(workflow.label(record)))[:SUBJECT],
            "title": str(step.title(ctx, record))[:200] if step.title else "", "org_path": place(record, step),
            "permission": step.asks_for(record) if step.asks_for else step.may, "guard": workflow.permission, "state": state,
            "opened_at": ctx.now(), "opened_by_id": ctx.actor.id, "opened_by_name": ctx.actor.label[:80],
            "due_on": due.on if due else None, "rule": due.rule if due else None,
        }
