"""个人中心: password, devices, preferences."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from core.accounts.models import Session
from core.audit.models import AuditEntry
from core.base.session import begin_write, session
from core.rules.overrides import set_override

from .people import OTHER, PASSWORD, account, give_password, is_in, sign_in


def change(browser, current=PASSWORD, password=OTHER, again=None):
    return browser.post("/accounts/password", {"current": current, "password": password, "again": again or password})


def test_a_new_password_ends_all_other_sessions(world, east_admin):
    here, there = world.browser("east", None), world.browser("east", None)
    sign_in(here), sign_in(there)
    before = here.client.get_cookie("juheli", path="/t/east").value
    here.get("/accounts/password")
    assert change(here).status_code == 303
    assert here.client.get_cookie("juheli", path="/t/east").value != before
    assert is_in(here) and not is_in(there)
    assert sign_in(world.browser("east", None), password=PASSWORD).status_code == 422
    assert sign_in(world.browser("east", None), password=OTHER).status_code == 303


def test_wrong_input_is_said_and_changes_nothing(world, east_admin):
    browser = world.browser("east", None)
    sign_in(browser)
    before = account(world, "east", "admin").password_hash
    for current, password, again, said in (("wrong", OTHER, None, "现在的密码不对"), (PASSWORD, OTHER, PASSWORD, "不一样"),
                                           (PASSWORD, "short", None, "至少"), (PASSWORD, PASSWORD, None, "不能与现在的密码相同"),
                                           (PASSWORD, "East County", None, "太常见")):
        page = change(browser, current, password, again)
        assert page.status_code == 422 and said in page.text, said
    assert account(world, "east", "admin").password_hash == before


def test_guessing_the_present_password_in_a_stolen_session_is_stopped(world, east_admin):
    browser = world.browser("east", None)
    sign_in(browser)
    assert {change(browser, f"guess {n}").status_code for n in range(6)} == {422, 429}
    assert change(browser).status_code == 429


def test_the_strict_profile_asks_for_classes_history_and_age(world, east_admin, later):
    with world.inside("east"):
        paper = {"document_no": "临网信〔2026〕2号", "effective_from": dt.date(2026, 1, 1), "set_by": 1}
        begin_write()
        set_override("accounts.password_profile", "dengbao3", **paper)
        session().commit()
    browser = world.browser("east", None)
    sign_in(browser)
    assert "至少 3 类" in change(browser, password="only small letters here").text
    current = PASSWORD
    for number in range(3):
        fresh = f"Lantern Umbrella {number}57 q"
        assert change(browser, current, fresh).status_code == 303
        current = fresh
        browser.get("/accounts/password")
    assert "最近 5 次" in change(browser, current, "Lantern Umbrella 057 q").text
    with later(days=91):
        late = world.browser("east", None)
        assert sign_in(late, password=current).status_code == 303
        assert late.get("/accounts/me").headers["Location"].endswith("/accounts/password")
        assert change(late, current, "Another Umbrella 77 w").status_code == 303
        assert late.get("/accounts/me").status_code == 200


def test_devices_are_listed_in_words_and_sent_away(world, east_admin):
    here, there = world.browser("east", None), world.browser("east", None)
    there.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Linux; Android 13) Chrome/120 MicroMessenger/8.0"
    sign_in(here), sign_in(there)
    page = here.get("/accounts/devices").text
    assert "Android · 微信" in page and "这一台" in page
    with world.inside("east"):
        other = session().scalars(select(Session.id).where(Session.agent.contains("Android"))).one()
    assert here.post(f"/accounts/devices/{other}/end").status_code == 303
    assert not is_in(there) and is_in(here)


def test_nobody_ends_the_session_of_somebody_else(world, east_admin):
    world.add_user("east", "other")
    give_password(world, "east", "other")
    mine, theirs = world.browser("east", None), world.browser("east", None)
    sign_in(mine), sign_in(theirs, "other")
    with world.inside("east"):
        ids = list(session().scalars(select(Session.id).where(Session.user_id == east_admin)))
    assert {theirs.post(f"/accounts/devices/{i}/end").status_code for i in ids} == {404}
    assert is_in(mine)


def test_sign_out_elsewhere_and_everywhere(world, east_admin):
    here, there = world.browser("east", None), world.browser("east", None)
    sign_in(here), sign_in(there)
    here.get("/accounts/devices")
    assert here.post("/accounts/devices/end", {"others": "1"}).status_code == 303
    assert is_in(here) and not is_in(there)
    assert here.post("/accounts/devices/end").status_code == 303
    assert not is_in(here)


def test_preferences_follow_the_account(world, east_admin):
    browser = world.browser("east", None)
    sign_in(browser)
    browser.get("/accounts/me")
    assert browser.post("/accounts/me", {"post": "党建办主任", "lang": "en", "fs": "lg"}).status_code == 303
    elsewhere = world.browser("east", None)
    sign_in(elsewhere)
    page = elsewhere.get("/accounts/me").text
    assert 'lang="en"' in page and 'data-fs="lg"' in page and "党建办主任" in page
    assert elsewhere.post("/accounts/me", {"post": "x" * 81, "lang": "fr"}).status_code == 422


def test_all_of_it_is_written_down_without_secrets(world, east_admin):
    browser = world.browser("east", None)
    sign_in(browser)
    change(browser, "a wrong secret")
    change(browser)
    with world.inside("east"):
        rows = session().scalars(select(AuditEntry).where(AuditEntry.action.startswith("accounts.")))
        text = " ".join(f"{row.action} {row.detail}" for row in rows)
    assert "accounts.proof" in text and "accounts.password.change" in text
    assert PASSWORD not in text and OTHER not in text and "wrong secret" not in text
