"""Tables of training."""

from __future__ import annotations

from .certificate import Certificate
from .course import Course, Need, PlanItem, Prerequisite
from .hours import Balance, HourEntry, Tally
from .session import ClassSession, Seat

__all__ = ["Balance", "Certificate", "ClassSession", "Course", "HourEntry", "Need", "PlanItem", "Prerequisite", "Seat", "Tally"]
