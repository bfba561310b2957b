"""The page kit in a real Chromium: what only a browser can show. Console errors and CSP violations fail every test."""

from __future__ import annotations

import re

import pytest

from tests.core.web.site import serving

DESK, PHONE = (1440, 900), (390, 844)
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


@pytest.fixture(scope="module")
def site():
    with serving() as running:
        yield running


@pytest.fixture(autouse=True)
def forget(site):
    site.posts.clear()


def settled(page, address):
    page.goto(address)
    return page


def wide(page):
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


@pytest.mark.parametrize("size", [DESK, PHONE])
@pytest.mark.parametrize("path", ["/", "/list", "/form", "/nowhere"])
def test_accessible_and_no_wider_than_the_screen(open_page, site, path, size):
    from axe_playwright_python.sync_playwright import Axe  # late: start-up time

    page = settled(open_page(size), site.address + path)
    if path == "/form":
        page.click(".g-sticky .btn-primary")
        page.wait_for_selector(".g-errsum")
    assert [(v["id"], v["nodes"][0]["html"][:99]) for v in Axe().run(page, options=WCAG).response["violations"]] == []
    assert wide(page) <= 0


@pytest.mark.parametrize("size", [DESK, (1024, 768), PHONE])
@pytest.mark.parametrize("path", ["/", "/list", "/form"])
def test_large_type_and_english_fit_too(open_page, site, path, size):
    page = open_page(size)
    page.context.add_cookies([{"name": n, "value": v, "url": site.address} for n, v in (("fs", "lg"), ("lang", "en"))])
    settled(page, site.address + path)
    assert page.get_attribute("html", "lang") == "en" and wide(page) <= 0


def test_rows_are_picked_and_the_bulk_bar_counts(page, site):
    settled(page, site.address + "/list")
    assert not page.is_visible("#bulk")
    page.check("tbody tr:nth-child(2) .js-row")
    assert page.inner_text("#bulk .js-n") == "1" and page.is_visible("#bulk")
    assert page.evaluate("document.querySelector('.js-all').indeterminate")
    page.check(".js-all")
    assert page.inner_text("#bulk .js-n") == "5"
    page.uncheck(".js-all")
    assert not page.is_visible("#bulk")


def test_what_cannot_be_undone_is_asked_first(page, site):
    settled(page, site.address + "/list")
    page.check(".js-all")
    page.click("#bulk button")
    page.wait_for_selector("#confirm.show")
    assert "确定移出吗？" in page.inner_text("#confirm") and page.inner_text("#confirm .js-yes") == "移出"
    page.click("#confirm .btn-default")
    page.wait_for_selector("#confirm", state="hidden")
    assert site.posts == []
    page.click("#bulk button")
    page.wait_for_selector("#confirm.show")
    with page.expect_navigation():
        page.click("#confirm .js-yes")
    assert site.posts == [{"remove": "yes"}]


def test_keyboard(page, site):
    settled(page, site.address + "/list")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("n?g")
    assert page.input_value("#q") == "n?g"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    page.wait_for_selector("#help.show")
    page.keyboard.press("Escape")
    page.wait_for_selector("#help", state="hidden")
    for key in "jjkx":
        page.keyboard.press(key)
    assert page.is_checked("tbody tr:nth-child(1) .js-row") and page.inner_text("#bulk .js-n") == "1"
    page.evaluate("document.activeElement.blur()")
    with page.expect_navigation(url="**/person/0"):
        page.keyboard.press("Enter")
    settled(page, site.address + "/list")
    with page.expect_navigation(url="**/form"):
        page.keyboard.press("n")
    page.keyboard.press("g")
    with page.expect_navigation(url=re.compile("/$")):
        page.keyboard.press("h")


def test_shortcuts_can_be_switched_off(page, site):
    settled(page, site.address + "/list")
    page.click(".g-user")
    with page.expect_navigation():
        page.click("button[name=keys]")
    page.keyboard.press("n")
    page.keyboard.press("/")
    assert page.url.endswith("/list") and page.evaluate("document.activeElement.tagName") == "BODY"


def test_errors_lead_to_their_fields(page, site):
    settled(page, site.address + "/form")
    page.fill("#age", "7")
    page.click(".g-sticky .btn-primary")
    page.wait_for_selector(".g-errsum")
    assert page.evaluate("document.activeElement.id") == "errsum"
    assert page.inner_text(".g-errsum h2") == "有 4 处需要修改"
    page.click(".g-errsum a[href='#age']")
    assert page.evaluate("document.activeElement.id") == "age"
    page.click(".g-errsum a[href='#sex']")
    assert page.evaluate("document.activeElement.name") == "sex"
    page.click(".g-errsum a[href='#place']")
    assert page.evaluate("document.activeElement.closest('.g-field').id") == "place-f"


def fill(page, site):
    settled(page, site.address + "/form")
    page.fill("#name", "王建国")
    page.check("input[name=sex][value=男]")
    page.click("#place-ts-control")
    page.keyboard.type("dzb7")
    page.keyboard.press("Enter")


def test_a_form_is_filled_and_saved_once(page, site):
    fill(page, site)
    page.click("#unit-ts-control")
    page.keyboard.type("zg")
    page.click("#unit-f .option:has-text('unit 1 zg')")
    with page.expect_navigation(url="**/list"):
        page.evaluate("const b = document.querySelector('.g-sticky .btn-primary'); b.click(); b.click(); b.click()")
    assert [(p["name"], p["sex"], p["place"], p["unit"]) for p in site.posts] == [("王建国", "男", "7", "2")]


def test_text_not_saved_is_guarded(page, site):
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    fill(page, site)
    page.click("text=取消")
    page.wait_for_url("**/list")
    assert asked == ["beforeunload"]
    fill(page, site)
    page.click(".g-sticky .btn-primary")
    page.wait_for_url("**/list")
    assert asked == ["beforeunload"] and len(site.posts) == 1


def test_a_refused_fragment_is_said_and_nothing_is_lost(page, site):
    settled(page, site.address + "/list")
    page.click("#ask")
    page.wait_for_selector("#toasts .g-note")
    assert "请向管理员申请" in page.inner_text("#toasts")


def test_charts_are_drawn_and_their_figures_stand_beside(page, site):
    settled(page, site.address + "/")
    page.wait_for_selector("#c1", state="attached")
    assert page.locator(".g-chart svg path").count() > 2
    page.hover(".g-chart")
    page.click(".g-data summary")
    assert "2月" in page.inner_text(".g-data table")


def test_phone_has_cards_bottom_bar_and_folded_filters(open_page, site):
    page = settled(open_page(PHONE), site.address + "/list")
    assert page.is_visible(".g-bottom") and not page.is_visible(".g-side")
    assert page.evaluate("getComputedStyle(document.querySelector('.g-cards tr')).display") == "flex"
    assert not page.is_visible("select[name=org]")
    page.click(".f-open")
    assert page.is_visible("select[name=org]")
    sizes = page.evaluate("[...document.querySelectorAll('.g-acts .btn, .g-bottom a, .f-open')].map(e => e.clientHeight)")
    assert min(sizes) >= 42
    page.click(".g-bottom button")
    page.wait_for_selector("#menu.show")


def test_paper_shows_the_table_and_nothing_of_the_frame(page, site):
    settled(page, site.address + "/list")
    page.emulate_media(media="print")
    hidden = [".g-head", ".g-side", ".g-acts", ".g-filter", ".g-footer", ".c-chk"]
    assert [s for s in hidden if page.locator(s).first.is_visible()] == []
    assert page.is_visible(".g-table")
