"""Sheets the import wizard takes: the roster of members, the list of organisations."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select

from core.base.db import session
from core.base.i18n import _, _l
from core.contracts.errors import Conflict
from core.plugin import ORG_UNIT, PERSON, ImportKind, Objection
from core.service import Context

from . import history
from . import roster as rows
from .extras.forms import row_schema
from .extras.known import readable
from .extras.values import give_back, held, remove_all, split
from .models import OrgChange, OrgUnit, Person
from .names import Named, UnitNames
from .sealed import clear_text
from .services.orgs import create_org, update_org
from .sheets import OrgRow, PersonRow, says_the_same, whole_days
from .tree import parent

FIELDS = ("name", "short_name", "kind", "unit_kind", "founded_on", "approval_no", "term_start", "term_end", "contact_name",
          "contact_phone", "credit_code", "address", "note")
PHONE = {"contact_phone": ("contact_phone_sealed", "contact_phone_mask")}


def prepare_orgs(ctx: Context, given: list[dict[str, Any]]) -> UnitNames:
    return UnitNames.load()


def check_org(ctx: Context, row: dict[str, Any], names: UnitNames) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if row.get("parent"):
        above, why = names.find(row["parent"])
        if above is None:
            errors["parent"] = [why]
        elif above.name == row["name"]:
            errors["parent"] = [_("上级组织不能是它自己。")]
        elif (known := _known_unit(row, names)) is not None and parent(known.path) != above.path:
            errors["parent"] = [Objection(_("“%(name)s”已登记在别的上级组织之下，导入不改隶属，请在组织页面办理调整。",
                                            name=known.short_name), blocking=False)]
    return errors


def _known_unit(row: dict[str, Any], names: UnitNames) -> Named | None:
    return next((unit for unit in names.units.values() if unit.name == row["name"]), None)


def write_org(ctx: Context, row: dict[str, Any], names: UnitNames) -> tuple[str, int, str, dict[str, Any] | None]:
    """Create a unit, or complete the one with the same seal name. What a sheet leaves blank is never erased."""
    own, extra = split(row)
    data = {name: own[name] for name in FIELDS if own.get(name) not in (None, "")}
    data |= {key: value for key, value in extra.items() if value not in (None, "")}
    known = _known_unit(row, names)
    if known is not None:
        return _complete(ctx, known, data)
    above = names.find(row["parent"])[0] if row.get("parent") else None
    unit = create_org(ctx, parent_id=above.id if above else None, **whole_days(data))
    names.add(Named(unit.id, unit.name, unit.short_name, unit.path, unit.kind, unit.unit_kind))
    return "org_unit", unit.id, "created", {"version": unit.version}


def _complete(ctx: Context, known: Named, data: dict[str, Any]) -> tuple[str, int, str, dict[str, Any] | None]:
    unit = ctx.get(OrgUnit, known.id)
    data, extra = split(data)
    had = held(unit, readable(ctx, unit)) if extra else {}
    given = {name: value for name, value in data.items() if not says_the_same(_known(unit, name), value)}
    added = {key: value for key, value in extra.items() if had.get(key) != value}
    if not given and not added:
        return "org_unit", unit.id, "unchanged", None
    columns = [name for given_name in given for name in PHONE.get(given_name, (given_name,))]
    before = {name: rows.plain(getattr(unit, name)) for name in columns} | {key: rows.plain(had.get(key)) for key in added}
    update_org(ctx, unit.id, **whole_days(given), **added)
    return "org_unit", unit.id, "updated", {"version": unit.version, "before": before}


def _known(unit: OrgUnit, name: str) -> Any:
    return clear_text(unit, name) if name in PHONE else getattr(unit, name)


def undo_org(ctx: Context, org_id: int, kept: dict[str, Any]) -> None:
    """Take one row back. Raises Conflict when the unit was changed since, or has people or units of its own by now."""
    unit = ctx.get(OrgUnit, org_id)
    if unit.version != kept["version"]:
        raise Conflict(_("“%(name)s”在导入之后又被修改过，没有撤销。", name=unit.short_name))
    if "before" in kept:
        was = history.facts(unit)
        before, extra = split(kept["before"])
        for name, value in before.items():
            kind = OrgUnit.__table__.c[name].type.python_type
            setattr(unit, name, kind.fromisoformat(value) if value and hasattr(kind, "fromisoformat") else value)
        give_back(ctx, unit, extra)
        session().flush()
        history.record(ctx, unit, "changed", was, ctx.today(), note=_("撤销导入"))
        return
    used = sum(session().scalar(select(func.count()).select_from(model).where(column == org_id)) or 0
               for model, column in ((Person, Person.org_id), (OrgUnit, OrgUnit.parent_id)))
    if used:
        raise Conflict(_("“%(name)s”已有党员或下级组织，没有撤销。", name=unit.short_name))
    session().execute(delete(OrgChange).where(OrgChange.org_id == org_id))
    remove_all(unit)
    unit.community_id = None
    session().flush()
    session().delete(unit)
    session().flush()


roster = ImportKind(
    name="people.roster", title=_l("党员花名册"), schema=PersonRow, permission="people.person.create", prepare=rows.prepare,
    check=rows.check, write=rows.write, undo=rows.undo, after="people.index", shaped=row_schema(PersonRow, PERSON),
    note=_l("列名和顺序不必与模板一致，系统会自动识别。已登记的人只补充和更新，不会清空原有内容。"))
org_units = ImportKind(
    name="people.org_units", title=_l("党组织名册"), schema=OrgRow, permission="people.org.manage", prepare=prepare_orgs,
    check=check_org, write=write_org, undo=undo_org, after="people.tree", chained=True,
    shaped=row_schema(OrgRow, ORG_UNIT),
    note=_l("先导入组织，再导入党员。上级组织放在下级组织之前。"))
