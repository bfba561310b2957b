"""The blueprint, what all pages share, and what other modules' forms may pick."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import request, url_for

from core.base.i18n import _
from core.base.pinyin import name_keys
from core.contracts.errors import NotFound
from core.service import Context
from core.settings.dictionaries import label
from core.web import Pages, render
from core.web.forms import Option, SchemaForm
from core.web.pickers import Picker, register

from .. import words
from ..models import Grid, OrgUnit, Person
from ..queries import units
from ..queries.grids import grids_of
from ..queries.people import search_people

pages = Pages("people", __name__)


def posted(form: SchemaForm) -> bool:
    """Whether this request posts the form and its fields are right."""
    return request.method == "POST" and form.submit(request.form)


def status() -> int:
    """422 when a posted form is shown again."""
    return 422 if request.method == "POST" else 200


def filled(data: dict[str, Any]) -> dict[str, Any]:
    """The fields of a form without those left blank: the service's own defaults count."""
    return {name: value for name, value in data.items() if value is not None}


def numbers(data: dict[str, Any], *fields: str) -> dict[str, Any]:
    """A form's data for a service: a sealed number left blank stays as it is unless its `clear_` box is ticked."""
    data = dict(data)
    for field in fields:
        if data.pop(f"clear_{field}", False):
            data[field] = ""
        elif not data.get(field):
            data.pop(field, None)
    return data


def kept(mask: str) -> str:
    """The help below a sealed number that is there."""
    return _("已登记 %(mask)s，留空不变", mask=mask) if mask else ""


WORDS = {"member": words.MEMBER_KINDS, "state": words.MEMBERSHIP_STATES, "check": words.CHECK_STATES, "gender": words.GENDERS,
         "link": words.AFFILIATION_KINDS, "change": words.CHANGE_TYPES, "org": words.ORG_KINDS, "unit": words.UNIT_KINDS,
         "status": words.ORG_STATUS, "org_change": words.ORG_CHANGES}


def show(template: str, status: int = 200, **data: Any) -> Any:
    """A page of this module: with the fixed words and the tenant's dictionaries at hand."""
    return render(template, status, words=WORDS, dictionary=label, **data)


def trail(units_above: Iterable[OrgUnit]) -> list[tuple[str, str]]:
    """Units from the top down as breadcrumbs."""
    return [(unit.short_name, url_for("people.org", record_id=unit.id)) for unit in units_above]


def _unit_option(unit: OrgUnit) -> Option:
    return Option(unit.id, unit.short_name, name_keys(unit.short_name).initials)


def _named(model: type, permission: str):
    def name(ctx: Context, record_id: int) -> str:
        try:
            if not ctx.may(permission):
                return ""
            found = ctx.get(model, record_id)
        except NotFound:
            return ""
        return found.short_name if model is OrgUnit else found.name

    return name


def _person_name(ctx: Context, record_id: int) -> str:
    found = ctx.get(Person, record_id) if ctx.may("people.person.read") else None
    seen = found and any(ctx.may("people.person.read", p) for p in (found.org_path, found.guest_path) if p is not None)
    return found.name if found and seen else ""


register(Picker(kind="org", permission="people.org.read", name=_named(OrgUnit, "people.org.read"),
                find=lambda ctx, typed, limit: [_unit_option(u) for u in units.search_orgs(ctx, typed, limit)]))
register(Picker(kind="community", permission="people.org.read", name=_named(OrgUnit, "people.org.read"),
                find=lambda ctx, typed, limit: [
                    _unit_option(u) for u in units.search_orgs(ctx, typed, limit, unit_kind="community")]))
register(Picker(kind="grid", permission="people.org.read", name=_named(Grid, "people.org.read"),
                find=lambda ctx, typed, limit: [Option(g.id, f"{g.name}（{g.org.short_name}）")
                                                for g in grids_of(ctx, typed, limit)]))
register(Picker(kind="person", permission="people.person.read", name=_person_name,
                find=lambda ctx, typed, limit: [Option(p.id, f"{p.name}（{p.org.short_name}）")
                                                for p in search_people(ctx, typed, limit)]))
