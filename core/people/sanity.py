"""What cannot be true of a person, and what only looks odd. The same for forms, imports and merges."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.base.i18n import _
from core.base.identity import IdNo, parse_id_no, parse_phone
from core.contracts.errors import Invalid
from core.rules import rule

from .words import GENDERS, MEMBER_KINDS

Errors = dict[str, list[str]]


def years_between(start: dt.date, end: dt.date) -> int:
    """Full years from one day to another: an age, or a length of membership."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def check_person(data: dict[str, Any], today: dt.date) -> Errors:
    """Sentences per field for what must be corrected before the person can be stored."""
    errors: Errors = {}
    if not data.get("name"):
        errors["name"] = [_("请填写姓名。")]
    if data.get("member_kind") not in MEMBER_KINDS:
        errors["member_kind"] = [_("请从列表中选择")]
    if data.get("gender") and data["gender"] not in GENDERS:
        errors["gender"] = [_("请从列表中选择")]
    _check_numbers(data, today, errors)
    _check_dates(data, today, errors)
    return errors


def _check_numbers(data: dict[str, Any], today: dt.date, errors: Errors) -> None:
    for field, parse in (("id_no", parse_id_no), ("phone", parse_phone)):
        if data.get(field):
            try:
                known = parse(data[field])
            except Invalid as wrong:
                errors[field] = [text for said in wrong.errors.values() for text in said]
                continue
            if isinstance(known, IdNo):
                _compare_with_id(data, known, errors)


def _compare_with_id(data: dict[str, Any], known: IdNo, errors: Errors) -> None:
    birth, gender = data.get("birth_date"), data.get("gender")
    if birth and (birth.year, birth.month) != (known.birth_date.year, known.birth_date.month):
        errors.setdefault("birth_date", []).append(
            _("出生日期与身份证号码不一致（证件上是 %(day)s）。", day=known.birth_date.isoformat()))
    if gender and gender != known.gender:
        errors.setdefault("gender", []).append(
            _("性别与身份证号码不一致（证件上是%(gender)s）。", gender=GENDERS[known.gender]))


def _check_dates(data: dict[str, Any], today: dt.date, errors: Errors) -> None:
    birth, joined, confirmed = data.get("birth_date"), data.get("joined_on"), data.get("confirmed_on")
    for field, day in (("birth_date", birth), ("joined_on", joined), ("confirmed_on", confirmed)):
        if day and day > today:
            errors.setdefault(field, []).append(_("日期不能晚于今天。"))
    lowest = int(rule("people.membership_min_age").value)
    if birth and joined and joined.year - birth.year < lowest and years_between(birth, joined) < lowest:
        errors.setdefault("joined_on", []).append(_("入党时未满 %(n)s 周岁，请核对出生日期和入党时间。", n=lowest))
    if joined and confirmed and confirmed < joined:
        errors.setdefault("confirmed_on", []).append(_("转正时间早于入党时间，请核对。"))
    if data.get("member_kind") == "probationary" and confirmed:
        errors.setdefault("confirmed_on", []).append(_("预备党员还没有转正时间；已转正的请选“正式党员”。"))
    if data.get("member_kind") == "none" and (joined or confirmed):
        errors.setdefault("member_kind", []).append(_("填写了入党时间，党员类别却是“非党员”，请核对。"))


def complete_from_id(data: dict[str, Any]) -> dict[str, Any]:
    """Birth date and gender taken from a valid ID number where they were left blank."""
    if not data.get("id_no"):
        return data
    known = parse_id_no(data["id_no"])
    found = {"birth_date": known.birth_date, "gender": known.gender}
    return {**data, **{field: value for field, value in found.items() if not data.get(field)}}


def full_day(data: dict[str, Any]) -> dict[str, Any]:
    """A birth date that only gives the month (first day) takes the day from the ID number."""
    birth = data.get("birth_date")
    if birth and birth.day == 1 and data.get("id_no"):
        known = parse_id_no(data["id_no"]).birth_date
        if (known.year, known.month) == (birth.year, birth.month):
            return {**data, "birth_date": known}
    return data
