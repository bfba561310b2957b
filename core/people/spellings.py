"""Other spellings met in sheets: of headings, of the words of fixed lists, of names of organisations."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "spellings.toml").read_text(encoding="utf-8"))


def headings(name: str) -> tuple[str, ...]:
    """Other headings of a column."""
    return tuple(_tables()["headings"].get(name, ()))


def finder(table: str) -> Callable[[str], str | None]:
    """A function that finds the code of a word in one of the tables, None when it is unknown."""

    def find(text: str) -> str | None:
        wanted = text.strip()
        known: dict[str, list[str]] = _tables()[table]
        return next((code for code, words in known.items() if wanted == code or wanted in words), None)

    return find


@cache
def seal_name_parts() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """(what to drop anywhere in a long form, what to drop at the end of what is left)."""
    parts = _tables()["seal_names"]
    return re.compile("|".join((parts["front"], parts["long_tail"], parts["middle"]))), re.compile(parts["short_tail"])
