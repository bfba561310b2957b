"""Fields for the numbers of persons and units, read as leniently and refused as precisely as
core.base.identity does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import ValidationError, fields

from core.base.i18n import _l
from core.base.identity import parse_credit_code, parse_id_no, parse_phone
from core.contracts.errors import Invalid
from core.web.forms.fields import Said
from core.web.forms.schema import flat


class _Parsed(Said, fields.String):
    """Text that a parser turns into its one spelling, or refuses with a sentence."""

    default_error_messages = {"invalid": _l("请填写文字")}
    parse: Callable[[str], str]
    longest = 60

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise self.make_error("invalid")
        typed = str(value)[: self.longest].strip()
        if not typed and not self.required:
            return ""
        try:
            return self.parse(typed)
        except Invalid as refused:
            raise ValidationError(flat(refused.errors)) from None


class Phone(_Parsed):
    """A mainland mobile number, or a land line with its area code."""

    widget = "tel"
    parse = staticmethod(parse_phone)


class IdNumber(_Parsed):
    """An 18-digit resident identity number with a right check digit."""

    parse = staticmethod(lambda typed: parse_id_no(typed).number)


class CreditCode(_Parsed):
    """A unified social credit code."""

    parse = staticmethod(parse_credit_code)
