"""Fields of training: credit hours as people write them, and the choices several forms share."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from core.base import clock
from core.base.i18n import _
from core.settings.dictionaries import choices
from core.web.forms import Text

from ..tenths import TEN, of_rule, shown

MOST = 200 * TEN


@cache
def spellings() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parents[1] / "spellings.toml").read_text("utf-8"))


def also(name: str) -> tuple[str, ...]:
    """Other headings of a column."""
    return tuple(spellings()["headings"].get(name, ()))


class CreditHours(Text):
    """Credit hours typed as a number with at most one decimal; loads as tenths. Days and minutes are refused with the
    conversion, time on a screen is refused altogether."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        typed = super()._deserialize(value, attr, data, **kwargs)
        return read_hours(typed)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else shown(value)


def read_hours(typed: str) -> int:
    """Tenths of a credit hour. Raises ValidationError with what to do instead."""
    plain = typed.translate({ord("．"): ".", **{0xFF10 + n: str(n) for n in range(TEN)}}).strip()
    words = spellings()["hours"]
    plain = next((plain[:-len(unit)].strip() for unit in words["unit"] if plain.endswith(unit)), plain)
    if any(word in plain for word in words["screen"]):
        raise ValidationError(_("观看、在线时长不计学时。学时按现场签到计算。"))
    found = re.fullmatch(r"([0-9]{1,4})(?:\.([0-9])0*)?", plain)
    if found is None:
        raise ValidationError(_("“%(typed)s”不是学时。请填数字，如 4 或 1.5；半天填 %(half)s，一天填 %(day)s。", typed=typed[:20],
                                half=shown(of_rule("training.hours_half_day")), day=shown(of_rule("training.hours_full_day"))))
    tenths = int(found[1]) * TEN + int(found[2] or 0)
    if tenths > MOST:
        raise ValidationError(_("学时太多，请核对。"))
    return tenths


def subjects() -> list[tuple[str, str]]:
    return choices("training.subject")


def forms() -> list[tuple[str, str]]:
    return choices("training.form")


def next_year() -> int:
    return clock.today().year + 1
