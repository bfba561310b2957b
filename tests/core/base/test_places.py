"""Regions are read leniently and never kept finer than a county."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.base.places import read_region
from core.contracts.errors import Invalid


@pytest.mark.parametrize(("typed", "name", "code"), [
    ("371329", "山东省临沂市临沭县", "371329"),
    ("山东省临沂市临沭县", "山东省临沂市临沭县", "371329"),
    ("山东 临沂 临沭", "山东省临沂市临沭县", "371329"),
    ("山东临沂", "山东省临沂市", "371300"),
    ("临沭县", "山东省临沂市临沭县", "371329"),
    ("北京市朝阳区", "北京市朝阳区", "110105"),
    ("广东省", "广东省", "440000"),
    ("深圳", "广东省深圳市", "440300"),
    ("台州市路桥区", "浙江省台州市路桥区", "331004"),
    ("江西省景德镇市", "江西省景德镇市", "360200"),
    ("朝阳区", "朝阳区", ""),
    ("某省某市新设县", "某省某市新设县", ""),
])
def test_spellings(typed, name, code):
    assert (found := read_region(typed)).name == name and found.code == code


@pytest.mark.parametrize("typed", [
    "北京市朝阳区建国路88号", "临沭县临沭街道", "临沂市兰山区金源小区", "深圳市南山区科技园南路", "朝阳区望京西园三区310楼1单元",
    "上海市浦东新区张江镇", "东关社区", "某某有限公司"])
def test_addresses_are_refused(typed):
    with pytest.raises(Invalid, match="太细"):
        read_region(typed)


@pytest.mark.parametrize("typed", ["火星", "", "区", "A" * 80, "999999"])
def test_unknown_places_are_refused(typed):
    with pytest.raises(Invalid):
        read_region(typed)


@given(st.text(max_size=60))
def test_any_text_is_answered(typed):
    try:
        assert read_region(typed).name
    except Invalid as refused:
        assert list(refused.errors) == ["region"]
