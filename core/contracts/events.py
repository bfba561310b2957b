"""Facts modules tell each other: past tense, immutable, JSON-able, written in the same transaction as the change."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events. Fields are ids, dates as ISO text, numbers and short texts; never personal data."""

    def payload(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMoved(Event):
    """A person's formal affiliation changed from one organisation to another (0: none)."""

    person_id: int
    from_org_id: int
    to_org_id: int
    on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningHoursEarned(Event):
    """Somebody took part in an education event whose hours may count (return-home education, a Party lecture).

    `source` and `source_id` name the record, so that hours are credited once.
    """

    person_id: int
    on: str
    minutes: int
    title: str
    source: str
    source_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentDelivered(Event):
    """What a unit had promised a community was delivered, and the community accepted it.

    `source` and `source_id` name the record; `unit_org_id` and `org_id` are the two places in the organisation tree.
    """

    unit_org_id: int
    org_id: int
    on: str
    title: str
    kind: str
    source: str
    source_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkHandedOver(Event):
    """An inbox item was handed to a colleague."""

    item_id: int
    user_id: int


EVENTS: dict[str, type[Event]] = {cls.__name__: cls for cls in (
    PersonMoved, LearningHoursEarned, CommitmentDelivered, WorkHandedOver)}
