"""Fields of a person in words, for comparisons."""

from __future__ import annotations

import datetime as dt

from core.settings.dictionaries import label

from ..models import Person
from ..schemas import PersonFields
from ..services.merge import shown
from ..words import GENDERS, MEMBER_KINDS


def field_label(name: str) -> str:
    """The label a form gives the field."""
    return str(PersonFields._declared_fields[name].metadata["ui"]["label"])


def field_text(person: Person, name: str) -> str:
    """The value of a field as people read it; numbers masked."""
    value = shown(person, name)
    if value in (None, ""):
        return ""
    if name == "residence_org_id":
        return person.residence.short_name if person.residence else ""
    if name == "grid_id":
        return person.grid.name if person.grid else ""
    if name in ("education", "category"):
        return label(f"people.{name}", value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return str({**GENDERS, **MEMBER_KINDS}.get(value, value))
