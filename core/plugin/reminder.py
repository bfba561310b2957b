"""Declaration of a reminder: work that comes round although nobody moved a record (a yearly review, a date that passed)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that falls due: the record, its place, its short name, and the date the rule counts from."""

    record_id: int
    org_path: str
    subject: str
    since: dt.date


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reminder:
    """Inbox items that a daily job opens, one per record and due date, and closes when their ground is gone.

    Stands in a module's `reminders.py` or `workflows.py`.

    name        "liaison.contact_due"
    title       what is to be done
    permission  who sees it: holders of the permission on the path of the record
    rows        (ctx) -> iterable of Due, or a SELECT of columns labelled record_id, org_path, subject, since: everything
                the reminder is about NOW. What is no longer among the rows gets its item closed.
    rule        the item falls due that long after `since` (a rule key with a time unit); None: on `since` itself
    ahead       rule key: the item opens that long before it falls due; None: on the day it falls due
    stage       which value of `ahead` counts when the rule lists several (0 the first)
    opens       endpoint of the record's page; takes `record_id`
    record_kind kind of the record, as in its workflow; default: the reminder's name
    """

    name: str
    title: Any
    permission: str
    rows: Callable[..., Any]
    opens: str
    rule: str | None = None
    ahead: str | None = None
    stage: int = 0
    record_kind: str = ""
