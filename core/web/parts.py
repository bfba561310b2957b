"""Parts of a page that say the same for the same input, drawn once and kept: the menu, the dialogs, the filters of a list.

What a part is drawn from is its key, whole and by value, with the language, the mark of the icons and the tenant's address:
nothing has to be told when something changes, and nothing that is in no key may stand in such a part (no token, no address of
the running page).

Parts of the frame are drawn once for all tenants that show the same: where the address and the name of the tenant belong stand
two characters that no text has, until a page is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from flask import current_app, request
from markupsafe import Markup, escape

from core.base.i18n import current_locale
from core.base.memo import Store
from core.web.assets import asset
from core.web.shell import Link, Shell, current_shell

MOST, ROOM = 2048, 16 * 2**20       # 10 to 50 KB each; bytes of all of them in a process, without their keys
ROOT, NAME = "\ue000", "\ue001"     # of the tenant whose page it is


def _links(links: tuple[Link, ...], root: str) -> Hashable:
    """What links show, their addresses without that of the tenant."""
    cut = len(root)
    return tuple((link.label, ROOT + link.url[cut:] if root and link.url.startswith(f"{root}/") else link.url, link.icon,
                  link.current, link.count, link.key) for link in links)


def _menu(shell: Shell, root: str) -> Hashable:
    return tuple((group.label, _links(group.links, root)) for group in shell.nav)


KEYS: dict[str, Callable[[Shell, str], Hashable]] = {
    "parts/nav.html": _menu,
    "parts/mobile.html": lambda shell, root: (
        bool(shell.tenant_name), shell.brand, _menu(shell, root), _links(shell.bottom, root)),
    "parts/dialogs.html": lambda shell, root: "",
}
_drawn, _frames = Store(MOST, ROOM), Store(MOST, ROOM // 4)


def part(name: str) -> Markup:
    """A part of the frame. Raises KeyError for a template that is none of these."""
    shell, root = current_shell(), request.script_root
    key = (bool(root), current_locale(), asset("icons.svg"), name, KEYS[name](shell, root))
    found = None if current_app.jinja_env.auto_reload else _frames.get(key, 0)
    if found is None:
        named = replace(shell, tenant_name=shell.tenant_name and NAME)
        text = current_app.jinja_env.get_template(name).render(shell=named)
        found = (text.replace(f'href="{root}/', f'href="{ROOT}/') if root else text,)
        _frames.put(key, 0, found[0])
    text = found[0]
    return Markup(text.replace(ROOT, escape(root)).replace(NAME, escape(shell.tenant_name)))


def kept(key: Hashable | None, draw: Callable[..., str], *given: Any) -> Markup:
    """What `draw(*given)` says, from what is kept when the same was drawn before; a key of None keeps nothing.

    The answer must depend on nothing but the key (and language, icons, address of the tenant). Where the key is what is given,
    and no address of the tenant came out, it is kept for all tenants.
    """
    if key is None or current_app.jinja_env.auto_reload:        # auto_reload: somebody is writing templates
        return Markup(draw(*given))
    root = request.script_root
    whole = (current_locale(), asset("icons.svg"), root, key)
    alike = (*whole[:2], bool(root), key) if isinstance(key, tuple) and key[1:] == given else whole
    found = _drawn.get(alike, 0) or (_drawn.get(whole, 0) if alike is not whole else None)
    if found is None:
        found = (Markup(draw(*given)),)
        _drawn.put(whole if root and root in found[0] else alike, 0, found[0])
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
