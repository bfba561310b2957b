"""The page of a plugin says in words how long it keeps which personal data."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from core.access.roles import install_templates
from core.admin.catalogue import kept_for
from core.admin.impact import suggestions
from core.admin.picture import around, draw
from core.base.i18n import use_locale
from core.base.session import begin_write, session
from core.contracts.events import LearningHoursEarned
from core.jobs.queue import enqueue
from core.plugin import Owner, Permission, Plugin, Plugins, RoleTemplate, installed
from core.service import service
from core.tenancy.lifecycle import disable_plugin as switch_off
from core.work.models import WorkItem


@pytest.mark.parametrize(("keep", "zh", "en"), [
    ("membership + 3 years", "党员登记期间及之后 3 年", "the membership and 3 years after"),
    ("10 years", "10 年", "10 years"), ("1 year after close", "办结后 1 年", "after closing 1 years"),
    ("imports.keep_days", "7 天", "7 days")])
def test_times_in_both_languages(world, keep, zh, en):
    with world.inside("east"):
        with use_locale("zh"):
            assert kept_for(keep) == zh
        with use_locale("en"):
            assert kept_for(keep) == en


def test_no_plugin_shows_a_code(world):
    with world.inside("east"):
        told = {kept_for(f.keep) for owner in installed().by_name.values() for f in owner.manifest.personal_data}
    assert [text for text in told if re.search("[a-z]", text)] == []


def test_the_page_of_a_plugin_is_in_words(world):
    page = world.browser("east").get("/plugins/liaison").text
    assert "党员登记期间及之后 3 年" in page and "membership" not in page


@service(None, action="test.earn")
def earn(ctx):
    ctx.publish(LearningHoursEarned(person_id=1, on="2026-11-01", minutes=60, title="x", source="test", source_id=1))


def test_what_switching_does_is_told_before(world):
    """Menus, ledgers, roles with their holders, to-dos and jobs; while it is off, what waits for it."""
    world.add_user("east", "clerk", "training.course.read")
    with world.inside("east") as ctx:
        switch_off(ctx, "training") if "training" in ctx.enabled else None
    admin = world.browser("east")
    before = told(admin)
    assert "教育培训" in before["新增菜单"] and "学时" in before["新增台账"] and "没有" in before["未办结的待办"]
    assert "test clerk（1 人）" in before["这些角色可以办理"] and "支部书记（0 人）" in before["这些角色可以办理"]
    assert admin.post("/plugins/training/enable").status_code == 303
    with world.inside("east") as ctx:
        begin_write()
        enqueue("training.something")
        session().add(WorkItem(source="training", declared="training.session", record_kind="training.session", record_id=1,
                               subject="x", org_path="", permission="training.session.read", guard="training.session.read",
                               opened_at=ctx.now()))
        session().commit()
    during = told(admin)
    assert "教育培训" in during["菜单不再显示"] and during["未办结的待办"].startswith("1 项，停用期间不显示")
    assert int(during["排队的后台任务"].split(" ")[0]) >= 1 and "test clerk（1 人）" in during["这些角色不能再办理"]
    assert admin.post("/plugins/training/disable").status_code == 303
    with world.inside("east") as ctx:
        earn(ctx)
    after = told(admin)
    assert after["停用期间其他应用发来的事项"] == "已保留 1 项，启用后补办" and after["未办结的待办"] == "1 项，启用后恢复显示"


def told(browser):
    """The pairs of the page's definition lists."""
    page = browser.get("/plugins/training").text
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page, flags=re.S)
    return {html.unescape(name): html.unescape(text).strip() for name, text in pairs}


def chain():
    """Three plugins of which each needs the one before, and a fourth that stands alone."""
    made = [Plugin(name=n, title=t, requires=r) for n, t, r in (
        ("ground", "流动党员联络服务站与教育培训中心", ()), ("middle", "联创共建", ("ground",)), ("top", "党费", ("middle",)),
        ("alone", "Volunteer stations with a long name", ()))]
    return Plugins([Owner(plugin, "tests.empty") for plugin in made])


def test_the_picture_has_what_is_needed_on_the_left_and_says_it_in_words(monkeypatch):
    plugins = chain()
    assert around(plugins, "middle") == ["ground", "middle", "top"] and around(plugins, "alone") == ["alone"]
    drawn = draw(plugins, plugins.optional, {"ground": ("已启用", True)})
    at = {box.name: box for box in drawn.boxes}
    assert at["ground"].x < at["middle"].x < at["top"].x and at["alone"].x == at["ground"].x != at["alone"].y != at["ground"].y
    assert at["ground"].title == ("流动党员联络服务站与教育", "培训中心")
    assert at["alone"].title == ("Volunteer stations", "with a long name")
    assert at["ground"].on and at["ground"].state == "已启用" and not at["top"].on
    assert drawn.words == ("“联创共建”需要“流动党员联络服务站与教育培训中心”。", "“党费”需要“联创共建”。")
    assert [arrow.needs for arrow in drawn.arrows] == [True, True] and all(b.x + 176 <= drawn.width for b in drawn.boxes)


def test_the_picture_shows_who_tells_whom(world):
    page = world.browser("east").get("/plugins/").text
    assert '<svg class="g-map" role="img" aria-label="应用之间的关系"' in page
    assert "“流动党员联络服务站”把发生的事告诉“教育培训”（两个都启用时）。" in html.unescape(page)


def test_the_page_says_which_roles_are_suggested_and_what_for(world):
    page = html.unescape(world.browser("east").get("/plugins/liaison").text)
    assert re.search(r"<b>联络站站长</b>.*?可以做什么.*?登记联系记录", page, flags=re.S)
    assert "“流动党员联络服务站”与其他应用的关系" in page


def test_a_plugin_suggests_rights_of_others_openly_and_none_of_the_operators(world):
    greedy = RoleTemplate("ferry", "Ferryman", ("ferry.boat.read", "people.person.read", "tenancy.*", "tenancy.tenant.remove"))
    ferry = Plugin(name="ferry", title="Ferry", permissions=(Permission("ferry.boat.read", "Boats"),), roles=(greedy,))
    known = Plugins([*installed().by_name.values(), Owner(ferry, "tests.thirdparty")])
    with world.inside("east") as ctx:
        one, = suggestions(replace(ctx, plugins=known), "ferry")
        begin_write()
        gained = install_templates([greedy], "ferry", known)["ferry"]
    assert one.may == ("Boats",) and any(str(installed().permissions["people.person.read"].label) in f for f in one.foreign)
    assert "tenancy.plugin.read" in gained
    assert not [name for name in gained if name.startswith("tenancy.tenant.")]
