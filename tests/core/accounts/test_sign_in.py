"""Signing in: one answer for everything that is wrong, cookies that say nothing, sessions that end."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from core.accounts.models import Session
from core.accounts.services import sign_in as service
from core.audit.models import AuditEntry
from core.base.scope import system_scope
from core.base.session import begin_write, session
from core.tenancy.models import Tenant
from core.testing.world import World

from .people import PASSWORD, account, change, is_in, sign_in


def entries(world: World, slug: str, action: str) -> list[AuditEntry]:
    with world.inside(slug):
        return list(session().scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.seq)))


def test_signs_in_with_a_fresh_session_and_out_again(world, east_admin):
    browser = world.browser("east", None)
    answer = sign_in(browser, "ADMIN ")
    assert answer.status_code == 303 and answer.headers["Location"] == "/t/east/"
    cookie = browser.client.get_cookie("juheli", path="/t/east")
    assert cookie.http_only and cookie.same_site == "Lax" and cookie.path == "/t/east" and cookie.expires is None
    assert is_in(browser)
    assert browser.post("/accounts/sign-out").status_code == 303
    browser.client.set_cookie("juheli", cookie.value, path="/t/east")
    assert not is_in(browser)


def test_signing_in_again_ends_the_former_session_of_the_browser(world, east_admin):
    browser = world.browser("east", None)
    sign_in(browser)
    former = browser.client.get_cookie("juheli", path="/t/east").value
    browser.get("/accounts/sign-in")
    assert sign_in(browser).status_code == 303
    assert browser.client.get_cookie("juheli", path="/t/east").value != former
    browser.client.set_cookie("juheli", former, path="/t/east")
    assert not is_in(browser)


@pytest.mark.parametrize("who", ["known", "unknown", "disabled", "without password"])
def test_every_wrong_answer_costs_one_hash_and_reads_alike(world, east_admin, monkeypatch, who):
    world.add_user("east", "ghost")
    if who == "disabled":
        change(world, "east", "admin", state="disabled")
    login = {"unknown": "nobody", "without password": "ghost"}.get(who, "admin")
    seen = []
    real = service.verify_password
    monkeypatch.setattr(service, "verify_password", lambda stored, typed: seen.append(stored) or real(stored, typed))
    password = PASSWORD if who == "disabled" else "wrong"
    answer = sign_in(world.browser("east", None), login, password)
    assert len(seen) == 1 and (seen[0] is None) == (who != "known")
    assert answer.status_code == 422 and "账号或密码不对，请重新输入。" in answer.text
    assert "juheli=" not in str(answer.headers.getlist("Set-Cookie")).replace("juheli_pre", "")


def test_wrong_answers_differ_in_nothing_but_what_was_typed(world, east_admin):
    pages = []
    for login in ("admin", "adnim"):
        browser = world.browser("east", None)
        text = sign_in(browser, login, "wrong").text
        token = browser.token
        browser.get("/accounts/sign-in")
        pages.append(text.replace(login, "LOGIN").replace(token, "").replace(browser.token, ""))
    assert pages[0].split("<main")[1] == pages[1].split("<main")[1]


def test_the_record_says_who_and_what_but_no_secret(world, east_admin):
    browser = world.browser("east", None)
    sign_in(browser, "my secret typed into the wrong field", "x")
    sign_in(browser, "admin", "also a secret")
    sign_in(browser)
    rows = entries(world, "east", "accounts.sign_in")
    assert [row.detail["result"] for row in rows] == ["refused", "refused", "signed in"]
    assert [row.subject_name for row in rows] == ["", "Admin", "Admin"]
    text = " ".join(f"{row.detail}{row.subject_name}{row.actor_name}" for row in rows)
    assert "secret" not in text and PASSWORD not in text


def test_sessions_end_when_idle_and_after_their_longest_time(world, east_admin, later):
    browser = world.browser("east", None)
    sign_in(browser)
    for minutes in (25, 50, 75):
        with later(minutes=minutes):
            assert is_in(browser)
    with later(minutes=75 + 31):
        assert not is_in(browser)
    sign_in(browser)
    for number in range(1, 25):
        with later(minutes=29 * number):
            assert is_in(browser)
    with later(minutes=12 * 60 + 1):
        assert not is_in(browser)


def test_only_the_hash_of_the_token_is_kept(world, east_admin):
    browser = world.browser("east", None)
    sign_in(browser)
    token = browser.client.get_cookie("juheli", path="/t/east").value
    with world.inside("east"):
        row = session().scalars(select(Session).order_by(Session.id.desc())).first()
    assert token not in repr(vars(row)) and len(row.token_hash) == 64


def test_a_disabled_account_is_out_at_once(world, east_admin):
    browser = world.browser("east", None)
    sign_in(browser)
    change(world, "east", "admin", state="disabled")
    assert not is_in(browser)


def test_an_old_hash_is_renewed_with_the_next_right_password(world, east_admin, monkeypatch):
    before = account(world, "east", "admin").password_hash
    monkeypatch.setattr(service, "needs_rehash", lambda stored: True)
    assert sign_in(world.browser("east", None)).status_code == 303
    assert account(world, "east", "admin").password_hash != before
    assert sign_in(world.browser("east", None)).status_code == 303


def test_people_can_sign_in_and_out_while_their_unit_is_read_only(world, east_admin, monkeypatch):
    with world.database.use(), system_scope("tenancy: list"):
        begin_write()
        session().execute(update(Tenant).where(Tenant.slug == "east").values(status="read_only"))
        session().commit()
    browser = world.browser("east", None)
    assert sign_in(browser).status_code == 303
    assert is_in(browser)
    assert browser.post("/accounts/sign-out").status_code == 303


@pytest.mark.parametrize("login", ["", "\x00", "a" * 5000, "'; --", "管理员", "\u202eadmin", "\U0001f600" * 70])
def test_nothing_typed_breaks_the_page(world, login):
    assert sign_in(world.browser("east", None), login, login).status_code == 422
