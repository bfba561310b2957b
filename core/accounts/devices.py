"""Browsers: what one is called in words, and the cookie by which one that signed in before is known again."""

from __future__ import annotations

import secrets

from core.base.crypto import BadLink, sign, unsign
from core.base.i18n import _, _l

from .models import User

KNOWN = "juheli_known"
KNOWN_FOR = 180 * 24 * 3600
PURPOSE = "known browser"
SYSTEMS = (("HarmonyOS", "HarmonyOS"), ("OpenHarmony", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"),
           ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"))
BROWSERS = (("MicroMessenger", _l("微信")), ("DingTalk", _l("钉钉")), ("Lark", _l("飞书")), ("QQBrowser", _l("QQ 浏览器")),
            ("360", _l("360 浏览器")), ("UCBrowser", "UC"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
            ("Safari", "Safari"))


def in_words(agent: str) -> str:
    """`Windows · Chrome` from a user agent; nothing of it is used to recognise a person."""
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    browser = next((str(name) for mark, name in BROWSERS if mark in agent), "")
    return " · ".join(part for part in (system, browser) if part) or _("未知设备")


def _stamp(user: User) -> str:
    """Changes with the password: a browser known under the old one is a stranger again."""
    return f"{user.id}.{int(user.password_set_at.timestamp()) if user.password_set_at else 0}"


def remember(user: User, tenant_id: int) -> str:
    """The value of the cookie for a browser that has just signed in."""
    return sign(PURPOSE, tenant_id, f"{_stamp(user)}.{secrets.token_urlsafe(9)}")


def recognise(cookie: str, user: User | None, tenant_id: int) -> str:
    """Name of the browser if it is known for this account, else ""."""
    if user is None or not cookie:
        return ""
    try:
        payload = unsign(PURPOSE, tenant_id, cookie[:400], max_age=KNOWN_FOR)
    except BadLink:
        return ""
    return payload if payload.startswith(_stamp(user) + ".") else ""
