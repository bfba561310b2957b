"""Taking in a sheet of units, row by row; a batch can be taken back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, inspect, or_, select

from core.base.db import session
from core.base.i18n import _
from core.base.identity import parse_credit_code, parse_phone
from core.base.scope import beyond_subtree
from core.contracts.errors import Conflict, Invalid
from core.people.names import Named, UnitNames
from core.service import Context

from .models import Pairing, PartnerUnit
from .services.units import MANAGE, register_unit, update_unit

Row = dict[str, Any]
KIND = "pairing_unit"
KEPT = ("kind", "credit_code", "party_org", "liaison_name", "liaison_post", "office_phone", "strengths", "note")


@dataclass
class Known:
    """What rows of one chunk share: names of organisations, and the units they may mean by name and by credit code."""

    names: UnitNames
    named: dict[str, list[PartnerUnit]] = field(default_factory=dict)
    coded: dict[str, PartnerUnit] = field(default_factory=dict)

    def add(self, unit: PartnerUnit) -> None:
        if all(one is not unit for one in self.named.setdefault(unit.name, [])):
            self.named[unit.name].append(unit)
        if unit.credit_code:
            self.coded[unit.credit_code] = unit

    def unit(self, row: Row) -> PartnerUnit | None:
        """The registered unit a row means: by credit code, else by name. What a row had written may have been taken back."""
        code = (row.get("credit_code") or "").upper().strip()
        bearer = self.coded.get(code) if code else None
        if bearer is not None and inspect(bearer).persistent and bearer.credit_code == code:
            return bearer
        same = [one for one in self.named.get(row["name"], ()) if inspect(one).persistent and one.name == row["name"]]
        return same[0] if len(same) == 1 else None


def prepare(ctx: Context, rows: list[Row]) -> Known:
    """Read organisations and units, each once for the chunk."""
    known = Known(UnitNames.load())
    codes = {row["credit_code"].upper().strip() for row in rows if row.get("credit_code")}
    wanted = or_(PartnerUnit.name.in_({row["name"] for row in rows}), PartnerUnit.credit_code.in_(codes))
    for unit in session().scalars(select(PartnerUnit).where(wanted).order_by(PartnerUnit.id)):
        known.add(unit)
    return known


def check(ctx: Context, row: Row, looked: Known) -> dict[str, list[str]]:
    """Sentences per field, against the tree and the units there are."""
    errors: dict[str, list[str]] = {}
    for name, parse in (("credit_code", parse_credit_code), ("office_phone", parse_phone)):
        if row.get(name):
            try:
                parse(row[name])
            except Invalid as refused:
                errors[name] = [text for said in refused.errors.values() for text in said]
    known = looked.unit(row)
    if errors or known is not None:
        return errors or _left(known)
    place = _in_tree(row, looked.names)
    if place is None:
        above, why = looked.names.find(row["parent"]) if row.get("parent") else (None,
            _("组织树里没有这个单位，请填写它在哪个街道、社区或县下。"))
        if above is None:
            return {"parent": [why]}
        place = above
    return {} if ctx.may(MANAGE, place.path) else {"name": [_("这个单位不在您负责的范围内。")]}


def _left(known: PartnerUnit | None) -> dict[str, list[str]]:
    return {"name": [_("“%(name)s”已退出共建，请先在它的页面上恢复。", name=known.name)]} if known and known.left_on else {}


def write(ctx: Context, row: Row, looked: Known) -> tuple[str, int, str, Row | None]:
    """Register a unit, or complete the one there is; what a sheet leaves blank is never erased."""
    given = {name: row[name] for name in KEPT if row.get(name) not in (None, "")}
    if "credit_code" in given:
        given["credit_code"] = parse_credit_code(given["credit_code"])
    known = looked.unit(row)
    if known is not None:
        answer = _complete(ctx, known, given)
        looked.add(known)
        return answer
    place = _in_tree(row, looked.names)
    above = looked.names.find(row["parent"])[0] if place is None else None
    unit = register_unit(ctx, org_id=place.id if place else None, parent_id=above.id if above else None, name=row["name"],
        **given)
    if place is None:
        looked.names.add(Named(unit.org_id, unit.name, unit.name, unit.org_path, "unit", unit.kind))
    looked.add(unit)
    return KIND, unit.id, "created", {"version": unit.version}


def undo(ctx: Context, unit_id: int, kept: Row) -> None:
    """Take one row back. Raises Conflict when the unit was changed or paired since."""
    unit = ctx.get(PartnerUnit, unit_id)
    with beyond_subtree("pairing: pairings of the unit, wherever"):
        used = session().scalar(select(func.count(Pairing.id)).where(Pairing.unit_id == unit.id))
    if unit.version != kept["version"] or ("before" not in kept and used):
        raise Conflict(_("“%(name)s”在导入之后又被修改或已结对，没有撤销。", name=unit.name))
    if "before" in kept:
        for name, value in kept["before"].items():
            setattr(unit, name, value)
    else:
        session().delete(unit)
    session().flush()


def _complete(ctx: Context, known: PartnerUnit, given: Row) -> tuple[str, int, str, Row | None]:
    changed = {name: value for name, value in given.items() if getattr(known, name) != value}
    if not changed:
        return KIND, known.id, "unchanged", None
    before = {name: getattr(known, name) for name in changed}
    update_unit(ctx, known.id, **changed)
    return KIND, known.id, "updated", {"version": known.version, "before": before}


def _in_tree(row: Row, names: UnitNames) -> Named | None:
    """The organisation with that name, when there is exactly one."""
    return names.find(row["name"])[0]
