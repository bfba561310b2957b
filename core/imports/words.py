"""The words of words.toml, ready for comparing. Chinese stands in that file, not here."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path


@cache
def _words() -> dict:
    with (Path(__file__).parent / "words.toml").open("rb") as stream:
        return tomllib.load(stream)


@cache
def words(name: str) -> frozenset[str]:
    """One list of words.toml, folded (NFKC, lower case)."""
    return frozenset(fold(word) for word in _words()[name])


def example_mark() -> str:
    """What the template writes before its example row."""
    return _words()["example"]


def exported_mark() -> str:
    """A pattern for the line with which our own exports end."""
    return _words()["exported"]


def synonym(word: str) -> str:
    """The usual word for one that says the same (folded)."""
    return _words()["synonyms"].get(word, word)


def fold(text: str) -> str:
    """Text for comparing: no full-width forms, no case, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


@cache
def starting(name: str, after: str) -> re.Pattern[str]:
    """A pattern: one of the words (blanks between its characters allowed), then what ``after`` looks for."""
    spaced = (r"\s*".join(map(re.escape, word)) for word in sorted(_words()[name], key=len, reverse=True))
    return re.compile(f"^({'|'.join(spaced)}){after}")
