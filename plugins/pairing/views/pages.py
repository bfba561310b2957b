"""The blueprint of the module, and what its form pages share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import request, url_for

from core.settings.modules import settings_of
from core.web import Pages, ctx, render
from core.web.forms import Schema, SchemaForm

pages = Pages("pairing", "plugins.pairing")


def setting(name: str) -> Any:
    """A setting of the module in this tenant."""
    return settings_of(ctx().plugins, "pairing")[name]


def number_asked(text: str | None) -> int | None:
    """An id from an address, None for anything that is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 17 else None


def asked(name: str) -> int | None:
    return number_asked(request.args.get(name))


def with_choices(schema: Schema, lists: Mapping[str, list[tuple[int, str]]]) -> Schema:
    """The schema with the lists of this page for fields whose choice depends on the record."""
    for name, listed in lists.items():
        schema.load_fields[name].source = listed  # type: ignore[attr-defined]
    return schema


def sent(form: SchemaForm, service: Callable[..., Any], *args: Any, versioned: bool = False, **more: Any) -> bool:
    """Whether the form was posted and its service did it. `versioned`: the service compares the version of the form."""
    if request.method != "POST" or not form.submit(request.form, request.files):
        return False
    if versioned:
        more["version"] = form.version
    return form.attempt(service, ctx(), *args, **more, **form.data)


def form_page(form: SchemaForm, title: str, *, back: str, crumb: str, text: str = "", again: bool = False, save: str = "") -> Any:
    """An ordinary form. `back` is the address behind the cancel button, `crumb` the words for it."""
    for item in form.items:              # a list of one needs no choosing
        if request.method == "GET" and item.required and len(item.choices) == 1 and item.value in (None, ""):
            item.value = item.choices[0].value
    files = any(item.widget == "file" for item in form.items)
    return render("pairing/form.html", form.status, form=form, title=title, back=back, crumb=crumb, text=text, again=again,
                  files=files, save=save)


def ledger_url(name: str, **query: Any) -> str:
    return url_for("ledgers.show", name=f"pairing.{name}", **query)
