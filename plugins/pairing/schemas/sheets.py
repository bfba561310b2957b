"""One row of an uploaded sheet: the ledger's own headings and what people write instead."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from core.base.i18n import _l
from core.people.sheets import DayOrMonth, Word
from core.web.forms import Code, Length, LongText, Schema, Text, ui

from ..words import PAIR_KINDS, UNIT_KINDS


@cache
def spellings() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((Path(__file__).parents[1] / "spellings.toml").read_text("utf-8"))


def also(name: str) -> tuple[str, ...]:
    """Other headings of a column."""
    return tuple(spellings()["headings"].get(name, ()))


def spoken(table: str, words: dict[str, object]):  # type: ignore[no-untyped-def]
    """Function: a word in any spelling -> its code, or None."""
    def find(text: str) -> str | None:
        bare = text.strip()
        for code, label in words.items():
            if bare in (code, str(label), *spellings()[table].get(code, ())):
                return code
        return None
    return find


class UnitRow(Schema):
    """A unit; one that is in the tree already is matched by its name."""

    name = Text(required=True, validate=Length(max=60),
        metadata=ui(_l("单位名称"), aliases=also("name"), example=_l("县住房和城乡建设局")))
    kind = Word(spoken("unit_kind", UNIT_KINDS), lambda: UNIT_KINDS, required=True, metadata=ui(
        _l("单位类别"), aliases=also("kind"), example=_l("机关")))
    credit_code = Code(validate=Length(max=30), metadata=ui(
        _l("统一社会信用代码"), aliases=also("credit_code"), help=_l("18位，核对校验位；没有可空")))
    party_org = Text(validate=Length(max=120), metadata=ui(_l("单位党组织"), aliases=also("party_org")))
    liaison_name = Text(validate=Length(max=60), metadata=ui(_l("联络员"), aliases=also("liaison_name"), pii="name"))
    liaison_post = Text(validate=Length(max=60), metadata=ui(_l("职务"), aliases=also("liaison_post")))
    office_phone = Code(validate=Length(max=20),
        metadata=ui(_l("办公电话"), aliases=also("office_phone"), help=_l("填公开电话，不填个人手机")))
    parent = Text(validate=Length(max=120), metadata=ui(
        _l("所在街道、社区或县"), aliases=also("parent"), help=_l("组织树里还没有的单位填写，决定放在哪一级下面")))
    strengths = Text(validate=Length(max=200), metadata=ui(_l("专长和可用资源"), aliases=also("strengths")))
    note = LongText(validate=Length(max=300), metadata=ui(_l("备注"), aliases=also("note")))


class PairRow(Schema):
    """A pairing both sides have signed on paper."""

    unit = Text(required=True, validate=Length(max=60),
        metadata=ui(_l("共建单位"), aliases=also("unit"), example=_l("县住房和城乡建设局")))
    org = Text(required=True, validate=Length(max=120), metadata=ui(_l("结对社区"), aliases=also("org"), example=_l("东城社区")))
    kind = Word(spoken("pair_kind", PAIR_KINDS), lambda: PAIR_KINDS, required=True, metadata=ui(
        _l("类型"), aliases=also("pair_kind"), example=_l("联创")))
    signed_on = DayOrMonth(required=True, metadata=ui(_l("签约日期"), aliases=also("signed_on"), example="2026-03-01"))
    ends_on = DayOrMonth(required=True, metadata=ui(_l("终止日期"), aliases=also("ends_on"), example="2027-02-28"))
    document_no = Text(validate=Length(max=60), metadata=ui(_l("协议编号"), aliases=also("document_no")))
    goals = LongText(validate=Length(max=1000), metadata=ui(_l("共建目标"), aliases=also("goals")))
    unit_owner = Text(validate=Length(max=60), metadata=ui(_l("单位责任人"), aliases=also("unit_owner")))
    org_owner = Text(validate=Length(max=60), metadata=ui(_l("社区责任人"), aliases=also("org_owner")))
    last_event_on = DayOrMonth(metadata=ui(_l("最近活动"), aliases=also("last_event_on")))
