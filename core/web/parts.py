"""Parts of a page that say the same for the same input, drawn once and kept: the menu, the dialogs, the filters of a list.

What a part is drawn from is its key, whole and by value, with the language, the mark of the icons and the tenant's address:
nothing has to be told when something changes, and nothing that is in no key may stand in such a part (no token, no address of
the running page).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any

from flask import current_app, request
from markupsafe import Markup, escape

from core.base.i18n import current_locale
from core.base.memo import Store
from core.web.assets import asset
from core.web.shell import Shell, current_shell

MOST, ROOM = 512, 8 * 2**20         # 20 to 50 KB each; bytes of all of them in a process, without their keys
KEYS: dict[str, Callable[[Shell], Hashable]] = {
    "parts/nav.html": lambda shell: shell.nav,
    "parts/mobile.html": lambda shell: (shell.tenant_name, shell.brand, shell.nav, shell.bottom),
    "parts/dialogs.html": lambda shell: "",
}
_drawn = Store(MOST, ROOM)


def part(name: str) -> Markup:
    """A part of the frame. Raises KeyError for a template that is none of these."""
    shell = current_shell()
    return kept((name, KEYS[name](shell)), lambda: current_app.jinja_env.get_template(name).render(shell=shell))


def kept(key: Hashable | None, draw: Callable[..., str], *given: Any) -> Markup:
    """What `draw(*given)` says, from what is kept when the same was drawn before; a key of None keeps nothing.

    The answer must depend on nothing but the key (and language, icons, address of the tenant).
    """
    if key is None or current_app.jinja_env.auto_reload:        # auto_reload: somebody is writing templates
        return Markup(draw(*given))
    whole = (current_locale(), asset("icons.svg"), request.script_root, key)
    found = _drawn.get(whole, 0)
    if found is None:
        found = (Markup(draw(*given)),)
        _drawn.put(whole, 0, found[0])
    text: Markup = found[0]
    return text


def icon(name: str, label: str | None = None) -> Markup:
    """An icon of the sprite; without a label it is an ornament that screen readers pass over."""
    return _icon(asset("icons.svg"), name) if label is None else _svg(asset("icons.svg"), name, label)


@lru_cache(1024)
def _icon(sprite: str, name: str) -> Markup:
    return _svg(sprite, name, "")


def _svg(sprite: str, name: str, label: str) -> Markup:
    told = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return Markup(f'<svg class="g-i" {told}><use href="{escape(sprite)}#{escape(name)}"/></svg>')
