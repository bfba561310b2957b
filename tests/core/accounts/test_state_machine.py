"""Whatever happens to an account, in whatever order: only the cookies that should still work do."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from core.accounts.models import ACTIVE, DISABLED
from core.accounts.services import users
from core.base import clock
from core.testing.world import World

from .people import OTHER, PASSWORD, Phone, change, give_password, give_phone, sign_in

BROWSERS = st.integers(0, 2)
IDLE, LONGEST = dt.timedelta(minutes=30), dt.timedelta(hours=12)


class Sessions(RuleBasedStateMachine):
    """Over the account `clerk`; the model keeps, per browser, the cookie that should open a page."""

    world: World
    number: int

    @initialize()
    def begin(self):
        self.moment = clock.now()
        self.password, self.state = PASSWORD, ACTIVE
        self.phone: Phone | None = None
        self.steps = 0
        give_password(self.world, "east", "clerk", PASSWORD)
        change(self.world, "east", "clerk", state=ACTIVE, totp_secret=None, totp_step=0, must_change_password=False)
        with clock.at(self.moment), self.world.inside("east") as ctx:
            users.sign_out_user(ctx, self.number)
            users.unlock_user(ctx, self.number)
        self.browsers = [self.world.browser("east", None) for _ in range(3)]
        self.good: dict[int, tuple[str, dt.datetime, dt.datetime]] = {}     # browser -> cookie, opened, last used
        self.dead: list[str] = []

    def cookie(self, index: int) -> str:
        found = self.browsers[index].client.get_cookie("juheli", path="/t/east")
        return found.value if found else ""

    def opened(self, index: int) -> None:
        self.bury(index)
        self.good[index] = (self.cookie(index), self.moment, self.moment)

    def bury(self, *indexes: int) -> None:
        for index in indexes:
            if index in self.good:
                self.dead.append(self.good.pop(index)[0])

    def alive(self, index: int) -> bool:
        if index not in self.good:
            return False
        _cookie, opened, used = self.good[index]
        return self.state == ACTIVE and self.moment < opened + LONGEST and self.moment < used + IDLE

    @rule(index=BROWSERS, right=st.booleans())
    def signs_in(self, index, right):
        with clock.at(self.moment):
            if self.steps > 3:                            # the lock is not what is tried here
                with self.world.inside("east") as ctx:
                    users.unlock_user(ctx, self.number)
                self.steps = 0
            self.steps += 1
            browser, was_alive = self.browsers[index], self.alive(index)
            answer = sign_in(browser, "clerk", self.password if right else "wrong")
            if not right or self.state != ACTIVE:
                assert answer.status_code == 422
            elif self.phone:
                assert "second-factor" in answer.headers["Location"]
                self.moment += dt.timedelta(seconds=90)   # a code nobody used yet
                with clock.at(self.moment):
                    assert browser.post("/accounts/second-factor", {"code": self.phone.code()}).status_code == 303
                self.opened(index)
            else:
                assert answer.status_code == 303
                self.opened(index)
            if was_alive and index in self.good:
                self.used(index)

    def used(self, index: int) -> None:
        cookie, opened, used = self.good[index]
        if self.moment - used > dt.timedelta(minutes=2):
            self.good[index] = (cookie, opened, self.moment)

    @rule(index=BROWSERS)
    def looks(self, index):
        with clock.at(self.moment):
            status = self.browsers[index].get("/accounts/devices").status_code
        assert (status == 200) == self.alive(index)
        if self.alive(index):
            self.used(index)

    @precondition(lambda self: any(self.alive(i) for i in range(3)))
    @rule(data=st.data())
    def changes_the_password(self, data):
        index = data.draw(st.sampled_from([i for i in range(3) if self.alive(i)]))
        fresh = OTHER if self.password == PASSWORD else PASSWORD
        with clock.at(self.moment), self.world.inside("east") as ctx:
            users.unlock_user(ctx, self.number)
        with clock.at(self.moment):
            self.browsers[index].get("/accounts/password")
            form = {"current": self.password, "password": fresh, "again": fresh}
            assert self.browsers[index].post("/accounts/password", form).status_code == 303
        self.password = fresh
        self.bury(*(i for i in range(3)))
        self.good[index] = (self.cookie(index), self.moment, self.moment)

    @precondition(lambda self: any(self.alive(i) for i in range(3)))
    @rule(data=st.data(), everywhere=st.booleans())
    def signs_out(self, data, everywhere):
        index = data.draw(st.sampled_from([i for i in range(3) if self.alive(i)]))
        with clock.at(self.moment):
            self.browsers[index].get("/accounts/devices")
            path = "/accounts/devices/end" if everywhere else "/accounts/sign-out"
            assert self.browsers[index].post(path).status_code == 303
        self.bury(*(range(3) if everywhere else [index]))

    @rule()
    def is_disabled_or_enabled(self):
        with clock.at(self.moment), self.world.inside("east") as ctx:
            if self.state == ACTIVE:
                users.disable_user(ctx, self.number)
                self.state = DISABLED
                self.bury(0, 1, 2)
            else:
                users.enable_user(ctx, self.number)
                self.state = ACTIVE

    @rule()
    def second_factor_comes_or_goes(self):
        with clock.at(self.moment), self.world.inside("east") as ctx:
            if self.phone:
                users.clear_second_factor(ctx, self.number)
                self.phone = None
                self.bury(0, 1, 2)
                return
        self.phone = give_phone(self.world, "east", "clerk")   # sessions without a second step stop counting
        self.bury(0, 1, 2)

    @rule(minutes=st.sampled_from([1, 20, 31, 300]))
    def time_passes(self, minutes):
        self.moment += dt.timedelta(minutes=minutes)

    @invariant()
    def no_dead_cookie_opens_a_page(self):
        if not getattr(self, "dead", None):
            return
        visitor = self.world.browser("east", None)
        for cookie in self.dead[-3:]:
            visitor.client.set_cookie("juheli", cookie, path="/t/east")
            with clock.at(self.moment):
                assert visitor.client.get("/t/east/accounts/devices").status_code == 303


def test_only_living_sessions_open_pages(world):
    number = world.add_user("east", "clerk")
    machine = type("SessionsOfEast", (Sessions,), {"world": world, "number": number})
    run_state_machine_as_test(machine, settings=settings(
        max_examples=12, stateful_step_count=20, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck)))
    assert issubclass(machine, RuleBasedStateMachine)


@pytest.mark.parametrize("where", ["east", "platform"])
def test_a_browser_without_a_cookie_is_a_visitor(world, where):
    assert world.browser(where, None).get("/accounts/devices").status_code == 303
