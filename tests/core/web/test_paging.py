"""Whatever stands in the address, the answer is a page that exists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.web.paging import SIZES, Page, asked, clamp, cut, without
from tests.core.web.kit_app import make_app


@pytest.mark.parametrize(
    "typed", ["", "abc", "-1", "0", "1e3", "９", "10" * 30, "1.5", " ", "\x00", "²", "٣"]
)
def test_nonsense_means_the_first_page(typed):
    assert asked({"page": typed}) == (1, 20)


@pytest.mark.parametrize(
    ("typed", "size"), [("50", 50), ("100", 100), ("1000000", 20), ("21", 20), ("x", 20), ("-50", 20)]
)
def test_sizes_are_those_offered(typed, size):
    assert asked({"size": typed}) == (1, size)


@given(st.text(), st.text())
def test_any_text_gives_a_page(page, size):
    number, wanted = asked({"page": page, "size": size})
    assert number >= 1 and wanted in SIZES


@given(st.integers(1, 200), st.sampled_from(SIZES), st.integers(0, 3000))
def test_numbers_of_a_page_fit_together(number, size, total):
    number = clamp(number, size, total)
    items = list(range(total))[(number - 1) * size : number * size]
    page = Page(items, number, size, total)
    assert 1 <= page.number <= page.pages
    assert page.last - page.first + 1 == len(items) if items else page.first == page.last == 0
    shown = page.around()
    assert shown[0] == 1 and shown[-1] == page.pages and number in shown
    assert len(shown) <= 9


def test_a_page_beyond_the_end_is_the_last():
    page = cut(list(range(45)), {"page": "99"})
    assert (page.number, list(page.items), page.first, page.last) == (3, [40, 41, 42, 43, 44], 41, 45)


def test_addresses_keep_the_filters():
    with make_app().test_request_context("/list?q=a%26b&page=3&org=1&org=2&size=50"):
        page = Page([], 3, 50, 500)
        assert page.url(4) == "?q=a%26b&org=1&org=2&page=4&size=50"
        assert page.url(1, 20) == "?q=a%26b&org=1&org=2"
        assert without("org") == "?q=a%26b&size=50"
        assert without(q="") == "?org=1&org=2&size=50"
        assert without(sort="-name") == "?q=a%26b&org=1&org=2&size=50&sort=-name"
