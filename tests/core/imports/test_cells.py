"""One cell: a value or a sentence, never a guess, never a crash."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.imports.cells import Cell, clean, tidy_text
from core.imports.targets import Option, Target
from tests.core.imports.make_workbooks import id_no

VALID = id_no("371302", dt.date(1966, 3, 5), 24)
ENDING_X = next(n for n in (id_no("371329", dt.date(1966, 3, 5), k) for k in range(2, 90, 2)) if n[-1] == "X")


def target(kind: str, **more) -> Target:
    options = (Option("male", "男", ("男性",)), Option("female", "女"))
    return Target("field", "字段", kind, options=options, **more)


@pytest.mark.parametrize(("raw", "value"), [
    ("2020-9-1", "2020-09-01"), ("2020/9/1", "2020-09-01"), ("2020.9.1", "2020-09-01"), ("2020.9", "2020-09"),
    ("2020年9月", "2020-09"), ("2020年9月1日", "2020-09-01"), ("2020年9月1号", "2020-09-01"), ("202009", "2020-09"),
    ("20200901", "2020-09-01"), (202009.0, "2020-09"), (20200901.0, "2020-09-01"), (44075.0, "2020-09-01"),
    ("44075", "2020-09-01"), (44075.5, "2020-09-01"), (2020.9, "2020-09"), (2020.12, "2020-12"), (2020.01, "2020-01"),
    ("２０２０．９", "2020-09"), ("２０２０年９月１日", "2020-09-01"), ({"d": "2020-09-01"}, "2020-09-01"),
    ({"d": "2020-09-01T08:30:00"}, "2020-09-01"), ("2020-09-01 08:30:00", "2020-09-01"), (" 2020 . 9 ", "2020-09"),
    ("2020-9", "2020-09"), ("2020.10", "2020-10"), ("无", None), ("", None), ("——", None), (None, None),
])
def test_dates(raw, value):
    assert clean(target("date"), raw) == Cell(value, None, value and ("day" if len(value) == 10 else "month"))


@pytest.mark.parametrize(("raw", "word"), [
    (2020.1, "10月"), ("98.7", "四位"), ("98年7月", "四位"), ("2020", "补上月份"), (2020.0, "补上月份"), ("2020-13", "没有"),
    ("2020年2月30日", "没有"), ("民国九年", "看不懂"), ("去年", "看不懂"),
    (True, "应填日期"), (1e300, "看不懂"), ("1820-01-01", "年份"),
    ("2020.9-2021.9", "看不懂"), (-5.0, "应填日期"), (float("nan"), "有效的数"), ("2020/09/01/02", "看不懂"),
    ("0000-00-00", "年份"),
])
def test_dates_that_mean_nothing_certain(raw, word):
    cell = clean(target("date"), raw)
    assert cell.value is None and word in cell.error


@pytest.mark.parametrize(("kind", "raw"), [
    ("phone", "138****5678"), ("phone", "0539-****345"), ("phone", "****12"), ("id_no", "1101**********0011"),
])
def test_numbers_masked_by_an_export_of_ours_change_nothing_and_say_so(kind, raw):
    cell = clean(target(kind), raw)
    assert cell.value is None and cell.error is None and "字段是遮盖过的" in cell.note


@pytest.mark.parametrize(("raw", "value"), [
    (VALID, VALID), (ENDING_X.lower(), ENDING_X), (f"{VALID[:6]} {VALID[6:14]} {VALID[14:]}", VALID), ("'" + VALID, VALID),
    ("".join(chr(ord(c) + 0xFEE0) for c in ENDING_X), ENDING_X), (f"\u202d{VALID}\u202c", VALID), ("无", None), ("", None),
])
def test_id_numbers(raw, value):
    assert clean(target("id_no"), raw) == Cell(value)


@pytest.mark.parametrize(("raw", "word"), [
    (3.70982197001011e17, "科学计数法"), ("3.70982E+17", "科学计数法"), ("3.70982e17", "科学计数法"),
    (float(VALID[:17] + "0"), "科学计数法"),
    ("371302700101121", "15"), (371302700101121.0, "15"), (VALID[:-1] + ("0" if VALID[-1] != "0" else "1"), "校验位"),
    (VALID[:17], "17"), ("371302196613051234", "出生日期"), ("abc", "18"), (VALID[:17] + "Y", "X"), ("=A1", "18"),
])
def test_id_numbers_are_refused_not_guessed(raw, word):
    cell = clean(target("id_no"), raw)
    assert cell.value is None and word in cell.error


@pytest.mark.parametrize(("raw", "value"), [
    (19900001234.0, "19900001234"), ("199 0000 1234", "19900001234"), ("+86 199-0000-1234", "19900001234"),
    ("1９９00001234", "19900001234"), ("8619900001234", "19900001234"), ("0539-6212345", "0539-6212345"), ("-", None),
])
def test_phones(raw, value):
    assert clean(target("phone"), raw) == Cell(value)


@pytest.mark.parametrize("raw", ["1.99E+10", "1990000123", "19900001234/19900001235", 1990.5, "张三", 1.99e21])
def test_phones_that_cannot_be_called(raw):
    cell = clean(target("phone"), raw)
    assert cell.value is None and cell.error


@pytest.mark.parametrize(("raw", "value"), [
    ("张　三", "张三"), (" 欧阳 建国 ", "欧阳建国"), ("阿依古丽·买买提", "阿依古丽·买买提"),
    ("阿依古丽•买买提", "阿依古丽·买买提"),
    ("阿依古丽 . 买买提", "阿依古丽·买买提"), ("𠮷川㛃", "𠮷川㛃"), ("王\u200b五\ufeff", "王五"), ("John  Smith", "John Smith"),
    ("李\x00四", "李四"), ("䶮", "䶮"),
])
def test_names(raw, value):
    assert clean(target("name"), raw) == Cell(value)


@pytest.mark.parametrize("raw", ["=cmd|'/C calc'!A0", "@SUM(A1)", "123", 5.0, True, {"x": "#N/A"}, {"x": "="}, "#REF!"])
def test_names_that_are_none(raw):
    assert clean(target("name"), raw).error


def test_other_kinds():
    assert clean(target("choice"), " 男 ").value == "male" and clean(target("choice"), "男性").value == "male"
    assert "男、女" in clean(target("choice"), "未婚").error
    assert clean(target("choices"), "男、女，男").value == ["male", "female"]
    assert "未婚" in clean(target("choices"), "男、未婚").error
    assert [clean(target("bool"), raw).value for raw in ("是", "√", 1.0, True, "否", "×")] == [True] * 4 + [False] * 2
    assert clean(target("bool"), "可能").error
    assert [clean(target("integer"), raw).value for raw in ("１２", 12.0, "1,200")] == [12, 12, 1200]
    assert all(clean(target("integer"), raw).error for raw in ("1.5", 1.5, "abc", "9" * 40, "1e5", "１_0"))
    assert clean(target("decimal"), "12.50").value == 12.5
    assert clean(target("text"), "=备注").value == "=备注" and clean(target("text"), "（城区）ＡＢ１").value == "（城区）AB1"
    assert clean(target("text"), "/").value is None and clean(target("text"), 3.0).value == "3"
    assert "不能为空" in clean(target("text", required=True), " \u3000").error


KINDS = st.sampled_from(["name", "text", "integer", "decimal", "date", "id_no", "phone", "bool", "choice", "choices"])
RAW = st.one_of(
    st.text(max_size=60), st.floats(), st.integers(), st.booleans(), st.none(), st.dates().map(lambda d: {"d": d.isoformat()}),
    st.text(max_size=9).map(lambda t: {"x": t}), st.text(max_size=9).map(lambda t: {"d": t}), st.just({}),
    st.from_regex(r"[0-9０-９./年月日 -]{1,14}", fullmatch=True), st.from_regex(r"[0-9E+.xX]{1,20}", fullmatch=True),
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(KINDS, RAW, st.booleans())
def test_any_cell_gives_a_value_or_a_sentence(kind, raw, required):
    cell = clean(target(kind, required=required), raw)
    assert cell.value is None or cell.error is None
    assert cell.error is None or (isinstance(cell.error, str) and cell.error.strip())
    assert not required or cell.value is not None or cell.error


@given(st.text())
def test_tidying_twice_changes_nothing(text):
    once = tidy_text(text)
    assert tidy_text(once) == once and not any(ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 for c in once)
