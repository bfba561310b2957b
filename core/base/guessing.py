"""How hard a password is to guess, in bits, from the way people make passwords.

A password is covered with pieces an attacker tries first (common words, dates, years, runs, repeats, phone and
ID numbers, words of the tenant and the person); what no piece covers counts as random. The cheapest covering is
the answer. This is a floor for the banned list of ASVS 6.2.4, not a promise about strong passwords.
"""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from math import log2
from pathlib import Path

WORDS = Path(__file__).parent / "data" / "common_passwords.txt"
LONGEST = 128
_WORD_BITS, _DATE_BITS, _YEAR_BITS, _RUN_BITS, _NUMBER_BITS, _OWN_BITS = 10.0, 14.0, 6.0, 6.0, 24.0, 3.0
_JOIN_BITS = 1.0                                    # each further piece: where it is joined
_LEET = str.maketrans("@4031!57$", "aaoeiists")
_RUNS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "!@#$%^&*()_+")
_MONTH_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_PATTERNS = (
    (re.compile(rf"(?:19|20)\d\d{_MONTH_DAY}"), _DATE_BITS),                    # 19900101
    (re.compile(rf"\d\d{_MONTH_DAY}"), _DATE_BITS - 1),                         # 900101
    (re.compile(r"(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:[12]\d|3[01]|0?[1-9])"), _DATE_BITS),
    (re.compile(r"(?:19[3-9]|20[0-4])\d"), _YEAR_BITS),
    (re.compile(r"1[3-9]\d{9}"), _NUMBER_BITS),                                 # a mobile number
    (re.compile(rf"\d{{6}}(?:19|20)\d\d{_MONTH_DAY}\d{{3}}[\dx]"), _NUMBER_BITS),
)


@cache
def common_words() -> frozenset[str]:
    """The banned words of the data file."""
    lines = (line.partition("#")[0] for line in WORDS.read_text("ascii").splitlines())
    return frozenset(word for line in lines for word in line.split())


def guess_bits(password: str, own_words: Iterable[str] = ()) -> float:
    """Base-2 logarithm of the guesses needed. `own_words`: names of the person, the unit, the tenant, the site.

    Bounded work: only the first 128 characters are looked at.
    """
    text = unicodedata.normalize("NFKC", password)[:LONGEST]
    lower = text.lower()
    own = {word for raw in own_words if len(word := raw.strip().lower()) >= 2}
    best = [0.0] + [float("inf")] * len(lower)
    pieces = list(_pieces(lower, own))
    starts: dict[int, list[tuple[int, float]]] = {}
    for start, end, bits in pieces:
        starts.setdefault(start, []).append((end, bits))
    for at, char in enumerate(lower):
        step = best[at] + _char_bits(text[at], char)
        best[at + 1] = min(best[at + 1], step)
        for end, bits in starts.get(at, ()):
            capitals = min(sum(c.isupper() for c in text[at:end]), 2)
            best[end] = min(best[end], best[at] + bits + capitals + (_JOIN_BITS if at else 0))
    return best[-1]


def _char_bits(shown: str, lower: str) -> float:
    if lower.isascii() and lower.isdigit():
        return log2(10)
    if lower.isascii() and lower.isalpha():
        return log2(26) + (1 if shown != lower else 0)
    return log2(33) if lower.isascii() else 9.0


def _pieces(lower: str, own: set[str]) -> Iterator[tuple[int, int, float]]:
    yield from _words(lower, common_words(), _WORD_BITS)
    yield from _words(lower, own, _OWN_BITS)
    plain = lower.translate(_LEET)
    if plain != lower:
        yield from _words(plain, common_words(), _WORD_BITS + 1)
        yield from _words(plain, own, _OWN_BITS + 1)
    yield from _words(lower[::-1], own, _OWN_BITS + 1, mirrored=True)
    for pattern, bits in _PATTERNS:
        for at in range(len(lower)):
            if found := pattern.match(lower, at):
                yield at, found.end(), bits
    yield from _runs(lower)
    yield from _repeats(lower)


def _words(
    lower: str, words: Iterable[str], bits: float, *, mirrored: bool = False
) -> Iterator[tuple[int, int, float]]:
    known = words if isinstance(words, frozenset | set) else set(words)
    longest = max(map(len, known), default=0)
    for at in range(len(lower)):
        for end in range(at + 2, min(at + longest, len(lower)) + 1):
            if lower[at:end] in known:
                yield (len(lower) - end, len(lower) - at, bits) if mirrored else (at, end, bits)


def _runs(lower: str) -> Iterator[tuple[int, int, float]]:
    """Walks along the digits, the alphabet or a keyboard row, in either direction, three keys or more."""
    lines = [line for run in _RUNS for line in (run, run[::-1])]
    for at in range(len(lower) - 2):
        end = max(_walk(lower, at, line) for line in lines)
        if end - at >= 3:
            yield at, end, _RUN_BITS


def _walk(lower: str, at: int, line: str) -> int:
    place, end = line.find(lower[at]), at
    while place >= 0 and end < len(lower) and lower[end] == line[place % len(line)]:
        place, end = place + 1, end + 1
    return end


def _repeats(lower: str) -> Iterator[tuple[int, int, float]]:
    """A unit that comes again at once (aaaa, abcabc): the unit, and how often."""
    for found in re.finditer(r"(?=((.{1,8}?)\2+))", lower, re.DOTALL):
        whole, unit = found.group(1), found.group(2)
        bits = sum(_char_bits(char, char) for char in unit) + log2(len(whole) / len(unit))
        yield found.start(), found.start() + len(whole), bits
