"""What is filled in on the pages of work."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from core.base.i18n import _l
from core.web.forms import Choice, Date, Length, LongText, Schema, Text, ui


class Settled(Schema):
    """Ticking off a reminder."""

    note = Text(validate=Length(max=200), metadata=ui(_l("办理情况"), cols=12))


def handing(people: Callable[[], Iterable[Any]]) -> type[Schema]:
    """Handing over to one of `people`."""
    return type("Handing", (Schema,), {
        "user_id": Choice(people, required=True, metadata=ui(
            _l("转交给"), cols=12, help=_l("只列出在这个单位有办理权限的同事。"))),
        "reason": LongText(required=True, validate=Length(max=200), metadata=ui(_l("转交原因"), cols=12)),
    })


def standing_in(people: Callable[[], Iterable[Any]]) -> type[Schema]:
    """Naming a deputy among `people`."""
    return type("StandingIn", (Schema,), {
        "deputy_id": Choice(people, required=True, metadata=ui(
            _l("代办人"), cols=6, help=_l("代办人看得到转交给您的待办；能不能办理，仍看他本人的权限。"))),
        "starts_on": Date(required=True, metadata=ui(_l("开始日期"), cols=3)),
        "ends_on": Date(required=True, metadata=ui(_l("结束日期"), cols=3)),
        "note": Text(validate=Length(max=200), metadata=ui(_l("说明"), cols=12)),
    })
