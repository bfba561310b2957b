"""Ledgers and the first page in a real Chromium. Console errors and CSP violations fail every test."""

from __future__ import annotations

import re
import unicodedata

import pytest
from pypdf import PdfReader

from core.testing.serving import lend_session, serving
from tests.core.ledgers import trial

DESK, PHONE = (1440, 900), (390, 844)
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
PERMISSIONS = (trial.READ, trial.EXPORT, "ledgers.view.share", "people.person.read", "people.org.read")


@pytest.fixture(scope="session")
def plugins():
    return trial.with_all_others()


@pytest.fixture
def visit(world, open_page):
    """Function that opens a path of a county with 60 members, signed in."""
    with world.inside("east"):
        trial.fill(persons_per_branch=15, branches=4, root="z000")
    world.add_user("east", "clerk", *PERMISSIONS, name="周明霞")
    clerk = world.browser("east", "clerk")
    with serving(world.app) as address:
        def open_path(path, size=DESK):
            page = open_page(size)
            page.goto(lend_session(page, clerk, address) + path)
            return page

        yield open_path


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_accessible_and_no_wider_than_the_screen(visit, size):
    from axe_playwright_python.sync_playwright import Axe  # late: start-up time of every other test run

    for path in ("/", "/ledgers/", "/ledgers/trial.roster/?kind=full&joined_from=x", "/indicators/trial.reachable/"):
        page = visit(path, size)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        found = Axe().run(page, options=WCAG).response["violations"]
        faults = [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in found]
        assert faults == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


def test_typing_narrows_the_list_and_the_address_says_so(visit):
    page = visit("/ledgers/trial.roster/")
    page.fill("#q", "zengm")
    page.wait_for_url(re.compile(r"\?q=zengm$"))
    page.wait_for_selector("text=搜索：zengm")
    page.select_option("select[name=kind]", "probationary")
    page.wait_for_url(re.compile(r"q=zengm&kind=probationary$"))
    page.wait_for_selector("text=类别：预备党员")
    assert set(page.locator("td.c-stick").all_inner_texts()) <= {f"曾{m}{n}" for m in ("明", "明明") for n in "伟芳娜敏静"}
    page.click("text=清空")
    page.wait_for_selector("text=共 60 条")


def test_columns_move_up_by_button_and_the_first_stays(visit):
    page = visit("/ledgers/trial.roster/")
    page.click("summary[aria-label=选择显示的列]")
    page.click("button[aria-label='上移：性别']")
    page.click(".g-colpick label:has-text('党龄')")
    page.click(".g-colpick label:has-text('姓名')")
    with page.expect_navigation():
        page.click(".g-colpick + .g-row >> text=保存")
    heads = [h.strip(" ↑") for h in page.locator("thead th").all_inner_texts()]
    assert heads == ["序号", "性别", "姓名", "入党时间", "类别", "所在党支部", "联系电话"]


def test_saved_view_and_export(visit):
    page = visit("/ledgers/trial.roster/?kind=full")
    page.click("summary[aria-label=存为视图]")
    page.fill("#v-title", "正式")
    page.click(".g-tools form button:has-text('存为视图')")
    page.wait_for_selector("nav.g-tabs a[aria-current]:has-text('正式')")
    for kind in ("Excel", "CSV"):
        if not page.locator(".g-pop[open]").count():
            page.locator("summary", has_text="导出").click()
        with page.expect_download() as download:
            page.click(f".g-tools button:has-text('{kind}')")
        assert download.value.suggested_filename.startswith("党员花名册-")


def test_paper_is_one_table_on_a4(visit, tmp_path):
    page = visit("/ledgers/trial.roster/print")
    page.emulate_media(media="print")
    page.pdf(path=str(tmp_path / "paper.pdf"), prefer_css_page_size=True)
    sheets = PdfReader(tmp_path / "paper.pdf").pages
    texts = [unicodedata.normalize("NFKC", sheet.extract_text()) for sheet in sheets]    # fonts give look-alike radicals
    assert len(texts) >= 3 and {tuple(map(round, sheet.mediabox[2:])) for sheet in sheets} == {(842, 595)}
    for number, text in enumerate(texts, 1):
        assert re.search(rf"第 {number} . / 共 {len(texts)} .", text)
        assert "所在党支部" in text or not re.search("^[0-9]+ ", text, re.M), "the headings stand above every page of rows"
    printed = [int(n) for text in texts for n in re.findall(r"^([0-9]+) [^ ]+ [男女] ", text, re.M)]
    assert printed == list(range(1, 61)) and "填表人:周明霞" in texts[-1].replace("：", ":")
    assert page.locator("table").count() == 1 and page.locator(".tools").is_hidden()


def test_a_card_puts_the_heading_beside_a_date_and_not_beside_a_name(visit):
    page = visit("/ledgers/trial.roster/", PHONE)
    shown = page.evaluate("""() => Object.fromEntries(['c-lab', 'c-stick'].map(css => {
        const before = getComputedStyle(document.querySelector('td.' + css), '::before');
        return [css, before.display == 'none' ? '' : before.content]}))""")
    assert shown == {"c-lab": '"入党时间"', "c-stick": ""}
