"""Nothing that opens a door in one unit opens one in another, on the platform, or on somebody else's site."""

from __future__ import annotations

import pytest

from core.testing.world import World
from core.web.pages import safe_next

from .people import OTHER, PASSWORD, account, give_link, give_password, is_in, sign_in

ELSEWHERE = (
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example", "http:evil.example",
    "javascript:alert(1)", "data:text/html,x", "/t/west/", "/t/east/../west/", "/t/east/..%2fwest/", "/platform/", "/t/eastern/",
    "/t/east/\r\nSet-Cookie: a=b", "/t/east/\t//evil.example", " https://evil.example", "%2f%2fevil.example",
    "/t/east\\@evil.example",
    "https:evil.example", "https:///evil.example", "//t/east/", "/t/east@evil.example", "evil.example", "?next=//evil.example",
    "/%09/evil.example", "/t/east/./../../evil", "\x00/t/east/", "/ｅvil", "http://localhost/t/east/", "/\t/evil.example",
)


@pytest.mark.parametrize("target", ELSEWHERE)
def test_after_signing_in_one_stays_in_the_unit(world: World, east_admin, target):
    answer = sign_in(world.browser("east", None), next=target)
    place = answer.headers["Location"]
    assert answer.status_code == 303
    assert place == "/t/east/" or (place.startswith("/t/east/") and ".." not in place and "//" not in place), place
    page = world.browser("east", None).get("/accounts/sign-in", query_string={"next": target})
    assert page.status_code == 200 and 'name="next" value="/t/east/"' in page.text or place != "/t/east/"


@pytest.mark.parametrize("target", ["/t/east/people/", "/t/east/search/?q=%E5%BC%A0", "/t/east/a?b=c&d=/e"])
def test_after_signing_in_one_is_where_one_wanted_to_be(world, east_admin, target):
    with world.app.test_request_context("/accounts/sign-in", environ_overrides={"SCRIPT_NAME": "/t/east"}):
        assert safe_next(target) == target
    assert sign_in(world.browser("east", None), next=target).headers["Location"] == target


def test_cookies_of_east_are_nothing_in_west_and_on_the_platform(world, east_admin):
    browser = world.browser("east", None)
    sign_in(browser)
    jar = {name: browser.client.get_cookie(name, path="/t/east").value for name in ("juheli", "juheli_known")}
    for slug, path in (("west", "/t/west"), ("platform", "/platform")):
        other = world.browser(slug, None)
        for name, value in jar.items():
            other.client.set_cookie(name, value, path=path)
        assert other.get("/accounts/devices").status_code == 303
        assert other.get("/accounts/sign-in").status_code == 200


def test_a_browser_at_one_unit_sends_its_cookie_nowhere_else(world, east_admin):
    browser = world.browser("east", None)
    sign_in(browser)
    assert is_in(browser)
    for path in ("/t/west/accounts/devices", "/platform/accounts/devices"):
        assert browser.client.get(path).status_code == 303


def test_a_token_of_another_session_or_unit_proves_nothing(world, east_admin):
    give_password(world, "west", "admin")
    one, two, west = world.browser("east", None), world.browser("east", None), world.browser("west", None)
    sign_in(one), sign_in(two), sign_in(west, password=PASSWORD)
    form = {"current": PASSWORD, "password": OTHER, "again": OTHER}
    for token in (two.token, west.token, "", "x", "é"):
        answer = one.client.post("/t/east/accounts/password", data={**form, "csrf_token": token})
        assert answer.status_code == 400
    for header in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
                   {"Sec-Fetch-Site": "same-site"}):
        assert one.post("/accounts/password", form, headers={"X-CSRFToken": one.token, **header}).status_code == 400
    assert one.post("/accounts/password", form).status_code == 303


def test_the_visitors_token_does_not_survive_signing_in(world, east_admin):
    browser = world.browser("east", None)
    browser.get("/accounts/sign-in")
    before = browser.token
    browser.post("/accounts/sign-in", {"login": "admin", "password": PASSWORD})
    answer = browser.client.post("/t/east/accounts/devices/end", headers={"X-CSRFToken": before})
    assert answer.status_code == 400 and is_in(browser)


def test_links_and_sessions_planted_by_hand_are_nothing(world, east_admin):
    for value in ("", "x", "a" * 43, "' or 1=1 --", "0", "None"):
        browser = world.browser("east", None)
        browser.client.set_cookie("juheli", value, path="/t/east")
        assert not is_in(browser)


def test_operators_have_no_rights_in_any_unit(world):
    give_password(world, "platform", "operator")
    operator = world.browser("platform", None)
    assert sign_in(operator, "operator").status_code == 303
    assert operator.get("/accounts/me").status_code == 200
    cookie = operator.client.get_cookie("juheli", path="/platform").value
    for slug in ("east", "west"):
        for path in ("/", "/accounts/me", "/ledgers/accounts.users/", "/access/roles", "/search/?q=a", "/people/"):
            assert operator.client.get(f"/t/{slug}{path}").status_code in (303, 404)
            visitor = world.browser(slug, None)
            visitor.client.set_cookie("juheli", cookie, path=f"/t/{slug}")
            assert visitor.get(path).status_code in (303, 404)
        assert sign_in(world.browser(slug, None), "operator").status_code == 422


def test_staff_have_no_rights_on_the_platform(world, east_admin):
    browser = world.browser("east", None)
    sign_in(browser)
    cookie = browser.client.get_cookie("juheli", path="/t/east").value
    visitor = world.browser("platform", None)
    visitor.client.set_cookie("juheli", cookie, path="/platform")
    for path in ("/", "/accounts/me", "/access/roles", "/ledgers/accounts.users/"):
        assert visitor.get(path).status_code in (303, 404)
    assert sign_in(visitor, "admin").status_code == 422


def test_operators_manage_their_own_accounts_with_the_same_pages(world):
    operator = world.browser("platform", "operator")
    for path in ("/accounts/me", "/accounts/devices", "/access/roles", "/access/roles/new", "/ledgers/accounts.users/",
                 "/ledgers/access.grants/", "/accounts/users/new"):
        assert operator.get(path).status_code == 200, path
    made = operator.post("/accounts/users/new", {"login_name": "second", "name": "二号"})
    assert made.status_code == 200 and "/platform/accounts/link/" in made.text
    page = operator.get("/access/roles/new").text
    assert "tenancy.tenant.create" in page


def test_a_link_says_the_address_it_was_asked_at_and_a_foreign_host_changes_nothing(world):
    token = give_link(world, "east", "admin")
    for headers in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example"}):
        page = world.browser("east", None).get(f"/accounts/link/{token}", headers=headers)
        assert "evil.example" not in page.text and "evil.example" not in str(page.headers)
    assert account(world, "east", "admin").password_hash == ""
