"""Fields that pick a record: found while one types, named when shown, never beyond the reader's rights."""

from __future__ import annotations

import pytest
from flask import g, render_template_string
from werkzeug.datastructures import MultiDict

from core.web import pickers
from core.web.forms import Option, Ref, Refs, Schema, SchemaForm, ui
from core.web.pickers import Picker, ref_options, register

NAMES = {1: "云山社区", 2: "东升社区"}


class Chosen(Schema):
    org = Ref("trial", metadata=ui("单位"))
    more = Refs("trial", metadata=ui("其他单位"))


@pytest.fixture
def picker(monkeypatch):
    monkeypatch.setattr(pickers, "_pickers", {})
    return register(
        Picker(
            kind="trial",
            permission="access.role.read",
            name=lambda _ctx, one: NAMES.get(one, ""),
            find=lambda _ctx, text, limit: [
                Option(n, name, "县") for n, name in NAMES.items() if text in name
            ][:limit],
        )
    )


def test_entries_while_typing(world, picker):
    admin = world.browser("east")
    assert admin.get("/look/pick/trial?q=东").json == [{"value": 2, "text": "东升社区", "note": "县"}]
    assert len(admin.get("/look/pick/trial").json) == 2
    assert admin.get("/look/pick/trial?q=" + "%00" * 9 + "x" * 999).json == []


def test_unknown_kind_missing_right_and_visitors(world, picker):
    assert world.browser("east").get("/look/pick/none").status_code == 404
    world.add_user("east", "plain")
    assert world.browser("east", "plain").get("/look/pick/trial").status_code == 403
    assert world.browser("east", None).get("/look/pick/trial").status_code == 303


@pytest.mark.parametrize(
    ("typed", "shown"),
    [(1, [(1, "云山社区")]), (["2", "x", ""], [(2, "东升社区")]), ("9", [(9, "9")]), (None, []), ("²", [])],
)
def test_names_of_what_was_chosen(world, picker, typed, shown):
    with world.app.test_request_context("/"):
        g.ctx = object()
        assert [tuple(one[:2]) for one in ref_options("trial", typed)] == shown


def test_the_field_asks_the_server(world, picker):
    with world.app.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/t/east"}):
        form = SchemaForm(Chosen())
        assert form.submit(MultiDict([("org", "1"), ("more", "1"), ("more", "2")]))
        assert form.data == {"org": 1, "more": [1, 2]}
        html = render_template_string(
            '{% from "macros/form.html" import fields %}{{ fields(form) }}', form=form
        )
    assert 'data-ref="/t/east/look/pick/trial"' in html and html.count("selected") == 3
