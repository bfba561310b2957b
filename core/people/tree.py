"""Arithmetic of organisation paths: four base-36 digits per level, each level the unit's own ordinal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true

WIDTH = 4
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LARGEST = len(DIGITS) ** WIDTH - 1
LONGEST = 60                      # length of the path columns
DEEPEST = LONGEST // WIDTH


def code(ordinal: int) -> str:
    """The four digits of an ordinal. Raises ValueError outside 1 … 36⁴ − 1."""
    if not 0 < ordinal <= LARGEST:
        raise ValueError(f"ordinal {ordinal} is outside 1..{LARGEST}")
    found = ""
    for _level in range(WIDTH):
        ordinal, digit = divmod(ordinal, len(DIGITS))
        found = DIGITS[digit] + found
    return found


def child(parent_path: str, ordinal: int) -> str:
    """Path of the unit with this ordinal under a parent ("" at the top). Raises ValueError when too deep."""
    found = parent_path + code(ordinal)
    if len(found) > LONGEST:
        raise ValueError(f"deeper than {DEEPEST} levels")
    return found


def depth(path: str) -> int:
    return len(path) // WIDTH


def parent(path: str) -> str:
    """Path of the level above; "" above the top."""
    return path[:-WIDTH]


def lineage(path: str) -> list[str]:
    """The paths from the top down to this one."""
    return [path[:end] for end in range(WIDTH, len(path) + 1, WIDTH)]


def is_within(path: str, root: str) -> bool:
    """Whether the path is the root or lies below it ("" is the whole tenant)."""
    return path.startswith(root)


def moved(path: str, old: str, new: str) -> str:
    """The path after its ancestor-or-self `old` became `new`. Raises ValueError when it is not below, or gets too deep."""
    if not path.startswith(old):
        raise ValueError(f"{path!r} is not within {old!r}")
    found = new + path[len(old):]
    if len(found) > LONGEST:
        raise ValueError(f"deeper than {DEEPEST} levels")
    return found


def after(path: str) -> str:
    """The smallest text above everything within `path`."""
    return path[:-1] + chr(ord(path[-1]) + 1)


def within(column: Any, root: str) -> ColumnElement[bool]:
    """Condition: the path column lies within `root`; a range, so that an index serves it."""
    return and_(column >= root, column < after(root)) if root else true()


def within_any(column: Any, roots: Iterable[str]) -> ColumnElement[bool]:
    """Condition: the path column lies within one of `roots`, of which there is at least one."""
    return or_(*(within(column, root) for root in roots))
