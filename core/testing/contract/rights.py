"""Permissions: every address asks for one that is declared, and refuses whoever lacks exactly that one."""

from __future__ import annotations

from collections import defaultdict

from werkzeug.routing import Rule

from core.testing.world import Browser, Program
from core.web.pages import ANYONE

from .stage import HOME, Stage

REFUSED = (403, 404)


class Rights:
    """Asked with every right but one, with none, and without an account."""

    def _by_permission(self, stage: Stage) -> dict[str, list[Rule]]:
        found: dict[str, list[Rule]] = defaultdict(list)
        for rule in stage.rules():
            found[stage.view(rule).needs].append(rule)
        return found

    def test_every_address_needs_a_permission_that_is_declared(self, stage: Stage) -> None:
        wanted = {needs for needs in self._by_permission(stage) if not needs.startswith("*")}
        assert wanted <= set(stage.plugins.permissions)

    def test_whoever_lacks_the_one_permission_is_refused(self, stage: Stage) -> None:
        let_in, number = [], 0
        for needs, rules in self._by_permission(stage).items():
            if needs.startswith("*"):
                continue
            number += 1
            others = set(stage.plugins.permissions) - {needs}
            stage.world.add_user(HOME, f"without-{number}", *others)
            browser, program = stage.world.browser(HOME, f"without-{number}"), stage.world.program(HOME, *others)
            for rule in rules:
                let_in += [(f"{method} {rule.rule}", needs) for method in self._methods(rule)
                           if self._ask(stage, rule, method, browser, program) not in REFUSED]
        assert let_in == []

    def test_nobody_gets_in_without_an_account(self, stage: Stage) -> None:
        browser, program = stage.world.browser(HOME, None), stage.world.program(HOME)
        program.secret = ""
        let_in = [f"{method} {rule.rule}" for rule in stage.rules() if stage.view(rule).needs != ANYONE
                  for method in self._methods(rule)
                  if self._ask(stage, rule, method, browser, program) not in (400, 401, *REFUSED)]
        assert let_in == []

    @staticmethod
    def _methods(rule: Rule) -> list[str]:
        return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})

    @staticmethod
    def _ask(stage: Stage, rule: Rule, method: str, browser: Browser, program: Program) -> int:
        path = stage.path(rule)
        if path.startswith("/api/v1"):
            return int(program.ask(method, path.removeprefix("/api/v1"), **({} if method == "GET" else {"json": {}})).status_code)
        if method == "GET":
            answer = browser.get(path)
        else:
            answer = browser.post(path)
        return 401 if answer.status_code == 303 and "/accounts/sign-in" in answer.headers["Location"] else int(answer.status_code)
