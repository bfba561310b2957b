"""Personal numbers in free text are found, masked, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.base.leaks import BANK_CARD, ID_NUMBER, PHONE, leaks, without_leaks


@pytest.mark.parametrize(("text", "kinds"), [
    ("张三，身份证 11010519491231002X，已审核", [ID_NUMBER]),
    ("号码110105 19491231 002x。", [ID_NUMBER]),
    ("老号 110105491231002", [ID_NUMBER]),
    ("电话１３８１２３４５６７８", [PHONE]),
    ("请拨 138-1234-5678 或 +86 139 0000 0000", [PHONE, PHONE]),
    ("卡号 6222 0212 3456 7894", [BANK_CARD]),
    ("卡号 6222 0212 3456 7890 127", []),
    ("卡号 4111 1111 1111 1111", [BANK_CARD]),
    ("2026年3月5日 0539-6210000 邮编276700", []),
    ("临组发〔2026〕12号，统一社会信用代码 91371329MA3C000000", []),
    ("共 20260305 人次", []),
])  # fmt: skip
def test_numbers_are_told_apart(text, kinds):
    assert [leak.kind for leak in leaks(text)] == kinds


def test_a_leak_says_where_without_saying_what():
    (found,) = leaks("第一行\n联系 13812345678\n")
    assert (found.line, found.shown) == (2, "138****5678")
    assert without_leaks("联系 13812345678，ID 11010519491231002X") == "联系 138****5678，ID 110***********002X"


@given(st.text(), st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text())
def test_a_masked_text_has_no_leak_left(before, phone, after):
    cleaned = without_leaks(f"{before} {phone} {after}")
    assert phone not in cleaned
    assert leaks(cleaned) == []
