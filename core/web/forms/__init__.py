"""One marshmallow schema → HTML form, inline check, Excel template, import, settings page and API."""

from __future__ import annotations

from core.web.forms.checks import Length, Matches, OneOf, Range
from core.web.forms.choices import Choice, Choices, Option, Ref, Refs, Upload, options
from core.web.forms.dates import Date, Moment, Time, YearMonth
from core.web.forms.describe import Item, describe, describe_field
from core.web.forms.fields import (
    Bool,
    Code,
    Email,
    Int,
    LongText,
    Money,
    Password,
    Text,
)
from core.web.forms.form import SchemaForm
from core.web.forms.numbers import CreditCode, IdNumber, Phone
from core.web.forms.schema import Schema, flat, ui

__all__ = [
    "Bool",
    "Choice",
    "Choices",
    "Code",
    "CreditCode",
    "Date",
    "Email",
    "IdNumber",
    "Int",
    "Item",
    "Length",
    "LongText",
    "Matches",
    "Moment",
    "Money",
    "OneOf",
    "Option",
    "Password",
    "Phone",
    "Range",
    "Ref",
    "Refs",
    "Schema",
    "SchemaForm",
    "Text",
    "Time",
    "Upload",
    "YearMonth",
    "describe",
    "describe_field",
    "flat",
    "options",
    "ui",
]
