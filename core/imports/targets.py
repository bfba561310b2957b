"""What a sheet is read into: the fields of a schema, as much of them as reading a spreadsheet needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from core.base.i18n import Lazy

Text = str | Lazy
Kind = Literal["name", "text", "integer", "decimal", "date", "id_no", "phone", "bool", "choice", "choices"]


@dataclass(frozen=True)
class Option:
    """One allowed value of a choice: what is stored, what people read, what else they write."""

    value: str
    label: Text
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Target:
    """One field a column may be read into."""

    name: str
    label: Text
    kind: Kind = "text"
    required: bool = False
    aliases: tuple[str, ...] = ()
    options: tuple[Option, ...] = field(default=(), repr=False)
    hint: Text = ""
    example: str = ""
    sensitive: bool = False                # masked in the preview and never written to a log

    def headings(self) -> tuple[str, ...]:
        """Every heading that means this field without doubt, the label first."""
        return (str(self.label), *self.aliases)
