"""Lists a tenant may change: declared entries, own entries on a shared base, other spellings."""

from __future__ import annotations

import pytest

from core.base.db import session
from core.base.i18n import use_locale
from core.contracts.errors import Conflict, Forbidden, Invalid, NotFound
from core.settings.dictionaries import choices, code_for, entries, label
from core.settings.lists import add_entry, history, move_entry, reset_entry, reset_list, save_entry

POSTS = "people.post"


def test_a_tenant_that_changed_nothing_has_the_declared_list_in_both_languages(world):
    with world.inside("east"):
        assert label(POSTS, "secretary") == "书记" and code_for(POSTS, "支部书记") == "secretary"
        with use_locale("en"):
            assert label(POSTS, "secretary") == "Secretary" and code_for(POSTS, "书记") == "secretary"
        assert code_for(POSTS, "司令") is None and label(POSTS, "unknown") == "unknown"
        with pytest.raises(NotFound):
            entries("people.nothing")


def test_own_entries_renaming_and_switching_off_stay_in_the_tenant(world):
    with world.inside("east") as ctx:
        save_entry(ctx, POSTS, "youth_member", label="青年委员", base="committee_member")
        save_entry(ctx, POSTS, "liaison_officer", label="党建指导员", base="liaison_officer", active=False)
        assert code_for(POSTS, "青年委员") == "youth_member"
        offered = dict(choices(POSTS))
        assert "youth_member" in offered and "liaison_officer" not in offered
        assert "liaison_officer" in dict(choices(POSTS, keep=("liaison_officer",)))
        assert label(POSTS, "liaison_officer") == "党建指导员"       # old records still show their word
    with world.inside("west"):
        assert code_for(POSTS, "青年委员") is None and "liaison_officer" in dict(choices(POSTS))


def test_bad_base_taken_label_stale_form_and_missing_right_are_refused(world):
    world.add_user("east", "reader", "people.person.read")
    with world.inside("east") as ctx:
        for data, field in (({"label": "甲", "base": "nothing"}, "base"), ({"label": "书记", "base": "secretary"}, "label")):
            with pytest.raises(Invalid) as refused:
                save_entry(ctx, POSTS, "new", **data)
            assert list(refused.value.errors) == [field]
        made = save_entry(ctx, POSTS, "new", label="甲", base="secretary")
        save_entry(ctx, POSTS, "new", label="乙", base="secretary", version=made.version)
        with pytest.raises(Conflict):
            save_entry(ctx, POSTS, "new", label="丙", base="secretary", version=made.version)
        session().rollback()
    with world.acting("east", "reader") as reader, pytest.raises(Forbidden):
        save_entry(reader, POSTS, "new", label="甲", base="secretary")


def order(kind: str) -> list[str]:
    return [e.label for e in entries(kind)]


def test_entries_are_added_renamed_moved_and_set_back_with_a_history(world):
    with world.inside("east") as ctx:
        first = order(POSTS)
        added = add_entry(ctx, POSTS, label="青年委员", base="committee_member")
        assert order(POSTS) == [*first, "青年委员"] and added.code.startswith("own") and not added.declared
        move_entry(ctx, POSTS, "deputy_secretary", by=-1)
        assert order(POSTS)[:2] == ["副书记", "书记"]
        move_entry(ctx, POSTS, "deputy_secretary", by=-1)                      # at the top already
        with use_locale("en"):
            assert order(POSTS)[:2] == ["Deputy secretary", "Secretary"]        # a moved entry keeps its words in both languages
        save_entry(ctx, POSTS, "secretary", label="支部书记", base="secretary")
        reset_entry(ctx, POSTS, "secretary")
        assert label(POSTS, "secretary") == "书记"
        assert reset_list(ctx, POSTS) and order(POSTS) == [*first, "青年委员"]
        assert "青年委员" not in dict(choices(POSTS)).values()                     # retired, not gone
        told = history(ctx, POSTS)
        assert len(told) == 5 and told[0].detail["reset"]
        assert {"label": ["支部书记", "书记"]} in [t.detail.get("changes") for t in told]
        assert history(ctx, "people.category") == []
        with pytest.raises(NotFound):
            reset_entry(ctx, POSTS, added.code)
        with pytest.raises(NotFound):
            move_entry(ctx, POSTS, "nobody", by=1)
        with pytest.raises(Invalid):
            save_entry(ctx, POSTS, "secretary", label="书记", base="committee_member")


def test_pages_show_change_and_set_back(world):
    admin, url = world.browser("east"), "/settings/lists/people.post/"
    assert 'href="/t/east/settings/lists/"' in admin.get("/settings/").text
    assert 'href="/t/east/settings/lists/people.post/"' in admin.get("/settings/lists/").text
    bad = admin.post(url + "new", {"label": "书记", "base": "secretary", "active": "1"})
    assert bad.status_code == 422 and "已在这个列表里" in bad.text
    assert admin.post(url + "new", {"label": "青年委员", "base": "committee_member", "active": "1"}).status_code == 303
    assert admin.post(url + "secretary/", {"label": "支部书记", "base": "secretary"}).status_code == 303
    page = admin.get(url).text
    assert "青年委员" in page and "默认名称：书记" in page and "已停用" in page and "修改记录" in page
    assert admin.post(url + "secretary/move", {"to": "down"}).status_code == 303
    assert admin.post(url + "secretary/reset").status_code == 303 and "默认名称：书记" not in admin.get(url).text
    assert admin.post(url + "reset").status_code == 303
    for path in ("/settings/lists/people.nothing/", url + "nothing/", "/settings/lists/casework.kind/"):
        assert admin.get(path).status_code == 404


def test_lists_of_a_module_that_is_off_and_of_readers_are_no_pages(world):
    street = world.open_tenant("lone", "Lone", plugins=())
    assert world.browser(street.slug).get("/settings/lists/liaison.reason/").status_code == 404
    world.add_user("east", "keeper", "settings.dictionary.manage")
    world.add_user("east", "reader", "people.person.read")
    keeper = world.browser("east", "keeper")
    assert 'href="/t/east/settings/lists/"' in keeper.get("/settings/lists/people.post/").text
    assert world.browser("east", "reader").get("/settings/lists/people.post/").status_code == 403
