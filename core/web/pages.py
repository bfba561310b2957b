"""Blueprints whose every route declares what it needs; the pipeline (core.doors) enforces it before the
view runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Blueprint, flash, g, redirect, render_template, request, send_from_directory, url_for
from werkzeug.wrappers import Response

from core.service import Context

ANYONE = "*anyone*"  # no sign-in needed (the sign-in page, a public verification page)
SIGNED_IN = "*signed-in*"  # any account of the tenant
AUDIENCES = ("tenant", "platform", "both", "process")
View = Callable[..., Any]


class Pages(Blueprint):
    """Pages of one module, mounted at /<name>/.

    audience  tenant: pages of counties and streets; platform: the operators' console (tenant 0); both:
    sign-in, account,
              audit; process: outside any tenant (/healthz)

    Files in the module's own `static/` are served at /<name>/static/…, for whom the module is on.
    """

    def __init__(self, name: str, import_name: str, *, audience: str = "tenant", prefix: str | None = None):
        if audience not in AUDIENCES:
            raise ValueError(f"audience {audience!r}")
        super().__init__(name, import_name, url_prefix=f"/{name}" if prefix is None else prefix)
        self.audience = audience
        folder = Path(self.root_path) / "static"
        if folder.is_dir():
            self._serve(folder)

    def _serve(self, folder: Path) -> None:
        @self.get("/static/<path:filename>", needs=ANYONE)
        def static(filename: str) -> Response:
            return send_from_directory(folder, filename)

    def page(
        self, rule: str, methods: tuple[str, ...], needs: str, **options: Any
    ) -> Callable[[View], View]:
        def declare(view: View) -> View:
            view.needs, view.audience = needs, self.audience  # type: ignore[attr-defined]
            self.add_url_rule(rule, view.__name__, view, methods=list(methods), **options)
            return view

        return declare

    def get(self, rule: str, *, needs: str, **options: Any) -> Callable[[View], View]:  # type: ignore[override]
        """A page that only reads."""
        return self.page(rule, ("GET",), needs, **options)

    def post(self, rule: str, *, needs: str, **options: Any) -> Callable[[View], View]:  # type: ignore[override]
        """An action: CSRF-checked, answered with a redirect (303) or the form again (422)."""
        return self.page(rule, ("POST",), needs, **options)

    def form(self, rule: str, *, needs: str, **options: Any) -> Callable[[View], View]:
        """A page with a form posted to itself."""
        return self.page(rule, ("GET", "POST"), needs, **options)


def ctx() -> Context:
    """The context of the running request."""
    return g.ctx


def render(template: str, status: int = 200, **data: Any) -> tuple[str, int]:
    """A page from a template; the shell's own data (menu, tenant, actor) is added by core.doors."""
    return render_template(template, **data), status


def done(message: Any) -> None:
    """A sentence shown once on the next page."""
    flash(str(message), "done")


def warn(message: Any) -> None:
    """A warning shown once on the next page."""
    flash(str(message), "warn")


def safe_next(target: str | None) -> str | None:
    """`target` when it is a path inside this tenant's pages, else None: never an address of somewhere
    else."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return None
    if any(ord(c) < 32 for c in target):
        return None
    parts = urlsplit(target)
    if {".", ".."} & set(unquote(parts.path).replace("\\", "/").split("/")):  # browsers walk up before they ask
        return None
    root = request.script_root + "/"
    return target if not parts.scheme and not parts.netloc and parts.path.startswith(root) else None


def go(endpoint: str, **values: Any) -> Response:
    """Redirect after a POST (303), so that reloading the next page repeats nothing."""
    return redirect(url_for(endpoint, **values), 303)


def back(endpoint: str, **values: Any) -> Response:
    """Redirect to the form's `next` field when it is ours, else to `endpoint`."""
    target = safe_next(request.form.get("next") or request.args.get("next"))
    return redirect(target, 303) if target else go(endpoint, **values)
