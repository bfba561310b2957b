"""Registering units."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select, update

from core.base.db import session
from core.base.i18n import _
from core.base.identity import parse_credit_code
from core.base.scope import beyond_subtree
from core.contracts.errors import Invalid
from core.people.models import OrgUnit
from core.people.services.orgs import create_org
from core.people.words import LIVING_STATUS
from core.service import Context, service

from ..facts import Errors, check_person, clean
from ..models import CouncilMember, Pairing, PartnerUnit
from ..sides import conclude
from ..words import OPEN, UNIT_KINDS

MANAGE = "pairing.unit.manage"
FIELDS = ("name", "kind", "party_org", "liaison_name", "liaison_post", "office_phone", "strengths", "note")


@service(MANAGE)
def register_unit(ctx: Context, *, org_id: int | None = None, parent_id: int | None = None, **data: Any) -> PartnerUnit:
    """Let an organisation take part; one that is not in the tree yet is put there. Raises Invalid with a sentence per field."""
    place = _place(ctx, org_id, parent_id, data)
    ctx.require(MANAGE, place.path)
    if session().scalars(select(PartnerUnit.id).where(PartnerUnit.org_id == place.id)).first():
        raise Invalid({"org_id": [_("“%(name)s”已经登记为共建单位；退出过的，在它的页面上恢复。", name=place.short_name)]})
    kind = data.get("kind") or place.unit_kind
    filled = {**data, "name": data.get("name") or place.short_name, "kind": kind if kind in UNIT_KINDS else "",
              "credit_code": data.get("credit_code") or place.credit_code}
    if not filled["kind"]:
        raise Invalid({"kind": [_("请选择单位类别。")]})
    unit = PartnerUnit(org_id=place.id, org_path=place.path)
    _fill(ctx, unit, filled)
    session().add(unit)
    session().flush()
    ctx.audit("pairing_unit", unit.id, unit.name, unit_kind=unit.kind)
    return unit


@service(MANAGE)
def update_unit(ctx: Context, unit_id: int, *, version: int | None = None, **data: Any) -> PartnerUnit:
    unit = ctx.get(PartnerUnit, unit_id)
    ctx.check_version(unit, version)
    _fill(ctx, unit, data)
    session().flush()
    _rename(unit)
    ctx.audit("pairing_unit", unit.id, unit.name, fields=sorted(data))
    return unit


@service(MANAGE)
def retire_unit(ctx: Context, unit_id: int, *, left_on: dt.date | None = None, version: int | None = None) -> PartnerUnit:
    """The unit no longer takes part; its records stay. Raises Invalid while a pairing is open."""
    unit = ctx.get(PartnerUnit, unit_id)
    ctx.check_version(unit, version)
    with beyond_subtree("pairing: open pairings wherever they are"):
        if session().scalars(select(Pairing.id).where(Pairing.unit_id == unit.id, Pairing.state.in_(OPEN))).first():
            raise Invalid({"left_on": [_("“%(name)s”还有未结束的结对，请先结束结对。", name=unit.name)]})
    unit.left_on = left_on or ctx.today()
    ctx.audit("pairing_unit", unit.id, unit.name, left_on=unit.left_on.isoformat())
    return unit


@service(MANAGE)
def readmit_unit(ctx: Context, unit_id: int, *, version: int | None = None) -> PartnerUnit:
    """A unit that had left takes part again. Raises Invalid when its place was dissolved meanwhile."""
    unit = ctx.get(PartnerUnit, unit_id)
    ctx.check_version(unit, version)
    place = session().get(OrgUnit, (ctx.tenant.id, unit.org_id))
    if place is None or place.status not in LIVING_STATUS:
        raise Invalid({"org_id": [_("“%(name)s”在组织树中的位置已撤销，请另行登记。", name=unit.name)]})
    unit.left_on = None
    session().flush()
    ctx.audit("pairing_unit", unit.id, unit.name, readmitted=True)
    return unit


def _rename(unit: PartnerUnit) -> None:
    """What is open goes by the unit's new name; what is over keeps the one of its time."""
    with beyond_subtree("pairing: pairings and seats of the unit, wherever"):
        for model, living in ((Pairing, Pairing.state.in_(OPEN)), (CouncilMember, CouncilMember.ends_on.is_(None))):
            session().execute(update(model).where(model.unit_id == unit.id, living, model.unit_name != unit.name)
                              .values(unit_name=unit.name, version=model.version + 1)
                              .execution_options(synchronize_session="fetch"))


def _place(ctx: Context, org_id: int | None, parent_id: int | None, data: dict[str, Any]) -> OrgUnit:
    """The unit's place in the tree: the one chosen, or a new one below a street, community or county."""
    if org_id:
        place = session().get(OrgUnit, (ctx.tenant.id, org_id))
        if place is None or place.status not in LIVING_STATUS:
            raise Invalid({"org_id": [_("请从组织树中选择一个正常运行的单位。")]})
        return place
    errors: Errors = {}
    if not data.get("name"):
        errors["name"] = [_("请填写单位名称，或在组织树中选择已有单位。")]
    if not data.get("kind"):
        errors["kind"] = [_("请选择单位类别。")]
    above = session().get(OrgUnit, (ctx.tenant.id, parent_id)) if parent_id else None
    if above is None or above.status not in LIVING_STATUS or above.unit_kind not in ("county", "street", "community"):
        errors["parent_id"] = [_("请选择单位放在组织树的哪一级下面。")]
    elif not ctx.may(MANAGE, above.path):
        errors["parent_id"] = [_("只能放在您负责的范围内。")]
    clean(errors)
    assert above is not None
    return create_org(conclude(ctx), name=data["name"], short_name=data["name"], kind="unit", unit_kind=data["kind"],
                      parent_id=above.id)


def _fill(ctx: Context, unit: PartnerUnit, data: dict[str, Any]) -> None:
    for name in (n for n in FIELDS if n in data):
        setattr(unit, name, data[name] or "")
    if "credit_code" in data:
        unit.credit_code = parse_credit_code(data["credit_code"]) if data["credit_code"] else None
        _free(unit)
    if "liaison_id" in data:
        errors: Errors = {}
        check_person(ctx, data["liaison_id"], "liaison_id", errors)
        clean(errors)
        unit.liaison_id = data["liaison_id"]


def _free(unit: PartnerUnit) -> None:
    """Raise Invalid when another unit has the code."""
    with beyond_subtree("pairing: a credit code belongs to one unit"), session().no_autoflush:
        taken = session().scalars(select(PartnerUnit.name).where(
            PartnerUnit.credit_code == unit.credit_code, PartnerUnit.id != (unit.id or 0))).first() if unit.credit_code else None
    if taken:
        raise Invalid({"credit_code": [_("这个统一社会信用代码已登记在“%(name)s”名下，请核对。", name=taken)]})
