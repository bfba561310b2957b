"""One-time links: looking is free, they work once, and everything else about them looks the same."""

from __future__ import annotations

import datetime as dt

import pytest

from core.accounts.models import OneTimeLink
from core.base.session import session
from core.testing.world import World

from .people import OTHER, PASSWORD, account, change, give_link, is_in, sign_in

GONE = "这个链接已经用过"


def choose(browser, token: str, password: str = OTHER, again: str | None = None):
    if not browser.token:
        browser.get("/accounts/sign-in")
    return browser.post(f"/accounts/link/{token}", {"password": password, "again": password if again is None else again})


def test_the_first_admin_sets_a_password_and_signs_in(world: World):
    token = give_link(world, "east", "admin", "activation")
    browser = world.browser("east", None)
    for _look in range(3):
        page = browser.get(f"/accounts/link/{token}")
        assert page.status_code == 200 and page.headers["Referrer-Policy"] == "strict-origin"
    done = choose(browser, token)
    assert done.status_code == 303 and done.headers["Location"].endswith("/accounts/sign-in")
    assert "密码强度" in browser.get("/accounts/sign-in").text
    assert sign_in(browser, password=OTHER).status_code == 303
    assert is_in(browser)


def test_used_expired_foreign_and_made_up_links_look_the_same(world, later):
    used, east = give_link(world, "east", "admin"), None
    choose(world.browser("east", None), used)
    east = give_link(world, "east", "admin")
    pages = [world.browser("east", None).get(f"/accounts/link/{used}"), world.browser("east", None).get("/accounts/link/x"),
             world.browser("east", None).get("/accounts/link/" + "é" * 300)]
    with later(hours=73):
        pages.append(world.browser("east", None).get(f"/accounts/link/{east}"))
    foreign = world.browser("west", None).get(f"/accounts/link/{east}")
    assert foreign.status_code == 404 and GONE in foreign.text
    mains = {page.text.split("<main")[1].replace(page.request.path, "") for page in pages}
    assert {page.status_code for page in pages} == {404} and GONE in mains.copy().pop()
    assert len({main.split("</form>")[1] for main in mains}) == 1


def test_a_link_of_east_sets_no_password_in_west(world):
    token = give_link(world, "east", "admin")
    west = world.browser("west", None)
    assert choose(west, token).status_code == 404
    assert account(world, "west", "admin").password_hash == ""
    assert choose(world.browser("east", None), token).status_code == 303


def test_a_wrong_form_leaves_the_link_usable(world):
    token = give_link(world, "east", "admin")
    browser = world.browser("east", None)
    for password, again, said in ((OTHER, PASSWORD, "不一样"), ("short", None, "至少"), ("password1234", None, "太常见"),
                                  ("", None, "必填"), ("x" * 129, None, "最长"), ("x" * 9999, None, "最多")):
        page = choose(browser, token, password, again)
        assert page.status_code == 422 and said in page.text
        assert "x" * 129 not in page.text
    assert choose(browser, token).status_code == 303


def test_a_link_works_once_even_for_two_at_the_same_moment(world):
    token = give_link(world, "east", "admin")
    one, two = world.browser("east", None), world.browser("east", None)
    one.get(f"/accounts/link/{token}"), two.get(f"/accounts/link/{token}")
    assert [choose(one, token).status_code, choose(two, token).status_code] == [303, 404]


def test_a_newer_link_voids_the_older_one(world):
    older, newer = give_link(world, "east", "admin"), give_link(world, "east", "admin")
    assert choose(world.browser("east", None), older).status_code == 404
    assert choose(world.browser("east", None), newer).status_code == 303


def test_a_reset_ends_sessions_and_locks(world, east_admin):
    browser, thief = world.browser("east", None), world.browser("east", None)
    sign_in(thief)
    for _guess in range(6):
        sign_in(browser, password="wrong")
    assert sign_in(browser).status_code == 429
    choose(world.browser("east", None), give_link(world, "east", "admin"))
    assert not is_in(thief)
    assert sign_in(browser, password=PASSWORD).status_code == 422
    assert sign_in(browser, password=OTHER).status_code == 303


def test_a_link_of_a_disabled_account_is_gone(world):
    token = give_link(world, "east", "admin")
    change(world, "east", "admin", state="disabled")
    assert world.browser("east", None).get(f"/accounts/link/{token}").status_code == 404


def test_only_the_hash_is_kept_and_the_time_is_a_rule(world):
    token = give_link(world, "east", "admin")
    with world.inside("east") as ctx:
        row = session().query(OneTimeLink).order_by(OneTimeLink.id.desc()).first()
        assert token not in repr(vars(row))
        assert dt.timedelta(hours=71) < row.expires_at - ctx.now() <= dt.timedelta(hours=72)


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_do_nothing(world, method):
    token = give_link(world, "east", "admin")
    browser = world.browser("east", None)
    assert getattr(browser.client, method)(f"/t/east/accounts/link/{token}").status_code in (400, 405)
    assert browser.get(f"/accounts/link/{token}").status_code == 200
