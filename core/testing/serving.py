"""An app of a test on a real port, and a real browser that is signed in there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from werkzeug.serving import make_server

from .world import Browser

if TYPE_CHECKING:
    from playwright.sync_api import Page


@contextmanager
def serving(app: Callable[..., Any]) -> Iterator[str]:
    """Serve a WSGI app on a free port of loopback for the block; its address, without a slash at the end."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def lend_session(page: Page, browser: Browser, address: str) -> str:
    """Let the page's browser carry the session of a signed-in test browser; the tenant's address there."""
    cookie = browser.client.get_cookie("juheli", path=browser.root)
    assert cookie is not None, "that browser is not signed in"
    home = address + browser.root
    page.context.add_cookies([{"name": "juheli", "value": cookie.value, "url": f"{home}/", "httpOnly": True}])
    return home
