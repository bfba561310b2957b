"""The wizard in a real browser: it moves on by itself, works without JavaScript, fits a phone, and breaks no rule."""

from __future__ import annotations

import pytest

from core.testing.serving import lend_session, serving
from tests.core.imports.make_workbooks import HERE


@pytest.fixture
def site(desk):
    with serving(desk.world.app) as address:
        yield address


def sign_in(desk, page, site):
    lend_session(page, desk.browser, site)


def upload(page, site):
    page.goto(site + "/t/east/imports/")
    page.get_by_role("link", name="党员花名册").first.click()
    page.set_input_files("#file", HERE / "roster_ugly.xlsx")
    page.get_by_role("button", name="上传并识别列名").click()
    page.get_by_role("heading", name="每一列对应什么").wait_for()


def test_the_page_moves_on_by_itself(desk, site, page, tmp_path):
    sign_in(desk, page, site)
    upload(page, site)
    page.get_by_role("button", name="下一步：检查并预览").click()
    page.get_by_text("排队中").wait_for()
    desk.world.run_jobs()
    page.get_by_text("共 72 行，60 行可以导入，12 行有误").wait_for()
    page.get_by_role("link", name="只看有误的行").click()
    assert page.locator("td.bad").count() >= 9
    with page.expect_download() as saved:
        page.get_by_role("link", name="下载有误的行").click()
    assert saved.value.suggested_filename == "roster_ugly-未导入的行.xlsx"
    page.get_by_role("button", name="只导入正确的 60 行").click()
    page.get_by_text("排队中").wait_for()
    desk.world.run_jobs()
    page.get_by_text("新增 59 条，更新 1 条").wait_for()
    page.get_by_role("button", name="撤销这次导入").click()
    page.get_by_role("dialog").get_by_role("button", name="撤销这次导入").click()
    page.get_by_text("排队中").wait_for()
    desk.world.run_jobs()
    page.get_by_text("已撤销这次导入。").wait_for()


def faults(page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe  # late: start-up time

    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    return [f"{fault['id']}: {fault['nodes'][0]['html'][:120]}" for fault in found]


def test_pages_are_accessible(desk, site, page):
    sign_in(desk, page, site)
    page.goto(site + "/t/east/imports/new/trial.members")
    assert faults(page) == []
    upload(page, site)
    assert faults(page) == []
    page.get_by_role("button", name="下一步：检查并预览").click()
    page.get_by_text("排队中").wait_for()
    assert faults(page) == []
    desk.world.run_jobs()
    page.get_by_role("link", name="只看有误的行").click()
    page.locator("td.bad").first.wait_for()
    assert faults(page) == []
    page.goto(site + "/t/east/imports/")
    assert faults(page) == []


def test_it_works_without_javascript(desk, site, open_page):
    page = open_page(java_script_enabled=False)
    sign_in(desk, page, site)
    upload(page, site)
    page.get_by_role("button", name="下一步：检查并预览").click()
    assert page.locator("meta[http-equiv=refresh]").count() == 1
    desk.world.run_jobs()
    page.get_by_text("12 行有误").wait_for()


def test_it_fits_a_phone(desk, site, open_page):
    page = open_page(size=(390, 844))
    sign_in(desk, page, site)
    upload(page, site)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="下一步：检查并预览").click()
    desk.world.run_jobs()
    page.get_by_text("12 行有误").wait_for()
    page.get_by_role("link", name="只看有误的行").click()
    page.locator("td.bad").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
