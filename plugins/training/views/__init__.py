"""Pages of training. Everything that is a list is a ledger; here stand the pages of one record, and one's own hours."""

from __future__ import annotations

from core.web.pickers import Picker, register

from ..queries.courses import find_courses, name_of_course
from . import certificates, courses, gap, seats, sessions, sheets
from .pages import pages

__all__ = ["certificates", "courses", "gap", "pages", "seats", "sessions", "sheets"]

register(Picker(kind="training_course", permission="training.course.read", find=find_courses, name=name_of_course))
