"""Every refusal is a page with a sentence and a next step."""

from __future__ import annotations

import re

import pytest


def test_a_missing_right_is_named_with_who_can_grant_it(world):
    world.add_user("east", "plain")
    page = world.browser("east", "plain").get("/rules/")
    assert page.status_code == 403
    assert "没有“" in page.text and "可以为您开通的人：" in page.text and "管理员" in page.text
    assert "权限代码：" in page.text


@pytest.mark.parametrize("path", ["/nowhere", "/ledgers/none/", "/people/999999999999999999999", "/%00", "/%FF%FE"])
def test_what_does_not_exist_offers_the_search(world, path):
    page = world.browser("east").get(path)
    assert page.status_code == 404 and 'class="g-find-big"' in page.text


def test_a_page_left_open_too_long_says_so(world):
    browser = world.browser("east")
    browser.token = "stale"
    page = browser.post("/look/", {"fs": "lg"})
    assert page.status_code == 400 and "页面已过期" in page.text


TYPED = {"kind": "suggestion", "subject": "少填一张表", "body": "同一件事填了三遍，请合并。"}


def test_a_form_that_comes_too_late_loses_no_word(world):
    """Signed in again in another window: the words stand there, and one press sends them."""
    browser = world.browser("east")
    browser.token = "stale"
    page = browser.post("/notify/feedback/", TYPED)
    assert page.status_code == 400 and "同一件事填了三遍，请合并。" in page.text and "重新提交" in page.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text[page.text.index("g-lost"):])
    sent = browser.client.post("/t/east/notify/feedback/", data={**TYPED, "csrf_token": token[1]})
    assert sent.status_code == 303
    visitor = world.browser("east", None)
    visitor.token = "stale"
    page = visitor.post("/notify/feedback/", TYPED)
    assert page.status_code == 400 and "同一件事填了三遍，请合并。" in page.text and "重新提交" not in page.text


@pytest.mark.parametrize(("data", "headers"), [
    ({**TYPED, "password": "x"}, {}), (TYPED, {"Sec-Fetch-Site": "cross-site"}), (TYPED, {"Origin": "http://elsewhere.test"}),
    ({"body": "我的号码 13812345678", "kind": "suggestion"}, {}), ({"body": "长" * 30_000}, {})])
def test_secrets_and_what_others_sent_are_not_shown_again(world, data, headers):
    visitor = world.browser("east", None)
    visitor.token = "stale"
    page = visitor.post("/notify/feedback/", data, headers=headers)
    assert page.status_code == 400 and "您填写的内容" not in page.text


def test_a_wrong_method_is_not_a_crash(world):
    assert world.browser("east").get("/look/").status_code in (404, 405)


def test_errors_speak_english_too(world):
    browser = world.browser("east")
    browser.client.set_cookie("lang", "en")
    page = browser.get("/nowhere")
    assert page.status_code == 404 and "没有这个页面" not in page.text and 'lang="en"' in page.text
