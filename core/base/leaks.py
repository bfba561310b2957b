"""Numbers that must not stand in free text or on a notice board: ID numbers, mobile phones, bank cards.

Public notices are the commonest leak of personal data (domain.md §6); the check therefore errs towards reporting: an ID
number with a wrong check digit is reported too. A bank card needs a valid Luhn sum, so that document numbers pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

ID_NUMBER, PHONE, BANK_CARD = "id_number", "phone", "bank_card"
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x2014: 0x2D, 0x2013: 0x2D}
_GAP = r"[ \-]?"
_MONTH_DAY = rf"(?:0{_GAP}[1-9]|1{_GAP}[0-2]){_GAP}(?:0{_GAP}[1-9]|[12]{_GAP}[0-9]|3{_GAP}[01])"


def _digits(count: int) -> str:
    return rf"(?:{_GAP}[0-9]){{{count}}}"


_PATTERNS = (
    (ID_NUMBER, re.compile(
        rf"(?<![0-9])[1-9]{_digits(5)}{_GAP}(?:1{_GAP}9|2{_GAP}0){_digits(2)}{_GAP}{_MONTH_DAY}{_digits(3)}{_GAP}[0-9Xx](?![0-9])")),
    (BANK_CARD, re.compile(rf"(?<![0-9])[3-6](?:{_GAP}[0-9]){{15,18}}(?![0-9])")),
    (ID_NUMBER, re.compile(rf"(?<![0-9])[1-9]{_digits(7)}{_GAP}{_MONTH_DAY}{_digits(3)}(?![0-9])")),
    (PHONE, re.compile(rf"(?<![0-9])(?:\+?86{_GAP})?1{_GAP}[3-9]{_digits(9)}(?![0-9])")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leak:
    """A number found in a text: what it looks like and where it stands (line from 1, offsets in the whole text)."""

    kind: str
    start: int
    end: int
    line: int
    shown: str


def _luhn(number: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed([int(c) for c in number if c.isdigit()])):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _masked(number: str) -> str:
    """First three and last four characters, the rest as stars: enough to find the place, not enough to use."""
    return number[:3] + "*" * max(len(number) - 7, 4) + number[-4:]


def _found(text: str) -> Iterator[tuple[str, int, int]]:
    plain = text.translate(_FULL_WIDTH)
    taken: list[tuple[int, int]] = []
    for kind, pattern in _PATTERNS:
        for hit in pattern.finditer(plain):
            if kind == BANK_CARD and not _luhn(hit[0]):
                continue
            if not any(start < hit.end() and hit.start() < end for start, end in taken):
                taken.append(hit.span())
                yield kind, *hit.span()


def leaks(text: str) -> list[Leak]:
    """Every personal number in a text, in the order of reading."""
    found = sorted(_found(text), key=lambda hit: hit[1])
    return [Leak(kind, start, end, text.count("\n", 0, start) + 1, _masked(text[start:end])) for kind, start, end in found]


def without_leaks(text: str) -> str:
    """The text with every personal number masked."""
    for leak in reversed(leaks(text)):
        text = text[: leak.start] + leak.shown + text[leak.end :]
    return text
