"""Many at the same moment pass no limit and use nothing twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from core.accounts.services import sign_in as service

from .people import OTHER, give_link, give_phone, sign_in


def at_once(calls):
    """The answers of all calls, made by as many threads."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result().status_code for future in [pool.submit(call) for call in calls]]


def test_parallel_guesses_pass_no_limit(world, east_admin, monkeypatch):
    seen = []
    real = service.verify_password
    monkeypatch.setattr(service, "verify_password", lambda stored, typed: seen.append(typed) or real(stored, typed))
    browsers = [world.browser("east", None) for _ in range(12)]
    statuses = at_once([lambda b=b: sign_in(b, password="wrong") for b in browsers])
    assert len(seen) <= 5 and statuses.count(429) == 12 - len(seen) and set(statuses) <= {422, 429}


def test_one_link_sets_one_password(world):
    token = give_link(world, "east", "admin")
    browsers = [world.browser("east", None) for _ in range(6)]
    for browser in browsers:
        browser.get(f"/accounts/link/{token}")
    form = {"password": OTHER, "again": OTHER}
    assert sorted(at_once([lambda b=b: b.post(f"/accounts/link/{token}", form) for b in browsers])) == [303] + [404] * 5


def test_one_recovery_code_opens_one_session(world, east_admin):
    phone = give_phone(world, "east", "admin")
    browsers = [world.browser("east", None) for _ in range(3)]
    for browser in browsers:
        assert sign_in(browser).status_code in (303, 429)
    ready = [b for b in browsers if b.client.get_cookie("juheli_step", path="/t/east")]
    form = {"code": phone.codes[0]}
    statuses = at_once([lambda b=b: b.post("/accounts/second-factor", form) for b in ready])
    assert statuses.count(303) == 1 and set(statuses) <= {303, 422, 429}
