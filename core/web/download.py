"""A file as an answer: always an attachment, and nothing of it stays on the computer but what the person saves."""

from __future__ import annotations

import io
from pathlib import Path

from flask import send_file
from werkzeug.wrappers import Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"


def attachment(content: bytes | Path, name: str, media: str = XLSX) -> Response:
    """To be saved under `name`; neither the browser nor a proxy keeps it, for staff share computers.

    Never shown as a page of ours: what somebody put in could be one.
    """
    answer = send_file(io.BytesIO(content) if isinstance(content, bytes) else content, mimetype=media, as_attachment=True,
                       download_name=name, conditional=isinstance(content, Path), max_age=0)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
