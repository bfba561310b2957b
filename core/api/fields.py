"""Our form fields as JSON Schema: bounds, choices and words, read from the declaration that also checks the value."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from core.web.forms.checks import Matches, OneOf, Range
from core.web.forms.choices import Choice, Choices, Ref, Refs
from core.web.forms.dates import Time
from core.web.forms.fields import BIGGEST, Int, Money, Text
from core.web.forms.numbers import _Parsed

Json = dict[str, Any]
LISTED = 200        # choices told one by one; a longer list is only described
RECORD = {"type": "integer", "minimum": 1, "maximum": BIGGEST}


def about(_converter: Any, field: fields.Field, ret: Json, **_more: Any) -> Json:
    """What apispec does not know of a field of ours (an attribute function of its converter)."""
    found: Json = {}
    if isinstance(field, Refs):
        found = {"type": "array", "items": RECORD, "maxItems": 5000}
    elif isinstance(field, Ref):
        found = dict(RECORD)
    elif isinstance(field, Choices):
        found = {"type": "array", "items": _choice(field), "maxItems": 1000}
    elif isinstance(field, Choice):
        found = _choice(field)
    elif isinstance(field, fields.Dict):
        most = [rule.max for rule in field.validators if isinstance(rule, validate.Length)]
        found = {"maxProperties": most[0]} if most else {}
    elif isinstance(field, Time):
        found = {"maxLength": 20}
    elif isinstance(field, Money):
        found = {"type": "string", "pattern": r"^-?[0-9]{1,13}(\.[0-9]{1,2})?$"}
    elif isinstance(field, Int):
        found = {"minimum": -BIGGEST, "maximum": BIGGEST}
    elif isinstance(field, Text | _Parsed) and "maxLength" not in ret:
        found = {"maxLength": field.longest}
    for rule in field.validators:
        found |= _rule(rule)
    return _nullable(found | _words(field), ret)


def _choice(field: Choice) -> Json:
    values = [option.value for option in field.options()]
    return {"enum": values} if 0 < len(values) <= LISTED else {"type": "string", "maxLength": 200}


def _rule(rule: Any) -> Json:
    if isinstance(rule, Range):
        low, high = rule.bounds
        return {key: bound for key, bound in (("minimum", low), ("maximum", high)) if isinstance(bound, int)}
    if isinstance(rule, Matches):
        return {"pattern": f"^(?:{rule.regex.pattern})$"}
    if isinstance(rule, OneOf | validate.OneOf):
        return {"enum": list(rule.choices)}
    return {}


def _words(field: fields.Field) -> Json:
    ui = field.metadata.get("ui", {})
    said = {"title": str(ui.get("label", "")), "description": str(ui.get("help", ""))}
    return {key: text for key, text in said.items() if text}


def _nullable(found: Json, ret: Json) -> Json:
    """A field that may be null keeps that beside a type or list of its own."""
    if "null" in (ret.get("type") or ()) and isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
    return found
