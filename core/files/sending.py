"""A stored file as an answer: by the web server in front, on our word, where there is one."""

from __future__ import annotations

from pathlib import Path

from flask import current_app
from werkzeug.wrappers import Response

from core.web.download import attachment

from .storage import address_of


def stored(path: Path, name: str, media: str = "application/octet-stream") -> Response:
    """The file that `core.files` keeps at `path`; whoever asks here has checked that the reader may have it."""
    answer = attachment(path, name, media)
    if accel := current_app.extensions["juheli.config"].accel:
        answer.headers["X-Accel-Redirect"] = accel + address_of(path)
        answer.response, answer.direct_passthrough = [], False
    return answer
