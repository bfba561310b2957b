"""What a schema says about its fields: for forms, Excel templates, the import wizard and settings pages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema, fields, missing, validate

from core.base.i18n import _, source_text
from core.web.forms.checks import Matches, OneOf, Range
from core.web.forms.choices import Choice, Choices, Option, Ref, Refs, Upload, options

MANY = ("checks", "refs", "multiselect")
RADIO_AT_MOST, SEARCH_FROM = 4, 12
_PLAIN_WIDGETS: tuple[tuple[type, str], ...] = (
    (fields.Date, "date"),
    (fields.DateTime, "datetime-local"),
    (fields.Boolean, "checkbox"),
    (fields.Integer, "number"),
    (fields.Number, "number"),
    (fields.Email, "email"),
    (fields.Url, "url"),
)
_COLS = {"textarea": 12, "checks": 12, "file": 12, "multiselect": 8, "refs": 8}


@dataclass(slots=True)
class Item:
    """One field as people see it, with the value and the errors of one request."""

    name: str
    label: str
    widget: str
    required: bool
    type: fields.Field
    group: str = ""
    help: str = ""
    cols: int = 4
    choices: list[Option] = field(default_factory=list)
    attrs: dict[str, Any] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    sensitive: bool = False
    pii: str = ""
    purpose: str = ""
    searchable: bool = False
    example: str = ""
    kind: str = ""
    rows: int = 3
    value: Any = None
    errors: list[str] = field(default_factory=list)

    @property
    def multiple(self) -> bool:
        return self.widget in MANY

    def shown(self) -> str:
        """The value as the text of an ``<input>``."""
        if self.value is None or self.value is missing or self.widget in ("password", "file"):
            return ""
        if isinstance(self.value, dt.datetime):
            return self.value.isoformat()[:16]
        if isinstance(self.value, list | tuple):
            return ",".join(str(one) for one in self.value)
        return str(self.value)

    def is_on(self, choice: Any) -> bool:
        """Whether a choice of the list is picked."""
        if isinstance(self.value, list | tuple | set):
            return str(choice) in {str(one) for one in self.value}
        return self.value is not None and str(choice) == str(self.value)

    def text(self) -> str:
        """The value as people read it: labels instead of codes."""
        if isinstance(self.value, bool):
            return _("是") if self.value else _("否")
        names = {str(option.value): str(option.label) for option in self.choices}
        if isinstance(self.value, list | tuple):
            return "、".join(names.get(str(one), str(one)) for one in self.value)
        return names.get(self.shown(), self.shown())


def _rules(declared: fields.Field) -> list[Any]:
    """All validators of a field and of the entries of a list, ``And`` opened up."""
    found: list[Any] = []
    inner = getattr(declared, "inner", None)
    for rule in [*declared.validators, *(inner.validators if inner is not None else ())]:
        found.extend(rule.validators if isinstance(rule, validate.And) else [rule])
    return found


def _hints(declared: fields.Field) -> dict[str, Any]:
    """HTML attributes that say in the browser what the validators will enforce."""
    attrs: dict[str, Any] = {}
    for rule in _rules(declared):
        if isinstance(rule, validate.Length) and not hasattr(declared, "inner"):
            longest, shortest = rule.max or rule.equal, rule.min or rule.equal
            attrs.update({k: v for k, v in (("maxlength", longest), ("minlength", shortest)) if v})
        elif isinstance(rule, Range):
            low, high = rule.bounds
            attrs.update({k: v for k, v in (("min", low), ("max", high)) if v is not None})
        elif isinstance(rule, validate.Range):
            attrs.update({k: v for k, v in (("min", rule.min), ("max", rule.max)) if v is not None})
        elif isinstance(rule, Matches):
            attrs["pattern"] = rule.regex.pattern
    if isinstance(declared, Upload) and declared.accept:
        attrs["accept"] = ",".join(declared.accept)
    return attrs


def _choices(declared: fields.Field, given: Any) -> list[Option]:
    inner = getattr(declared, "inner", declared)
    if isinstance(inner, Choice | Ref):
        return inner.options()
    if given is not None:
        return options(given)
    for rule in _rules(declared):
        if isinstance(rule, OneOf):
            return [Option(*pair) for pair in rule.pairs]
        if isinstance(rule, validate.OneOf):
            return [Option(*pair) for pair in rule.options()]
    return []


def _widget(declared: fields.Field, wanted: str, choices: list[Option]) -> str:
    if wanted:
        return wanted
    if isinstance(declared, Ref):
        single = "select" if choices or declared.source is not None else "ref"
        return ("multiselect" if single == "select" else "refs") if isinstance(declared, Refs) else single
    if isinstance(declared, Choices | fields.List) and choices:
        return "checks" if len(choices) <= SEARCH_FROM else "multiselect"
    if isinstance(declared, Choice) or choices:
        return "radio" if declared.required and 0 < len(choices) <= RADIO_AT_MOST else "select"
    own = getattr(declared, "widget", None)
    return own or next((name for kind, name in _PLAIN_WIDGETS if isinstance(declared, kind)), "text")


def describe_field(name: str, declared: fields.Field) -> Item | None:
    """One field, or None when it carries no ``ui`` (it is not meant for people)."""
    meta = declared.metadata.get("ui")
    if meta is None:
        return None
    choices = _choices(declared, meta.get("choices"))
    widget = _widget(declared, meta.get("widget", ""), choices)
    attrs = _hints(declared)
    attrs.update(
        {key: str(meta[key]) for key in ("placeholder", "autocomplete", "inputmode", "lang") if meta.get(key)}
    )
    return Item(
        name,
        str(meta["label"]),
        widget,
        declared.required,
        declared,
        group=str(meta.get("group", "")),
        help=str(meta.get("help", "")),
        cols=meta.get("cols") or _COLS.get(widget, 4),
        choices=choices,
        attrs=attrs,
        aliases=tuple(source_text(alias) for alias in meta.get("aliases", ())),
        sensitive=bool(meta.get("sensitive")),
        pii=meta.get("pii", ""),
        purpose=str(meta.get("purpose", "")),
        searchable=len(choices) >= SEARCH_FROM,
        example=str(meta.get("example", "")),
        kind=getattr(declared, "kind", ""),
        rows=meta.get("rows", 3),
    )


def describe(schema: Schema) -> list[Item]:
    """Every field of a schema that people fill in, in the order of declaration."""
    found = (describe_field(name, declared) for name, declared in schema.load_fields.items())
    return [item for item in found if item is not None]
