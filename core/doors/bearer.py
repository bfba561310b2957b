"""Who asks at the API: the bearer of an access token. Cookies are not looked at, so no page elsewhere can make a browser ask."""

from __future__ import annotations

from flask import current_app, g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from core.access.tokens import PREFIX, resolve
from core.base.i18n import LOCALES, SOURCE
from core.base.limits import charge
from core.contracts.errors import TooMany
from core.jobs.queue import on_behalf_of
from core.service import Actor
from core.web.pages import ANYONE, SIGNED_IN

LONGEST = 100


def wanted_locale() -> str:
    """The language the caller asks for; Chinese when it asks for none that we speak."""
    return request.accept_languages.best_match(LOCALES, SOURCE) or SOURCE


def identify_bearer() -> None:
    """Put the token's account into `g.ctx`, cut to what the token may do; jobs queued from now on remember the token."""
    g.signed_in = None
    g.ctx = g.ctx.evolve(via="api")
    given = request.authorization
    secret = (given.token or "") if given is not None and given.type == "bearer" else ""
    if not secret.startswith(PREFIX) or len(secret) > LONGEST or not secret.isascii():
        return
    found = resolve(secret, g.ctx.address)
    if found is None:
        return
    bearer, grants = found
    actor = Actor("user", bearer.user_id, bearer.name, token_id=bearer.token_id)
    g.ctx = g.ctx.evolve(actor=actor, grants=grants)
    g.stack.enter_context(on_behalf_of(bearer.token_id))


def admit_bearer(needs: str) -> None:
    """Permission, as the operation declares it. Raises Unauthorized (401), TooMany (429), Forbidden (403)."""
    token_id = g.ctx.actor.token_id
    if token_id is not None:
        wait = charge("token", token_id, limit=current_app.extensions["juheli.config"].token_rate)
        if wait:
            raise TooMany(wait)
    if needs == ANYONE:
        return
    if token_id is None:
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": "juheli"}))
    if needs != SIGNED_IN:
        g.ctx.require(needs)
