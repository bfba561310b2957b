"""Enable, use, disable, enable again: everything is there as it was, however often."""

from __future__ import annotations

from core.base.scope import tenant_scope
from core.isolation.canaries import Content, content
from core.tenancy.lifecycle import enable_plugin

from .stage import HOME, Stage

TURNS = 3


class Toggling:
    """Switching off keeps all data; what is made by default when it is first switched on is not made twice."""

    def _rows(self, stage: Stage) -> Content:
        with stage.world.database.use(), tenant_scope(stage.world.tenants[HOME].id):
            return content(stage.world.tenants[HOME].id, stage.tables())

    def test_switched_off_and_on_again_nothing_is_missing_and_nothing_is_new(self, stage: Stage) -> None:
        admin, before = stage.world.browser(HOME), self._rows(stage)
        paths = stage.pages()
        seen = {path: admin.get(path).status_code for path in paths}
        for _turn in range(TURNS):
            with stage.off():
                assert self._rows(stage) == before
            assert self._rows(stage) == before
        assert {path: admin.get(path).status_code for path in paths} == seen
        assert {path: code for path, code in seen.items() if code >= 500} == {}

    def test_it_is_off_where_nobody_asked_for_it(self, stage: Stage) -> None:
        """A tenant that never had it: first on, then with rows of its own, and the other tenant keeps its own."""
        before = self._rows(stage)
        tenant = stage.world.open_tenant("fresh", kind=stage.world.tenants[HOME].kind, plugins=())
        browser = stage.world.browser("fresh")
        assert {browser.get(path).status_code for path in stage.pages()} <= {404}
        with stage.world.inside("fresh") as ctx:
            enable_plugin(ctx, stage.name)
        assert stage.name in dict.fromkeys(self._enabled(stage, "fresh")) and tenant.slug == "fresh"
        assert {path: code for path in stage.pages() if "7000000000404" not in path
                and (code := browser.get(path).status_code) >= 400} == {}
        assert self._rows(stage) == before

    @staticmethod
    def _enabled(stage: Stage, slug: str) -> frozenset[str]:
        with stage.world.inside(slug) as ctx:
            return ctx.enabled
