"""From an event to its deliveries: one row and one job per webhook that asked for it, in the transaction of the change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import insert, or_, select, update

from core.base import clock
from core.base.ids import new_ids
from core.base.scope import PLATFORM, current_scope
from core.base.session import run_after_commit, session
from core.contracts.events import Event
from core.events import outbox
from core.jobs.models import QUEUED, Job, is_open, is_parked
from core.jobs.parking import call_for
from core.jobs.queue import ring
from core.plugin import Plugins

from .catalogue import told
from .models import ACTIVE, HELD, WAITING, Delivery, Webhook

DELIVER = "webhooks.deliver"
BEHIND = -1             # what people wait for goes first
AT_ONCE = 500


def note(events: Sequence[Event], plugins: Plugins, enabled: frozenset[str]) -> None:
    """Write down what is to be told outside. One statement when nobody asked for anything."""
    kinds = [found for event in events if (found := told(event, plugins))]
    if not kinds or current_scope().tenant_id in (None, PLATFORM):
        return
    with session().no_autoflush:
        # locked as a foreign key locks: a webhook removed at this moment must not fail the change that is told
        hooks = session().execute(select(Webhook.id, Webhook.kinds, Webhook.state)
                                  .with_for_update(read=True, key_share=True)).all()
    wanted = [(hook.id, hook.state, kind.name, data) for kind, data in kinds for hook in hooks if kind.name in hook.kinds]
    write(wanted)


def write(wanted: Sequence[tuple[int, str, str, dict[str, Any]]]) -> list[int]:
    """Rows for (webhook, its state, kind, data), and jobs for those of webhooks that are at work; the rows' ids."""
    if not wanted:
        return []
    now, ids = clock.now(), new_ids(len(wanted))
    session().execute(insert(Delivery), [
        {**_own(number), "hook_id": hook_id, "kind": kind, "data": data, "at": now, "since": now, "attempts": 0, "error": "",
         "tries": [], "state": WAITING if state == ACTIVE else HELD}
        for number, (hook_id, state, kind, data) in zip(ids, wanted, strict=True)])
    queue(number for number, (_hook, state, _kind, _data) in zip(ids, wanted, strict=True) if state == ACTIVE)
    return list(ids)


def queue(delivery_ids: Iterable[int]) -> int:
    """A job for each delivery, in the running transaction; how many."""
    rows = [{"name": DELIVER, "payload": {"delivery_id": number}, "status": QUEUED, "priority": BEHIND, "run_at": clock.now(),
             "attempts": 0, "failures": 0, "crashes": 0, "progress": 0, "message": ""} for number in delivery_ids]
    if rows:
        session().execute(insert(Job), [{**_own(number), **row} for number, row in zip(new_ids(len(rows)), rows, strict=True)])
        run_after_commit(ring)
    return len(rows)


def again(delivery_ids: Sequence[int], now: dt.datetime, still: str = "") -> int:
    """Deliveries begin anew, under the ids they had; how many. `still`: only those that are in this state to this moment."""
    _begin_anew(delivery_ids, now, still)
    return queue(delivery_ids)


def _begin_anew(delivery_ids: Sequence[int], now: dt.datetime, still: str) -> None:
    for start in range(0, len(delivery_ids), AT_ONCE):
        wanted = update(Delivery).where(Delivery.id.in_(delivery_ids[start:start + AT_ONCE]))
        chosen = wanted.where(Delivery.state == still) if still else wanted
        session().execute(chosen.values(state=WAITING, since=now, attempts=0).execution_options(synchronize_session=False))


def named_by_jobs() -> set[int]:
    """Ids of the deliveries that a job in the queue, at work or parked will take up."""
    rows = session().scalars(select(Job.payload).where(Job.name == DELIVER, or_(is_open, is_parked)))
    return {payload["delivery_id"] for payload in rows}


def wake(modules: frozenset[str]) -> int:
    """Queue what was parked while these modules were off. The time it waited for them does not count as tried."""
    woken: list[int] = []

    def wanted(letter: dict[str, Any]) -> bool:
        if letter.get("module") not in modules:
            return False
        woken.append(letter["delivery_id"])
        return True

    count = call_for(DELIVER, wanted)
    _begin_anew(woken, clock.now(), WAITING)
    return count


def _own(number: int) -> dict[str, Any]:
    return {"tenant_id": current_scope().tenant_id, "id": number, "created_at": clock.now(), "version": 1}


if note not in outbox.outside:
    outbox.outside.append(note)
    outbox.wakers.append(wake)
