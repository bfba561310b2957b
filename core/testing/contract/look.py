"""Accessibility: the plugin's pages in a real browser, judged by axe (WCAG 2.1 A and AA)."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from ..chromium import chromium
from ..not_run import cannot_run
from ..serving import lend_session, serving
from .stage import HOME, Stage

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
FEW = 6             # pages of a short run; --thorough looks at all of them


def program() -> str:
    """The browser's program; the test is named as not run where something for it is missing."""
    for name, package in (("playwright", "playwright"), ("axe_playwright_python", "axe-playwright-python")):
        if importlib.util.find_spec(name) is None:
            cannot_run(f"the Python package {package}")
    return chromium() or cannot_run("Chromium (Debian package chromium, or CHROMIUM=/path)")


class Look:
    """No violation on any page."""

    def test_pages_are_accessible(self, stage: Stage, request: pytest.FixtureRequest) -> None:
        browser = program()
        from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # late: optional package
        from playwright.sync_api import sync_playwright  # late: optional package

        paths = stage.pages() if request.config.getoption("--thorough") else few(stage)
        faults: list[Any] = []
        with serving(stage.world.app) as address, sync_playwright() as playwright:
            page = playwright.chromium.launch(executable_path=browser, args=list(ARGUMENTS)).new_page()
            home = lend_session(page, stage.world.browser(HOME), address)
            for path in paths:
                page.goto(home + path)
                found = Axe().run(page, options=WCAG).response["violations"]
                faults += [(path, v["id"], node["html"][:120]) for v in found for node in v["nodes"]]
        assert faults == []


def few(stage: Stage) -> list[str]:
    """Some pages of each kind: the first page, records, forms, a ledger."""
    browser = stage.world.browser(HOME)
    open_ones = [p for p in stage.pages() if not p.endswith("/print") and browser.get(p).status_code == 200]
    return open_ones[::max(1, len(open_ones) // FEW)][:FEW]
