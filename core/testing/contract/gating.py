"""A plugin that is off does not exist: 404 for every address and every method, before anything else is looked at."""

from __future__ import annotations

from .stage import HOME, Stage

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OTHER_SLASHES = 3   # addresses also asked for with the slash missing or added: routing would answer 308


class Gating:
    """Neither 405 nor 308, 403, a redirect to the sign-in page or an OPTIONS answer betrays that it is installed."""

    def test_every_address_is_404_for_every_method_while_it_is_off(self, stage: Stage) -> None:
        paths = sorted({stage.path(rule) for rule in stage.rules()})
        slashed = [p.rstrip("/") if p.endswith("/") else p + "/" for p in paths[:OTHER_SLASHES]]
        never = [f"/{stage.name}", f"/{stage.name}/static/x.css", f"/{stage.name}/nothing/of/this", f"/api/v1/{stage.name}/x"]
        admin, visitor = stage.world.browser(HOME), stage.world.browser(HOME, None)
        with stage.off():
            found = [(method, path, who) for path in (*paths, *slashed, *never)
                     for who, browser, methods in (("admin", admin, METHODS[:1]), ("visitor", visitor, METHODS))
                     for method in methods if browser.client.open(browser.root + path, method=method).status_code != 404]
        assert found == []

    def test_what_it_declares_goes_with_it_and_comes_again(self, stage: Stage) -> None:
        admin, program = stage.world.browser(HOME), stage.world.program(HOME, *stage.plugins.permissions)

        def answers() -> dict[str, int]:
            return {path: (program.get(path.removeprefix("/api/v1")) if path.startswith("/api/") else admin.get(path)).status_code
                    for path in stage.declared()}

        with stage.off():
            assert {path: code for path, code in answers().items() if code not in (403, 404)} == {}
        assert {path: code for path, code in answers().items() if code != 200} == {}

    def test_core_shows_nothing_of_it_while_it_is_off(self, stage: Stage) -> None:
        admin, address = stage.world.browser(HOME), f"/t/{HOME}/{stage.name}/"
        with stage.off():
            shown = [path for path in stage.around() if address in admin.get(path).get_data(as_text=True)]
            with stage.world.inside(HOME) as ctx:
                heard = {c.plugin for hook in ("nav_items",) for c in ctx.collect(hook)}
        assert shown == [] and stage.name not in heard
