"""A marshmallow schema as import targets: the same declaration that makes the form makes the template."""

from __future__ import annotations

import re

from marshmallow import Schema, fields

from core.base.i18n import LOCALES, Lazy, use_locale
from core.imports.targets import Kind, Option, Target
from core.web.forms import Bool, Choices, Code, Item, Money, Phone, Ref, Refs, describe

LONG_DIGITS = ("id_no", "id_number", "id")
FROM_TYPE: tuple[tuple[type, Kind], ...] = (
    (fields.Date, "date"),
    (fields.Boolean, "bool"),
    (Phone, "phone"),
    (Money, "text"),
    (fields.Integer, "integer"),
    (fields.Number, "decimal"),
)


def targets_of(schema: Schema) -> tuple[Target, ...]:
    """One target per field that people fill in, in the order of the official heading."""
    return tuple(_target(item) for item in describe(schema) if item.widget not in ("file", "password"))


def _target(item: Item) -> Target:
    return Target(
        name=item.name,
        label=item.label,
        kind=_kind(item),
        required=item.required,
        aliases=(*item.aliases, *in_all_languages(item.type.metadata["ui"]["label"])),
        options=_options(item),
        hint=item.help,
        example=item.example,
        sensitive=item.sensitive or item.pii in (*LONG_DIGITS, "phone"),
    )


def _options(item: Item) -> tuple[Option, ...]:
    """What may be chosen. A text field that knows its words (`known()`: code -> label) offers them in the template only."""
    known = getattr(item.type, "known", None)
    pairs = [(o.value, o.label) for o in item.choices] or (list(known().items()) if callable(known) else [])
    return tuple(Option(str(value), str(label), in_all_languages(label)) for value, label in pairs)


def in_all_languages(text: str | Lazy) -> tuple[str, ...]:
    """A label in every language we speak: a Chinese sheet is understood while the page is English, and the other way."""
    said = []
    for locale in LOCALES:
        with use_locale(locale):
            said.append(str(text))
    return tuple(dict.fromkeys(said))


def _kind(item: Item) -> Kind:
    """How a cell of this field is read. References stay text: the schema resolves their names."""
    declared = item.type
    if item.pii in LONG_DIGITS or re.fullmatch(r"id_no|id_number", item.name):
        return "id_no"
    if item.pii == "name":
        return "name"
    if isinstance(declared, Ref | Refs | Code) and not isinstance(declared, Phone):
        return "text"
    if isinstance(declared, Choices | fields.List):
        return "choices" if item.choices else "text"
    if isinstance(declared, Bool):
        return "bool"
    if item.choices:
        return "choice"
    return next((kind for cls, kind in FROM_TYPE if isinstance(declared, cls)), "text")
