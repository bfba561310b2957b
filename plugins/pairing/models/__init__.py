"""Tables of joint creation."""

from __future__ import annotations

from .council import Council, CouncilAttendance, CouncilMember, CouncilResolution, CouncilSession, CouncilTopic
from .gifts import Contribution, Spending
from .lists import JointProject, NeedItem, ResourceItem
from .meetings import PairReview, PairVisit, QuarterSummary
from .pair import PairAgreement, Pairing
from .unit import PartnerUnit

__all__ = [
    "PairAgreement", "CouncilAttendance", "Contribution", "Council", "CouncilMember", "CouncilSession", "NeedItem", "Pairing",
        "JointProject",
    "CouncilResolution", "ResourceItem", "PairReview", "Spending", "QuarterSummary", "CouncilTopic", "PartnerUnit", "PairVisit",
]
