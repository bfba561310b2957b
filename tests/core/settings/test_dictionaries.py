"""Lists a tenant may change: declared entries, own entries on a shared base, other spellings."""

from __future__ import annotations

import pytest

from core.base.db import session
from core.base.i18n import use_locale
from core.contracts.errors import Conflict, Forbidden, Invalid, NotFound
from core.settings.dictionaries import choices, code_for, entries, label, save_entry

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
