"""Look: the plugin's pages in a real browser, at a desk and on a phone, judged by axe (WCAG 2.1 A and AA); none wider than it."""

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
WIDTHS = (1440, 390)        # CSS pixels; every page is laid out anew for the second without being loaded again
WIDER = """() => {
  const room = document.documentElement.clientWidth
  if (document.documentElement.scrollWidth <= room) return ''
  const over = e => Math.round(e.getBoundingClientRect().right - room)
  const all = [...(document.querySelector('main') || document.body).querySelectorAll('*')]
  return all.filter(e => over(e) > 0).map(e => `${over(e)} px too wide: ${e.outerHTML}`).pop() || 'too wide'
}"""
FEW = 6             # pages of a short run; --thorough looks at all of them


def program() -> str:
    """The browser's program; the test is named as not run where something for it is missing."""
    for name, package in (("playwright", "playwright"), ("axe_playwright_python", "axe-playwright-python")):
        if importlib.util.find_spec(name) is None:
            cannot_run(f"the Python package {package}")
    return chromium() or cannot_run("Chromium (Debian package chromium, or CHROMIUM=/path)")


class Look:
    """No violation on any page, and none that a reader must push sideways (a wide table scrolls within itself)."""

    def test_pages_are_accessible(self, stage: Stage, request: pytest.FixtureRequest) -> None:
        browser = program()
        from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # late: optional package
        from playwright.sync_api import sync_playwright  # late: optional package

        paths = open_pages(stage) if request.config.getoption("--thorough") else few(stage)
        faults: list[Any] = []
        with serving(stage.world.app) as address, sync_playwright() as playwright:
            page = playwright.chromium.launch(executable_path=browser, args=list(ARGUMENTS)).new_page()
            home = lend_session(page, stage.world.browser(HOME), address)
            for path in paths:
                page.set_viewport_size({"width": WIDTHS[0], "height": 900})
                page.goto(home + path)
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": 900})
                    if too_wide := page.evaluate(WIDER):
                        faults.append((path, width, too_wide[:200]))
                    found = Axe().run(page, options=WCAG).response["violations"]
                    faults += [(path, width, v["id"], node["html"][:120]) for v in found for node in v["nodes"]]
        assert faults == []


def open_pages(stage: Stage) -> list[str]:
    """Pages that open in the browser: no form that needs more than the address, no file."""
    browser = stage.world.browser(HOME)
    answers = ((path, browser.get(path)) for path in stage.pages())
    return [path for path, answer in answers if answer.status_code == 200 and answer.mimetype == "text/html"]


def few(stage: Stage) -> list[str]:
    """Some pages of each kind: the first page, records, forms, a ledger."""
    found = [path for path in open_pages(stage) if not path.endswith("/print")]
    return found[::max(1, len(found) // FEW)][:FEW]
