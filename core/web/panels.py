"""Drawing the boxes that modules add to a page (`Panel`), the same way at every place."""

from __future__ import annotations

import logging

from flask import render_template
from markupsafe import Markup

from core.plugin import Panel

log = logging.getLogger("juheli.web")


def drawn(panel: Panel) -> Markup:
    """A panel's template with its data. One that fails says so in its place and takes nothing else down."""
    try:
        return Markup(render_template(panel.template, **panel.data))
    except Exception:
        log.exception("panel %s failed", panel.template)
        return Markup(render_template("home/broken.html"))
