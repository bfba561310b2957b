"""Tables of joint creation."""

from __future__ import annotations

from .council import Attendance, Council, CouncilMember, CouncilSession, Resolution, Topic
from .gifts import Contribution, Spending
from .lists import Need, Project, Resource
from .meetings import Review, Summary, Visit
from .pair import Agreement, Pairing
from .unit import Unit

__all__ = [
    "Agreement", "Attendance", "Contribution", "Council", "CouncilMember", "CouncilSession", "Need", "Pairing", "Project",
    "Resolution", "Resource", "Review", "Spending", "Summary", "Topic", "Unit", "Visit",
]
