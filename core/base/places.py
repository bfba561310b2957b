"""Where somebody went, never finer than a county: typed as a code or as names, with or without 省, 市, 县.

Names are looked up in the table of core.base.division; a county newer than the table passes by its ending.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.base.division import Division, current_divisions, division, validate_division_code
from core.base.i18n import _
from core.contracts.errors import Invalid

LONGEST = 40
_BETWEEN = re.compile(r"[\s,，、/·\-—>]+")


@dataclass(frozen=True, slots=True)
class Region:
    """A county, city or province. `code` has six digits, or is empty where the name is new or has several owners."""

    name: str
    code: str = ""


@cache
def _words(kind: str) -> tuple[str, ...]:
    path = Path(__file__).parent / "data/places.toml"
    return tuple(tomllib.loads(path.read_text("utf-8"))[kind])


def _bare(name: str) -> str:
    """The name without what kind of division it is; names of two characters stay whole."""
    ending = next((w for w in _words("coarse") if name.endswith(w) and len(name) - len(w) >= 2), "")
    return name.removesuffix(ending) if ending else name


def _spellings(place: Division) -> Iterator[str]:
    parts = [(part, _bare(part)) for part in (place.province, place.prefecture, place.county) if part]
    last = parts[-1]
    for above in ([], parts[:-1], parts[:1][: len(parts) - 1], parts[-2:-1]):
        for kind in (0, 1):
            yield "".join(part[kind] for part in (*above, last))
            yield "".join(part[0] for part in above) + last[kind]


@cache
def _by_name() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for place in current_divisions():
        for spelling in _spellings(place):
            found.setdefault(spelling, set()).add(place.code)
    return {name: frozenset(codes) for name, codes in found.items()}


def read_region(text: str, *, field: str = "region") -> Region:
    """The region somebody typed. Raises Invalid with one sentence under `field` for an address or an unknown place."""
    typed = _BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    if re.fullmatch(r"[0-9]{6}", typed):
        level = "province" if typed.endswith("0000") else "prefecture" if typed.endswith("00") else "county"
        return Region(validate_division_code(typed, level, field=field).name or typed, typed)
    codes = _by_name().get(typed, frozenset())
    if len(codes) == 1:
        code = next(iter(codes))
        return Region(division(code).name, code)
    if codes:
        return Region(typed)
    if is_finer(typed):
        raise Invalid({field: [_("“%(text)s”写得太细。只写到县（市、区），例如“山东省临沂市临沭县”，不要写街道、小区、门牌。",
                                 text=typed[:LONGEST])]})
    if len(typed) > LONGEST or not any(typed.endswith(w) and len(typed) > len(w) for w in _words("coarse")):
        raise Invalid({field: [_("没有认出“%(text)s”。请写到县（市、区），例如“山东省临沂市临沭县”，或填 6 位区划代码。",
                                 text=typed[:LONGEST])]})
    return Region(typed)


def is_finer(text: str) -> bool:
    """Whether a text names a place below the county: a street, a house, a firm; or holds a house number."""
    return bool(re.search(r"[0-9]", text)) or any(text.endswith(word) and len(text) > len(word) for word in _words("finer"))
