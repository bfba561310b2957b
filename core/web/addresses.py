"""Addresses for people elsewhere: a one-time link handed over, a calendar program. Not taken from what a visitor claims."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Request, current_app, request

from core.base.config import Config, is_loopback

BY_HOST = "juheli.host"          # set by the tenant middleware when the host name, not the path, said whose page this is


def public_address(path: str) -> str:
    """The full address of a path of this installation; the bare path when nobody told us under which name we are reached.

    The Host header is only what the visitor says, and a forged one would send the link, with its secret, to somebody
    else. It counts when it is a tenant's own host name (the request was found by it) or means this machine.
    """
    return (_base(current_app.extensions["juheli.config"], request)) + path


def _base(config: Config, asked: Request) -> str:
    if asked.environ.get(BY_HOST):
        return asked.host_url.rstrip("/")
    if config.public_url:
        return config.public_url
    if config.proxies or config.everywhere:
        return ""
    if config.loopback and is_loopback(urlsplit(asked.host_url).hostname or ""):
        return asked.host_url.rstrip("/")
    return f"http://{config.host}:{config.port}"
