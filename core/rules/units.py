"""Units of rules. Code compares the English codes; people read the words of `units.toml`."""
from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from core.base.i18n import current_locale

TIME_UNITS = ("days", "workdays", "months", "years")
NONE = ""


@cache
def _table() -> dict[str, dict[str, Any]]:
    return tomllib.loads((Path(__file__).parent / "units.toml").read_text("utf-8"))


@cache
def _spellings() -> dict[str, str]:
    names = {NONE: NONE}
    for code, words in _table().items():
        names |= {name: code for name in (code, words["zh"], words["en"], *words["also"])}
    return names


def unit_code(spelling: str) -> str:
    """The code of a unit written in any accepted way. Raises KeyError for an unknown one."""
    return _spellings()[spelling.strip()]


def unit_label(code: str) -> str:
    """The unit in the reader's language; empty for a rule without unit."""
    return str(_table()[code][current_locale()]) if code else ""
