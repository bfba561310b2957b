"""What programs are told of persons and organisations. Phone and ID numbers leave masked, as on the pages."""

from __future__ import annotations

from core.plugin import ORG_UNIT, PERSON
from core.web.resource import shape

from .extras.forms import telling
from .models import OrgUnit, Person

PersonOut = shape(Person, (
    "name", "gender", "birth_date", "phone=phone_mask", "id_no=id_mask", "education", "member_kind", "membership_state",
    "joined_on", "confirmed_on", "category", "org_id", "is_formal", "residence_org_id", "grid_id", "work_unit", "skills", "note",
    "verified_on", "check_state"))
OrgOut = shape(OrgUnit, (
    "name", "short_name", "kind", "unit_kind", "parent_id", "path", "community_id", "status", "founded_on", "approval_no",
    "size_approval_no", "credit_code", "term_years", "term_start", "term_end", "contact_name", "contact_phone=contact_phone_mask",
    "address", "note", "dissolved_on", "successor_id"))
person_told, org_told = telling(PersonOut, PERSON), telling(OrgOut, ORG_UNIT)
