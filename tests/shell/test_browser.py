"""The browser fixtures see what a test would overlook."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browser import Watch, leave_artifacts

PAGES = {
    "/good": "<title>聚合力</title><p>共 3 人",
    "/script-error": "<script src='/broken.js'></script>",
    "/broken.js": "nothing.here()",
    "/csp": "<p style='color:red'>x",
    "/elsewhere": "<img alt='' src='http://cdn.example/x.png'>",
    "/no-asset": "<link rel=stylesheet href='/static/none.css'>",
}


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = PAGES.get(self.path)
        self.send_response(404 if body is None else 200)
        kind = "text/javascript" if self.path.endswith(".js") else "text/html"
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", "default-src 'self'; img-src *")
        self.end_headers()
        self.wfile.write((body or "none").encode())

    def log_message(self, *words: object) -> None:
        """The test's output stays clean."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def watched(chromium) -> Iterator[Watch]:
    """A page whose faults this test wants to see itself."""
    context = chromium.new_context()
    yield Watch(context.new_page()).attach()
    context.close()


def test_a_page_is_chinese_and_in_china(page, site):
    page.goto(f"http://{site}/good")
    assert page.title() == "聚合力"
    assert page.evaluate("[navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone]") == ["zh-CN", "Asia/Shanghai"]


def test_tenant_hosts_lead_here(page, site):
    page.goto(f"http://linshu.juheli.test:{site.split(':')[1]}/good")
    assert page.title() == "聚合力"


def test_a_second_person_has_cookies_of_her_own(open_page, site):
    first, second = open_page(), open_page(size=(390, 844), locale="en-US")
    for page in (first, second):
        page.goto(f"http://{site}/good")
    first.evaluate("document.cookie = 'seen=1'")
    assert second.evaluate("[document.cookie, innerWidth, navigator.language]") == ["", 390, "en-US"]


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/script-error", "nothing is not defined"),
        ("/csp", "Content Security Policy"),
        ("/elsewhere", "request to another host: http://cdn.example/x.png"),
        ("/no-asset", "404"),
    ],
)
def test_faults_are_noticed(watched, site, path, fault, tmp_path, monkeypatch):
    monkeypatch.setattr("tests.browser.ARTIFACTS", tmp_path)
    watched.page.goto(f"http://{site}{path}")
    until = time.monotonic() + 10
    while time.monotonic() < until and not any(fault in line for line in watched.faults):
        watched.page.wait_for_timeout(50)  # what the browser tells arrives on its own time
    assert any(fault in line for line in watched.faults), watched.console
    leave_artifacts("tests/x.py::test_y[中]", [watched])
    assert fault in (tmp_path / "tests-x.py-test_y-中-1.log").read_text()
    assert (tmp_path / "tests-x.py-test_y-中-1.png").stat().st_size > 0


def test_a_page_not_found_is_an_answer(watched, site):
    watched.page.goto(f"http://{site}/none")
    assert watched.faults == []
