"""Which tenant does this address belong to? Decided from the path or the host alone, without a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from core.web.addresses import BY_HOST

SLUG, HOST = "juheli.slug", BY_HOST
PLATFORM_SLUG = "platform"


class TenantMiddleware:
    """`/t/<slug>/…` and `/platform/…` become SCRIPT_NAME, so that url_for just works; otherwise the host decides."""

    def __init__(self, app: Callable[..., Iterable[bytes]]):
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        first, _, rest = path.lstrip("/").partition("/")
        if first == "t" and path.startswith("/t/"):
            slug, _, rest = rest.partition("/")
            self._shift(environ, f"/t/{slug}", rest)
            environ[SLUG] = slug
        elif first == PLATFORM_SLUG and path.startswith("/" + PLATFORM_SLUG):
            self._shift(environ, "/" + PLATFORM_SLUG, rest)
            environ[SLUG] = PLATFORM_SLUG
        else:
            environ[HOST] = environ.get("HTTP_HOST", "").rsplit(":", 1)[0].lower()
        return self.app(environ, start_response)

    @staticmethod
    def _shift(environ: dict[str, Any], prefix: str, rest: str) -> None:
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
        environ["PATH_INFO"] = "/" + rest
