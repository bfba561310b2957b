"""Fields take what people type and refuse the rest with a sentence."""

from __future__ import annotations

import datetime as dt

import pytest
from marshmallow import ValidationError

from core.base.i18n import use_locale
from core.web.forms import (
    Bool,
    Choice,
    Choices,
    Code,
    Date,
    Email,
    IdNumber,
    Int,
    Length,
    LongText,
    Matches,
    Moment,
    Money,
    OneOf,
    Option,
    Password,
    Phone,
    Range,
    Ref,
    Refs,
    Text,
    Time,
    YearMonth,
)

D = dt.date
COLOURS = [("r", "红"), ("b", "蓝")]


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        (Text(), "  王\u200b 丽\x00华\u202e ", "王 丽华"),
        (Text(), "阿卜杜拉·艾山江", "阿卜杜拉·艾山江"),
        (Text(), "𬶍", "𬶍"),
        (Text(), 13800138000.0, "13800138000"),
        (Text(), "e\u0301", "é"),
        (LongText(), " 一\r\n二\t三 \n", "一\n二\t三"),
        (Code(), "ＡＢ－１２　", "AB-12"),
        (Email(), "ａ@example.com", "a@example.com"),
        (Phone(), "+86 138-0013-8000", "13800138000"),
        (Phone(), 13800138000.0, "13800138000"),
        (Phone(), "", ""),
        (IdNumber(), "11010519491231002x", "11010519491231002X"),
        (Int(), "１２", 12),
        (Int(), "1,286", 1286),
        (Int(), 3.0, 3),
        (Int(), "-5", -5),
        (Money(), "1,200.5元", 120050),
        (Money(), "￥０．０１", 1),
        (Money(), 12.5, 1250),
        (Money(), "-3", -300),
        (Bool(), "是", True),
        (Bool(), "√", True),
        (Bool(), "否", False),
        (Bool(), 0, False),
        (Date(), "2020-1-5", D(2020, 1, 5)),
        (Date(), "2020/1/5", D(2020, 1, 5)),
        (Date(), "2020.01.05", D(2020, 1, 5)),
        (Date(), "２０２０年１月５日", D(2020, 1, 5)),
        (Date(), "20200105", D(2020, 1, 5)),
        (Date(), "2020-01-05 00:00:00", D(2020, 1, 5)),
        (Date(), dt.datetime(2020, 1, 5, 9), D(2020, 1, 5)),
        (YearMonth(), "2020.9", D(2020, 9, 1)),
        (YearMonth(), "2020年9月", D(2020, 9, 1)),
        (YearMonth(), "202009", D(2020, 9, 1)),
        (YearMonth(), "2020-09-17", D(2020, 9, 1)),
        (Time(), "9:05", dt.time(9, 5)),
        (Time(), "０９：０５", dt.time(9, 5)),
        (Moment(), "2020-01-05T09:30", dt.datetime(2020, 1, 5, 1, 30, tzinfo=dt.UTC)),
        (Moment(), "2020/1/5 9:30", dt.datetime(2020, 1, 5, 1, 30, tzinfo=dt.UTC)),
        (Choice(COLOURS), "蓝", "b"),
        (Choice(COLOURS), "b", "b"),
        (Choice(lambda: [Option(3, "三")]), "3", 3),
        (Choices(COLOURS), "蓝、红，蓝", ["b", "r"]),
        (Choices(COLOURS), ["r"], ["r"]),
        (Ref("org"), "123", 123),
        (Ref("org", [(5, "云山社区")]), "云山社区", 5),
        (Refs("org"), ["1", "2", "1"], [1, 2]),
        (Password(), " p \u200bw ", " p \u200bw "),
    ],
)
def test_accepted(field, typed, kept):
    assert field.deserialize(typed) == kept


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        (Text(required=True), "  \u200b", "此项必填"),
        (Text(), ["a"], "请填写文字"),
        (Text(), True, "请填写文字"),
        (Text(), "长" * 501, "最多 500 个字，现在有 501 个"),
        (Text(validate=Length(2, 4)), "一", "应为 2 到 4 个字"),
        (Text(validate=Length(equal=3)), "一", "应为 3 个字"),
        (Text(validate=Matches("[0-9]{6}", error="应为六位数字")), "12345\n6", "应为六位数字"),
        (Email(), "a@b", "邮箱地址不对，应如 name@example.com"),
        (Phone(), "1380013800", "手机号码应为"),
        (IdNumber(), "110105194912310021", "校验位"),
        (IdNumber(), "3.7E+17", "科学计数"),
        (Int(), "第3", "请填写整数"),
        (Int(), "1e3", "请填写整数"),
        (Int(), "٣", "请填写整数"),
        (Int(), "9" * 40, "请填写整数"),
        (Int(), "9" * 20, "数字太大"),
        (Int(), float("inf"), "请填写整数"),
        (Int(), float("nan"), "请填写整数"),
        (Int(validate=Range(1, 20)), "0", "应在 1 到 20 之间"),
        (Int(validate=Range(min=1)), "0", "不能小于 1"),
        (Int(validate=Range(max=9, max_inclusive=False)), "9", "应小于 9"),
        (Int(validate=OneOf([1, 2], ["一", "二"])), "3", "请从列表中选择"),
        (Money(), "1.234", "请填写金额"),
        (Money(), "9" * 16, "金额太大"),
        (Bool(), "也许", "请填写“是”或“否”"),
        (Date(), "2020.9", "日期应如 2020-01-31，写到日"),
        (Date(), "2020-02-30", "没有这一天"),
        (Date(), "0000-01-01", "没有这一天"),
        (Date(), "1799-01-01", "没有这一天"),
        (Date(), "99999-01-01", "日期应如"),
        (Date(), 43835, "日期应如"),
        (Date(validate=Range(max=lambda: D(2020, 1, 1))), "2020-01-02", "不能晚于 2020-01-01"),
        (YearMonth(), "2020-13", "没有这个月"),
        (Time(), "24:00", "时间应如 09:30"),
        (Moment(), "2020-01-05 99:00", "时间应如"),
        (Choice(COLOURS), "绿", "“绿”不在可选范围内，请从列表中选择"),
        (Choices(COLOURS, required=True), [], "此项必填"),
        (Ref("org"), "0", "请从列表中选择"),
        (Ref("org"), "1 OR 1=1", "请从列表中选择"),
        (Ref("org"), str(2**53), "请从列表中选择"),
        (Password(), "a\x00b", "请填写密码"),
    ],
)
def test_refused_with_a_sentence(field, typed, said):
    with pytest.raises(ValidationError) as refusal:
        field.deserialize(typed)
    assert said in " ".join(map(str, refusal.value.messages))


def test_sentences_are_in_the_readers_language():
    with use_locale("en"), pytest.raises(ValidationError) as refusal:
        Int(validate=Range(1, 20)).deserialize("30")
    assert refusal.value.messages == ["Must be between 1 and 20"]


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        (Money(), 120050, "1200.50"),
        (Money(), -5, "-0.05"),
        (YearMonth(), D(2020, 9, 1), "2020-09"),
        (Moment(), dt.datetime(2020, 1, 5, 1, 30, tzinfo=dt.UTC), "2020-01-05T09:30"),
        (Time(), dt.time(9, 5), "09:05"),
        (Date(), None, None),
    ],
)
def test_shown_again_as_typed(field, value, shown):
    assert field.serialize("x", {"x": value}) == shown
