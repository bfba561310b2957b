"""Boxes of modules: drawn with their data by name, wherever they stand; a broken one is contained."""

from __future__ import annotations

import jinja2
import pytest

from core.plugin import Panel
from core.testing.world import World
from core.web.panels import drawn


@pytest.fixture
def templates(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    own = jinja2.DictLoader({"good.html": "{{ away }} {{ here }} <{{ name }}>", "bad.html": "{{ missing.value }}"})
    monkeypatch.setattr(world.app.jinja_env, "loader", jinja2.ChoiceLoader([own, world.app.jinja_env.loader]))
    return world


def test_data_are_there_by_name_even_when_a_global_has_that_name(templates: World) -> None:
    panel = Panel("Away", "good.html", {"away": 3, "here": 0, "name": "<b>"}, "people.person.read")
    with templates.inside("east"), templates.app.test_request_context("/"):
        assert drawn(panel) == "3 0 <&lt;b&gt;>"


def test_a_broken_panel_says_so_in_its_place(templates: World) -> None:
    with templates.inside("east"), templates.app.test_request_context("/"):
        assert "g-muted" in drawn(Panel("Bad", "bad.html", {}, "people.person.read"))
        assert "g-muted" in drawn(Panel("Gone", "nowhere.html", {}, "people.person.read"))
