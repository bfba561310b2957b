"""Settings of a module remember who changed what; one is set back, a change is taken back; secrets are told as changed only."""

from __future__ import annotations

import html

import pytest
from sqlalchemy import select

from core.audit.models import AuditEntry
from core.base.session import session
from core.contracts.errors import Conflict, NotFound, PluginArchived
from core.plugin import Owner
from core.settings.models import ModuleSettings
from core.settings.modules import (
    MASKED,
    changes_of,
    reset_one,
    reset_settings,
    save_settings,
    settings_of,
    undo_change,
)
from core.tenancy.lifecycle import archive_plugin, enable_plugin
from core.web.forms import Int, Password, Range, Schema, Text, ui


@pytest.fixture
def east_on(world):
    with world.inside("east") as ctx:
        enable_plugin(ctx, "training")
    return world


def saved(world, **values):
    with world.inside("east") as ctx:
        now = settings_of(ctx.plugins, "training")
        save_settings(ctx, "training", values={**now, **values})


def test_who_changed_what_from_what_to_what(east_on):
    saved(east_on, certificate_prefix="LS")
    saved(east_on, certificate_prefix="AB", self_enrolment=False)
    saved(east_on, certificate_prefix="AB", self_enrolment=False)                     # nothing changed: nothing noted
    with east_on.inside("east") as ctx:
        told = [(c.setting, c.before, c.after, c.by_name) for c in reversed(changes_of(ctx, "training"))]
    assert told[0] == ("certificate_prefix", "", "LS", "test")
    assert {t[:3] for t in told[1:]} == {("self_enrolment", True, False), ("certificate_prefix", "LS", "AB")}


def test_one_setting_back_to_its_default_and_a_change_taken_back(east_on):
    saved(east_on, certificate_prefix="LS", self_enrolment=False)
    with east_on.inside("east") as ctx:
        reset_one(ctx, "training", "self_enrolment")
        assert settings_of(ctx.plugins, "training")["certificate_prefix"] == "LS"
        assert settings_of(ctx.plugins, "training")["self_enrolment"] is True
        change = next(c for c in changes_of(ctx, "training") if c.setting == "certificate_prefix")
        number = change.id
        undo_change(ctx, number)
        assert settings_of(ctx.plugins, "training")["certificate_prefix"] == ""
        with pytest.raises(Conflict, match="不能撤销"):
            undo_change(ctx, number)
        first = [c for c in changes_of(ctx, "training") if c.setting == "self_enrolment"][-1]
        with pytest.raises(Conflict, match="之后又改过"):
            undo_change(ctx, first.id)
        with pytest.raises(NotFound):
            reset_one(ctx, "training", "nothing")
    saved(east_on, certificate_prefix="ZZ")
    with east_on.inside("east") as ctx:
        reset_settings(ctx, "training")
        assert [(c.setting, c.before, c.after) for c in changes_of(ctx, "training")][0] == ("certificate_prefix", "ZZ", "")
    with east_on.inside("west") as ctx:
        assert changes_of(ctx, "training") == []
        with pytest.raises(NotFound):
            undo_change(ctx, number)


class Secretive(Schema):
    word = Text(load_default="", metadata=ui("Word", sensitive=True))
    days = Int(load_default=3, metadata=ui("Days"))


def test_a_secret_is_told_as_changed_and_nothing_more(east_on, monkeypatch):
    monkeypatch.setattr(Owner, "settings_schema", lambda self: Secretive)
    with east_on.inside("east") as ctx:
        save_settings(ctx, "training", values={"word": "open sesame", "days": 5})
        told = {c.setting: (c.before, c.after, c.masked) for c in changes_of(ctx, "training")}
        assert told == {"word": (MASKED, MASKED, True), "days": (3, 5, False)}
        said = session().scalars(select(AuditEntry.detail).where(AuditEntry.action == "admin.setting.manage")).all()
        assert said[-1] == {"changes": {"word": [MASKED, MASKED], "days": [3, 5]}}
        with pytest.raises(Conflict, match="不能撤销"):
            undo_change(ctx, next(c.id for c in changes_of(ctx, "training") if c.masked))


class WithKey(Secretive):
    key = Password(load_default="", metadata=ui("Key"))
    place = Text(metadata=ui("Place"))


def test_secrets_stay_are_sealed_and_are_never_shown(east_on, monkeypatch):
    monkeypatch.setattr(Owner, "settings_schema", lambda self: WithKey)
    with east_on.inside("east") as ctx:
        save_settings(ctx, "training", values={"word": "open sesame", "key": "k-123"})
        save_settings(ctx, "training", values={"days": 5, "word": MASKED, "key": None})
    with east_on.inside("east") as ctx:
        now = settings_of(ctx.plugins, "training")
        assert (now["word"], now["key"], now["days"]) == ("open sesame", "k-123", 5)
        stored = str(session().scalars(select(ModuleSettings.chosen)).one())
        assert "sesame" not in stored and "k-123" not in stored and "days" in stored
    program = east_on.program("east", "admin.setting.manage")
    said = program.get("/settings/training")
    assert said.json["values"]["word"] == said.json["values"]["key"] == MASKED and "sesame" not in said.text
    changed = program.ask("PATCH", "/settings/training", json={"days": 6}, headers={"If-Match": said.headers["ETag"]})
    assert changed.status_code == 200, changed.text
    with east_on.inside("east") as ctx:
        now = settings_of(ctx.plugins, "training")
        assert (now["word"], now["key"], now["days"]) == ("open sesame", "k-123", 6)
        reset_one(ctx, "training", "key")
        assert settings_of(ctx.plugins, "training")["key"] == ""


def test_the_first_change_of_a_setting_without_default_is_taken_back(east_on, monkeypatch):
    monkeypatch.setattr(Owner, "settings_schema", lambda self: WithKey)
    with east_on.inside("east") as ctx:
        save_settings(ctx, "training", values={"place": "east gate"})
        undo_change(ctx, changes_of(ctx, "training")[0].id)
        assert settings_of(ctx.plugins, "training")["place"] is None
        save_settings(ctx, "training", values={"days": 900})
        save_settings(ctx, "training", values={"days": 4})
    monkeypatch.setattr(WithKey._declared_fields["days"], "validators", [Range(max=100)])
    with east_on.inside("east") as ctx, pytest.raises(Conflict, match="不再允许"):
        undo_change(ctx, changes_of(ctx, "training")[0].id)


def test_the_page_and_an_archived_plugin(east_on):
    admin = east_on.browser("east")
    form = admin.get("/settings/training")
    assert "修改记录" not in form.text
    saved(east_on, self_enrolment=False)
    page = html.unescape(admin.get("/settings/training").text)
    assert "与默认不同的设置" in page and "本人可以报名" in page and "修改记录" in page and "撤销" in page
    assert admin.post("/settings/training/self_enrolment/default").status_code == 303
    assert "与默认不同的设置" not in admin.get("/settings/training").text
    with east_on.inside("east") as ctx:
        number = changes_of(ctx, "training")[0].id
        assert session().scalars(select(AuditEntry.detail).where(AuditEntry.action == "admin.setting.reset")).all()[-1] == {
            "changes": {"self_enrolment": [False, True]}}
    assert admin.post(f"/settings/changes/{number}/undo").status_code == 303
    with east_on.inside("east") as ctx:
        assert settings_of(ctx.plugins, "training")["self_enrolment"] is False
        archive_plugin(ctx, "training")
    with east_on.inside("east") as ctx, pytest.raises(PluginArchived):
        reset_one(ctx, "training", "self_enrolment")
