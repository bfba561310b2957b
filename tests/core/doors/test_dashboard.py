"""The first page after signing in."""

from __future__ import annotations

import datetime as dt

import pytest

from core.base import clock
from core.doors.dashboard import due_tag
from core.doors.home import greeting, weekday
from tests.core.ledgers import trial

pytest_plugins = ["core.testing.fixtures"]


@pytest.fixture(scope="session")
def plugins():
    return trial.with_all_others()


@pytest.fixture
def office(world):
    with world.inside("east"):
        trial.fill(persons_per_branch=6, branches=4, root="z000")
    world.add_user("east", "clerk", trial.READ, name="周明霞")
    return world


def test_greets_shows_figures_and_leads_to_rows(office):
    with clock.at(dt.datetime(2026, 11, 23, 1, tzinfo=dt.UTC)):
        page = office.browser("east", "clerk").get("/")
    text = page.get_data(as_text=True)
    assert page.status_code == 200 and "上午好，周明霞" in text and "11 月 23 日　星期一" in text
    assert "/ledgers/trial.roster/?ind=trial.young" in text and "75%" in text and "第4支部" in text
    assert "没有待办" in text and "党员花名册" in text and "开始使用" not in text


def test_first_steps_for_the_admin_of_an_empty_tenant(office):
    text = office.browser("west", "admin").get("/").get_data(as_text=True)
    assert "开始使用" in text and "导入人员名册" in text


def test_visitors_are_sent_to_sign_in_and_operators_have_their_own_page(office):
    assert office.browser("east", None).get("/").status_code == 303
    assert "/platform/onboarding/" in office.browser("platform", "operator").get("/").text


def test_statements_stay_few(office):
    browser = office.browser("east", "clerk")
    browser.get("/")
    with office.counting() as sent:
        browser.get("/")
    assert len([s for s in sent if not s.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN"))]) <= 16, sent


@pytest.mark.parametrize(("hour", "words"), [(1, "上午好"), (5, "下午好"), (12, "晚上好"), (20, "晚上好"), (21, "上午好")])
def test_greeting_by_the_hour_in_china(hour, words):
    assert greeting(dt.datetime(2026, 1, 1, hour, tzinfo=dt.UTC)) == words


def test_words_of_dates():
    today = dt.date(2026, 11, 23)
    assert weekday(today) == "星期一"
    assert due_tag(None, today) == ("", "")
    assert due_tag(today - dt.timedelta(days=2), today) == ("逾期 2 天", "err")
    assert due_tag(today, today)[0] == "今日到期"
    assert due_tag(today + dt.timedelta(days=3), today) == ("剩 3 天", "warn")
    assert due_tag(today + dt.timedelta(days=30), today) == ("剩 30 天", "")
