"""Names of registered persons in a text, so that a notice can show them masked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import select

from core.base.masks import mask_name
from core.base.scope import beyond_subtree
from core.base.session import session
from core.base.surnames import surname_of
from core.people.models import Person

_HAN = "\\u3400-\\u9fff\\U00020000-\\U0003ffff"
_RUN = re.compile(f"[{_HAN}][{_HAN}·]+")
SHORTEST, LONGEST, CHUNK = 2, 4, 500


def _candidates(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        if "·" in run:
            yield run.strip("·")
        for start in range(len(run) - 1):
            if surname_of(run[start : start + LONGEST]):
                yield from (run[start : start + size] for size in range(SHORTEST, LONGEST + 1) if start + size <= len(run))


def names_in(text: str) -> list[str]:
    """Names in the text that belong to persons of the tenant in scope, longest first."""
    wanted = sorted(set(_candidates(text)))
    found: set[str] = set()
    with beyond_subtree("a notice masks every registered name, wherever the person belongs"):
        for start in range(0, len(wanted), CHUNK):
            some = wanted[start : start + CHUNK]
            found |= set(session().scalars(select(Person.name).where(Person.name.in_(some)).distinct()))
    return sorted(found, key=lambda name: (-len(name), name))


def with_names_masked(text: str, names: list[str]) -> str:
    """The text with each of the names masked (张*)."""
    for name in names:
        text = text.replace(name, mask_name(name))
    return text
