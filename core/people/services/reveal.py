"""Looking at a full phone or ID number: permission, purpose, limit per hour, audit."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select

from core.audit.models import AuditEntry
from core.base.db import session
from core.base.i18n import _
from core.contracts.errors import Invalid, TooMany
from core.rules import rule
from core.service import Context, service

from ..models import OrgUnit, Person
from ..sealed import clear_text

REVEAL = "people.person.reveal"
ACTION = "people.person.reveal"
HOUR = dt.timedelta(hours=1)
SHORTEST, LONGEST = 2, 200
COLUMNS = {"phone": "phone", "id_no": "id"}


@service(REVEAL, action=ACTION)
def reveal(ctx: Context, person_id: int, *, field: str, reason: str) -> str:
    """The full number ("" when none is stored). `field` is "phone" or "id_no"; the purpose goes into the audit.

    Raises Invalid without a purpose, TooMany beyond the rule people.reveal_max_per_hour.
    """
    person = ctx.get(Person, person_id)
    if field not in COLUMNS:
        raise Invalid({"field": [_("请从列表中选择")]})
    stated = _purpose(reason)
    _refuse_beyond_limit(ctx)
    ctx.audit("person", person.id, name=person.name, field=field, reason=stated)
    return clear_text(person, COLUMNS[field])


@service(REVEAL, action=ACTION)
def reveal_contact(ctx: Context, org_id: int, *, reason: str) -> str:
    """The full contact phone of an organisation, under the same conditions."""
    unit = ctx.get(OrgUnit, org_id)
    ctx.require(REVEAL, unit.path)
    stated = _purpose(reason)
    _refuse_beyond_limit(ctx)
    ctx.audit("org_unit", unit.id, name=unit.short_name, field="contact_phone", reason=stated)
    return clear_text(unit, "contact_phone")


def _purpose(reason: str) -> str:
    stated = " ".join((reason or "").split())
    if not SHORTEST <= len(stated) <= LONGEST:
        raise Invalid({"reason": [_("请写明查看的用途，2 到 200 个字，会记入操作日志。")]})
    return stated


def _refuse_beyond_limit(ctx: Context) -> None:
    """Count this account's reveals of the last hour in the audit, which nobody can shorten."""
    most = int(rule("people.reveal_max_per_hour").value)
    since = ctx.now() - HOUR
    mine = (AuditEntry.actor_id == ctx.actor.id, AuditEntry.action == ACTION, AuditEntry.at > since)
    if (session().scalar(select(func.count()).select_from(AuditEntry).where(*mine)) or 0) < most:
        return
    oldest = session().scalar(select(func.min(AuditEntry.at)).where(*mine)) or ctx.now()
    raise TooMany(max(1, int((oldest + HOUR - ctx.now()).total_seconds())))
