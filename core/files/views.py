"""Downloading a stored file."""

from __future__ import annotations

from typing import Any

from flask import current_app, send_file

from core.web import SIGNED_IN, Pages, ctx

from . import services, storage

pages = Pages("files", __name__, audience="both")


@pages.get("/<int:file_id>", needs=SIGNED_IN)
def download(file_id: int) -> Any:
    """Always as an attachment: what a user put in is never shown as a page of ours."""
    file, path = services.open_file(ctx(), file_id)
    response = send_file(path, mimetype=file.media, as_attachment=True, download_name=file.name, conditional=True, max_age=0)
    if accel := current_app.extensions["juheli.config"].accel:
        response.headers["X-Accel-Redirect"] = accel + storage.address_of(path)
        response.response, response.direct_passthrough = [], False
    response.headers["Cache-Control"] = "private, no-store"
    return response
