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


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRegistered(Event):
    """A person was entered. Rows of an import are told of by `ImportDone`, not one by one."""

    person_id: int
    org_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChanged(Event):
    """Own data of a person was changed; `fields` are the names of the fields, without their values."""

    person_id: int
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonGone(Event):
    """A record left the registry: merged into another one, or taken out as entered by mistake (`kept_id` 0)."""

    person_id: int
    kept_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgFounded(Event):
    """An organisation was added (`parent_id` 0: at the top)."""

    org_id: int
    parent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgChanged(Event):
    """Fields of an organisation were changed, or it was put under another one (`fields`: parent_id)."""

    org_id: int
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgClosed(Event):
    """An organisation was dissolved (`successor_id` 0) or merged into another one."""

    org_id: int
    successor_id: int
    on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMoved(Event):
    """A record entered its workflow (`step` "start", `from_state` "") or made a step of it."""

    kind: str
    record_id: int
    step: str
    from_state: str
    to_state: str
    on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDone(Event):
    """A sheet was imported: how many of its rows were written."""

    batch_id: int
    kind: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportUndone(Event):
    """An imported sheet was taken back, or a part of it: how many of its rows by now."""

    batch_id: int
    kind: str
    rows: int


EVENTS: dict[str, type[Event]] = {cls.__name__: cls for cls in (
    PersonMoved, LearningHoursEarned, CommitmentDelivered, WorkHandedOver, PersonRegistered, PersonChanged, PersonGone,
    OrgFounded, OrgChanged, OrgClosed, RecordMoved, ImportDone, ImportUndone)}
