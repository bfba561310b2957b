"""The inbox in a real browser: opened in place, by keyboard, on a phone; drafts come back."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.base.session import session
from core.testing.serving import lend_session, serving
from core.work.models import Draft

from .casework.models import Case
from .conftest import A, B
from .handling import move, register


@pytest.fixture
def address(east):
    """The installation served on loopback; Bob has three cases to take, one of them overdue."""
    with east.acting("east", "ann") as ctx:
        for name, days in (("张家村案", 12), ("李家村案", 1), ("王家村案", 8)):
            on = ctx.today() - dt.timedelta(days=days)
            move(ctx, register(ctx, name=name, org_path=A, taker_path=B).id, "send", happened_on=on)
        register(ctx, name="本级案", org_path=A, taker_path=B)
    with serving(east.app) as site:
        yield f"{site}/t/east"


def sign_in(site, page, address, login):
    lend_session(page, site.browser("east", login), address.removesuffix("/t/east"))


def test_an_item_opens_in_place_and_its_step_is_made(east, address, page):
    sign_in(east, page, address, "bob")
    page.goto(f"{address}/work/inbox")
    assert page.locator("tbody tr").count() == 3
    assert "逾期 2 天" in page.locator("tbody tr").first.inner_text()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    drawer = page.locator("#drawer.show")
    drawer.get_by_text("测试规定第一条").wait_for()
    drawer.get_by_role("link", name="take").click()
    page.locator("#contact").fill("李四")
    page.get_by_role("button", name="take").click()
    page.get_by_text("已take：张家村案").wait_for()
    assert page.locator("tbody tr").count() == 3
    with east.inside("east"):
        assert sorted(session().scalars(select(Case.state))) == ["registered", "sent", "sent", "taken"]


def test_a_draft_of_a_step_comes_back(east, address, page):
    sign_in(east, page, address, "bob")
    page.clock.install()
    page.goto(f"{address}/work/inbox")
    page.locator("tbody a").first.click()
    page.locator("#drawer.show").get_by_role("link", name="take").click()
    with page.expect_response("**/work/drafts") as saved:
        page.locator("#contact").fill("李四")
        page.clock.fast_forward(11_000)
    assert saved.value.status == 204
    page.goto(page.url)
    page.get_by_role("button", name="恢复").click()
    assert page.locator("#contact").input_value() == "李四"
    page.get_by_role("button", name="take").click()
    page.get_by_text("已take").wait_for()
    with east.inside("east"):
        assert session().scalars(select(Draft)).all() == []


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_pages_fit(east, address, open_page, size):
    page = open_page(size=size)
    sign_in(east, page, address, "bob")
    for path in ("inbox", "inbox?tab=finished", "calendar", "deputies"):
        page.goto(f"{address}/work/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path


def test_many_at_once(east, address, page):
    sign_in(east, page, address, "ann")
    page.goto(f"{address}/work/inbox")
    page.locator("tbody .js-row").first.check()
    page.locator("#bulk").get_by_role("button", name="批量办理").click()
    page.locator("#confirm .js-yes").click()
    page.get_by_text("已办理 1 项").wait_for()
