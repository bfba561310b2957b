"""Masked forms of personal data for lists, notices, logs and audit rows. Always made on the server."""
from __future__ import annotations

from core.base.surnames import DOTS, surname_of

STAR = "*"


def mask_id(number: str) -> str:
    """`3301**********123X`; anything that is not 18 characters long is hidden altogether."""
    if len(number) != 18:
        return STAR * len(number)
    return number[:4] + STAR * 10 + number[-4:]


def mask_phone(number: str) -> str:
    """`138****5678`, `0539-****345`; short or foreign numbers keep their last two digits at most."""
    if len(number) == 11 and number.isdigit():
        return number[:3] + STAR * 4 + number[-4:]
    area, dash, local = number.rpartition("-")
    if dash and len(local) >= 7:
        return area + dash + STAR * (len(local) - 3) + local[-3:]
    return STAR * max(len(number) - 2, 0) + number[-2:] if len(number) > 4 else STAR * len(number)


def mask_name(name: str) -> str:
    """`张*`, `欧阳**`, `买**·***`: the surname (else the first character) stays, the length too."""
    name = name.strip()
    if len(name) < 2:
        return STAR * len(name)
    keep = min(max(len(surname_of(name)), 1), len(name) - 1)
    rest = "".join(char if char in DOTS or char == " " else STAR for char in name[keep:])
    return name[:keep] + (rest if STAR in rest else STAR * len(rest))
