"""Bearing with faults: a hook of the plugin that raises or does not come back harms nobody but itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from core.plugin.hookspecs import Contributions

from .stage import HOME, Stage

ASKED = tuple(name for name in vars(Contributions) if not name.startswith("_"))
WHERE = {"search_hits": "/search/?q=x", "panels": "/people/p/{number}/", "timeline": "/people/p/{number}/",
         "calendar": "/work/calendar", "personal_data": "/people/p/{number}/held", "nav_items": "/search/"}
PATIENCE = 20.0     # seconds until a neighbour's request counts as hanging too


@contextmanager
def replaced(stage: Stage, hook: str, by: Callable[..., Any]) -> Iterator[int]:
    """The plugin's answer to a hook is another one for the block; how many answers it has."""
    impls = [i for i in getattr(stage.plugins.pm.hook, hook).get_hookimpls() if i.plugin_name == stage.name]
    real = [impl.function for impl in impls]
    for impl in impls:
        impl.function = by
    try:
        yield len(impls)
    finally:
        for impl, function in zip(impls, real, strict=True):
            impl.function = function


def fails(*_arguments: Any) -> Any:
    raise RuntimeError("planted by the contract suite")


def fails_late(*_arguments: Any) -> Iterator[Any]:
    raise RuntimeError("planted by the contract suite, half way")
    yield  # a generator: the error comes while its answer is read


class Bearing:
    """Contributions are asked each in a guard of its own; a thread that waits holds nothing that others need."""

    def test_a_hook_that_raises_loses_its_own_answer_and_nothing_else(self, stage: Stage) -> None:
        admin, answers = stage.world.browser(HOME), 0
        usual = {path: admin.get(path).status_code for path in stage.around()}
        assert set(usual.values()) == {200}
        for hook in ASKED:
            for fault in (fails, fails_late):
                with replaced(stage, hook, fault) as count:
                    answers += count
                    assert not count or {path: admin.get(path).status_code for path in usual} == usual, hook
        assert answers == 2 * sum(1 for h in ASKED if hasattr(stage.owner.file("hooks"), h))

    def test_a_hook_that_hangs_harms_nobody_else(self, stage: Stage) -> None:
        """One reader waits for the plugin; a colleague and another tenant read and write meanwhile."""
        inside, go_on, waiting = threading.Event(), threading.Event(), stage.world.browser(HOME)
        got: list[int] = []

        def hangs(*_arguments: Any) -> tuple[Any, ...]:
            inside.set()
            go_on.wait(PATIENCE)
            return ()

        hook = next((name for name in WHERE if hasattr(stage.owner.file("hooks"), name)), "")
        if not hook:
            assert not [name for name in ASKED if hasattr(stage.owner.file("hooks"), name)]
            return
        path = WHERE[hook].format(number=stage.mark.id)
        with replaced(stage, hook, hangs):
            reader = threading.Thread(target=lambda: got.append(waiting.get(path).status_code))
            reader.start()
            assert inside.wait(PATIENCE), f"{path} does not ask for {hook}"
            neighbour = threading.Thread(target=lambda: got.extend(self._works(stage, slug) for slug in (HOME, "east")))
            with replaced(stage, hook, lambda *_a: ()):      # what asks from now on is answered
                neighbour.start()
                neighbour.join(PATIENCE / 2)
                assert got == [200, 200], "somebody else had to wait"
                go_on.set()
                reader.join(PATIENCE)
        assert got == [200, 200, 200]

    @staticmethod
    def _works(stage: Stage, slug: str) -> int:
        """A page read and a row written; the status of the page."""
        stage.world.add_user(slug, "while-it-hangs")
        return int(stage.world.browser(slug).get("/").status_code)
