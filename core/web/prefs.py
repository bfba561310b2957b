"""How one browser likes to read: language, large type, shortcuts. Kept in cookies: no account is needed to
sign in."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from core.base.i18n import LOCALES, SOURCE

YEAR = 365 * 24 * 3600
ALLOWED = {"lang": LOCALES, "fs": ("md", "lg"), "keys": ("on", "off")}


@dataclass(frozen=True, slots=True)
class Prefs:
    """The reader's choices; anything unknown in a cookie counts as the default."""

    lang: str = SOURCE
    fs: str = "md"
    keys: str = "on"


def read_prefs() -> Prefs:
    found = {name: request.cookies.get(name, "") for name in ALLOWED}
    return Prefs(**{name: value for name, value in found.items() if value in ALLOWED[name]})


def write_prefs(response: Response, chosen: dict[str, str]) -> Response:
    """Keep the known choices among `chosen` (a posted form) for a year, for every tenant of this host."""
    for name, allowed in ALLOWED.items():
        if chosen.get(name) in allowed:
            response.set_cookie(
                name,
                chosen[name],
                max_age=YEAR,
                path="/",
                secure=request.is_secure,
                httponly=True,
                samesite="Lax",
            )
    return response
