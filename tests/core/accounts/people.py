"""Accounts with passwords and telephones, and the ways of signing in that tests repeat."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pyotp
from sqlalchemy import select, update

from core.accounts.links import make_link
from core.accounts.models import User
from core.accounts.second_factor import enrol
from core.base import clock, passwords
from core.base.session import begin_write, session
from core.testing.world import Browser, World

PASSWORD = "seven quiet lanterns"
OTHER = "eleven loud umbrellas"
HASHES = {word: passwords.hash_password(word) for word in (PASSWORD, OTHER)}


@dataclass
class Phone:
    """The authenticator in somebody's pocket."""

    secret: str
    codes: list[str] = field(default_factory=list)

    def code(self, at: dt.datetime | None = None) -> str:
        return pyotp.TOTP(self.secret).at(at or clock.now())


def give_password(world: World, slug: str, login: str, password: str = PASSWORD) -> int:
    """Let an account sign in with a password; returns its id."""
    with world.inside(slug):
        begin_write()
        user = session().scalars(select(User).where(User.login_name == login)).one()
        user.password_hash, user.password_set_at = HASHES[password], clock.now()
        session().commit()
        return user.id


def give_phone(world: World, slug: str, login: str) -> Phone:
    """Switch the second factor on for an account."""
    phone = Phone(pyotp.random_base32())
    with world.inside(slug):
        begin_write()
        user = session().scalars(select(User).where(User.login_name == login)).one()
        phone.codes = enrol(user, phone.secret, 0)
        session().commit()
    return phone


def give_link(world: World, slug: str, login: str, purpose: str = "reset") -> str:
    """The token of a fresh one-time link."""
    with world.inside(slug) as ctx:
        begin_write()
        user = session().scalars(select(User).where(User.login_name == login)).one()
        token = make_link(user.id, purpose, ctx.now())
        session().commit()
        return token


def account(world: World, slug: str, login: str) -> User:
    with world.inside(slug):
        return session().scalars(select(User).where(User.login_name == login)).one()


def change(world: World, slug: str, login: str, **values) -> None:
    with world.inside(slug):
        begin_write()
        session().execute(update(User).where(User.login_name == login).values(**values)
                          .execution_options(synchronize_session=False))
        session().commit()


def sign_in(browser: Browser, login: str = "admin", password: str = PASSWORD, **more: str):
    """Type name and password into the page; what was open before is left behind."""
    browser.get("/accounts/sign-in")
    answer = browser.post("/accounts/sign-in", {"login": login, "password": password, **more})
    browser.get("/accounts/sign-in")                         # the next form belongs to whoever is signed in now
    return answer


def is_in(browser: Browser) -> bool:
    """Whether the browser's session opens a page."""
    return browser.get("/accounts/devices").status_code == 200
