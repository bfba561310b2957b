"""Which names a plugin may have."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

from core.plugin.manager import CORE_MODULES, ENGINES_WITH_TABLES

SHAPE = re.compile(r"[a-z][a-z0-9]{1,20}")
# First parts of core's addresses and names of folders of core: tests/scaffold compares this with what is there.
RESERVED = frozenset({
    "api", "assets", "base", "branding", "certificates", "cli", "console", "contracts", "core", "demo", "doors",
    "dummy", "events", "healthz", "home", "import", "jobs", "juheli", "look", "me", "metrics", "migrations",
    "onboarding", "operations", "platform", "plugin", "plugins", "readyz", "rules", "scaffold", "search", "service",
    "shadow", "static", "t", "tenants", "testing", "tests", "tokens", "web", "work",
})


def why_not(name: str, installed: Iterable[str] = ()) -> str:
    """What speaks against a name, as a sentence; "" when nothing does."""
    if not SHAPE.fullmatch(name):
        return (f"{name!r} cannot be the name of a plugin: take 2 to 21 small letters and digits, a letter first, no hyphen "
                "and no underscore (it begins addresses, tables and permissions), for example: riverwatch")
    if name in CORE_MODULES or name in ENGINES_WITH_TABLES or name in RESERVED:
        return f"{name!r} is a name of Juheli itself: take another one"
    if keyword.iskeyword(name):
        return f"{name!r} is a word of Python and cannot name a package: take another one"
    if name in installed:
        return f"a plugin named {name!r} is installed already: take another name, or remove that one first"
    return ""
