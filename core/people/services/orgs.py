"""Creating and changing organisation units, and their terms of office."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from core.base.db import session
from core.base.i18n import _
from core.base.identity import parse_credit_code
from core.base.pinyin import name_keys
from core.contracts.errors import Invalid, NotFound
from core.contracts.events import OrgChanged, OrgFounded
from core.service import Context, service
from core.tenancy.turns import wait_for_turn

from .. import history, tree
from ..extras.values import save, split
from ..models import OrgUnit
from ..moves import refresh_communities
from ..sealed import put_contact_phone
from ..words import LIVING_STATUS, ORG_KINDS, UNIT_KINDS

FIELDS = ("name", "short_name", "kind", "unit_kind", "founded_on", "approval_no", "size_approval_no", "term_years", "term_start",
          "term_end", "contact_name", "credit_code", "address", "note")
MANAGE = "people.org.manage"


@service(MANAGE)
def create_org(ctx: Context, *, name: str, short_name: str, kind: str, parent_id: int | None = None,
               contact_phone: str | None = None, document_no: str = "", effective_on: dt.date | None = None,
               status: str = "active", **data: Any) -> OrgUnit:
    """Add a unit under a parent (None: at the top). Raises Invalid with a sentence per field."""
    above = living(ctx, parent_id, "parent_id") if parent_id else None
    ctx.require(MANAGE, above.path if above else "")
    unit = OrgUnit(parent_id=parent_id, status=status)
    unit.ordinal = next_ordinal(ctx)
    try:
        unit.path = tree.child(above.path if above else "", unit.ordinal)
    except ValueError:
        raise Invalid({"parent_id": [_("组织层级最多 %(n)s 级。", n=tree.DEEPEST)]}) from None
    data, extra = split(data)
    fill(unit, {"name": name, "short_name": short_name, "kind": kind, **data})
    check(unit)
    put_contact_phone(unit, contact_phone)
    session().add(unit)
    session().flush()
    save(ctx, unit, {key: value for key, value in extra.items() if value not in (None, "")}, new=True)
    unit.community_id = unit.id if unit.unit_kind == "community" else above.community_id if above else None
    if since := unit.founded_on or effective_on:        # unknown: for past reports it was always there
        history.record(ctx, unit, "founded", None, since, document_no=document_no or unit.approval_no)
    session().flush()
    ctx.audit("org_unit", unit.id, name=unit.short_name, created=True, parent=above.short_name if above else "")
    ctx.publish(OrgFounded(org_id=unit.id, parent_id=parent_id or 0))
    return unit


def next_ordinal(ctx: Context) -> int:
    """The ordinal of the tenant's next unit, kept for the running transaction: whoever else founds a unit waits for its end.

    Two transactions would count the same units.
    """
    wait_for_turn(ctx.tenant.id)
    return (session().scalar(select(func.max(OrgUnit.ordinal))) or 0) + 1


@service(MANAGE)
def update_org(ctx: Context, org_id: int, *, version: int | None = None, effective_on: dt.date | None = None,
               document_no: str | None = "", **data: Any) -> OrgUnit:
    """Change a unit's own fields; a new name, kind or term is kept in the dated history. The parent: see `move_org`."""
    unit = living(ctx, org_id)
    ctx.require(MANAGE, unit.path)
    ctx.check_version(unit, version)
    before = history.facts(unit)
    phone = {"contact_phone"} & set(data)
    if phone:
        put_contact_phone(unit, data.pop("contact_phone"))
    data, extra = split(data)
    changed = fill(unit, data)
    check(unit)
    added = save(ctx, unit, extra)
    session().flush()
    if "unit_kind" in changed:
        refresh_communities(unit.path)
    kind = "renamed" if {"name", "short_name"} & changed else "changed"
    history.record(ctx, unit, kind, before, not_future(ctx, effective_on), document_no=document_no or "")
    told = sorted(changed | phone | set(added))
    ctx.audit("org_unit", unit.id, name=unit.short_name, fields=told, **({"changes": added} if added else {}))
    if told:
        ctx.publish(OrgChanged(org_id=unit.id, fields=tuple(told)))
    return unit


def living(ctx: Context, org_id: int, field: str = "") -> OrgUnit:
    """The unit, which must not be merged or dissolved. Raises Invalid under `field`; without one NotFound for a wrong id."""
    try:
        unit = ctx.get(OrgUnit, org_id)
    except NotFound:
        if not field:
            raise
        raise Invalid({field: [_("没有这个组织，请从列表中选择。")]}) from None
    if unit.status not in LIVING_STATUS:
        raise Invalid({field or "org": [_("“%(name)s”已合并或撤销，不能再办理业务。", name=unit.short_name)]})
    return unit


def not_future(ctx: Context, day: dt.date | None, field: str = "effective_on") -> dt.date:
    """The day a change takes effect: today unless given. Raises Invalid for a day to come."""
    if day is not None and day > ctx.today():
        raise Invalid({field: [_("日期不能晚于今天。")]})
    return day or ctx.today()


def fill(unit: OrgUnit, data: dict[str, Any]) -> set[str]:
    """Set known fields; the names of those that changed. TypeError for a field that does not exist."""
    if unknown := set(data) - set(FIELDS):
        raise TypeError(f"not fields of an organisation: {sorted(unknown)}")
    changed = set()
    for field, value in data.items():
        value = "" if value is None and OrgUnit.__table__.c[field].default is not None else value
        if getattr(unit, field) != value:
            setattr(unit, field, value)
            changed.add(field)
    keys = name_keys(unit.short_name or "")
    unit.name_full, unit.name_initials = keys.full, keys.initials
    return changed


def check(unit: OrgUnit) -> None:
    """Raise Invalid for what cannot be: unknown kinds, a term that ends before it starts, a name that is taken."""
    errors: dict[str, list[str]] = {}
    if not unit.name or not unit.short_name:
        errors["name" if not unit.name else "short_name"] = [_("此项必填")]
    if unit.kind not in ORG_KINDS or (unit.unit_kind and unit.unit_kind not in UNIT_KINDS):
        errors["kind" if unit.kind not in ORG_KINDS else "unit_kind"] = [_("请从列表中选择")]
    if unit.term_start and unit.term_end and unit.term_end <= unit.term_start:
        errors["term_end"] = [_("任期结束日期应晚于开始日期。")]
    if unit.credit_code:
        unit.credit_code = parse_credit_code(unit.credit_code)
    with session().no_autoflush:
        for field, where in (("name", OrgUnit.name == unit.name),
                             ("short_name", (OrgUnit.short_name == unit.short_name) & (OrgUnit.parent_id == unit.parent_id))):
            taken = select(OrgUnit.id).where(where, OrgUnit.status.in_(LIVING_STATUS), OrgUnit.id != (unit.id or 0)).limit(1)
            if field not in errors and session().scalar(taken):
                errors[field] = [_("已有同名组织“%(name)s”，请核对是否重复录入。", name=getattr(unit, field))]
    if errors:
        raise Invalid(errors)
