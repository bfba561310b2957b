"""A reminder over the same records."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.plugin import Reminder

from .models import Case


def _taken(ctx: Any) -> Any:
    return select(Case.id.label("record_id"), Case.org_path, Case.name.label("subject"), Case.touched_on.label("since")).where(
        Case.state == "taken", Case.touched_on.is_not(None))


look_again = Reminder(
    name="casework.look_again", title="look again", permission="casework.case.write", rows=_taken, opens="work.record",
    rule="casework.touch_interval", ahead="casework.notice", record_kind="casework.case")
