"""The bare start page, outside any tenant: type your unit's short name. It lists nobody (except demo tenants at home)."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, redirect, request
from werkzeug.wrappers import Response

from core.base.i18n import _
from core.tenancy.lookup import demo_tenants
from core.web.pages import render


def install(app: Flask) -> None:
    app.extensions["juheli.landing"] = landing


def landing() -> Response | Any:
    """Send `?unit=linshu` to `/t/linshu/`, whether or not such a unit exists; otherwise show the form."""
    unit = request.args.get("unit", "").strip().lower()
    if unit and unit.isascii() and unit.replace("-", "").isalnum():
        return redirect(f"/t/{unit}/", 303)
    wrong = _("简称由英文字母和数字组成，例如 linshu。") if unit else ""
    return render("landing.html", unit=unit[:40], wrong=wrong, demo=_demo_units())


def _demo_units() -> list[tuple[str, str]]:
    return demo_tenants() if current_app.extensions["juheli.config"].loopback else []
