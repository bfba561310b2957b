from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.base.division import LENGTHS, division, province_codes, validate_division_code
from core.contracts.errors import Invalid


@pytest.mark.parametrize(("code", "level", "name"), [
    ("371329", "county", "山东省临沂市临沭县"), ("110105", "county", "北京市朝阳区"), ("500101", "county", "重庆市万州区"),
    ("429004", "county", "湖北省仙桃市"), ("371300", "prefecture", "山东省临沂市"), ("370000", "province", "山东省"),
    ("130602", "county", "河北省保定市竞秀区"), ("110105043", "street", "北京市朝阳区"),
    ("441900003", "street", "广东省东莞市"), ("371329001002", "community", "山东省临沂市临沭县"),
])
def test_names_of_codes(code, level, name):
    found = validate_division_code(code, level)
    assert (found.level, found.name, found.known, found.ended) == (level, name, True, None)


@pytest.mark.parametrize(("code", "level", "part"), [
    ("", "county", "只能是数字"), ("37132a", "county", "只能是数字"), ("３７１３２９", "county", "只能是数字"),
    ("3713", "county", "6 位"), ("991329", "county", "省份"), ("371300", "county", "本级"),
    ("371329", "province", "本级"), ("110103", "county", "2010 年停用"), ("371329000", "street", "000"),
    ("371329", "street", "9 位"),
])
def test_codes_that_do_not_pass(code, level, part):
    with pytest.raises(Invalid) as caught:
        validate_division_code(code, level)
    assert part in caught.value.errors["division_code"][0]


def test_a_county_newer_than_the_table_passes_and_says_so():
    assert not validate_division_code("371399", "county").known


@given(st.text(max_size=14) | st.from_regex(r"[0-9]{6}([0-9]{3}){0,2}", fullmatch=True))
def test_any_text_is_answered(code):
    for level in LENGTHS:
        try:
            assert validate_division_code(code, level).code[:2] in province_codes()
        except Invalid as error:
            assert error.errors["division_code"]


def test_other_shapes_are_a_fault_of_the_caller():
    with pytest.raises(ValueError, match="digits"):
        division("12345")
