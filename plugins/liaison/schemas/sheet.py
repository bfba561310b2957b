"""One row of an uploaded sheet of members who are away: the ledger's own headings and what people write instead."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from marshmallow import ValidationError

from core.base.i18n import _, _l
from core.people.sheets import DayOrMonth
from core.settings.dictionaries import code_for, labels
from core.web.forms import Code, Length, LongText, Phone, Schema, Text, ui


@cache
def spellings() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((Path(__file__).parents[1] / "spellings.toml").read_text("utf-8"))


def also(name: str) -> tuple[str, ...]:
    """Other headings of a column."""
    return tuple(spellings()["headings"].get(name, ()))


class Reason(Text):
    """A word of the tenant's list of reasons, in any spelling; loads as the code."""

    def _deserialize(self, value, attr, data, **kwargs):  # type: ignore[no-untyped-def]
        text = super()._deserialize(value, attr, data, **kwargs)
        code = code_for("liaison.reason", text) if text else ""
        if code is None:
            shown = "、".join(labels("liaison.reason").values())
            raise ValidationError(_("没有“%(text)s”这一原因，请从这些里选：%(labels)s。", text=text[:20], labels=shown))
        return code


class OutflowRow(Schema):
    """A member who is away, matched with the registry by branch and name, or by ID number."""

    name = Text(required=True, validate=Length(max=60), metadata=ui(
        _l("姓名"), aliases=also("name"), pii="name", example=_l("张三")))
    branch = Text(required=True, validate=Length(max=120), metadata=ui(
        _l("所在党支部"), aliases=also("branch"), help=_l("简称或公章全称都可以"), example=_l("东关一支部")))
    since = DayOrMonth(required=True, metadata=ui(_l("流出时间"), aliases=also("since"), example="2025-03-01"))
    reason = Reason(metadata=ui(_l("流出原因"), aliases=also("reason"), example=_l("务工")))
    region = Text(validate=Length(max=60), metadata=ui(
        _l("流向（省市县）"), aliases=also("region"), help=_l("只写到县（市、区）"), example=_l("广东省深圳市")))
    receiving = Text(validate=Length(max=120), metadata=ui(_l("流入地党组织"), aliases=also("receiving")))
    contact_person = Text(validate=Length(max=60), metadata=ui(_l("联系人"), aliases=also("contact_person")))
    last_contact_on = DayOrMonth(metadata=ui(_l("最近联系日期"), aliases=also("last_contact_on"), example="2026-09-10"))
    phone = Phone(metadata=ui(_l("联系方式"), aliases=also("phone"), pii="phone", sensitive=True, help=_l("只用于核对身份")))
    transfer = Text(validate=Length(max=200), metadata=ui(_l("能否转接/未转原因"), aliases=also("transfer")))
    returned_on = DayOrMonth(metadata=ui(_l("返回日期"), aliases=also("returned_on")))
    note = LongText(validate=Length(max=300), metadata=ui(_l("备注"), aliases=also("note")))
    id_no = Code(validate=Length(max=30), metadata=ui(
        _l("身份证号码"), aliases=also("id_no"), pii="id_no", sensitive=True, help=_l("选填，同名时核对；请把单元格设为文本")))
