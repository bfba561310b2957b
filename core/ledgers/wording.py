"""Punctuation of the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from core.base.i18n import current_locale


def pair(label: object, text: object) -> str:
    """类别：正式党员 / Kind: Full member."""
    return f"{label}: {text}" if current_locale() == "en" else f"{label}：{text}"


def enumerated(words: Iterable[object]) -> str:
    """甲、乙 / a, b."""
    return (", " if current_locale() == "en" else "、").join(map(str, words))


def sentences(parts: Iterable[object]) -> str:
    """甲；乙 / a; b."""
    return ("; " if current_locale() == "en" else "；").join(map(str, parts))
