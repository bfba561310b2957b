"""What may be said about a stay away: checks shared by the services, the steps and the import. Sentences, never a 500."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.base.db import session
from core.base.i18n import _
from core.base.leaks import leaks
from core.base.places import is_finer, read_region
from core.contracts.errors import Invalid
from core.people.models import OrgUnit
from core.people.words import BRANCHES, LIVING_STATUS, PARTY_ORGS
from core.rules import due_date, rule
from core.service import Context

Errors = dict[str, list[str]]
COLUMNS = ("since", "reason", "expected_return", "abroad", "contact_person", "channel", "monthly", "station_id", "transferable",
           "why_not_transferred", "graduate", "graduated_on", "activity_card_no", "note")
TEXTS = ("contact_person", "channel", "why_not_transferred", "note")


def not_future(ctx: Context, day: dt.date | None, field: str, errors: Errors) -> None:
    if day and day > ctx.today():
        errors.setdefault(field, []).append(_("日期不能晚于今天。"))


def no_numbers(texts: dict[str, str | None], errors: Errors) -> None:
    """Free text holds no numbers of persons: phones and ID numbers have sealed fields of their own."""
    for name, text in texts.items():
        if text and leaks(text):
            errors[name] = [_("文字里有证件号码、手机号或银行卡号，请删去后再保存。")]


def region_of(data: dict[str, Any], errors: Errors) -> tuple[str, str]:
    """(name, code) of the region; a country for members abroad. Errors go under `region`."""
    text = (data.get("region") or "").strip()
    if not text:
        return "", ""
    if data.get("abroad"):
        if is_finer(text):
            errors.setdefault("region", []).append(_("出国（境）的只写国家或地区，不写街道和门牌。"))
        return text[:60], ""
    try:
        found = read_region(text)
    except Invalid as refused:
        errors.update(refused.errors)
        return "", ""
    return found.name[:60], found.code


def check_stay(ctx: Context, data: dict[str, Any]) -> dict[str, Any]:
    """The columns behind a filled-in stay. Raises Invalid with a sentence per field."""
    errors: Errors = {}
    since, back = data.get("since"), data.get("expected_return")
    not_future(ctx, since, "since", errors)
    if since and back and back < since:
        errors["expected_return"] = [_("预计返回日期早于流出时间 %(day)s，请核对。", day=since.isoformat())]
    if data.get("graduated_on") and not data.get("graduate"):
        errors["graduated_on"] = [_("填了毕业日期，请同时勾选“高校毕业生保留组织关系”。")]
    not_future(ctx, data.get("graduated_on"), "graduated_on", errors)
    if data.get("transferable") is False and not data.get("why_not_transferred"):
        errors["why_not_transferred"] = [_("暂不能转接的，请写明未转原因。")]
    no_numbers({name: data.get(name) for name in TEXTS}, errors)
    region, code = region_of(data, errors)
    if errors:
        raise Invalid(errors)
    kept = {name: data[name] for name in COLUMNS if name in data}
    for name in (*TEXTS, "activity_card_no"):
        if name in kept:
            kept[name] = kept[name] or ""
    for name in ("abroad", "monthly", "graduate"):
        if name in kept:
            kept[name] = bool(kept[name])
    if kept.get("transferable") is True:
        kept["why_not_transferred"] = ""
    if "region" in data:
        kept |= {"region": region, "region_code": code}
    return kept


def is_mobile(ctx: Context, since: dt.date, expected_return: dt.date | None) -> bool:
    """Away, or known to stay away, for as long as makes a mobile member (rule liaison.mobile_after)."""
    return due_date(since, rule("liaison.mobile_after")).on <= max(ctx.today(), expected_return or ctx.today())


def destination(ctx: Context, data: dict[str, Any], home_org_id: int | None, *, needed: bool = False) -> dict[str, Any]:
    """Columns of the receiving side: a Party organisation of this tenant, or the name of one outside. Raises Invalid."""
    org_id, name = data.get("receiving_org_id"), (data.get("receiving_org_name") or "").strip()
    if org_id and name:
        raise Invalid({"receiving_org_name": [_("流入地党组织在本单位范围内的从列表中选，在外地的填名称，两项只填一项。")]})
    if not org_id:
        if needed and not name:
            raise Invalid({"receiving_org_id": [_("请选择或填写流入地党组织。")]})
        return {"receiving_org_id": None, "receiving_path": None, "receiving_org_name": name}
    unit = party_org(ctx, org_id, "receiving_org_id")
    if unit.id == home_org_id:
        raise Invalid({"receiving_org_id": [_("流入地党组织与所在党支部相同，不是流动。")]})
    return {"receiving_org_id": unit.id, "receiving_path": unit.path, "receiving_org_name": unit.short_name}


def party_org(ctx: Context, org_id: int, field: str, *, branch: bool = False) -> OrgUnit:
    """A living Party organisation of this tenant (or a branch). Raises Invalid under `field`."""
    found = [unit for unit in (_unit(ctx, org_id),) if unit is not None and unit.status in LIVING_STATUS]
    if not found or found[0].kind not in PARTY_ORGS:
        raise Invalid({field: [_("请选择一个正常运行的党组织。")]})
    if branch and found[0].kind not in BRANCHES:
        raise Invalid({field: [_("请编入一个党支部（“%(name)s”不是党支部）。", name=found[0].short_name)]})
    return found[0]


def _unit(ctx: Context, org_id: int) -> OrgUnit | None:
    return session().get(OrgUnit, (ctx.tenant.id, org_id))
