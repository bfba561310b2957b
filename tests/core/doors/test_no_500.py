"""No page answers 500, whatever is typed: every route of every module, with ids, queries and forms nobody expects.

The routes come from the URL map, so a page that is added is tried without being told.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule

from core.ledgers.filters import filters_of, keys_of
from core.testing.world import Browser, World

ODD = ["", " ", "0", "-1", "9" * 30, "1e400", "NaN", "abc", "王", "𠮷", "a\x00b", "%", "'\"<script>", "../../etc", "2026-13-45",
       "２０２６", "None", "[]", "{}", "=1+1", "\u202e", "x" * 3000]
IDS = st.one_of(st.integers(0, 3), st.integers(0, 2**63), st.just(10**40))
TEXTS = st.one_of(st.sampled_from(ODD), st.text(max_size=40))
NAMES = re.compile(r'<(?:input|select|textarea)\b[^>]*\bname="([^"]+)"')
KEPT = ("csrf_token", "once_key", "version")


def routes(world: World, method: str) -> Iterator[Rule]:
    """Tenant pages reached by `method`; signing out would end the walk."""
    for rule in world.app.url_map.iter_rules():
        view = world.app.view_functions[rule.endpoint]
        mine = getattr(view, "audience", "") in ("tenant", "both")
        if mine and method in (rule.methods or ()) and rule.endpoint not in ("accounts.sign_out", "static"):
            yield rule


def address(rule: Rule, draw: Any) -> str:
    """The rule's path with something odd in every variable."""
    values = {}
    for name in rule.arguments:
        converter = type(rule._converters[name]).__name__
        text = str(draw(IDS)) if converter == "IntegerConverter" else draw(TEXTS).replace("/", "").strip(".") or "x"
        values[name] = text.replace("\x00", "")
    built = rule.rule
    for name, text in values.items():
        built = re.sub(rf"<(?:[^<>]*:)?{name}>", lambda _m, t=text: t, built)
    return built.replace("?", "").replace("#", "")


def fields_of(page: str) -> list[str]:
    return sorted({html.unescape(name) for name in NAMES.findall(page)} - set(KEPT))


@pytest.fixture
def admin(world: World) -> Browser:
    browser = world.browser("east")
    browser.broken = []  # type: ignore[attr-defined]
    return browser


FEW = settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@FEW
@given(data=st.data())
def _get(browser: Browser, rule: Rule, names: list[str], seen: list[str], data: st.DataObject) -> None:
    query = {name: data.draw(TEXTS) for name in [*names[:6], "q", "page", "sort", "next"]}
    path = address(rule, data.draw)
    answer = browser.client.get(browser.root + path, query_string=query)
    seen.append(path)
    if answer.status_code >= 500:
        browser.broken.append(f"GET {path} {query}")


@FEW
@given(data=st.data())
def _post(browser: Browser, rule: Rule, names: list[str], seen: list[str], data: st.DataObject) -> None:
    form = {name: data.draw(TEXTS) for name in names[:25] if data.draw(st.booleans())}
    path = address(rule, data.draw)
    answer = browser.client.post(browser.root + path, data=form, headers={"X-CSRFToken": browser.token})
    seen.append(path)
    if answer.status_code >= 500:
        browser.broken.append(f"POST {path} {form}")


def test_every_page_survives_odd_ids_and_queries(world: World, admin: Browser) -> None:
    seen: list[str] = []
    for rule in list(routes(world, "GET")):
        plain = admin.get(rule.rule).get_data(as_text=True) if not rule.arguments else ""
        _get(admin, rule, fields_of(plain), seen)
    assert admin.broken == [] and len(seen) > 80  # type: ignore[attr-defined]


def test_every_form_survives_odd_values(world: World, admin: Browser) -> None:
    seen: list[str] = []
    admin.get("/search/")
    for rule in list(routes(world, "POST")):
        page = admin.get(rule.rule) if not rule.arguments and "GET" in (rule.methods or ()) else None
        names = fields_of(page.get_data(as_text=True)) if page is not None and page.mimetype == "text/html" else []
        _post(admin, rule, names or ["name", "reason", "ids", "file", "on", "value"], seen)
    assert admin.broken == [] and len(seen) > 40  # type: ignore[attr-defined]


@pytest.mark.parametrize("typed", [2**31, -(2**31) - 1, 2**53])
def test_numbers_no_column_holds_find_nothing_or_all(world: World, admin: Browser, typed: int) -> None:
    """PostgreSQL refuses a 4-byte integer that is compared as one of 4 bytes with more than it holds; SQLite would not notice."""
    asked = [f"/ledgers/{ledger.name}/?{key}={typed}" for ledger in world.plugins.ledgers.values()
             for item in filters_of(ledger) if item.kind == "number" for key in keys_of(item)]
    assert len(asked) >= 10 and [path for path in asked if admin.get(path).status_code >= 500] == []


def test_a_route_that_fails_is_found(world: World, admin: Browser) -> None:
    """The walk has teeth: a planted error is reported."""
    rule = next(r for r in routes(world, "GET") if r.endpoint == "search.index")

    def broken() -> str:
        raise ZeroDivisionError

    broken.needs, broken.audience = "*signed-in*", "both"  # type: ignore[attr-defined]
    world.app.view_functions["search.index"] = broken
    _get(admin, rule, [], [])
    assert admin.broken  # type: ignore[attr-defined]
