"""Where sentences wait for the next page: a signed cookie of one tenant's pages, nothing else is kept in
it."""

from __future__ import annotations

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from core.base.keyring import keyring

PROCESS = -1


class FlashCookie(SecureCookieSessionInterface):
    """Flask's signed cookie, limited to the address it was made for: what one tenant says is not heard in
    another."""

    def get_cookie_name(self, app: Flask) -> str:
        return "juheli_said"

    def get_cookie_path(self, app: Flask) -> str:
        return request.script_root or "/"

    def get_cookie_samesite(self, app: Flask) -> str:
        return "Lax"

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
        key = keyring().derive("flash", PROCESS)
        return URLSafeTimedSerializer(key, salt="flash|" + request.script_root, serializer=self.serializer)
