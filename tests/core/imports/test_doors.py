"""Whatever is sent to the wizard's pages, the answer is a page: never a 500, and nothing is written by accident."""

from __future__ import annotations

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.imports.members import NAME
from tests.core.imports.test_hostile import MUTABLE, mutated
from tests.core.imports.test_wizard import ONE, people, sheet_of

LOOSE = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
FINE = {200, 303, 400, 403, 404, 405, 409, 413, 422, 429}
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
NAMES = st.one_of(TEXT, st.sampled_from(["../../etc/passwd", "a\x00b.xlsx", "\u202excod.xlsx", "CON", "名单.xlsx", "." * 300]))
STEPS = st.sampled_from(["columns", "sheet", "commit", "undo", "discard", "failed.xlsx", "nothing"])
FORM = st.dictionaries(
    st.one_of(TEXT, st.sampled_from(["c0", "c1", "c99999", "c-1", "mode", "sheet", "only", "once_key", "version"])),
    st.one_of(TEXT, st.sampled_from(["good", "all", "name", "branch", "joined_on", "tenant_id"])), max_size=6,
)


UPLOADS = st.one_of(st.binary(max_size=400), mutated(), st.sampled_from(MUTABLE))


@LOOSE
@given(data=UPLOADS, name=NAMES, kind=st.sampled_from([NAME, "x", ""]))
def test_any_upload(desk, data, name, kind):
    answer = desk.browser.post(f"/imports/new/{kind}", {"file": (io.BytesIO(data), name)})
    assert answer.status_code in FINE


@LOOSE
@given(st.lists(st.tuples(STEPS, FORM), min_size=1, max_size=4))
def test_any_step_in_any_order(desk, taken):
    address = desk.address(desk.upload(sheet_of(ONE, ("坏", "坏", "坏", "坏", ""))))
    for step, form in taken:
        answer = desk.browser.post(f"{address}/{step}", form)
        assert answer.status_code in FINE, (step, form)
        assert desk.browser.get(f"{address}/{step}").status_code in FINE
    desk.world.run_jobs()
    assert desk.browser.get(address).status_code == 200
    desk.do(address, "discard")  # or the uploads of earlier examples would stand in the way


@LOOSE
@given(only=TEXT, page=st.one_of(TEXT, st.integers().map(str)), size=TEXT)
def test_any_query(previewed, only, page, size):
    desk, address = previewed
    answer = desk.browser.get(address, query_string={"only": only, "page": page, "size": size})
    assert answer.status_code == 200 and people(desk.world) == 0


@pytest.fixture
def previewed(desk):
    return desk, desk.bring(sheet_of(ONE, ("坏", "坏", "坏", "坏", "")))


def test_names_are_shown_as_text(desk):
    name = "../x/<script>alert(1)<\u202e>.csv"
    address = desk.address(desk.upload(sheet_of(ONE), name))
    page = desk.text(address)
    assert "<script>alert" not in page and "\u202e" not in page
    assert desk.batch(address).file_name == "<script>alert(1)<>.csv"


def test_cells_are_shown_as_text(desk):
    address = desk.bring(sheet_of(("<img src=x onerror=a>", "2020-09", "<b>支部</b>", "", "{{7*7}}")))
    page = desk.text(address)
    assert "<img src=x" not in page and "<b>支部" not in page and "&lt;b&gt;支部" in page


def test_a_large_file_is_refused_with_a_page(desk):
    answer = desk.upload(b"a,b\n" * (7 << 20))
    assert answer.status_code in (413, 422)
