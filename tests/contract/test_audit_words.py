"""The audit speaks the reader's language: every action a service can write has words in Chinese and in English."""

from __future__ import annotations

import re

import pytest

import core.cli
import core.demo.load
from core.admin.actions import action_label, subject_label
from core.base.i18n import use_locale
from core.service import actions

HAN = re.compile("[\u3400-\u9fff]")
BESIDE_THE_APP = (core.cli, core.demo.load)          # imported so that their services are known


def written() -> list[str]:
    """Names of all writing services of core and of the plugins in this repository."""
    return sorted(name for name, modules in actions.items()
                  if any(m.startswith(("core.", "plugins.")) and ".tests." not in m for m in modules))


def test_every_action_has_words_in_both_languages(world):
    assert len(written()) > 80
    with use_locale("zh"):
        assert [name for name in written() if not HAN.search(str(action_label(name)))] == []
    with use_locale("en"):
        assert [name for name in written() if HAN.search(str(action_label(name))) or str(action_label(name)) == name] == []


@pytest.mark.parametrize("kind", ["person", "org_unit", "liaison_station", "people.registry_check", "liaison.review_due",
                                  "notify.bulletin", "notify_wording", "indicators_report"])
def test_kinds_of_records_have_words(world, kind):
    with use_locale("zh"):
        assert HAN.search(str(subject_label(kind))), kind
