from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.base.identity import make_id_no, parse_credit_code, parse_id_no, parse_phone
from core.base.masks import mask_id, mask_name, mask_phone
from core.contracts.errors import Invalid

TODAY = dt.date(2026, 11, 23)
births = st.dates(dt.date(1900, 1, 1), TODAY)
genders = st.sampled_from(["male", "female"])
areas = st.sampled_from(["371329", "110105", "659001", "441900", "820000", "330102"])


def said(parse, text, **options) -> str:
    with pytest.raises(Invalid) as caught:
        parse(text, field="x", **options)
    (sentence,) = caught.value.errors["x"]
    return sentence


@given(areas, births, genders, st.integers(0, 499))
def test_a_made_number_reads_back(area, birth, gender, serial):
    number = make_id_no(area, birth, gender, serial)
    read = parse_id_no(number, today=TODAY)
    assert (read.number, read.birth_date, read.gender, read.area_code) == (number, birth, gender, area)
    assert number not in repr(read)


@given(areas, births, genders, st.integers(0, 499), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(area, birth, gender, serial, at, shift):
    number = make_id_no(area, birth, gender, serial)
    old = 10 if number[at] == "X" else int(number[at])
    wrong = number[:at] + str((old + shift) % 10) + number[at + 1:]
    if wrong != number:
        assert said(parse_id_no, wrong, today=TODAY)


def test_ways_of_writing_are_tidied():
    number = "11010519491231002X"
    wide = "１１０１０５１９４９１２３１００２ｘ"
    for text in (number.lower(), wide, f" {number[:6]} {number[6:14]}-{number[14:]}\u200b ", "'" + number):
        assert parse_id_no(text).number == number


@pytest.mark.parametrize(("text", "part"), [
    ("", "请填写"), ("3.71329E+17", "科学计数"), ("3.7E17", "科学计数"), ("371329900101123", "15 位"),
    ("37132919900101007", "17 位"), ("3713291990010100700", "19 位"), ("37132919900101O070", "17 位数字加"),
    ("991329199001010070", "校验位"), ("001329199001010070", "不是省份代码"), ("371329199002300071", "19900230"),
    ("371329209001010070", "不可能"), ("371329199001010000", "000"), ("371329199001010071", "校验位"),
])
def test_what_is_wrong_is_said(text, part):
    assert part in said(parse_id_no, text, today=TODAY)


@given(st.text(max_size=40))
def test_any_text_is_answered(text):
    for parse in (parse_id_no, parse_phone, parse_credit_code):
        try:
            assert parse(text)
        except Invalid as error:
            assert all(sentence.endswith("。") for said in error.errors.values() for sentence in said)


@pytest.mark.parametrize("bad", [("37132", 0), ("371329", 500), ("371329", -1)])
def test_numbers_that_cannot_be_made(bad):
    with pytest.raises(ValueError, match="area code"):
        make_id_no(bad[0], TODAY, "male", bad[1])


@pytest.mark.parametrize(("text", "number"), [
    ("13800005678", "13800005678"), ("+86 138-0000-5678", "13800005678"), ("8613800005678", "13800005678"),
    ("008613800005678", "13800005678"), ("１３８００００５６７８", "13800005678"), ("13800005678.0", "13800005678"),
    ("(0539)6212345", "0539-6212345"), ("010 6512 3456", "010-65123456"), ("+86 539 6212345", "0539-6212345"),
    ("400-123-4567", "400-1234567"), ("021-61234567", "021-61234567"),
])
def test_phones_in_one_spelling(text, number):
    assert parse_phone(text) == number
    assert parse_phone(number) == number


@pytest.mark.parametrize(("text", "part"), [
    ("", "请填写"), ("1.38E+10", "科学计数"), ("6212345", "区号"), ("12800005678", "号段"), ("1380000567", "10 位"),
    ("13800005678/13900005678", "一格只填一个"), ("张三", "只能是数字"), ("0539-6212345转801", "分机"),
    ("00000000000", "不是有效"),
])
def test_what_is_no_phone(text, part):
    assert part in said(parse_phone, text)


@given(st.sampled_from("3456789"), st.integers(0, 10**9 - 1))
def test_every_mobile_number_passes(second, rest):
    assert parse_phone(f"1{second}{rest:09d}") == f"1{second}{rest:09d}"


def test_credit_codes():
    assert parse_credit_code(" 9111 0000 6000 3734 1l ") == "91110000600037341L"
    for text, part in (("", "请填写"), ("91110000", "8 位"), ("91110000600037341I", "没有字母 I"),
                       ("91110000600037341A", "校验位"), ("A1110000600037341L", "前 8 位")):
        assert part in said(parse_credit_code, text)


@pytest.mark.parametrize(("mask", "plain", "masked"), [
    (mask_id, "33010219900101123X", "3301**********123X"), (mask_id, "12345", "*****"), (mask_id, "", ""),
    (mask_phone, "13800005678", "138****5678"), (mask_phone, "0539-6212345", "0539-****345"),
    (mask_phone, "12", "**"), (mask_phone, "+85212345678", "**********78"),
    (mask_name, "张三", "张*"), (mask_name, "欧阳修", "欧阳*"), (mask_name, "欧阳", "欧*"), (mask_name, "张", "*"),
    (mask_name, "欧阳震华", "欧阳**"), (mask_name, "买买提·吐尔逊", "买**·***"), (mask_name, "", ""),
])
def test_masks(mask, plain, masked):
    assert mask(plain) == masked


@given(st.text(min_size=1, max_size=30).map(str.strip).filter(bool))
def test_a_mask_keeps_the_length_and_hides_something(text):
    for mask in (mask_id, mask_phone, mask_name):
        assert len(mask(text)) == len(text) and "*" in mask(text)
