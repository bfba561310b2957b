"""In a real browser: plan, announce, enrol, attendance from Excel with two bad rows, confirm, the gap shrinks, a certificate
checked by a visitor who learns nothing else."""

from __future__ import annotations

import datetime as dt

import openpyxl
from sqlalchemy import select

from core.base import clock
from core.base.session import session
from core.testing.serving import lend_session, serving
from plugins.training.models import Certificate, ClassSession

from .conftest import LATER, TODAY

TENANT = "/t/east"


class OnThatDay:
    """The app with the clock of the test: threads of the server have contexts of their own."""

    def __init__(self, app):
        self.app, self.day = app, TODAY

    def __call__(self, environ, start_response):
        with clock.at(dt.datetime.combine(self.day, dt.time(10), clock.SHANGHAI)):
            return list(self.app(environ, start_response))


def enter(county, page, site, login):
    """The page becomes the desk of one account."""
    page.context.clear_cookies()
    lend_session(page, county.browser(login), site)


def pick(page, field, text):
    """Choose a record in a searching field."""
    page.locator(f"#{field}-ts-control").fill(text)
    page.locator(f"#{field}-ts-dropdown .option", has_text=text).first.click()


def press(page, name):
    """A step that asks before it acts."""
    page.get_by_role("button", name=name, exact=True).first.click()
    with page.expect_navigation():
        page.locator("dialog[open], .modal.show").get_by_role("button", name=name).click()


def missing(page, site, county):
    page.goto(f"{site}{TENANT}/training/people/{county.people['李秀兰']}")
    return page.locator(".p-training-hours .is-short b").inner_text()


def announce_and_enrol(page, site, county):
    """From the line of the plan to everybody on the sheet; returns the session's id."""
    page.goto(f"{site}{TENANT}/training/plan/new")
    for name, value in (("year", "2026"), ("month", "12")):
        page.fill(f"#{name}", value)
    pick(page, "org_id", "东关社区")
    pick(page, "course_id", "结业课")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("link", name="结业课").first.click()
    page.get_by_role("link", name="按计划开班").click()
    page.fill("#on", LATER.isoformat())
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("link", name="核对对象并预告").click()
    assert "2" in page.get_by_role("region",
                                   name="应参加人员").or_(page.locator("section[aria-label='应参加人员']")).first.inner_text()
    page.get_by_role("button", name="张贴预告").click()
    page.get_by_text("预告已张贴在公开栏。").wait_for()
    press(page, "开始报名")
    press(page, "应参加人员全部列入")
    page.get_by_text("应参加人员已列入签到表：2 人。").wait_for()
    with county.acting("all"):
        return session().scalars(select(ClassSession.id)).one()


def bring_the_sheet(page, site, county, session_id, folder):
    """Download the sheet, fill it in with two mistakes, import the good rows, correct the other by hand."""
    page.goto(f"{site}{TENANT}/training/sessions/{session_id}")
    with page.expect_download() as saved:
        page.get_by_role("link", name="下载 Excel").click()
    path = folder / "sheet.xlsx"
    saved.value.save_as(path)
    book = openpyxl.load_workbook(path)
    sheet = book.active
    for row in sheet.iter_rows(min_row=2):
        row[3].value, row[4].value = ("出席", None) if row[1].value == "李秀兰" else ("出席", "0.5天")
    sheet.append([sheet["A2"].value, "查无此人", "", "出席", None, "", ""])
    book.save(path)
    page.get_by_role("link", name="导入签到表").click()
    page.set_input_files("#file", path)
    page.get_by_role("button", name="上传并识别列名").click()
    page.get_by_role("button", name="下一步：检查并预览").click()
    page.get_by_text("排队中").wait_for()
    county.world.run_jobs()
    page.get_by_text("共 3 行，1 行可以导入，2 行有误").wait_for()
    assert page.get_by_text("不是学时").count() >= 1
    page.get_by_role("button", name="只导入正确的 1 行").click()
    page.get_by_text("排队中").wait_for()
    county.world.run_jobs()
    page.get_by_text("更新 1 条").first.wait_for()
    page.goto(f"{site}{TENANT}/training/sessions/{session_id}/attendance")
    page.get_by_label("王小明 出席情况").select_option("absent")
    page.get_by_role("button", name="保存签到").click()
    page.get_by_text("签到已保存：2 人。").wait_for()


def test_from_plan_to_a_certificate_a_visitor_checks(county, page, open_page, tmp_path):
    county.course("结业课", certificate=True)
    desk = OnThatDay(county.world.app)
    with serving(desk) as site:
        enter(county, page, site, "officer")
        before = missing(page, site, county)
        session_id = announce_and_enrol(page, site, county)
        desk.day = LATER
        with county.on(LATER):
            enter(county, page, site, "officer")
            bring_the_sheet(page, site, county, session_id, tmp_path)
            page.get_by_role("button", name="上报签到").or_(page.get_by_role("link", name="上报签到")).first.click()
            page.locator("dialog[open], .modal.show").get_by_role("button", name="上报签到").click()
            page.get_by_text("待确认学时").first.wait_for()
            enter(county, page, site, "second")
            page.goto(f"{site}{TENANT}/training/sessions/{session_id}")
            press(page, "确认学时")
            assert (before, missing(page, site, county)) == ("32", "28")
            with county.acting("all", LATER):
                one = session().scalars(select(Certificate)).one()
                token, number = one.token, one.number
            visitor = open_page(size=(390, 844))
            visitor.goto(f"{site}{TENANT}/training/verify/{token}")
            said = visitor.inner_text("body")
            assert "有效" in said and not any(secret in said for secret in ("李秀兰", number, "结业课", "东关"))
            assert visitor.evaluate("document.documentElement.scrollWidth") <= 390
            for path in ("/training/", f"/training/sessions/{session_id}", f"/training/people/{county.people['李秀兰']}",
                         "/training/gap"):
                page.set_viewport_size({"width": 390, "height": 844})
                page.goto(f"{site}{TENANT}{path}")
                assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
