"""The page of a plugin says in words how long it keeps which personal data."""

from __future__ import annotations

import re

import pytest

from core.admin.catalogue import kept_for
from core.base.i18n import use_locale
from core.plugin import installed


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
