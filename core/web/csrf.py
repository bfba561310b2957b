"""Proof that a change was asked for on one of our own pages.

The token is an HMAC over tenant and session (before sign-in: over a random cookie), so it can be neither
guessed nor
carried from another tenant or session. The browser's own word (Origin, Sec-Fetch-Site) is checked as well.
"""

from __future__ import annotations

import hmac
import secrets
from urllib.parse import urlsplit

from flask import g, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from core.base.keyring import keyring
from core.base.scope import current_frame

FIELD, HEADER, COOKIE = "csrf_token", "X-CSRFToken", "juheli_pre"
SAFE = ("GET", "HEAD", "OPTIONS")
PROCESS = -1


class StalePage(BadRequest):
    """The form was not opened in this session (signed out meanwhile, another account) or came from
    elsewhere."""


def _tenant_id() -> int:
    frame = current_frame()
    return PROCESS if frame is None or frame.scope.tenant_id is None else frame.scope.tenant_id


def _browser() -> str:
    """Whom the token is bound to: the session, or for visitors a random cookie set with the answer."""
    signed_in = g.get("signed_in")
    if signed_in is not None:
        return f"session:{signed_in.session_id}"
    if "pre_session" not in g:
        sent = request.cookies.get(COOKIE, "")
        known = 20 <= len(sent) <= 64 and sent.isascii()
        g.pre_session = sent if known else secrets.token_urlsafe(24)
        g.pre_session_new = not known
    return f"visitor:{g.pre_session}"


def csrf_token() -> str:
    """The token for forms and the page's meta tag."""
    if "csrf_token" not in g:
        tenant = _tenant_id()
        key = keyring().derive("csrf", tenant)
        g.csrf_token = hmac.digest(key, f"{tenant}|{_browser()}".encode(), "sha256").hex()
    return g.csrf_token


def same_origin() -> bool:
    """Whether the browser says that one of our own pages sent this request (old browsers say nothing)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site not in (None, "same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    return origin != "null" and urlsplit(origin).netloc.lower() == request.host.lower()


def check_csrf() -> None:
    """Raises StalePage when a changing request carries no proof. Called by the pipeline after the session
    is known."""
    if request.method in SAFE:
        return
    sent = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not same_origin() or not hmac.compare_digest(sent.encode(), csrf_token().encode()):
        raise StalePage


def remember_browser(response: Response) -> Response:
    """Hand a visitor the cookie the token of this page is bound to."""
    if g.get("pre_session_new"):
        response.set_cookie(
            COOKIE,
            g.pre_session,
            path=request.script_root or "/",
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
        )
    return response
