"""Tables of the liaison stations."""

from __future__ import annotations

from .gathering import Gathering, GatheringAttendance
from .logs import AnnualReview, ContactLog, LossSearch
from .record import MobileRecord
from .station import ServiceLog, Station

__all__ = [
    "AnnualReview", "ContactLog", "Gathering", "GatheringAttendance", "LossSearch", "MobileRecord", "ServiceLog", "Station",
]
