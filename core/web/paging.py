"""Pages of a list. Whatever stands in the address, the answer is a page that exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request

SIZES = (20, 50, 100)
FAR = 10**9


def bounded(typed: Any, default: int, low: int, high: int) -> int:
    """`typed` as a whole number between `low` and `high`; `default` for anything that is no such number."""
    text = str(typed if typed is not None else "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        return default
    found = int(text)
    return found if low <= found <= high else default


def asked(args: Mapping[str, Any] | None = None) -> tuple[int, int]:
    """(page number, page size) as the address asks for them: number from 1, size one of SIZES."""
    args = request.args if args is None else args
    size = bounded(args.get("size"), SIZES[0], 1, SIZES[-1])
    return bounded(args.get("page"), 1, 1, FAR), size if size in SIZES else SIZES[0]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: its items, its number from 1, its size, and how many items there are in all."""

    items: Sequence[Any]
    number: int
    size: int
    total: int
    sizes: tuple[int, ...] = SIZES

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """Position of the first item shown, from 1 (0: none)."""
        return min((self.number - 1) * self.size + 1, self.total)

    @property
    def last(self) -> int:
        return (
            max(self.first, min(self.first + len(self.items) - 1, self.total)) if self.items else self.first
        )

    def around(self, reach: int = 2) -> list[int | None]:
        """Numbers to show: the ends, those near the current one, None for a gap."""
        near = {
            1,
            self.pages,
            *range(max(1, self.number - reach), min(self.pages, self.number + reach) + 1),
        }
        shown: list[int | None] = []
        for number in sorted(near):
            if shown and number - (shown[-1] or 0) > 1:
                shown.append(None)
            shown.append(number)
        return shown

    def url(self, number: int, size: int | None = None) -> str:
        """The same list (all its filters), another page of it."""
        kept = [(k, v) for k, v in request.args.items(multi=True) if k not in ("page", "size")]
        kept += [("page", str(number))] if number > 1 else []
        wanted = size or self.size
        kept += [("size", str(wanted))] if wanted != SIZES[0] else []
        return "?" + urlencode(kept)


def clamp(number: int, size: int, total: int) -> int:
    """The page to show when `number` lies beyond the end: the last one."""
    return min(number, max(1, -(-total // size)))


def cut(items: Sequence[Any], args: Mapping[str, Any] | None = None) -> Page:
    """One page of a list that is already in memory."""
    number, size = asked(args)
    number = clamp(number, size, len(items))
    return Page(items[(number - 1) * size : number * size], number, size, len(items))


def without(*names: str, **changed: Any) -> str:
    """The current address's query without `names` (and back on page one), with `changed` put in."""
    gone = {"page", *names, *changed}
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in gone]
    return "?" + urlencode(kept + [(k, str(v)) for k, v in changed.items() if v not in (None, "")])
