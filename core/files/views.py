"""Downloading a stored file."""

from __future__ import annotations

from typing import Any

from core.web import SIGNED_IN, Pages, ctx

from . import services
from .sending import stored

pages = Pages("files", __name__, audience="both")


@pages.get("/<int:file_id>", needs=SIGNED_IN)
def download(file_id: int) -> Any:
    file, path = services.open_file(ctx(), file_id)
    return stored(path, file.name, file.media)
