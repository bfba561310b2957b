"""The wording of notices: declared by modules, changed by the tenant's admin, kept while a module is off."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.audit.models import AuditEntry
from core.base.i18n import use_locale
from core.base.session import session
from core.contracts.errors import Conflict, Invalid, NotFound, PluginArchived
from core.custody.belongings import belongings, counted
from core.notify.models import Notice, Wording
from core.notify.notices import ANSWERED_NOTICE
from core.notify.wording import reset_wording, said, save_wording, tell, wording, wordings
from core.plugin import NoticeTemplate
from core.plugin.notice import filled
from core.service import service
from core.tenancy.lifecycle import archive_plugin, disable_plugin, enable_plugin
from plugins.training.notices import announced, announced_title, called_off

OFF, NAME = {"zh": "“{title}”停办，原定 {when}"}, "training.called_off"


@service(None, action="test.tell", audited=False)
def ring(ctx, template, user_id, **values):
    return tell(ctx, template, [user_id], "/notify/", **values)


def test_words_are_filled_in_and_nothing_in_a_value_is_a_place():
    assert filled("{a} 与 {b}", {"a": "{b}", "b": "x"}) == "{b} 与 x"
    assert filled("{a}\n{b}：{a}\n完", {"a": "", "b": ""}) == "完" and filled("{a}{c}", {"a": 0}) == "0{c}"
    bad = NoticeTemplate(name="x.y", title="x", text="{what}" + "长" * 200, values={})
    assert len(bad.problems()) == 2 and not ANSWERED_NOTICE.problems() + announced.problems()


def test_the_tenant_s_words_are_sent_until_the_default_is_back(world):
    with world.acting("east", "admin") as ctx:
        me = ctx.actor.id
        save_wording(ctx, NAME, texts=OFF)
        ring(ctx, called_off, me, title="急救", when="明天")
        with use_locale("en"):
            assert said(ctx, called_off, title="A", when="B") == "“A” (B), for which you are enrolled, is called off"
        assert session().scalars(select(Notice.title).where(Notice.user_id == me)).one() == "“急救”停办，原定 明天"
        assert session().scalars(select(Notice.source)).one() == "training"
        entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "notify.wording.save")).one()
        assert entry.detail["changes"]["zh"] == ["您报名的“{title}”（{when}）已取消", OFF["zh"]]
        reset_wording(ctx, NAME)
        assert said(ctx, called_off, title="急救", when="明天") == "您报名的“急救”（明天）已取消"
        save_wording(ctx, NAME, texts=wording(ctx, NAME).usual)
        assert session().scalars(select(Wording)).all() == []           # the module's own words are no change
    with world.inside("west") as ctx:
        assert said(ctx, called_off, title="x", when="y") == "您报名的“x”（y）已取消"


@pytest.mark.parametrize("text", ["{name} 停办", "{title 停办", "停办}", "长" * 201, "停办\n改期", "停办，请打 13812345678"])
def test_words_that_cannot_be_are_refused_with_a_sentence(world, text):
    with world.acting("east", "admin") as ctx, pytest.raises(Invalid) as refused:
        save_wording(ctx, NAME, texts={"zh": text})
    assert refused.value.errors["zh"][0]


def test_the_title_of_an_announcement_leaves_room_for_the_name_of_the_class(world):
    with world.acting("east", "admin") as ctx:
        with pytest.raises(Invalid):
            save_wording(ctx, announced_title.name, texts={"zh": "长" * 41 + "{title}"})
        save_wording(ctx, announced_title.name, texts={"zh": "长" * 40 + "{title}"})
        assert len(said(ctx, announced_title, title="名" * 80)) == 120


def test_versions_rights_and_modules_that_rest(world):
    with world.acting("east", "admin") as ctx:
        first = save_wording(ctx, NAME, texts=OFF, version=0)
        assert (first.version, first.changed) == (1, True)
        with pytest.raises(Conflict):
            save_wording(ctx, NAME, texts={}, version=0)
        with pytest.raises(NotFound):
            wording(ctx, "training.nothing")
    with world.inside("east") as ctx:
        archive_plugin(ctx, "training")
    with world.inside("east") as ctx, pytest.raises(PluginArchived):
        save_wording(ctx, NAME, texts={})
    with world.inside("east") as ctx:
        disable_plugin(ctx, "training")
    with world.inside("east") as ctx:
        assert NAME not in [one.name for one in wordings(ctx)] and "notify.answered" in [one.name for one in wordings(ctx)]
        with pytest.raises(NotFound):
            wording(ctx, NAME)
        enable_plugin(ctx, "training")
    with world.inside("east") as ctx:
        assert wording(ctx, NAME).words["zh"] == OFF["zh"]
    with world.inside("east"):
        assert counted(belongings("training"))["notify_wording"] == 1 and "notify_wording" not in counted(belongings("liaison"))


def test_pages_show_preview_keep_and_go_back(world):
    admin = world.browser("east")
    page = admin.get(f"/notify/wordings/{NAME}").get_data(as_text=True)
    assert "您报名的“急救技能培训”（2026-12-04 09:00-17:00）已取消" in page and "{title}" in page
    seen = admin.post(f"/notify/wordings/{NAME}", {"zh": "停办：{title}", "en": "", "version": "0", "again": "1"})
    assert seen.status_code == 200 and "停办：急救技能培训" in seen.get_data(as_text=True)
    wrong = admin.post(f"/notify/wordings/{NAME}", {"zh": "停办：{titel}", "en": "", "version": "0", "again": "1"})
    assert wrong.status_code == 422 and "{titel}" in wrong.get_data(as_text=True)
    assert admin.post(f"/notify/wordings/{NAME}", {"zh": "停办：{title}", "en": "", "version": "0"}).status_code == 303
    assert "停办：急救技能培训" in admin.get("/notify/wordings/").get_data(as_text=True)
    assert admin.post(f"/notify/wordings/{NAME}", {"zh": "另：{title}", "en": "", "version": "0"}).status_code == 409
    assert admin.post(f"/notify/wordings/{NAME}/reset").status_code == 303
    assert "停办" not in admin.get("/notify/wordings/").get_data(as_text=True)
    assert "通知用语" in admin.get("/settings/").get_data(as_text=True)
    world.add_user("east", "clerk", "people.person.read")
    assert world.browser("east", "clerk").get("/notify/wordings/").status_code == 403


def test_programs_read_and_change_them(world):
    program, path = world.program("east", "admin.setting.manage"), f"/notify/wordings/{NAME}"
    read = program.get(path)
    assert read.json["places"] == ["title", "when"] and read.json["version"] == 0
    done = program.ask("PATCH", path, json={"zh": "停办：{title}"}, headers={"If-Match": read.headers["ETag"]})
    assert done.status_code == 200 and done.json["changed"] and done.json["en"] == read.json["en"]
    assert program.ask("PATCH", path, json={"zh": "{x}"}, headers={"If-Match": done.headers["ETag"]}).status_code == 422
    assert program.ask("PATCH", path, json={"zh": "x"}, headers={"If-Match": read.headers["ETag"]}).status_code == 412
    assert program.ask("POST", path + "/reset").json["changed"] is False
    assert len(program.get("/notify/wordings").json["items"]) >= 8
