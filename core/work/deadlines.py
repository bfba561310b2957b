"""Deadlines: computed once when something begins, and kept together with the rule that made them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from core.base.i18n import _
from core.contracts.errors import Invalid
from core.rules import catalog, due_date, rule
from core.rules.units import unit_label

SLACK = dt.timedelta(days=3)        # months differ by up to three days


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day and the rule it comes from, as stored beside it."""

    on: dt.date
    rule: dict[str, Any]


def quoted(key: str, stage: int = 0) -> dict[str, Any]:
    """The rule in force, as it is stored with what it decided: key, value, unit, source, own document number."""
    found = rule(key)
    value = _value(found.value, stage)
    return {"key": key, "value": value, "unit": found.unit, "source": found.source, "document_no": found.document_no}


def deadline(key: str, start: dt.date) -> Deadline:
    """The day the rule `key` sets for something that began on `start`. Raises Invalid for days beyond the calendar."""
    try:
        return Deadline(due_date(start, rule(key)).on, quoted(key))
    except ValueError:
        raise Invalid(message=_("这个日期太远，无法推算期限。")) from None


def days_ahead(key: str, day: dt.date, stage: int = 0) -> dt.date:
    """The day that lies the rule's time before `day`; `stage` chooses among the values of a rule that lists several."""
    found = rule(key)
    return due_date(day, (-_value(found.value, stage), found.unit)).on


def _value(said: Any, stage: int) -> Any:
    """One value of a rule; a tenant's own list may be shorter than ours, its last value then counts for the rest."""
    return said[min(stage, len(said) - 1)] if isinstance(said, list) else said


def began_before(key: str, today: dt.date) -> dt.date:
    """No deadline of the rule can have come for what began after this day: a cheap first condition for a query."""
    found = rule(key)
    return due_date(today, (-found.value, found.unit)).on + SLACK


def has_elapsed(key: str, start: dt.date, today: dt.date) -> bool:
    """Whether the rule's time has fully passed since `start`."""
    return due_date(start, rule(key)).on <= today


def explain(stored: dict[str, Any] | None) -> str:
    """One sentence on where a stored deadline comes from, for the reader who asks why."""
    if not stored:
        return ""
    known = catalog().get(stored["key"])
    title = known.title if known else stored["key"]
    value = f"{stored['value']} {unit_label(stored['unit'])}".strip()
    if stored.get("document_no"):
        return _("%(title)s：%(value)s。本单位按 %(document)s 执行；一般规定：%(source)s。", title=title, value=value,
                 document=stored["document_no"], source=stored["source"])
    return _("%(title)s：%(value)s。依据：%(source)s。", title=title, value=value, source=stored["source"])
