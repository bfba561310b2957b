"""Opening a request: tenant, gate, session, permission. Every refusal here happens before any view runs."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from flask import Flask, abort, current_app, g, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from core.access.known import known
from core.accounts.attempts import network
from core.accounts.sessions import cookie_name
from core.admin.platform.troubles import keep_troubles
from core.base.crypto import blind_index
from core.base.engine import Database
from core.base.i18n import use_locale
from core.base.limits import charge
from core.base.memo import use_stamps
from core.contracts.errors import TenantSuspended, TooMany
from core.service import Actor, Context, TenantInfo
from core.tenancy.lookup import enabled_plugins, enter
from core.tenancy.models import CLOSED, PLATFORM
from core.web.api import in_api
from core.web.csrf import check_csrf
from core.web.pages import ANYONE, SIGNED_IN

from .bearer import admit_bearer, identify_bearer, wanted_locale
from .middleware import HOST, SLUG

LOCALES = ("zh", "en")
READING = ("GET", "HEAD", "OPTIONS")
ANONYMOUS = Actor("anonymous", None, "")


def install(app: Flask, database: Database) -> None:
    """Put the pipeline around every request of the app."""
    app.before_request(_open)
    app.teardown_request(_close)
    app.extensions["juheli.database"] = database


def _open() -> Any:
    g.stack = ExitStack()
    g.ctx = None
    g.stack.enter_context(use_locale(_locale()))
    view = current_app.view_functions.get(request.endpoint or "")
    audience = getattr(view, "audience", None)
    if request.endpoint == "static" or (audience == "process" and SLUG not in request.environ):
        return None
    g.stack.enter_context(current_app.extensions["juheli.database"].use())
    tenant, rev = _tenant()
    if tenant is None:
        return current_app.extensions["juheli.landing"]()
    use_stamps(tenant.stamps)
    enabled = enabled_plugins(tenant.id, rev)
    g.ctx = Context(tenant, ANONYMOUS, enabled=enabled, locale=_locale(), request_id=g.request_id,
                    address=request.remote_addr or "")
    view = _on_this_side(g.ctx, view)
    _gate(g.ctx, getattr(view, "audience", None))
    if tenant.status in CLOSED:
        raise TenantSuspended(tenant.status)
    return _admit(view)


def _close(_error: BaseException | None) -> None:
    stack = g.pop("stack", None)
    if stack is not None:
        stack.close()
    keep_troubles(current_app.extensions["juheli.database"])


def _locale() -> str:
    if in_api():
        return wanted_locale()
    chosen = request.cookies.get("lang", "")
    return chosen if chosen in LOCALES else "zh"


def _tenant() -> tuple[TenantInfo | None, int]:
    """The tenant of the address, its scope entered; (None, 0) for the bare start page; 404 for an address nobody has."""
    slug = request.environ.get(SLUG)
    found = enter(g.stack, slug=slug, host=request.environ.get(HOST))
    if found:
        return found
    if slug is None and request.path == "/":
        return None, 0
    abort(404)


def _on_this_side(ctx: Context, view: Any) -> Any:
    """Tenants and operators may each have a page at one address (the first page): take the one of this side."""
    rule, here = request.url_rule, _side(ctx)
    if rule is None or getattr(view, "audience", None) in ("both", here):
        return view
    for other in current_app.url_map.iter_rules():
        twin = current_app.view_functions[other.endpoint]
        if other.rule == rule.rule and getattr(twin, "audience", None) == here and request.method in (other.methods or ()):
            request.url_rule = other
            return twin
    return view


def _side(ctx: Context) -> str:
    return "platform" if ctx.tenant.id == PLATFORM else "tenant"


def _gate(ctx: Context, audience: str | None) -> None:
    """A page of a module that is off, or of the other side of the house, does not exist: 404 for every method.

    Decided by the path, because a routing error has no endpoint and would answer 405 or 308.
    """
    first = _module()
    if first in ctx.plugins.by_name and not ctx.plugins.active(first + ".x", ctx.enabled):
        abort(404)
    nowhere = isinstance(request.routing_exception, NotFound)
    if nowhere or (audience is None and request.routing_exception is None):
        abort(404)                                      # before the CSRF check, which would answer 400
    if audience not in (None, "both", _side(ctx)):
        abort(404)


def _module() -> str:
    """The module the path belongs to, if any."""
    segments = request.path.lstrip("/").split("/")
    return segments[2] if segments[:2] == ["api", "v1"] and len(segments) > 2 else segments[0]


def identify() -> None:
    """Whose request this is: sets `g.signed_in` and puts the account into `g.ctx`."""
    if in_api():
        return identify_bearer()
    found = known(request.cookies.get(cookie_name()), g.ctx.tenant.stamps.access)
    g.signed_in = found[0] if found else None
    if found:
        signed_in, grants = found
        actor = Actor("user", signed_in.user_id, signed_in.name, signed_in.session_id)
        g.ctx = g.ctx.evolve(actor=actor, grants=grants)


def _limit() -> None:
    """Nobody takes the service away from others: requests of one session (or address) and of one tenant are counted.

    Raises TooMany. After the session is known, so that an office behind one address is not taken for one person.
    """
    config = current_app.extensions["juheli.config"]
    actor = g.ctx.actor
    who = actor.session_id or actor.token_id or blind_index(g.ctx.tenant.id, "client", network(request.remote_addr or ""))
    wait = charge("client", who, limit=config.client_rate) or charge("tenant", "all", limit=config.tenant_rate)
    if wait:
        raise TooMany(wait)


def _admit(view: Any) -> Response | None:
    """Sign-in and permission, as the route declares them."""
    identify()
    _limit()
    if in_api():
        return None if view is None else _admit_program(view.needs)
    signed_in = g.signed_in
    if request.method not in READING:
        check_csrf()
    if view is None:
        return None                                     # routing error: Flask answers 404 or 405
    needs = view.needs
    if needs == ANYONE:
        return None
    if signed_in is None:
        return _to_sign_in()
    if signed_in.next_step and request.endpoint not in (signed_in.next_step, "accounts.sign_out"):
        return redirect(url_for(signed_in.next_step), 303)
    if needs != SIGNED_IN:
        g.ctx.require(needs)
    if request.method not in READING:
        g.ctx.refuse_when_archived(_module())
    return None


def _admit_program(needs: str) -> None:
    admit_bearer(needs)
    if request.method not in READING:
        g.ctx.refuse_when_archived(_module())


def _to_sign_in() -> Response:
    here = request.script_root + request.full_path.rstrip("?") if request.method == "GET" else None
    target = url_for("accounts.sign_in", next=here)
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": target})
    return redirect(target, 303)
