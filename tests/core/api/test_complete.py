"""What a person can do on the pages, a program can do: every page that posts has an operation, or a reason why not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from core.testing.world import World
from core.web.api import Operation, operation_of

REASONS = tomllib.loads(Path(__file__).with_name("pages_only.toml").read_text("utf-8"))


@pytest.fixture
def operations(world: World) -> dict[str, Operation]:
    with world.app.app_context():
        return {name: found for name in world.app.view_functions if (found := operation_of(name)) is not None}


def pages_of(world: World, endpoint: str, operation: Operation) -> set[str]:
    """The endpoints of the pages an operation stands in for."""
    module = world.app.blueprints[endpoint.rsplit(".", 1)[0]].module
    named = (operation.page,) if isinstance(operation.page, str) else operation.page
    return {page if "." in page else f"{module}.{page}" for page in named}


def posting(world: World) -> set[str]:
    """Pages of tenants that take a post. The operators' console is no part of the API."""
    views = world.app.view_functions
    return {rule.endpoint for rule in world.app.url_map.iter_rules()
            if "POST" in (rule.methods or ()) and getattr(views[rule.endpoint], "audience", "") in ("tenant", "both")
            and getattr(views[rule.endpoint], "operation", None) is None}


def test_every_page_that_posts_has_an_operation_or_a_reason(world, operations):
    covered = {page for endpoint, one in operations.items() for page in pages_of(world, endpoint, one)}
    pages = posting(world)
    assert len(pages) > 120
    assert sorted(pages - covered - set(REASONS)) == []
    assert sorted(covered & set(REASONS)) == [] and sorted(set(REASONS) - pages) == []
    assert sorted(covered - pages) == []
    assert all(len(reason) > 20 for reason in REASONS.values())


def test_an_operation_asks_for_no_less_than_its_page(world, operations):
    views = world.app.view_functions
    for endpoint, one in operations.items():
        for page in pages_of(world, endpoint, one):
            if not views[page].needs.startswith("*"):
                assert not views[endpoint].needs.startswith("*"), f"{endpoint} is open to every token, {page} is not"
