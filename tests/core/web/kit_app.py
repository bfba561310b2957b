"""The page kit on an app of its own: no tenants, no database."""

from __future__ import annotations

from flask import Flask

from core.base.keyring import make_entry, parse_keys, use_keyring
from core.web import kit
from core.web.assets import STATIC
from core.web.csrf import check_csrf

TEMPLATES = STATIC.parent / "templates"


def make_app() -> Flask:
    use_keyring(parse_keys(make_entry()))
    app = Flask("kit_app", static_folder=str(STATIC), template_folder=str(TEMPLATES))
    app.testing = True
    kit.install(app)

    app.before_request(check_csrf)

    @app.get("/page")
    def page():
        return "page"

    @app.post("/save")
    def save():
        return "saved"

    return app
