"""The one page action of the kit itself: remember how the reader likes to read."""

from __future__ import annotations

from flask import redirect, request
from werkzeug.wrappers import Response

from core.web.pages import ANYONE, Pages, safe_next
from core.web.prefs import write_prefs

pages = Pages("web", __name__, audience="both", prefix="/look")


@pages.post("/", needs=ANYONE)
def choose() -> Response:
    """Set language, type size or shortcuts and return to the page the reader came from."""
    target = safe_next(request.form.get("next")) or request.script_root + "/"
    return write_prefs(redirect(target, 303), request.form)
