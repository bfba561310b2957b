"""The pages of this module, and the cookies they set."""

from __future__ import annotations

from flask import g, request
from werkzeug.wrappers import Response

from core.service import Context
from core.web import Pages, ctx

from ..devices import KNOWN, KNOWN_FOR
from ..services.standing import still_open
from ..sessions import SignedIn, cookie_name, resolve

pages = Pages("accounts", __package__, audience="both")
TICKET = "juheli_step"


def own() -> Context:
    """The context for what concerns the own account; possible in a read-only unit too."""
    return still_open(ctx())


def keep(response: Response, name: str, value: str, max_age: int | None = None) -> None:
    """A cookie for this tenant's pages that no script can read."""
    response.set_cookie(name, value, max_age=max_age, path=request.script_root or "/", secure=request.is_secure,
                        httponly=True, samesite="Lax")


def drop(response: Response, *names: str) -> None:
    for name in names:
        response.delete_cookie(name, path=request.script_root or "/", secure=request.is_secure, httponly=True, samesite="Lax")


def carry_on(response: Response, token: str) -> Response:
    """The browser goes on with a new session in place of the old one. The cookie ends with the browser: PCs are shared."""
    keep(response, cookie_name(), token)
    return response


def start(response: Response, token: str, device: str) -> Response:
    """The browser is signed in, and known from now on."""
    carry_on(response, token)
    keep(response, KNOWN, device, KNOWN_FOR)
    drop(response, TICKET)
    return response


def change_over(token: str) -> SignedIn | None:
    """Use the new session for the rest of this request, so that the forms of the page belong to it."""
    g.pop("csrf_token", None)
    g.signed_in = resolve(token)
    g.pop("shell", None)
    return g.signed_in
