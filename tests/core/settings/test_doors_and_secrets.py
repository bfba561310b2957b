"""Who meets the settings of a plugin at all, and what becomes of a secret that does not open any more."""

from __future__ import annotations

import html

import pytest
from sqlalchemy import select

from core.base.session import begin_write, session
from core.contracts.errors import Conflict, Invalid
from core.plugin import Owner
from core.settings.models import ModuleSettings
from core.settings.modules import changes_of, reset_one, reset_settings, save_settings, settings_of
from core.tenancy.lifecycle import disable_plugin, enable_plugin
from core.tenancy.offers import decide_offer
from core.web.forms import Int, Password, Range, Schema, Text, ui

NAME = "training"
V0 = '"v0"'
PAGES = (("get", ""), ("post", ""), ("post", "/reset"), ("post", "/self_enrolment/default"))


@pytest.fixture
def on(world):
    with world.inside("east") as ctx:
        enable_plugin(ctx, NAME)
    return world


def answers(world, slug, login="admin"):
    browser = world.browser(slug, login)
    return {getattr(browser, method)(f"/settings/{NAME}{rest}").status_code for method, rest in PAGES}


def through_the_api(world, slug):
    program = world.program(slug, "admin.setting.manage")
    return {program.get(f"/settings/{NAME}").status_code,
            program.ask("PATCH", f"/settings/{NAME}", json={"self_enrolment": False}, headers={"If-Match": V0}).status_code,
            program.ask("POST", f"/settings/{NAME}/reset", json={}, headers={"If-Match": V0}).status_code}


def test_settings_of_a_plugin_that_is_off_are_nowhere_and_one_tenant_never_changes_another(on):
    with on.inside("west") as ctx:
        disable_plugin(ctx, NAME)
    with on.inside("east") as ctx:
        save_settings(ctx, NAME, values={"self_enrolment": False})
        change = changes_of(ctx, NAME)[0].id
    assert answers(on, "west") == {404} and through_the_api(on, "west") == {404}
    listed = [f"/settings/{NAME}" in on.browser(slug).get("/settings/").text for slug in ("west", "east")]
    assert listed == [False, True]
    with on.inside("platform") as ctx:
        decide_offer(ctx, NAME, audience="nobody")
    with on.acting("west", "admin") as ctx, pytest.raises(Invalid):
        enable_plugin(ctx, NAME)
    assert answers(on, "west") == {404} and answers(on, "east") == {200, 303}, "an offer taken back stops nobody's work"
    assert on.browser("west").post(f"/settings/changes/{change}/undo").status_code == 404
    with on.inside("east") as ctx:
        disable_plugin(ctx, NAME)
    assert answers(on, "east") == {404} and on.browser("east").post(f"/settings/changes/{change}/undo").status_code == 404
    on.add_user("east", "reader", "training.session.read")
    assert answers(on, "east", "reader") <= {403, 404}


class Secretive(Schema):
    word = Text(load_default="", metadata=ui("Word", sensitive=True))
    key = Password(load_default="", metadata=ui("Key"))
    days = Int(load_default=3, metadata=ui("Days"))


@pytest.fixture
def secrets(on, monkeypatch):
    monkeypatch.setattr(Owner, "settings_schema", lambda self: Secretive if self.name == NAME else None)
    with on.inside("east") as ctx:
        save_settings(ctx, NAME, values={"word": "open sesame", "key": "k-123", "days": 5})
    return on


def test_the_page_never_shows_a_secret_and_a_blank_one_stays(secrets):
    admin = secrets.browser("east")
    page = admin.get(f"/settings/{NAME}").text
    assert "sesame" not in page and "k-123" not in page and page.count("已设置；留空则不变") == 2
    bad = admin.post(f"/settings/{NAME}", {"word": "a new word", "key": "", "days": "many"})
    assert bad.status_code == 422 and "a new word" not in bad.text
    assert admin.post(f"/settings/{NAME}", {"word": "", "key": "", "days": "6"}).status_code == 303
    with secrets.inside("east") as ctx:
        assert dict(settings_of(ctx.plugins, NAME)) == {"word": "open sesame", "key": "k-123", "days": 6}
    assert admin.post(f"/settings/{NAME}", {"word": "", "key": "", "days": "7", "version": "1"}).status_code == 409


def damage(world, *names):
    with world.inside("east"):
        begin_write()
        row = session().scalars(select(ModuleSettings)).one()
        row.chosen = row.chosen | {name: {"sealed": row.chosen[name]["sealed"][:-4] + "AAAA"} for name in names}
        session().commit()


def test_a_secret_that_does_not_open_is_a_sentence_where_it_is_used_and_nothing_elsewhere(secrets):
    damage(secrets, "word")
    admin, program = secrets.browser("east"), secrets.program("east", "admin.setting.manage")
    with secrets.inside("east") as ctx:
        now = settings_of(ctx.plugins, NAME)
        assert now["days"] == 5 and now["key"] == "k-123"
        with pytest.raises(Conflict, match="“Word”的内容在这里打不开"):
            now["word"]
    page = html.unescape(admin.get(f"/settings/{NAME}").text)
    assert page.count("打不开，请重新填写") == 2 and page.count("已设置；留空则不变") == 1
    assert program.get(f"/settings/{NAME}").status_code == 200
    assert admin.post(f"/settings/{NAME}", {"word": "", "key": "", "days": "9"}).status_code == 303
    with secrets.inside("east") as ctx:
        assert settings_of(ctx.plugins, NAME).unreadable == {"word": "Word"}, "kept: its key may come back"
    assert admin.post(f"/settings/{NAME}", {"word": "again", "key": "", "days": "9"}).status_code == 303
    with secrets.inside("east") as ctx:
        assert settings_of(ctx.plugins, NAME)["word"] == "again"
    damage(secrets, "word", "key")
    with secrets.inside("east") as ctx:
        reset_one(ctx, NAME, "word")
        assert changes_of(ctx, NAME)[0].setting == "word" and settings_of(ctx.plugins, NAME)["word"] == ""
        reset_settings(ctx, NAME)
        assert {c.setting for c in changes_of(ctx, NAME)[:2]} == {"key", "days"}
        assert settings_of(ctx.plugins, NAME)["key"] == ""


def test_a_value_that_a_new_version_does_not_take_counts_as_the_default(secrets, monkeypatch):
    monkeypatch.setattr(Secretive._declared_fields["days"], "validators", [Range(max=4)])
    with secrets.inside("east") as ctx:
        assert settings_of(ctx.plugins, NAME)["days"] == 3 and settings_of(ctx.plugins, NAME)["key"] == "k-123"
    assert secrets.browser("east").get(f"/settings/{NAME}").status_code == 200
