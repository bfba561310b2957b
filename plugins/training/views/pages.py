"""The blueprint of the module, and what several views share."""

from __future__ import annotations

from typing import Any

from core.base.i18n import _
from core.contracts.errors import Conflict, Invalid
from core.web import Pages, render
from core.web.forms import SchemaForm

from ..board import when_text, words_for
from ..tenths import shown
from ..words import ATTENDANCE, ATTENDANCE_TONES, AUDIENCES, LEVELS, PLACE_TONES, PLACES, ROLES

pages = Pages("training", "plugins.training")
pages.add_app_template_filter(shown, "tenths")
pages.add_app_template_filter(when_text, "class_time")
pages.add_app_template_filter(words_for, "audiences")
WORDS = {"attendance": ATTENDANCE, "attendance_tones": ATTENDANCE_TONES, "places": PLACES, "place_tones": PLACE_TONES,
         "roles": ROLES,
         "levels": LEVELS, "audiences": AUDIENCES}


def number_asked(text: str | None) -> int | None:
    """An id from an address, None for anything that is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 17 else None


def form_page(form: SchemaForm, title: Any, back: str, **more: Any) -> Any:
    """The ordinary page of a form; `back` is the ledger one came from."""
    return render("training/form.html", form.status, form=form, title=title, back=back, **more)


def said(refused: Invalid | Conflict) -> str:
    """All sentences of a refusal as one text, for a notice on the next page."""
    if isinstance(refused, Conflict):
        return refused.message or _("刚刚被别人改过，请核对后再试。")
    return " ".join(text for texts in refused.errors.values() for text in texts)
