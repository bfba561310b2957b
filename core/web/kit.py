"""The page kit put on an app: words, forms, addresses and headers for every template and every answer."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask.json.provider import DefaultJSONProvider
from werkzeug.routing import IntegerConverter, Map

from core.base.i18n import HTML_LANG, SOURCE, Lazy, current_locale, gettext, ngettext
from core.web import once
from core.web.assets import asset
from core.web.csrf import csrf_token, remember_browser
from core.web.flashes import FlashCookie
from core.web.headers import add_headers
from core.web.paging import without
from core.web.panels import drawn
from core.web.parts import icon, kept, part
from core.web.pickers import ref_options
from core.web.prefs import read_prefs
from core.web.shell import current_shell


class RecordNumber(IntegerConverter):
    """`<int:record_id>` in a route: what is no possible number of a record is an address nobody has."""

    def __init__(self, url_map: Map, max: int = 2**53 - 1, **options: Any) -> None:
        super().__init__(url_map, max=max, **options)


class JSON(DefaultJSONProvider):
    """JSON that speaks the reader's language: lazy texts become strings; Chinese stays readable."""

    ensure_ascii = False

    @staticmethod
    def default(o: Any) -> Any:
        return str(o) if isinstance(o, Lazy) else DefaultJSONProvider.default(o)


def number(value: Any) -> str:
    """A figure with thousands commas; anything else as it is."""
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def sentences(texts: Iterable[Any]) -> str:
    """Several sentences as one text, with a mark between those that end without one."""
    marks = ("。", "！", "？", ".", "!", "?", "；" if current_locale() == SOURCE else ";")
    parts = [str(text) for text in texts]
    ended = [part if part.endswith(marks) or part == parts[-1] else part + marks[-1] for part in parts]
    return ("" if current_locale() == SOURCE else " ").join(ended)


def once_key() -> str:
    """A fresh one-time key for a form: posting it twice gives the same answer."""
    return secrets.token_urlsafe(18)


def here() -> str:
    """The address of the running page inside this host, to come back to."""
    return request.script_root + request.full_path.rstrip("?") if request.method == "GET" else ""


def html_lang() -> str:
    return HTML_LANG[current_locale()]


def pick_url(kind: str) -> str:
    """Where a field that picks a record asks for matches ("" where the kit's own pages are not mounted)."""
    return url_for("web.pick", kind=kind) if "web.pick" in current_app.view_functions else ""


def draft_url() -> str:
    """Where forms keep their drafts ("" where nobody keeps any)."""
    view = current_app.view_functions.get("work.save_draft")
    side = "platform" if g.get("ctx") and g.ctx.tenant.kind == "platform" else "tenant"
    offered = getattr(view, "audience", "") in ("both", side) and g.get("signed_in") is not None
    return url_for("work.save_draft") if offered else ""


def need_charts() -> str:
    """Called by the chart macro: the layout then loads the chart library."""
    g.charts = True
    return ""


def charts_needed() -> bool:
    return bool(g.get("charts"))


def install(app: Flask) -> None:
    """Globals and filters for templates, JSON, security headers. Call it before the first template is
    rendered."""
    app.json = JSON(app)
    app.url_map.converters["int"] = RecordNumber
    app.session_interface = FlashCookie()
    env = app.jinja_env
    env.policies["json.dumps_function"] = app.json.dumps
    env.trim_blocks = env.lstrip_blocks = True
    env.filters.update(number=number, sentences=sentences, drawn=drawn)
    env.globals.update(
        _=gettext,
        gettext=gettext,
        ngettext=ngettext,
        current_locale=current_locale,
        html_lang=html_lang,
        asset=asset,
        part=part,
        kept=kept,
        drawn_icon=icon,
        csrf_token=csrf_token,
        once_key=once_key,
        here=here,
        need_charts=need_charts,
        charts_needed=charts_needed,
        without=without,
    )
    env.globals.update(ref_options=ref_options, pick_url=pick_url, draft_url=draft_url)
    app.context_processor(lambda: {"shell": current_shell(), "prefs": read_prefs()})
    once.install(app)
    app.after_request(remember_browser)
    app.after_request(add_headers)
