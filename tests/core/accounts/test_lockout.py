"""Guessing is slowed down and then stopped; the owner's known browser is not."""

from __future__ import annotations

import pytest

from core.accounts import attempts
from core.accounts.attempts import ACCOUNT, ADDRESS, PAIR, delay, network
from core.accounts.services import sign_in as service
from core.testing.world import World

from .people import account, sign_in


def guess(world: World, times: int, *, login: str = "admin", spread: bool = False) -> list[int]:
    """Status codes of wrong guesses, each as late as the page asks, from one address or from as many as guesses."""
    found = []
    for number in range(times):
        browser = world.browser("east", None)
        where = f"203.0.{number // 250}.{number % 250 + 1}" if spread else "203.0.113.9"
        browser.client.environ_base["REMOTE_ADDR"] = where
        found.append(sign_in(browser, login, "wrong").status_code)
    return found


@pytest.fixture
def evaluated(monkeypatch):
    """How many passwords were really compared."""
    seen = []
    real = service.verify_password
    monkeypatch.setattr(service, "verify_password", lambda stored, typed: seen.append(typed) or real(stored, typed))
    return seen


@pytest.fixture
def no_pauses(monkeypatch):
    """Only the locks, not the pauses of seconds before them."""
    monkeypatch.setattr(attempts, "FREE", 10**6)


@pytest.mark.parametrize("login", ["admin", "nobody"])
def test_five_wrong_answers_lock_whether_or_not_the_account_exists(world, east_admin, no_pauses, later, evaluated, login):
    assert guess(world, 7, login=login) == [422] * 5 + [429] * 2
    assert len(evaluated) == 5
    with later(minutes=29):
        assert guess(world, 1, login=login) == [429]
    with later(minutes=31):
        assert guess(world, 2, login=login) == [422, 429]
    with later(minutes=31 + 59):                             # the next lock is twice as long
        assert guess(world, 1, login=login) == [429]
    with later(minutes=31 + 61):
        assert guess(world, 1, login=login) == [422]


def test_the_right_password_does_not_open_a_locked_account(world, east_admin, no_pauses):
    guess(world, 5)
    browser = world.browser("east", None)
    browser.client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    answer = sign_in(browser)
    assert answer.status_code == 429 and "分钟后再试" in answer.text
    assert int(answer.headers["Retry-After"]) > 1700


def test_guesses_from_everywhere_stop_after_twenty(world, east_admin, evaluated):
    statuses = guess(world, 60, spread=True)
    assert statuses == [422] * 20 + [429] * 40
    assert len(evaluated) == 20


def test_one_password_tried_on_many_accounts_stops(world, evaluated, no_pauses):
    statuses = [guess(world, 1, login=f"user{number}")[0] for number in range(104)]
    assert statuses == [422] * 100 + [429] * 4


def test_the_owner_gets_in_during_the_attack_with_a_known_browser(world, east_admin):
    owner = world.browser("east", None)
    assert sign_in(owner).status_code == 303
    assert owner.client.get_cookie("juheli_known", path="/t/east") is not None
    owner.post("/accounts/sign-out")
    guess(world, 30, spread=True)
    assert sign_in(world.browser("east", None)).status_code == 429
    assert sign_in(owner).status_code == 303


def test_a_known_browser_may_not_guess_either(world, east_admin, no_pauses):
    owner = world.browser("east", None)
    sign_in(owner)
    owner.post("/accounts/sign-out")
    assert [sign_in(owner, password="wrong").status_code for _ in range(7)] == [422] * 5 + [429] * 2


@pytest.mark.parametrize("cookie", ["", "x", "a.b.c", "9" * 2000])
def test_a_made_up_cookie_makes_no_browser_known(world, east_admin, cookie):
    guess(world, 20, spread=True)
    browser = world.browser("east", None)
    browser.client.set_cookie("juheli_known", cookie, path="/t/east")
    assert sign_in(browser).status_code == 429


def test_a_browser_known_to_somebody_else_or_elsewhere_is_a_stranger(world, east_admin):
    world.add_user("east", "other")
    owner = world.browser("east", None)
    sign_in(owner)
    known = owner.client.get_cookie("juheli_known", path="/t/east").value
    guess(world, 20, login="other", spread=True)
    stranger = world.browser("east", None)
    stranger.client.set_cookie("juheli_known", known, path="/t/east")
    assert sign_in(stranger, "other").status_code == 429


def test_a_right_answer_starts_the_count_again(world, east_admin, no_pauses):
    for _round in range(3):
        assert guess(world, 4) == [422] * 4
        browser = world.browser("east", None)
        browser.client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
        assert sign_in(browser).status_code == 303


def test_failures_of_yesterday_are_forgotten(world, east_admin, no_pauses, later):
    guess(world, 4)
    with later(hours=25):
        assert guess(world, 4) == [422] * 4


def test_pauses_grow_then_locks_double_up_to_a_day(world):
    with world.inside("east"):
        assert [delay(PAIR, n).total_seconds() for n in range(1, 8)] == [0, 0, 0, 2, 1800, 3600, 7200]
        assert [delay(ACCOUNT, n).total_seconds() for n in (5, 19, 20, 21)] == [0, 0, 1800, 3600]
        assert [delay(ADDRESS, n).total_seconds() for n in (99, 100)] == [0, 1800]
        assert delay(PAIR, 10**6).total_seconds() == 24 * 3600


def test_addresses_of_one_household_count_as_one():
    assert network("2001:db8::1") == network("2001:db8::ffff:1") != network("2001:db8:0:1::1")
    assert network("203.0.113.9") == "203.0.113.9"
    assert network("no address " * 20) == ("no address " * 20)[:64]


def test_locks_of_east_mean_nothing_in_west(world, east_admin, no_pauses):
    guess(world, 6)
    assert sign_in(world.browser("west", None), "admin", "wrong").status_code == 422
    assert account(world, "west", "admin").state == "active"
