"""Codes of administrative divisions: GB/T 2260 (province to county) and GB/T 10114 (street, community).

Names come from the table that python-stdnum ships (`cn/loc.dat`), read at run time: it knows the years in which
a code was in use. Streets and communities have no public table here; their codes are checked by structure.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from stdnum import numdb

from core.base.i18n import _
from core.contracts.errors import Invalid

Level = Literal["province", "prefecture", "county", "street", "community"]
LENGTHS: dict[Level, int] = {"province": 6, "prefecture": 6, "county": 6, "street": 9, "community": 12}
MUNICIPALITIES = {"11", "12", "31", "50"}      # their second level is only a word in the code
SPECIAL = {"71", "81", "82", "83"}              # Taiwan, Hong Kong, Macau and residence permits: no table
_ENTRY = re.compile(r"(?:\[(\d*)-(\d*)\])?([^,]+)")


@dataclass(frozen=True)
class Division:
    """A code and what is known of it: the names are empty where the table does not know the code."""

    code: str
    level: Level
    province: str = ""
    prefecture: str = ""
    county: str = ""
    ended: int | None = None                    # the last year of a code that is no longer in use
    known: bool = False                         # whether the table has the first six digits

    @property
    def name(self) -> str:
        """The full name as far as known, province first; a street bears the name of its county."""
        return "".join(dict.fromkeys(part for part in (self.province, self.prefecture, self.county) if part))


@cache
def _table() -> dict[str, tuple[str, int | None]]:
    """Six-digit code -> (name, last year or None): the present name where the code had several."""
    table: dict[str, tuple[str, int | None]] = {}
    for _length, province, _high, props, children in numdb.get("cn/loc").prefixes:
        table.setdefault(province + "0000", (props.get("province", ""), None))
        for _length, tail, _high, inner, _none in children:
            entries = [(name, int(end) if end else None) for _s, end, name in _ENTRY.findall(inner["county"])]
            now = [entry for entry in entries if entry[1] is None]
            table[province + tail] = (now or sorted(entries, key=lambda e: e[1] or 0))[-1]
    return table


@cache
def province_codes() -> frozenset[str]:
    """The first two digits that exist."""
    return frozenset({code[:2] for code in _table()} | SPECIAL)


def division(code: str) -> Division:
    """What a code of 6, 9 or 12 digits says; unknown parts stay empty. Raises ValueError for other shapes."""
    if not re.fullmatch(r"(?:[0-9]{6}|[0-9]{9}|[0-9]{12})", code):
        raise ValueError("a division code has 6, 9 or 12 digits")
    county, table = code[:6], _table()
    province = table.get(code[:2] + "0000", ("", None))
    prefecture = table.get(code[:4] + "00", ("", None)) if code[2:4] not in ("00", "90") else ("", None)
    own = table.get(county, ("", None)) if county[4:] != "00" else ("", None)
    level: Level = "community" if len(code) == 12 else "street" if len(code) == 9 else _level(code)
    ended = own[1] if county[4:] != "00" else prefecture[1]
    middle = "" if code[:2] in MUNICIPALITIES else prefecture[0]
    return Division(code, level, province[0], middle, own[0], ended, county in table)


def current_divisions() -> Iterator[Division]:
    """Every province, prefecture and county whose code is in use."""
    for code, (_name, ended) in _table().items():
        if ended is None:
            yield division(code)


def _level(code: str) -> Level:
    if code.endswith("0000"):
        return "province"
    return "prefecture" if code.endswith("00") else "county"


def validate_division_code(text: str, level: Level, *, field: str = "division_code") -> Division:
    """The division of a typed code. Raises Invalid with one sentence under `field`.

    A code that the table does not know passes (`known` is False: ask the person to look again), because new
    counties come sooner than new tables; an unknown province, a wrong length or an abolished code does not.
    """
    code = re.sub(r"\s", "", text)
    said = _problem(code, level)
    if said:
        raise Invalid(errors={field: [said]})
    return division(code)


def _problem(code: str, level: Level) -> str:
    if not (code.isascii() and code.isdigit()):
        return _("区划代码只能是数字。")
    if len(code) != LENGTHS[level]:
        return _("这一级的区划代码应为 %(n)s 位，现在是 %(m)s 位。", n=LENGTHS[level], m=len(code))
    if code[:2] not in province_codes():
        return _("区划代码的前两位 %(code)s 不是省份代码。", code=code[:2])
    found = division(code)
    if found.level != level:
        return _("这不是本级的区划代码：县级代码末两位不为 00，市级末两位为 00，省级末四位为 0000。")
    if found.ended is not None:
        return _("代码 %(code)s（%(name)s）已于 %(year)s 年停用。", code=code[:6], name=found.name, year=found.ended)
    if level in ("street", "community") and code[6:9] == "000":
        return _("街道代码的第 7 至 9 位不能是 000。")
    return ""
