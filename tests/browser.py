"""A real Chromium for e2e tests: fixture `page`, and `open_page` for a second person in a second browser.

A JavaScript error, a CSP violation, a missing file or a request to another host fails the test. When a test fails,
a picture of every page and its console are left in test-artifacts/.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from core.testing.not_run import cannot_run
from tests import machine

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

ARTIFACTS = Path(__file__).resolve().parents[1] / "test-artifacts"
# --no-sandbox: tests run as root; the rest keeps Chromium from calling home on a machine without network
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP *.juheli.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
LOCAL = re.compile(r"127\.0\.0\.1|localhost|([a-z0-9-]+\.)+juheli\.test")
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
TIMEOUT = 30_000  # milliseconds for one step, on two cores that have other work too


@dataclass
class Watch:
    """What happened in one page that no test may overlook."""

    page: Page
    console: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def attach(self) -> Watch:
        self.page.on("console", self.said)
        self.page.on("pageerror", lambda error: self.faults.append(f"JavaScript error: {error}"))
        self.page.on("request", self.asked)
        return self

    def said(self, message: ConsoleMessage) -> None:
        address = message.location.get("url", "")
        self.console.append(f"{message.type}: {message.text} [{address}]")
        refused = REFUSED.match(message.text) and "/static/" not in address  # a 4xx page or fragment is an answer
        if message.type == "error" and not refused:
            self.faults.append(f"console: {message.text} [{address}]")

    def asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and not LOCAL.fullmatch(parts.hostname or ""):
            self.faults.append(f"request to another host: {request.url}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: pytest.TestReport = yield
    item.stash.setdefault(FAILED, set()).update({report.when} if report.failed else ())
    return report


FAILED: pytest.StashKey[set[str]] = pytest.StashKey()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in a browser are e2e tests; one xdist worker runs them all, so that one Chromium is enough."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser process."""
    from playwright.sync_api import sync_playwright  # late: start-up time of every other test run

    program = machine.chromium()
    if program is None:
        cannot_run("Chromium (Debian package chromium, or CHROMIUM=/path)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Function that opens a page in a browser profile of its own: another person at another desk.

    Arguments: size=(width, height), locale, and whatever Browser.new_context takes.
    """
    watches: list[Watch] = []

    def open_one(size: tuple[int, int] = (1440, 900), locale: str = "zh-CN", **options: Any) -> Page:
        viewport = {"width": size[0], "height": size[1]}
        zone = "Asia/Shanghai"
        context = chromium.new_context(viewport=viewport, locale=locale, timezone_id=zone, accept_downloads=True, **options)
        context.set_default_timeout(TIMEOUT)
        watches.append(Watch(context.new_page()).attach())
        return watches[-1].page

    yield open_one
    faults = [fault for watch in watches for fault in watch.faults]
    if faults or request.node.stash.get(FAILED, set()):
        leave_artifacts(request.node.nodeid, watches)
    for watch in watches:
        watch.page.context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A page at desk size, in Chinese."""
    return open_page()


def leave_artifacts(nodeid: str, watches: list[Watch]) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    name = re.sub(r"[^\w.-]+", "-", nodeid).strip("-")[-120:]
    for number, watch in enumerate(watches, 1):
        log = [f"{watch.page.url}", *watch.console, "", *watch.faults]
        (ARTIFACTS / f"{name}-{number}.log").write_text("\n".join(log) + "\n")
        watch.page.screenshot(path=ARTIFACTS / f"{name}-{number}.png", full_page=True)
