"""Managing accounts: open, hand over, stop, start again, and no way up through somebody else's account."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from core.access.models import RoleGrant
from core.accounts import attempts
from core.accounts.jobs import forget_ended
from core.accounts.models import User
from core.accounts.services import users as service
from core.audit.models import AuditEntry
from core.base import clock
from core.base.session import begin_write, session
from core.contracts.errors import Invalid, NotFound
from tests.core.access.units import PATHS, build_units, user_id

from .people import OTHER, PASSWORD, account, give_password, give_phone, is_in, sign_in

MANAGING = ("accounts.user.read", "accounts.user.manage")


def test_an_account_is_opened_handed_over_and_used(world):
    admin = world.browser("east")
    form = {"login_name": "ＺhangWei", "name": "张伟", "post": "干事", "person_id": ""}
    page = admin.post("/accounts/users/new", form)
    link = re.search(r"http://localhost/t/east(/accounts/link/[\w-]+)", page.text).group(1)
    assert page.status_code == 200 and page.headers["Cache-Control"] == "no-store" and "zhangwei" in page.text
    owner = world.browser("east", None)
    owner.get(link)
    assert owner.post(link, {"password": OTHER, "again": OTHER}).status_code == 303
    assert sign_in(owner, "zhangwei", OTHER).status_code == 303
    assert is_in(owner) and owner.get("/ledgers/accounts.users/").status_code in (403, 404)
    listed = admin.get("/ledgers/accounts.users/").text
    assert "张伟" in listed and "干事" in listed
    assert link.rsplit("/", 1)[1] not in listed + admin.get(f"/accounts/users/{user_id(world, 'east', 'zhangwei')}").text


@pytest.mark.parametrize(("field", "value"), [
    ("login_name", ""), ("login_name", "a"), ("login_name", "张伟"), ("login_name", "a b"), ("login_name", "admin"),
    ("login_name", "ADMIN"), ("login_name", "x" * 61), ("login_name", "-x"), ("login_name", "\x00\x00"), ("name", ""),
    ("name", "名" * 61), ("post", "职" * 81), ("person_id", "1"), ("person_id", "abc"), ("person_id", "9" * 30)])
def test_wrong_input_is_said_and_opens_nothing(world, field, value):
    form = {"login_name": "new.user", "name": "新人", "post": "", "person_id": "", field: value}
    page = world.browser("east").post("/accounts/users/new", form)
    assert page.status_code == 422 and "g-err" in page.text
    with world.inside("east"):
        assert session().scalars(select(User.login_name)).all() == ["admin"]


def test_a_person_of_the_registry_can_be_named_but_not_one_of_another_unit(world):
    east, west = build_units(world, "east"), build_units(world, "west")
    with world.acting("east", "admin") as ctx:
        assert service.create_user(ctx, login_name="one", name="甲", person_id=east.person["pine"])[0].person_id
        with pytest.raises(Invalid):
            service.create_user(ctx, login_name="two", name="乙", person_id=west.person["pine"])


def test_stopping_ends_sessions_and_links_and_keeps_everything(world):
    world.add_user("east", "clerk", "people.org.read")
    give_password(world, "east", "clerk")
    clerk, admin = world.browser("east", None), world.browser("east")
    sign_in(clerk, "clerk")
    number = user_id(world, "east", "clerk")
    assert admin.post(f"/accounts/users/{number}/disable").status_code == 303
    assert not is_in(clerk) and sign_in(clerk, "clerk").status_code == 422
    assert admin.post(f"/accounts/users/{number}/link").status_code == 422
    assert admin.post(f"/accounts/users/{number}/enable").status_code == 303
    assert sign_in(clerk, "clerk").status_code == 303
    with world.acting("east", "clerk") as ctx:
        assert ctx.may("people.org.read")


def test_nobody_stops_himself(world):
    with world.acting("east", "admin") as ctx, pytest.raises(Invalid):
        service.disable_user(ctx, user_id(world, "east", "admin"))


@pytest.mark.parametrize("act", [service.disable_user, service.enable_user, service.reset_link, service.clear_second_factor,
                                 service.sign_out_user, lambda ctx, n: service.update_user(ctx, n, version=None, name="x")])
def test_no_way_up_through_somebody_elses_account(world, act):
    """Whoever may manage accounts, but holds less, or holds it elsewhere, touches no account that holds more."""
    world.add_user("east", "registrar", *MANAGING)
    world.add_user("east", "local", *MANAGING, "people.org.read", path=PATHS["north"])
    world.add_user("east", "chief", "people.org.read")
    world.add_user("east", "neighbour", "people.org.read", path=PATHS["south"])
    world.add_user("east", "below", "people.org.read", path=PATHS["pine"])
    world.add_user("east", "nobody")
    for manager, victim in (("registrar", "admin"), ("registrar", "chief"), ("local", "chief"), ("local", "neighbour")):
        with world.acting("east", manager) as ctx, pytest.raises(Invalid):
            act(ctx, user_id(world, "east", victim))
    for manager, subject in (("registrar", "nobody"), ("local", "below"), ("admin", "chief")):
        with world.acting("east", manager) as ctx:
            assert act(ctx, user_id(world, "east", subject)) is not None


def test_a_lost_telephone(world):
    world.add_user("east", "clerk")
    give_password(world, "east", "clerk")
    give_phone(world, "east", "clerk")
    browser = world.browser("east", None)
    assert "second-factor" in sign_in(browser, "clerk").headers["Location"]
    number = user_id(world, "east", "clerk")
    assert world.browser("east").post(f"/accounts/users/{number}/second-factor/off").status_code == 303
    assert sign_in(browser, "clerk").headers["Location"] == "/t/east/"


def test_a_locked_account_is_unlocked(world, monkeypatch):
    monkeypatch.setattr(attempts, "FREE", 10**6)        # the lock, not the pauses of seconds, which a slow machine outlasts
    world.add_user("east", "clerk")
    give_password(world, "east", "clerk")
    browser, admin = world.browser("east", None), world.browser("east")
    for _guess in range(6):
        sign_in(browser, "clerk", "wrong")
    number = user_id(world, "east", "clerk")
    assert sign_in(browser, "clerk").status_code == 429 and "登录已暂停到" in admin.get(f"/accounts/users/{number}").text
    assert admin.post(f"/accounts/users/{number}/unlock").status_code == 303
    assert sign_in(browser, "clerk").status_code == 303


def test_long_idle_accounts_are_listed(world, later):
    world.add_user("east", "clerk")
    admin = world.browser("east")
    assert "clerk" not in admin.get("/ledgers/accounts.users/?idle=1").text
    with later(days=91):
        admin = world.browser("east")
        assert "clerk" in admin.get("/ledgers/accounts.users/?idle=1").text


def test_accounts_of_another_unit_do_not_exist(world):
    world.add_user("west", "stranger")
    number = user_id(world, "west", "stranger")
    admin = world.browser("east")
    assert admin.get(f"/accounts/users/{number}").status_code == 404
    for act in ("disable", "enable", "link", "unlock", "sign-out", "second-factor/off"):
        assert admin.post(f"/accounts/users/{number}/{act}").status_code == 404
    assert account(world, "west", "stranger").state == "active"


@pytest.mark.parametrize("act", ["disable", "link", "unlock", "sign-out", "second-factor/off"])
def test_who_holds_less_or_for_a_shorter_time_manages_no_account(world, act):
    number = world.add_user("east", "chief", "accounts.user.manage", "people.org.read")
    world.add_user("east", "deputy", "accounts.user.manage", "accounts.user.read")
    world.add_user("east", "guest", "accounts.user.manage", "accounts.user.read", "people.org.read")
    with world.inside("east"):
        begin_write()
        guest = session().scalars(select(User).where(User.login_name == "guest")).one()
        session().scalars(select(RoleGrant).where(RoleGrant.user_id == guest.id)).one().ends_on = clock.today()
        session().commit()
    for login in ("deputy", "guest"):
        browser = world.browser("east", login)
        refused = browser.post(f"/accounts/users/{number}/{act}")
        shown = refused.text if refused.status_code == 422 else browser.get(f"/accounts/users/{number}").text
        assert "这个账号拥有您没有的权限" in shown
    assert account(world, "east", "chief").state == "active"
    with world.inside("east"):
        assert session().scalars(select(AuditEntry).where(AuditEntry.subject_id == number)).all() == []


def test_search_finds_accounts_for_those_who_may_see_them(world):
    world.add_user("east", "zhangwei", name="张伟")
    world.add_user("east", "plain", "people.org.read")
    assert "zhangwei" in world.browser("east").get("/search/?q=张").text
    assert "zhangwei" not in world.browser("east", "plain").get("/search/?q=张").text


def test_a_stale_form_is_refused_and_everything_is_written_down(world):
    number = world.add_user("east", "clerk")
    admin = world.browser("east")
    seen = account(world, "east", "clerk").version
    assert admin.post(f"/accounts/users/{number}", {"name": "甲", "version": str(seen)}).status_code == 303
    assert admin.post(f"/accounts/users/{number}", {"name": "乙", "version": str(seen)}).status_code == 422
    assert account(world, "east", "clerk").name == "甲"
    admin.post(f"/accounts/users/{number}/link")
    with world.inside("east"):
        rows = session().scalars(select(AuditEntry).where(AuditEntry.subject_id == number).order_by(AuditEntry.seq)).all()
    assert [row.action for row in rows] == ["accounts.user.update", "accounts.user.reset"]
    assert rows[0].detail["changes"]["name"] == ["clerk", "甲"]


def test_the_nightly_job_forgets_what_ended_long_ago(world, later):
    give_password(world, "east", "admin")
    browser = world.browser("east", None)
    sign_in(browser, "admin", "wrong"), sign_in(browser, "admin", PASSWORD), sign_in(browser, "nobody", "wrong")
    with later(days=31), world.inside("east") as ctx:
        gone = forget_ended(ctx)
    assert gone["sessions"] >= 1 and gone["attempts"] >= 1
    with pytest.raises(NotFound), world.inside("east") as ctx:
        service.get_user(ctx, 1)
