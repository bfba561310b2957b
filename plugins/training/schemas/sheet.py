"""One row of an uploaded attendance sheet."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from core.base.i18n import _, _l
from core.web.forms import Code, Length, Schema, Text, ui

from ..words import ATTENDANCE
from .fields import CreditHours, also, spellings


class Attended(Text):
    """A word or mark for present, partly, absent, excused; loads as the code."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        found = next((code for code, words in spellings()["attendance"].items() if text in (code, *words)), None)
        if found is None:
            shown = "、".join(str(label) for label in ATTENDANCE.values())
            raise ValidationError(_("看不懂“%(text)s”，请填：%(labels)s。", text=text[:20], labels=shown))
        return found


class AttendanceRow(Schema):
    """Who was there, in the order of the printed sheet."""

    number = Code(required=True, validate=Length(max=12), metadata=ui(
        _l("班次编号"), aliases=also("number"), help=_l("签到表右上角的编号"), example="2026-001"))
    name = Text(required=True, validate=Length(max=60), metadata=ui(
        _l("姓名"), aliases=also("name"), pii="name", example=_l("张三")))
    branch = Text(validate=Length(max=120), metadata=ui(
        _l("支部/社区"), aliases=also("branch"), help=_l("同名时必填"), example=_l("东关一支部")))
    attendance = Attended(required=True, metadata=ui(
        _l("出席"), aliases=also("attendance"), help=_l("出席、部分出席、缺席、请假"), example=_l("出席")))
    hours = CreditHours(metadata=ui(
        _l("学时"), aliases=also("hours"), help=_l("出席的可以不填；部分出席必填"), example="4"))
    note = Text(validate=Length(max=100), metadata=ui(_l("备注"), aliases=also("note")))
    id_no = Code(validate=Length(max=30), metadata=ui(
        _l("身份证号码"), aliases=also("id_no"), pii="id_no", sensitive=True, help=_l("选填，同名时核对；请把单元格设为文本")))
