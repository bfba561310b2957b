"""What one row of an uploaded sheet may hold: the import templates of people and organisations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import ValidationError

from core.base.i18n import _, _l
from core.settings.dictionaries import code_for, labels
from core.web.forms import Code, Date, Length, LongText, Phone, Schema, Text, clean, ui

from .spellings import finder, headings
from .words import GENDERS, MEMBER_KINDS, ORG_KINDS, UNIT_KINDS


class MonthOnly(dt.date):
    """The first day of a month whose day the sheet does not say."""


def whole_days(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data with plain dates, as the services store them."""
    return {name: dt.date(value.year, value.month, value.day) if isinstance(value, MonthOnly) else value
            for name, value in data.items()}


def says_the_same(known: Any, value: Any) -> bool:
    """Whether a sheet tells nothing new: a month says nothing against a day in it."""
    if isinstance(value, MonthOnly) and known is not None:
        return (known.year, known.month) == (value.year, value.month)
    return bool(known == value)


class DayOrMonth(Date):
    """A day; where only the month is known, its first day (MonthOnly)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.date:
        parts = clean.date_parts(value) if isinstance(value, str) else None
        if parts is not None and len(parts) == 2:
            first = self._day(*parts, "1")
            return MonthOnly(first.year, first.month, first.day)
        return super()._deserialize(value, attr, data, **kwargs)


class Word(Text):
    """A word of a list, in any of its spellings; loads as the code."""

    def __init__(self, find: Callable[[str], str | None], known: Callable[[], Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.find, self.known = find, known

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        code = self.find(text) if text else ""
        if code is None:
            shown = "、".join(str(label) for label in list(self.known().values())[:10])
            raise ValidationError(_("没有“%(text)s”这一项，请从这些里选：%(labels)s。", text=text[:20], labels=shown))
        return code


def listed(kind: str, label: Any, name: str, **more: Any) -> Word:
    """A column whose words come from a tenant dictionary."""
    return Word(lambda text: code_for(kind, text), lambda: labels(kind), metadata=ui(label, aliases=headings(name), **more))


def fixed(words: Mapping[str, Any], label: Any, name: str, **more: Any) -> Word:
    """A column whose words come from a fixed list."""
    required = more.pop("required", False)
    return Word(finder(name), lambda: words, required=required, metadata=ui(label, aliases=headings(name), **more))


class PersonRow(Schema):
    """One member, in the order of the official roster."""

    name = Text(required=True, validate=Length(max=60), metadata=ui(_l("姓名"), aliases=headings("name"), pii="name",
                                                                  example=_l("张三")))
    gender = fixed(GENDERS, _l("性别"), "gender", example=_l("男"))
    birth_date = DayOrMonth(metadata=ui(_l("出生年月"), aliases=headings("birth_date"), example="1968-05"))
    education = listed("people.education", _l("学历"), "education", example=_l("大学本科"))
    joined_on = DayOrMonth(metadata=ui(_l("入党时间"), aliases=headings("joined_on"), example="1995-07-01"))
    confirmed_on = DayOrMonth(metadata=ui(_l("转正时间"), aliases=headings("confirmed_on"), example="1996-07-01"))
    member_kind = fixed({k: v for k, v in MEMBER_KINDS.items() if k != "none"}, _l("党员类别"), "member_kind",
                        example=_l("正式党员"))
    branch = Text(required=True, validate=Length(max=120), metadata=ui(
        _l("所在党支部"), aliases=headings("branch"), help=_l("简称或公章全称都可以"), example=_l("东关一支部")))
    residence = Text(validate=Length(max=120), metadata=ui(
        _l("居住社区/网格"), aliases=headings("residence"), example=_l("东关社区/第一网格")))
    posts = Text(validate=Length(max=100), metadata=ui(_l("党内职务"), aliases=headings("posts"), help=_l("多个用顿号隔开")))
    phone = Phone(metadata=ui(_l("联系电话"), aliases=headings("phone"), pii="phone", sensitive=True))
    note = LongText(validate=Length(max=500), metadata=ui(_l("备注"), aliases=headings("note")))
    id_no = Code(validate=Length(max=30), metadata=ui(
        _l("身份证号码"), aliases=headings("id_no"), pii="id_no", sensitive=True, help=_l("选填；请把单元格设为文本")))
    category = listed("people.category", _l("党员分类"), "category")
    work_unit = Text(validate=Length(max=120), metadata=ui(_l("工作单位"), aliases=headings("work_unit")))


class OrgRow(Schema):
    """One organisation; an upper one stands before those below it."""

    name = Text(required=True, validate=Length(max=120), metadata=ui(
        _l("组织名称（公章全称）"), aliases=headings("org_name"), example=_l("中共东关社区第一支部委员会")))
    short_name = Text(required=True, validate=Length(max=60), metadata=ui(
        _l("简称"), aliases=headings("short_name"), example=_l("东关一支部")))
    kind = fixed(ORG_KINDS, _l("组织类别"), "kind", required=True, example=_l("党支部"))
    parent = Text(validate=Length(max=120), metadata=ui(
        _l("上级组织"), aliases=headings("parent"), help=_l("最上级留空；上级组织放在下级之前"), example=_l("东关社区")))
    unit_kind = fixed(UNIT_KINDS, _l("单位类别"), "unit_kind")
    founded_on = DayOrMonth(metadata=ui(_l("成立时间"), aliases=headings("founded_on")))
    approval_no = Text(validate=Length(max=60), metadata=ui(_l("批准文号"), aliases=headings("approval_no")))
    term_start = DayOrMonth(metadata=ui(_l("本届开始"), aliases=headings("term_start")))
    term_end = DayOrMonth(metadata=ui(_l("届满日期"), aliases=headings("term_end")))
    contact_name = Text(validate=Length(max=60), metadata=ui(_l("联系人"), aliases=headings("contact_name"), pii="name"))
    contact_phone = Phone(metadata=ui(_l("联系电话"), aliases=headings("contact_phone"), pii="phone", sensitive=True))
    credit_code = Code(validate=Length(max=30), metadata=ui(_l("统一社会信用代码"), aliases=headings("credit_code")))
    address = Text(validate=Length(max=200), metadata=ui(_l("地址"), aliases=headings("address")))
    note = LongText(validate=Length(max=500), metadata=ui(_l("备注"), aliases=headings("note")))
