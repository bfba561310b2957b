"""Which names a plugin may have."""

from __future__ import annotations

import keyword
import re

from core.plugin import Plugins
from core.plugin.names import OWN
from core.web.pages import Pages

SHAPE = re.compile(r"[a-z][a-z0-9]{1,20}")


def addresses(plugins: Plugins) -> set[str]:
    """First parts of the addresses of core's pages."""
    views = [module for owner in plugins.by_name.values() if owner.core and (module := owner.file("views"))]
    pages = [v for module in views for v in vars(module).values() if isinstance(v, Pages)]
    return {(page.url_prefix or "").strip("/").split("/")[0] for page in pages}


def why_not(name: str, plugins: Plugins) -> str:
    """What speaks against a name, as a sentence; "" when nothing does."""
    if not SHAPE.fullmatch(name):
        return (f"{name!r} cannot be the name of a plugin: take 2 to 21 small letters and digits, a letter first, no hyphen "
                "and no underscore (it begins addresses, tables and permissions), for example: riverwatch")
    if name in OWN | addresses(plugins):
        return f"{name!r} is a name of Juheli itself: take another one"
    if keyword.iskeyword(name):
        return f"{name!r} is a word of Python and cannot name a package: take another one"
    if name in plugins.optional:
        return f"a plugin named {name!r} is installed already: take another name, or remove that one first"
    return ""
