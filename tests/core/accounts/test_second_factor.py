"""Two steps: the code counts once in any spelling, recovery codes count once, and nobody gets past the second step."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm.attributes import set_committed_value

from core.access.models import Role
from core.accounts import attempts
from core.accounts.models import Attempt, User
from core.accounts.second_factor import accept_code
from core.accounts.services import own
from core.base.session import begin_write, session
from core.testing.world import World

from .people import PASSWORD, Phone, account, give_password, give_phone, is_in, sign_in


def first_step(world: World, **more):
    browser = world.browser("east", None)
    answer = sign_in(browser, **more)
    assert answer.status_code == 303 and "/accounts/second-factor" in answer.headers["Location"]
    return browser


def code(browser, typed: str, **more):
    answer = browser.post("/accounts/second-factor", {"code": typed, **more})
    browser.get("/accounts/sign-in")
    return answer


def test_password_alone_opens_nothing(world, east_admin):
    phone = give_phone(world, "east", "admin")
    browser = first_step(world)
    assert browser.client.get_cookie("juheli", path="/t/east") is None and not is_in(browser)
    assert code(browser, "000000").status_code == 422 and not is_in(browser)
    done = code(browser, phone.code(), next="/t/east/accounts/me")
    assert done.status_code == 303 and done.headers["Location"] == "/t/east/accounts/me" and is_in(browser)


def test_a_code_works_once_whoever_types_it_and_however(world, east_admin, later):
    phone = give_phone(world, "east", "admin")
    typed = phone.code()
    assert code(first_step(world), typed).status_code == 303
    wide = "".join(chr(ord(c) + 0xFEE0) for c in typed)
    browser = first_step(world)
    for again in (typed, f" {typed} ", wide, typed + "\n"):
        assert code(browser, again).status_code in (422, 429)


def test_one_step_of_clock_drift_is_accepted_and_no_more(world, east_admin, later):
    phone = give_phone(world, "east", "admin")
    with later(seconds=0):
        typed = phone.code()
        for seconds, status in ((65, 422), (29, 303)):
            browser = first_step(world)
            with later(seconds=seconds):
                assert code(browser, typed).status_code == status


def test_a_recovery_code_works_once(world, east_admin):
    phone = give_phone(world, "east", "admin")
    assert code(first_step(world), phone.codes[0].lower().replace("-", " ")).status_code == 303
    assert code(first_step(world), phone.codes[0]).status_code == 422
    assert code(first_step(world), phone.codes[1]).status_code == 303
    assert len(account(world, "east", "admin").recovery_codes) == 8


def test_wrong_codes_lock_like_wrong_passwords(world, east_admin, monkeypatch):
    monkeypatch.setattr(attempts, "FREE", 10**6)
    phone = give_phone(world, "east", "admin")
    browser = first_step(world)
    assert [code(browser, "000000").status_code for _ in range(6)] == [422] * 4 + [429] * 2
    assert code(browser, phone.code()).status_code == 429
    assert sign_in(world.browser("east", None)).status_code == 429


def test_the_ticket_of_the_first_step_is_short_lived_and_stays_at_home(world, east_admin, later):
    phone = give_phone(world, "east", "admin")
    give_password(world, "west", "admin")
    browser = first_step(world)
    ticket = browser.client.get_cookie("juheli_step", path="/t/east").value
    west = world.browser("west", None)
    west.client.set_cookie("juheli_step", ticket, path="/t/west")
    assert west.get("/accounts/second-factor").status_code == 303
    with later(seconds=302):
        assert code(browser, phone.code()).headers["Location"].endswith("/accounts/sign-in")
    give_password(world, "east", "admin", PASSWORD)          # a new password voids it too
    browser.client.set_cookie("juheli_step", "made.up.ticket", path="/t/east")
    assert browser.get("/accounts/second-factor").status_code == 303


def enrol(browser, **more):
    page = browser.get("/accounts/second-factor/on")
    phone = Phone(re.sub(r"\s", "", re.search(r"<code>([A-Z2-7 ]+)</code>", page.text).group(1)))
    return phone, page, browser.post("/accounts/second-factor/on", {"code": phone.code(), **more})


def test_enrolment_shows_a_picture_once_and_recovery_codes_once(world, east_admin):
    browser, other = world.browser("east", None), world.browser("east", None)
    sign_in(browser), sign_in(other)
    before = browser.client.get_cookie("juheli", path="/t/east").value
    phone, page, done = enrol(browser)
    assert "<svg" in page.text and "style=" not in page.text.split("<svg class")[-1]
    codes = re.findall(r"<code>([A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4})</code>", done.text)
    assert done.status_code == 200 and len(set(codes)) == 10 and done.headers["Cache-Control"] == "no-store"
    assert browser.client.get_cookie("juheli", path="/t/east").value != before
    assert is_in(browser) and not is_in(other)               # this one goes on with a new session, all others end
    browser.token = re.search(r'name="csrf-token" content="([^"]+)"', done.text).group(1)
    assert browser.post("/accounts/sign-out").status_code == 303
    stored = account(world, "east", "admin")
    assert phone.secret not in stored.totp_secret and not set(codes) & set(stored.recovery_codes)


def test_the_secret_offered_is_the_sessions_own(world, east_admin):
    one, two = world.browser("east", None), world.browser("east", None)
    sign_in(one), sign_in(two)
    pages = [b.get("/accounts/second-factor/on").text for b in (one, one, two)]
    secrets = [re.search(r"<code>([A-Z2-7 ]+)</code>", page).group(1) for page in pages]
    assert secrets[0] == secrets[1] != secrets[2]


def test_an_old_session_must_show_the_password_to_enrol(world, east_admin, later):
    browser = world.browser("east", None)
    sign_in(browser)
    with later(minutes=11):
        phone, page, refused = enrol(browser)
        assert refused.status_code == 422 and 'name="current"' in page.text
        assert enrol(browser, current="wrong")[2].status_code == 422
        assert enrol(browser, current=PASSWORD)[2].status_code == 200


def test_a_role_that_needs_it_leads_there_and_nowhere_else(world):
    world.add_user("east", "officer", "accounts.user.read")
    give_password(world, "east", "officer")
    with world.inside("east"):
        begin_write()
        session().execute(update(Role).where(Role.key == "test_officer").values(needs_totp=True)
                          .execution_options(synchronize_session=False))
        session().commit()
    browser = world.browser("east", None)
    sign_in(browser, "officer")
    for path in ("/accounts/devices", "/search/", "/accounts/me"):
        assert browser.get(path).headers["Location"].endswith("/accounts/second-factor/on")
    assert enrol(browser)[2].status_code == 200
    assert browser.get("/search/").status_code == 200


def test_switching_off_and_new_recovery_codes_ask_for_proof(world, east_admin, later):
    phone = give_phone(world, "east", "admin")
    browser = first_step(world)
    code(browser, phone.code())
    with later(seconds=40):
        assert browser.post("/accounts/second-factor/codes", {"code": "000000"}).status_code == 422
        renewed = browser.post("/accounts/second-factor/codes", {"code": phone.code()})
        assert renewed.status_code == 200 and phone.codes[0] not in renewed.text
    with later(seconds=120):
        wrong = browser.post("/accounts/second-factor/off", {"code": phone.code(), "current": "wrong"})
        assert wrong.status_code == 422 and account(world, "east", "admin").totp_secret
        off = browser.post("/accounts/second-factor/off", {"code": phone.code(), "current": PASSWORD})
        assert off.status_code == 303 and account(world, "east", "admin").totp_secret is None
    assert sign_in(world.browser("east", None)).headers["Location"] == "/t/east/"


def test_two_at_once_cannot_use_one_code(world, east_admin):
    """The step is taken by one UPDATE: who holds the row as it was before gets nothing."""
    phone = give_phone(world, "east", "admin")
    typed = phone.code()
    with world.inside("east") as ctx:
        begin_write()
        user = session().get(User, (ctx.tenant.id, east_admin))
        assert accept_code(user, typed, ctx)
        session().commit()
        begin_write()
        stale = session().get(User, (ctx.tenant.id, east_admin))
        set_committed_value(stale, "totp_step", 0)           # a process that read the row earlier
        assert not accept_code(stale, typed, ctx)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\x00", "9" * 5000])
def test_odd_codes_are_wrong_codes(world, east_admin, typed):
    give_phone(world, "east", "admin")
    assert code(first_step(world), typed).status_code == 422


def test_fresh_means_ten_minutes(world, east_admin):
    assert own.FRESH.total_seconds() == 600


def test_an_open_session_with_the_password_cannot_guess_codes(world, east_admin, monkeypatch):
    monkeypatch.setattr(attempts, "FREE", 10**6)
    phone = give_phone(world, "east", "admin")
    browser = first_step(world)
    code(browser, phone.code())
    tries = [browser.post("/accounts/second-factor/off", {"code": "000000", "current": PASSWORD}).status_code for _ in range(6)]
    assert tries == [422] * 5 + [429] and account(world, "east", "admin").totp_secret


def test_two_right_steps_leave_nothing_counted_against_the_address(world, east_admin, later):
    phone = give_phone(world, "east", "admin")
    for minutes in (0, 2, 4):
        with later(minutes=minutes):
            assert code(first_step(world), phone.code()).status_code == 303
    with world.inside("east"):
        assert session().scalars(select(Attempt.failed_count).where(Attempt.kind == attempts.ADDRESS)).one() == 0
