"""The daily round of a reminder: what is due gets an item, what no longer holds loses it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, insert, select, update

from core.base.ids import new_ids
from core.base.leaks import without_leaks
from core.base.scope import current_scope
from core.base.session import session
from core.contracts.errors import Forbidden
from core.plugin import Due, Reminder
from core.service import Context, service

from .deadlines import Deadline, days_ahead, deadline, quoted
from .models import DONE, OPEN, WAITING, WorkItem
from .moves import SUBJECT, chunks, close_items

GONE = "gone"


@service(None, action="work.reminder")
def make_round(ctx: Context, reminder: Reminder) -> tuple[int, int]:
    """One reminder in one tenant, once. Returns (opened, closed). Idempotent: a second round the same day does nothing."""
    if ctx.actor.kind != "system":
        raise Forbidden("")
    wanted = dict(_wanted(ctx, reminder))
    open_now = session().execute(select(WorkItem.dedup_key, WorkItem.id, WorkItem.org_path).where(
        WorkItem.declared == reminder.name, WorkItem.state.in_(WAITING))).all()
    had, gone = _had(wanted)
    opened = [row for key, row in wanted.items() if key not in had]
    # a place that left keeps its items as they are, handed over or not: nobody asks whether they still hold
    closed = [item for key, item, path in open_now if key not in wanted and ctx.takes_part(reminder.name, path)]
    if opened or closed or gone:
        _open(ctx, opened)
        _reopen(ctx, gone)
        close_items(ctx, closed, DONE, GONE)
        ctx.audit(reminder.name, None, str(reminder.title), opened=len(opened) + len(gone), closed=len(closed))
    return len(opened) + len(gone), len(closed)


def _had(keys: Iterable[str]) -> tuple[set[str], list[int]]:
    """Those of the keys that ever had an item, and the items whose ground was gone and is there again (a date corrected and
    put back). What somebody ticked off does not come back for the same date.
    """
    found: set[str] = set()
    gone: list[int] = []
    columns = (WorkItem.dedup_key, WorkItem.id, WorkItem.state, WorkItem.outcome, WorkItem.closed_by_id)
    for some in chunks(list(keys)):
        for row in session().execute(select(*columns).where(WorkItem.dedup_key.in_(some))):
            found.add(row.dedup_key)
            if (row.state, row.outcome, row.closed_by_id) == (DONE, GONE, None):
                gone.append(row.id)
    return found, gone


def _reopen(ctx: Context, ids: list[int]) -> None:
    for some in chunks(ids):
        session().execute(
            update(WorkItem).where(WorkItem.tenant_id == current_scope().tenant_id, WorkItem.id.in_(some))
            .values(state=OPEN, outcome="", closed_at=None, closed_by_name="", opened_at=ctx.now(), assignee_id=None,
                    assignee_name="", handed_by_id=None, handed_by_name="", handed_reason="", version=WorkItem.version + 1)
            .execution_options(synchronize_session=False))


def _rows(ctx: Context, reminder: Reminder) -> Iterable[Due]:
    found = reminder.rows(ctx)
    if isinstance(found, Select):
        return [Due(r.record_id, r.org_path, r.subject, r.since) for r in session().execute(found)]
    return found


def _wanted(ctx: Context, reminder: Reminder) -> Iterable[tuple[str, dict[str, Any]]]:
    """dedup key -> item, for what is due or comes due within the time ahead."""
    today = ctx.today()
    for due in _rows(ctx, reminder):
        if not ctx.takes_part(reminder.name, due.org_path):
            continue
        end = deadline(reminder.rule, due.since) if reminder.rule else Deadline(due.since, {})
        opens_on = days_ahead(reminder.ahead, end.on, reminder.stage) if reminder.ahead else end.on
        if opens_on > today:
            continue
        key = f"{reminder.name}:{due.record_id}:{end.on:%Y%m%d}"
        yield key, {
            "source": ctx.plugins.owner_of(reminder.name), "declared": reminder.name,
            "record_kind": reminder.record_kind or reminder.name, "record_id": due.record_id,
            "subject": without_leaks(due.subject)[:SUBJECT], "org_path": due.org_path or "",
            "permission": reminder.permission, "guard": reminder.permission, "state": OPEN, "opened_at": ctx.now(),
            "due_on": end.on, "dedup_key": key,
            "rule": end.rule or (quoted(reminder.ahead, reminder.stage) if reminder.ahead else None),
        }


def _open(ctx: Context, rows: list[dict[str, Any]]) -> None:
    own = {"tenant_id": current_scope().tenant_id, "created_at": ctx.now(), "version": 1}
    for some in chunks(rows):
        numbered = zip(new_ids(len(some)), some, strict=True)
        session().execute(insert(WorkItem), [{**own, "id": number, **row} for number, row in numbered])
