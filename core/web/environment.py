"""Jinja as all pages use it: strict escaping, translation, one loader over the template folders of core and modules."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined

from core.base.clock import SHANGHAI
from core.base.i18n import gettext, ngettext
from core.plugin import installed

STATIC = Path(__file__).parent / "static"


def prepare_templates(app: Flask) -> None:
    """Set up the environment: module templates stand in `<module>/templates/<module>/…`."""
    folders = [o.root / "templates" for o in installed().by_name.values() if (o.root / "templates").is_dir()]
    loaders = [FileSystemLoader(Path(__file__).parent / "templates"), *(FileSystemLoader(f) for f in folders)]
    app.jinja_loader = ChoiceLoader(loaders)  # type: ignore[assignment]
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    env.globals.update(_=gettext, ngettext=ngettext, asset=asset)
    env.filters.update(day=day, moment=moment)


@lru_cache(maxsize=256)
def _fingerprint(path: str) -> str:
    file = STATIC / path
    return hashlib.sha256(file.read_bytes()).hexdigest()[:8] if file.is_file() else "missing"


@lru_cache(maxsize=1)
def _vendored() -> dict[str, str]:
    manifest = STATIC / "vendor" / "manifest.json"
    return json.loads(manifest.read_text()) if manifest.is_file() else {}


def asset(path: str) -> str:
    """Address of a static file, the same for all tenants, with its fingerprint so that it may be cached for a year."""
    known = _vendored().get(path.removeprefix("vendor/"), "")
    return f"/static/{path}?v={known[:8] or _fingerprint(path)}"


def day(value: dt.date | dt.datetime | None) -> str:
    """2026-11-23; empty for None."""
    if value is None:
        return ""
    return (value.astimezone(SHANGHAI) if isinstance(value, dt.datetime) else value).strftime("%Y-%m-%d")


def moment(value: dt.datetime | None) -> str:
    """2026-11-23 08:30 in China's time; empty for None."""
    return "" if value is None else value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


