"""Chinese surnames: which characters of a name are the surname, and how it is read."""
from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

DOTS = "·•・‧∙．."
TABLE = Path(__file__).parent / "data" / "surnames.toml"


@cache
def readings() -> dict[str, dict[str, str]]:
    """Sections `single`, `compound`, `given` and `also` of the table, each from text to pinyin."""
    return tomllib.loads(TABLE.read_text("utf-8"))


def surname_of(name: str) -> str:
    """The surname at the front of a Chinese name: two characters for compound ones, else one.

    A name with a dot (买买提·吐尔逊) or in Latin letters has no surname here: the answer is empty.
    """
    if any(dot in name for dot in DOTS):
        return ""
    table = readings()
    if name[:2] in table["given"]:
        return ""
    if len(name) > 2 and name[:2] in table["compound"]:
        return name[:2]
    return name[:1] if name[:1] > "\u2e7f" else ""
