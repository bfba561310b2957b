"""What the frame around a page shows. core.doors fills it for each request; without it a page is still
whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, g

from core import __version__
from core.base.i18n import Lazy, _l

BRAND = _l("聚合力")
Words = str | Lazy


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An entry of the menu or the phone's bottom bar. `key`: keyboard shortcut such as "g m"."""

    label: Words
    url: str
    icon: str = "grid"
    current: bool = False
    count: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A heading of the side menu and its entries."""

    label: Words
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """The frame of one page. An empty address hides what it would lead to.

    `user_links` are (text, address, icon) of the account menu; `footer_links` (text, address);
    `banner` a line under the header (read-only, suspended: `banner_off`); `bottom` at most four entries.
    """

    brand: Words = BRAND
    tenant_name: str = ""
    user_name: str = ""
    user_note: Words = ""
    user_links: tuple[tuple[Words, str, str], ...] = ()
    nav: tuple[Group, ...] = ()
    bottom: tuple[Link, ...] = ()
    bell: int = 0
    home_url: str = "/"
    bell_url: str = ""
    search_url: str = ""
    sign_out_url: str = ""
    prefs_url: str = ""
    feedback_url: str = ""
    footer_links: tuple[tuple[Words, str], ...] = ()
    banner: Words = ""
    banner_off: bool = False
    version: str = __version__

    @property
    def own_brand(self) -> bool:
        """Whether the header shows our own name (a tenant's profile may put its own there)."""
        return self.brand == BRAND


EXTENSION = "juheli.shell"


def current_shell() -> Shell:
    """The frame of this request, made once by ``app.extensions["juheli.shell"]`` (a function without
    arguments)."""
    found = g.get("shell")
    if found is None:
        make: Callable[[], Shell] = current_app.extensions.get(EXTENSION, Shell)
        found = g.shell = make()
    return found
