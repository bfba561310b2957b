"""Accessibility: the plugin's pages in a real browser, judged by axe (WCAG 2.1 A and AA)."""

from __future__ import annotations

import importlib.util
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from werkzeug.serving import make_server

from ..not_run import cannot_run
from .stage import HOME, Stage

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
FEW = 6             # pages of a short run; --thorough looks at all of them


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The app on a free port of loopback; its address, without a slash at the end."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def chromium() -> str:
    """The browser's program; the test is named as not run where there is none."""
    chosen = os.environ.get("CHROMIUM", "")
    found = shutil.which(chosen) if chosen else next(filter(None, map(shutil.which, NAMES)), None)
    for name, package in (("playwright", "playwright"), ("axe_playwright_python", "axe-playwright-python")):
        if importlib.util.find_spec(name) is None:
            cannot_run(f"the Python package {package}")
    return found or cannot_run("Chromium (Debian package chromium, or CHROMIUM=/path)")


class Look:
    """No violation on any page."""

    def test_pages_are_accessible(self, stage: Stage, request: pytest.FixtureRequest) -> None:
        program = chromium()
        from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # late: optional package
        from playwright.sync_api import sync_playwright  # late: optional package

        paths = stage.pages() if request.config.getoption("--thorough") else few(stage)
        cookie = stage.world.browser(HOME).client.get_cookie("juheli", path=f"/t/{HOME}")
        assert cookie is not None
        faults: list[Any] = []
        with serving(stage.world.app) as address, sync_playwright() as playwright:
            page = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS)).new_page()
            page.context.add_cookies([{"name": "juheli", "value": cookie.value, "url": f"{address}/t/{HOME}/", "httpOnly": True}])
            for path in paths:
                page.goto(f"{address}/t/{HOME}{path}", wait_until="load")
                found = Axe().run(page, options=WCAG).response["violations"]
                faults += [(path, v["id"], node["html"][:120]) for v in found for node in v["nodes"]]
        assert faults == []


def few(stage: Stage) -> list[str]:
    """Some pages of each kind: the first page, records, forms, a ledger."""
    browser = stage.world.browser(HOME)
    open_ones = [p for p in stage.pages() if not p.endswith("/print") and browser.get(p).status_code == 200]
    return open_ones[::max(1, len(open_ones) // FEW)][:FEW]
