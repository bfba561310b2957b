"""Tables of organisations and people."""

from __future__ import annotations

from .change import MemberChange
from .check import Archive, RegistryCheck
from .extra import OrgExtra, PersonExtra
from .org import Grid, OrgChange, OrgUnit, PostHolding
from .person import Affiliation, Person

__all__ = ["Affiliation", "Archive", "Grid", "MemberChange", "OrgChange", "OrgExtra", "OrgUnit", "Person", "PersonExtra",
           "PostHolding", "RegistryCheck"]
