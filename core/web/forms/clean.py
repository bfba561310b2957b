"""Tidying what people type or paste, before any rule looks at it. The same for a browser, a cell and the
API."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

_BIDI_AND_ZERO_WIDTH = dict.fromkeys(
    [0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_KEPT_CONTROLS = "\n\t"
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
_DATE_MARKS = dict.fromkeys(map(ord, WORDS["date_marks"]), "-") | dict.fromkeys(
    map(ord, WORDS["date_noise"])
)
_MONEY_NOISE = dict.fromkeys(map(ord, WORDS["money_noise"] + ",，"))


def text(value: str) -> str:
    """Visible characters only: no NUL, control, zero-width or direction marks; composed form (NFC); trimmed.

    ``·`` and rare characters are kept: they are part of names.
    """
    value = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    value = value.translate(_BIDI_AND_ZERO_WIDTH)
    kept = (c for c in value if c in _KEPT_CONTROLS or unicodedata.category(c) not in ("Cc", "Cs"))
    return "".join(kept).strip()


def one_line(value: str) -> str:
    """``text`` without line breaks: runs of white space become one blank."""
    return re.sub(r"\s+", " ", text(value))


def ascii_form(value: str) -> str:
    """Full-width digits, letters and signs as ASCII (for numbers, dates, phones, codes; never for names)."""
    return one_line(value).translate(_FULL_WIDTH).strip().lstrip("'")


def amount(value: str) -> str:
    """An amount of money as ASCII digits: currency signs, units and thousands commas dropped."""
    return ascii_form(value).translate(_MONEY_NOISE).strip()


def date_parts(value: str) -> list[str] | None:
    """``2020-1-5``, ``2020/1/5``, ``2020年1月5日``, ``20200105``, ``2020.9`` → its parts as digits, or
    None."""
    value = ascii_form(value).translate(_DATE_MARKS).replace(" ", "").strip("-")
    value = re.sub(r"(?<=\d)[T ]?00:00(:00)?$", "", value) if ":" in value else value
    if re.fullmatch(r"[0-9]{8}", value):
        return [value[:4], value[4:6], value[6:]]
    if re.fullmatch(r"[0-9]{6}", value):
        return [value[:4], value[4:]]
    parts = value.split("-")
    if (
        1 < len(parts) <= 3
        and all(re.fullmatch(r"[0-9]{1,4}", part) for part in parts)
        and len(parts[0]) == 4
    ):
        return parts
    return None
