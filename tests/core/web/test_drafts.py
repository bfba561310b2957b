"""A form left open is kept on the server, offered again, and forgotten when it is saved."""

from __future__ import annotations

import pytest
from flask import g

from core.notify.schemas import BulletinForm
from core.web.forms import Schema, SchemaForm, Text, ui
from core.web.forms.form import at_saved

FORM = {"_form": "notify.BulletinForm", "_record": "0", "title": "停水通知"}
ASK = "/work/drafts?_form=notify.BulletinForm&_record=0"


class Loose(Schema):
    name = Text(metadata=ui("姓名"))


def test_forms_of_modules_have_a_name_and_others_none():
    assert SchemaForm(BulletinForm()).key == "notify.BulletinForm"
    assert SchemaForm(Loose()).key == ""


def test_kept_offered_to_its_author_and_nobody_else(world):
    admin = world.browser("east")
    assert admin.get(ASK).status_code == 204
    assert admin.post("/work/drafts", FORM).status_code == 204
    assert admin.get(ASK).json["fields"] == {"title": "停水通知"}
    world.add_user("east", "other")
    assert world.browser("east", "other").get(ASK).status_code == 204
    assert world.browser("west").get(ASK).status_code == 204
    assert admin.get(ASK.replace("_record=0", "_record=5")).status_code == 204


@pytest.mark.parametrize("query", ["", "?_form=x.Y", "?_form=notify.BulletinForm&_record=-1", "?_form=notify.__class__"])
def test_forms_nobody_has_are_refused(world, query):
    assert world.browser("east").get("/work/drafts" + query).status_code == 422


def test_saving_ends_the_draft(world):
    admin = world.browser("east")
    admin.post("/work/drafts", FORM)
    with world.app.test_request_context("/"), world.acting("east", "admin") as ctx:
        g.ctx = ctx
        assert SchemaForm(BulletinForm()).attempt(lambda: True)
    assert admin.get(ASK).status_code == 204


def test_what_goes_wrong_after_saving_undoes_nothing(monkeypatch):
    monkeypatch.setattr("core.web.forms.form.at_saved", [lambda form: 1 / 0])
    assert SchemaForm(Loose()).attempt(lambda: "saved")


def test_work_listens():
    assert any(call.__name__ == "end_after_saving" for call in at_saved)


def test_operators_have_no_drafts_and_are_offered_none(world):
    page = world.browser("platform", "operator").get("/accounts/me")
    assert page.status_code == 200 and "data-draft" not in page.text
    assert 'data-draft="/t/east/work/drafts"' in world.browser("east").get("/accounts/me").text
