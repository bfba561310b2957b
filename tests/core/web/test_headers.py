"""Every answer carries the security headers."""

from __future__ import annotations

import pytest

from core.web.headers import FOREVER
from tests.core.web.kit_app import make_app


@pytest.fixture
def client():
    return make_app().test_client()


@pytest.mark.parametrize("path", ["/page", "/static/app.css", "/nowhere"])
def test_headers_on_pages_files_and_errors(client, path):
    headers = client.get(path).headers
    csp = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert (
        csp["default-src"]
        == csp["script-src"]
        == csp["style-src"]
        == csp["form-action"]
        == csp["base-uri"]
        == "'self'"
    )
    assert csp["object-src"] == csp["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert (
        "geolocation=()" in headers["Permissions-Policy"] and "camera=()" in headers["Permissions-Policy"]
    )


def test_pages_are_never_kept(client):
    assert client.get("/page").headers["Cache-Control"] == "no-store"
    assert client.get("/nowhere").headers["Cache-Control"] == "no-store"


def test_marked_files_are_kept_for_ever_and_missing_ones_are_not(client):
    assert client.get("/static/app.css?v=1").headers["Cache-Control"] == FOREVER
    assert "immutable" not in client.get("/static/app.css").headers.get("Cache-Control", "")
    assert client.get("/static/none.css?v=1").headers["Cache-Control"] == "no-store"


def test_hsts_only_over_https(client):
    assert "Strict-Transport-Security" not in client.get("/page").headers
    assert (
        "max-age=31536000"
        in client.get("/page", base_url="https://localhost").headers["Strict-Transport-Security"]
    )
