"""From an event to its deliveries: one row and one job per webhook that asked for it, in the transaction of the change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, insert, or_, select, update

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

from .catalogue import PING, told
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
    queue((number, lane_of(hook_id, kind, number)) for number, (hook_id, state, kind, _data) in zip(ids, wanted, strict=True)
          if state == ACTIVE)
    return list(ids)


def lane_of(hook_id: int, kind: str, delivery_id: int) -> int:
    """One delivery of a webhook at a time: a slow receiver takes one worker. For a test nobody waits: it has a lane to itself."""
    return delivery_id if kind == PING else hook_id


def queue(deliveries: Iterable[tuple[int, int]]) -> int:
    """A job for each (delivery, lane), in the running transaction; how many."""
    rows = [{"name": DELIVER, "payload": {"delivery_id": number}, "status": QUEUED, "priority": BEHIND, "run_at": clock.now(),
             "lane": lane, "attempts": 0, "failures": 0, "crashes": 0, "progress": 0, "message": ""}
            for number, lane in deliveries]
    if rows:
        session().execute(insert(Job), [{**_own(number), **row} for number, row in zip(new_ids(len(rows)), rows, strict=True)])
        run_after_commit(ring)
    return len(rows)


def again(delivery_ids: Sequence[int], now: dt.datetime, still: str = "") -> int:
    """Deliveries begin anew, under the ids they had; how many. `still`: only those that are in this state to this moment."""
    _begin_anew(delivery_ids, now, still)
    return queue(_lanes(delivery_ids))


def _lanes(delivery_ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(delivery, lane), in the order given."""
    for start in range(0, len(delivery_ids), AT_ONCE):
        some = delivery_ids[start:start + AT_ONCE]
        found = {row.id: row for row in session().execute(
            select(Delivery.id, Delivery.hook_id, Delivery.kind).where(Delivery.id.in_(some)))}
        yield from ((number, lane_of(found[number].hook_id, found[number].kind, number)) for number in some if number in found)


def rest(hook_id: int, until: dt.datetime) -> None:
    """What waits for a webhook rests with it: one attempt when that is over, and not one per event."""
    _put_at(hook_id, until, Job.run_at < until)


def rouse(hook_id: int) -> None:
    """What rests for a webhook goes out now: it answers, or somebody says that it will."""
    _put_at(hook_id, clock.now(), Job.run_at > clock.now())
    run_after_commit(ring)


def bring_forward(delivery_id: int) -> bool:
    """Whether a job that was to take this up later does so now; False: one does already, or none will."""
    later = select(Job.id, Job.payload).where(Job.name == DELIVER, Job.status == QUEUED, is_open, Job.run_at > clock.now())
    named = [row.id for row in session().execute(later) if row.payload["delivery_id"] == delivery_id]
    its = update(Job).where(Job.tenant_id == current_scope().tenant_id, Job.id.in_(named), Job.status == QUEUED)
    session().execute(its.values(run_at=clock.now()).execution_options(synchronize_session=False))
    run_after_commit(ring)
    return bool(named)


def _put_at(hook_id: int, at: dt.datetime, which: ColumnElement[bool]) -> None:
    its = update(Job).where(Job.tenant_id == current_scope().tenant_id, Job.lane == hook_id, Job.name == DELIVER,
                            Job.status == QUEUED, is_open, which)
    session().execute(its.values(run_at=at).execution_options(synchronize_session=False))


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
