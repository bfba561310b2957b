"""Addresses of static files with a mark of their content, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from flask import current_app

LOOK_AGAIN = 1.0  # seconds for which a file is taken to be as it was; a page names some files dozens of times
_known: dict[str, tuple[float, float, str]] = {}  # name -> when it was looked at, when it had changed, its address
STATIC = Path(__file__).parent / "static"


def asset(name: str) -> str:
    """The address of a file in core/web/static: `/static/app.css?v=1a2b3c4d` (outside every tenant).

    The mark is eight hex digits of the file's content, remembered until the file changes; "0" for a missing file.
    """
    known, now = _known.get(name), time.monotonic()
    if known is not None and now - known[0] < LOOK_AGAIN:
        return known[2]
    path = STATIC / name
    try:
        changed = path.stat().st_mtime
    except OSError:
        return _address(name, "0")
    same = known is not None and known[1] == changed
    address = known[2] if known and same else _address(name, hashlib.sha256(path.read_bytes()).hexdigest()[:8])
    _known[name] = (now, changed, address)
    return address


def _address(name: str, mark: str) -> str:
    return f"{current_app.static_url_path or '/static'}/{name}?v={mark}"
