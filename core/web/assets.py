"""Addresses of static files with a mark of their content, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import current_app

_marks: dict[str, tuple[float, str]] = {}
STATIC = Path(__file__).parent / "static"


def asset(name: str) -> str:
    """The address of a file in core/web/static: `/static/app.css?v=1a2b3c4d` (outside every tenant)."""
    return f"{current_app.static_url_path or '/static'}/{name}?v={_mark(name)}"


def _mark(name: str) -> str:
    """Eight hex digits of the file's content, remembered until the file changes; "0" for a missing file."""
    path = STATIC / name
    try:
        changed = path.stat().st_mtime
    except OSError:
        return "0"
    known = _marks.get(name)
    if known is None or known[0] != changed:
        known = _marks[name] = (changed, hashlib.sha256(path.read_bytes()).hexdigest()[:8])
    return known[1]
