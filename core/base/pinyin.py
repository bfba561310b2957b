"""Search keys for Chinese names: full pinyin and initials, and what a typed query means.

Two columns are stored with a name (`zengguofan`, `zgf`) and searched by prefix. Readings of surnames come
from a table; who types the everyday reading of a surname (ceng for 曾) is served when the query is read.
"""
from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import lazy_pinyin
from sqlalchemy import ColumnElement, and_, false, or_
from sqlalchemy.orm import InstrumentedAttribute

from core.base.surnames import DOTS, readings, surname_of

KEY_LENGTH = 60
_WORDS = re.compile(r"[a-z]+")
_NO_LETTERS = re.compile(r"[^a-z]+")
_AFTER_Z = "{"                     # the next character after z: the upper end of a prefix range


@dataclass(frozen=True)
class NameKeys:
    """Both ASCII lower case, at most KEY_LENGTH long; empty for a name without a readable character."""

    full: str
    initials: str


@lru_cache(maxsize=20_000)
def name_keys(name: str) -> NameKeys:
    """Keys to store beside a name. ü is written v; dots, blanks and unreadable characters are left out."""
    syllables = _syllables(unicodedata.normalize("NFKC", name).strip())
    return NameKeys("".join(syllables)[:KEY_LENGTH], "".join(s[0] for s in syllables)[:KEY_LENGTH])


def _syllables(name: str) -> list[str]:
    surname, table = surname_of(name), readings()
    if not surname:
        opening = table["given"].get(name[:2], "").split()
        return opening + _read(name[2:] if opening else name)
    known = table["compound"].get(surname) or table["single"].get(surname)
    return (known.split() if known else _read(surname)) + _read(name[len(surname):])


def _read(text: str) -> list[str]:
    for dot in DOTS:
        text = text.replace(dot, " ")
    return [word for syllable in lazy_pinyin(text) for word in _WORDS.findall(_lower(syllable))]


def _lower(text: str) -> str:
    return text.lower().replace("ü", "v")


def _plain(text: str) -> str:
    return _NO_LETTERS.sub("", _lower(text))


@dataclass(frozen=True)
class NameQuery:
    """What somebody typed into a people search box: letters, characters or digits."""

    prefixes: tuple[str, ...] = ()      # pinyin or initials; any of them may match
    han: str = ""                       # part of the name as written
    digits: str = ""                    # a phone or ID number, whole or its tail: the caller's blind index


def search_prefix(query: str) -> NameQuery:
    """Read a query: `zw`, `ZhangW`, `lü bu`, `伟`, `张w`, `138 0000 5678`, `33010219900101123x`."""
    text = unicodedata.normalize("NFKC", query).strip()
    compact = re.sub(r"[\s\-+]", "", text)
    if re.fullmatch(r"[0-9]+[xX]?", compact):
        return NameQuery(digits=compact.upper())
    if not re.search(r"[A-Za-zü]", text):
        return NameQuery(han=re.sub(r"\s+", " ", text))
    han = "".join(char for char in text if not char.isascii() and char not in "üÜ" and char not in DOTS)
    if han:                             # 张w: both the character and the keys must fit
        return NameQuery(prefixes=_prefixes(_plain("".join(s[0] for s in _syllables(text)))), han=han)
    return NameQuery(prefixes=_prefixes(_plain(text)))


def _prefixes(typed: str) -> tuple[str, ...]:
    """The typed letters, and the same with the table's reading of the surname they may begin with."""
    found = [typed] if typed else []
    for reading, others in readings()["also"].items():
        found += [reading + typed[len(other):] for other in others if typed.startswith(other)]
    return tuple(dict.fromkeys(found))


def prefix_range(prefix: str) -> tuple[str, str]:
    """`low <= key < high` finds the keys with this prefix by index on every database (COLLATE "C")."""
    return prefix, prefix + _AFTER_Z


def name_filter(
    query: NameQuery,
    name: InstrumentedAttribute[str],
    full: InstrumentedAttribute[str],
    initials: InstrumentedAttribute[str],
) -> ColumnElement[bool]:
    """The condition for a query over a name and its two key columns; digits alone find nobody by name."""
    parts: list[ColumnElement[bool]] = []
    if query.han:
        parts.append(name.contains(query.han, autoescape=True))
    if query.prefixes:
        ranges = [(column, prefix_range(prefix)) for prefix in query.prefixes for column in (full, initials)]
        parts.append(or_(*(and_(column >= low, column < high) for column, (low, high) in ranges)))
    return and_(*parts) if parts else false()
