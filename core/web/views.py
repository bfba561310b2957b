"""The pages of the kit itself: how the reader likes to read, and the search behind fields that pick a
record."""

from __future__ import annotations

from typing import Any

from flask import abort, jsonify, redirect, request
from werkzeug.wrappers import Response

from core.contracts.errors import Forbidden
from core.web.forms.clean import one_line
from core.web.pages import ANYONE, SIGNED_IN, Pages, ctx, safe_next
from core.web.pickers import LIMIT, picker_of
from core.web.prefs import write_prefs

pages = Pages("web", __name__, audience="both", prefix="/look")


@pages.post("/", needs=ANYONE)
def choose() -> Response:
    """Set language, type size or shortcuts and return to the page the reader came from."""
    target = safe_next(request.form.get("next")) or request.script_root + "/"
    return write_prefs(redirect(target, 303), request.form)


@pages.get("/pick/<kind>", needs=SIGNED_IN)
def pick(kind: str) -> Any:
    """Entries of a kind that match what was typed: [{value, text, note}]."""
    picker = picker_of(kind)
    if picker is None:
        abort(404)
    if not ctx().may(picker.permission):
        raise Forbidden(picker.permission)
    typed = one_line(request.args.get("q", ""))[:60]
    found = picker.find(ctx(), typed, LIMIT)
    return jsonify([{"value": one.value, "text": str(one.label), "note": one.find} for one in found])
