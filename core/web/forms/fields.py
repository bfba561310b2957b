"""Field types for schemas: they accept what people really type and complain in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from marshmallow import ValidationError, fields, validate

from core.base.i18n import _l
from core.web.forms import clean
from core.web.forms.checks import Length

BIGGEST = 2**53 - 1
TRUE, FALSE = frozenset(clean.WORDS["true"]), frozenset(clean.WORDS["false"])


class Said:
    """Messages may be lazy: they become text when the error is made. Mixed into every field below."""

    widget = "text"
    default_error_messages: dict[str, Any] = {
        "required": _l("此项必填"),
        "null": _l("此项必填"),
        "invalid": _l("内容无效"),
        "validator_failed": _l("内容无效"),
    }

    def make_error(self, key: str, **values: Any) -> ValidationError:
        return ValidationError(str(self.error_messages[key]))  # type: ignore[attr-defined]


class Text(Said, fields.String):
    """One line of text, cleaned (see ``clean.one_line``). Without a Length rule it holds at most 500
    characters."""

    default_error_messages = {"invalid": _l("请填写文字")}
    tidy: Callable[[str], str] = staticmethod(clean.one_line)
    longest = 500

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise self.make_error("invalid")
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # Excel hands 13800138000 over as a float
        found = self.tidy(str(value))
        if self.required and not found:
            raise self.make_error("required")
        if not any(isinstance(rule, validate.Length) for rule in self.validators):
            Length(max=self.longest)(found)
        return found


class LongText(Text):
    """Several lines of text; at most 5,000 characters without a Length rule."""

    widget = "textarea"
    tidy = staticmethod(clean.text)
    longest = 5000


class Code(Text):
    """A code, number or address written in ASCII: full-width signs are turned into ordinary ones."""

    tidy = staticmethod(clean.ascii_form)


class Email(Code):
    """A mail address."""

    widget = "email"
    longest = 200
    default_error_messages = {"email": _l("邮箱地址不对，应如 name@example.com")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        found = super()._deserialize(value, attr, data, **kwargs)
        if found and not re.fullmatch(r"[^@\s\"<>()]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", found):
            raise self.make_error("email")
        return found


class Password(Said, fields.String):
    """A secret: taken exactly as typed, never shown again, at most 200 characters."""

    widget = "password"
    default_error_messages = {"invalid": _l("请填写密码"), "long": _l("密码最多 200 个字符")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(load_only=True, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or "\x00" in value:
            raise self.make_error("invalid")
        if len(value) > 200:
            raise self.make_error("long")
        return value


class Int(Said, fields.Integer):
    """A whole number within ±(2^53 − 1), in ordinary or full-width digits; thousands commas are dropped."""

    widget = "number"
    default_error_messages = {"invalid": _l("请填写整数"), "too_large": _l("数字太大")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value) if abs(value) <= BIGGEST else BIGGEST + 1
        if isinstance(value, str):
            value = re.sub(r"(?<=[0-9]),(?=[0-9]{3})", "", clean.ascii_form(value))
            if re.fullmatch(r"[+-]?[0-9]{1,30}(\.0+)?", value) is None:
                raise self.make_error("invalid")
            value = int(value.split(".")[0])
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid")
        if abs(value) > BIGGEST:
            raise self.make_error("too_large")
        return value


class Money(Said, fields.Integer):
    """An amount typed in yuan (``1,200.50``), kept as an integer of fen."""

    widget = "money"
    default_error_messages = {
        "invalid": _l("请填写金额，单位元，最多两位小数"),
        "too_large": _l("金额太大"),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise self.make_error("invalid")
        typed = clean.amount(str(value))
        found = re.fullmatch(r"(-?)([0-9]{1,16})(?:\.([0-9]{0,2})0*)?", typed)
        if found is None:
            raise self.make_error("invalid")
        fen = int(found[2]) * 100 + int((found[3] or "").ljust(2, "0"))
        if fen > BIGGEST:
            raise self.make_error("too_large")
        return -fen if found[1] else fen

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return (
            None
            if value is None
            else f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"
        )


class Bool(Said, fields.Boolean):
    """Yes or no. In an HTML form an absent box means no."""

    widget = "checkbox"
    default_error_messages = {"invalid": _l("请填写“是”或“否”")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if isinstance(value, bool):
            return value
        word = clean.ascii_form(str(value)).lower() if isinstance(value, str | int) else None
        if word in TRUE:
            return True
        if word in FALSE:
            return False
        raise self.make_error("invalid")
