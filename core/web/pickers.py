"""Choosing one record among many: organisations, persons, whatever a module lets people pick in a form.

A module registers a picker for its kind in its views.py; a `Ref("org")` field then searches while one types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import g

from core.contracts.errors import NotFound
from core.service import Context
from core.web.forms.choices import Option

LIMIT = 20
DIGITS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Picker:
    """How records of one kind are found and named.

    permission  what the reader needs to search
    find        (ctx, typed text cleaned, limit) -> entries; an empty text gives the likeliest ones
    name        (ctx, id) -> its name, "" when the reader may not see it
    """

    kind: str
    permission: str
    find: Callable[[Context, str, int], Iterable[Option]]
    name: Callable[[Context, int], str]


_pickers: dict[str, Picker] = {}


def register(picker: Picker) -> Picker:
    """Make a kind known to the forms of all modules."""
    _pickers[picker.kind] = picker
    return picker


def kinds() -> list[str]:
    """The kinds that modules registered."""
    return sorted(_pickers)


def picker_of(kind: str) -> Picker | None:
    return _pickers.get(kind)


def ref_options(kind: str, value: object) -> list[Option]:
    """The entries already chosen in a field, with their names, for the first display of the form."""
    picker, ctx = picker_of(kind), g.get("ctx")
    chosen = value if isinstance(value, list | tuple) else [value]
    ids = [int(text) for one in chosen if (text := str(one or "")).isascii() and text.isdigit() and len(text) <= DIGITS]
    return [Option(one, _name(picker, ctx, one) or str(one)) for one in ids]


def _name(picker: Picker | None, ctx: Context | None, record_id: int) -> str:
    """A mistyped id names nothing, and is no reason to lose the rest of the form."""
    if picker is None or ctx is None:
        return ""
    try:
        return picker.name(ctx, record_id)
    except NotFound:
        return ""
