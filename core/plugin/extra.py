"""Declaration of a field that a plugin adds to core's records: core shows, edits, filters, exports, imports and tells it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PERSON, ORG_UNIT = "person", "org_unit"
TEXT, NUMBER, DATE, CHOICE, YES_NO = "text", "number", "date", "choice", "yes_no"
KINDS = frozenset({TEXT, NUMBER, DATE, CHOICE, YES_NO})
LONGEST = 500                       # characters of a text
_NAME = re.compile(r"[a-z][a-z0-9]*\.[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExtraField:
    """A typed field on every person or organisation of a tenant where the plugin is on. Stands in a plugin's `fields.py`.

    name        "training.teaches"; never changed, nor is `kind`: the values are kept under both
    of          PERSON | ORG_UNIT
    kind        TEXT (`longest` characters) | NUMBER (whole, `least` to `most`) | DATE | CHOICE (`choices`: code -> label, or
                `dictionary`: a list of the tenant's) | YES_NO
    read, write permissions, asked at the record's place; "" = whoever reads, whoever changes the record
    search      the search box of the registers looks into it
    filter      the registers offer it as a filter
    shown       a column of the registers from the beginning; else in their choice of columns
    sheet       taken from an uploaded roster, by its label or one of `aliases`
    purpose, ground, keep   its entry in the register of personal data; what stands on a person must have one
    """

    name: str
    of: str
    kind: str
    label: Any
    help: Any = ""
    longest: int = 200
    least: int | None = None
    most: int | None = None
    choices: Mapping[str, Any] | None = None
    dictionary: str = ""
    read: str = ""
    write: str = ""
    search: bool = False
    filter: bool = True
    shown: bool = False
    sheet: bool = True
    aliases: tuple[str, ...] = ()
    purpose: Any = ""
    ground: Any = ""
    keep: str = ""
    sensitive: bool = False

    @property
    def key(self) -> str:
        """Its name in forms, sheets, columns and JSON: `training__teaches`. No field of core has two underscores."""
        return self.name.replace(".", "__")

    def problems(self) -> list[str]:
        found = []
        if not _NAME.fullmatch(self.name):
            found.append(f"{self.name}: a field is named plugin.word, in small letters, digits and single underscores")
        if self.of not in (PERSON, ORG_UNIT):
            found.append(f"{self.name}: of {self.of!r}, which is neither a person nor an org_unit")
        if self.kind not in KINDS:
            found.append(f"{self.name}: kind {self.kind!r} is none of {', '.join(sorted(KINDS))}")
        if (self.kind == CHOICE) != bool(self.choices or self.dictionary) or (self.choices and self.dictionary):
            found.append(f"{self.name}: `choices` or `dictionary` belong to a choice, which has one of them")
        if not 0 < self.longest <= LONGEST:
            found.append(f"{self.name}: a text has 1 to {LONGEST} characters")
        if self.of == PERSON and not (self.purpose and self.ground and self.keep):
            found.append(f"{self.name}: what is kept on a person says purpose, ground and keep")
        return found
