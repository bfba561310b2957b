"""A tenant's own values of rules. Permission and audit are the caller's (the settings service of core/admin)."""
from __future__ import annotations

import datetime as dt
import json
import re
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from core.base.db import session
from core.base.i18n import _
from core.contracts.errors import Invalid, NotFound
from core.rules.models import RuleOverride
from core.rules.packs import Rule, catalog
from core.rules.values import forget_overrides

MONTH_DAY = re.compile("[0-9]{2}-[0-9]{2}")
LEAP = 2024                             # a year with a 29th of February
WORDS = {"true": True, "1": True, "on": True, "false": False, "0": False, "": False}


def set_override(
    key: str, value: Any, *, document_no: str, effective_from: date, set_by: int, note: str = ""
) -> RuleOverride:
    """Let the tenant in scope use its own value from a day on; the same day again replaces what it said.

    `value` may be the text of a form field. Raises NotFound for an unknown rule, Invalid for a value outside
    the rule's type or limits and for a missing document number.
    """
    shipped = _known(key)
    value = parse_value(shipped, value)
    document_no, note = document_no.strip(), note.strip()
    _check_papers(document_no, note)
    row = _on(key, effective_from) or RuleOverride(key=key, effective_from=effective_from)
    row.value, row.document_no, row.note, row.set_by = value, document_no, note, set_by
    session().add(row)
    session().flush()
    forget_overrides()
    return row


def clear_override(key: str, effective_from: date) -> None:
    """Take back the value that was to hold from that day. Raises NotFound when there is none."""
    _known(key)
    row = _on(key, effective_from)
    if row is None:
        raise NotFound(key)
    session().delete(row)
    session().flush()
    forget_overrides()


def parse_value(shipped: Rule, value: Any) -> Any:
    """`value` in the type and within the limits of the rule. Raises Invalid with a sentence under `value`."""
    if shipped.type == "int":
        value = _whole(value)
        _check_limits(shipped, value)
    elif shipped.type == "bool":
        value = _truth(value)
    elif shipped.type == "table":
        value = _table(shipped, value)
    elif not isinstance(value, str) or len(value) > 500:
        raise _invalid(_("请填写不超过 500 字的文字。"))
    elif MONTH_DAY.fullmatch(shipped.value):
        value = _month_day(value)
    if shipped.choices and value not in shipped.choices:
        raise _invalid(_("请从下列值中选择：%(values)s。", values="、".join(map(str, shipped.choices))))
    return value


def _month_day(typed: str) -> str:
    """`1-5`, `01.05`, `1月5日` as `01-05`; the last day of February may be the 29th."""
    found = [part for part in re.split("[^0-9]+", typed.strip()) if part]
    try:
        month, day = map(int, found)
        return dt.date(LEAP, month, day).strftime("%m-%d")
    except (ValueError, OverflowError):
        raise _invalid(_("请填写月和日，例如 01-15。")) from None


def _known(key: str) -> Rule:
    try:
        return catalog()[key]
    except KeyError:
        raise NotFound(key) from None


def _on(key: str, day: date) -> RuleOverride | None:
    return session().scalars(
        select(RuleOverride).where(RuleOverride.key == key, RuleOverride.effective_from == day)
    ).one_or_none()


def _invalid(sentence: str) -> Invalid:
    return Invalid(errors={"value": [sentence]})


def _check_papers(document_no: str, note: str) -> None:
    errors = {}
    if not document_no:
        errors["document_no"] = [_("请填写作出这一规定的文件号。")]
    elif len(document_no) > 80:
        errors["document_no"] = [_("文件号最长 80 个字。")]
    if len(note) > 500:
        errors["note"] = [_("说明最长 500 个字。")]
    if errors:
        raise Invalid(errors=errors)


def _whole(value: Any) -> int:
    if isinstance(value, str) and value.strip().isascii() and value.strip().removeprefix("-").isdigit():
        value = int(value.strip()[:20])
    if isinstance(value, bool) or not isinstance(value, int):
        raise _invalid(_("请填写整数。"))
    return value


def _check_limits(shipped: Rule, value: int) -> None:
    low = 0 if shipped.min is None else shipped.min
    if value < low or (shipped.max is not None and value > shipped.max):
        high = "∞" if shipped.max is None else shipped.max
        raise _invalid(_("应在 %(low)s 到 %(high)s 之间。", low=low, high=high))


def _truth(value: Any) -> bool:
    if isinstance(value, str):
        value = WORDS.get(value.strip().lower())
    if not isinstance(value, bool):
        raise _invalid(_("请选择是或否。"))
    return value


def _table(shipped: Rule, value: Any) -> Any:
    """A table keeps the shape of the shipped one: the same names, or a list of entries of the same kind."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (json.JSONDecodeError, RecursionError):
            raise _invalid(_("表格内容无法识别。")) from None
    if not _same_shape(shipped.value, value):
        raise _invalid(_("表格的栏目要与原来一致，数值为整数。"))
    for number in _numbers(value):
        _check_limits(shipped, number)
    if isinstance(value, list) and (not value or not _ordered_alike(shipped.value, value)):
        raise _invalid(_("至少填写一项，并按原来的顺序（从小到大或从大到小）排列，不重复。"))
    return value


def _numbers(value: Any) -> list[int]:
    """The whole numbers of a table, at whatever depth."""
    if isinstance(value, dict | list):
        return [number for part in (value.values() if isinstance(value, dict) else value) for number in _numbers(part)]
    return [value] if isinstance(value, int) and not isinstance(value, bool) else []


def _ordered_alike(model: list[Any], value: list[Any]) -> bool:
    """A list of steps (ages, months before a date) that rises or falls goes on doing so."""
    def runs(listed: list[Any], way: int) -> bool:
        return all((later - earlier) * way > 0 for earlier, later in pairwise(listed))

    if not all(isinstance(each, int) for each in model) or not any(runs(model, way) for way in (1, -1)):
        return True
    return runs(value, 1 if runs(model, 1) else -1)


def _same_shape(model: Any, value: Any) -> bool:
    if isinstance(model, dict):
        same_names = isinstance(value, dict) and value.keys() == model.keys()
        return same_names and all(_same_shape(model[name], value[name]) for name in model)
    if isinstance(model, list):
        fits = isinstance(value, list) and len(value) <= 500
        return fits and all(_same_shape(model[0], item) for item in value) if model else fits
    return type(value) is type(model)
