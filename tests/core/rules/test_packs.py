from __future__ import annotations

import datetime as dt

import pytest

from core.base.i18n import use_locale
from core.rules import load_rules, packs
from core.rules.packs import RuleFault, add_rules, catalog, fingerprint, shipped_version
from core.rules.units import unit_code, unit_label

GOOD = """
[demo.reply_within]
title = "答复期限"
title_en = "Time to answer"
value = 15
unit = "工作日"
min = 1
max = 60
source = "《示例办法》第三条"
effective = 2024-01-01
confidence = "high"
"""


def pack(tmp_path, text):
    folder = tmp_path / "demo"
    folder.mkdir(exist_ok=True)
    (folder / "rules.toml").write_text(text, "utf-8")
    return folder


def test_a_pack_is_read(tmp_path):
    (rule,) = load_rules(pack(tmp_path, GOOD)).values()
    assert (rule.key, rule.owner, rule.value, rule.type, rule.unit) == (
        "demo.reply_within", "demo", 15, "int", "workdays")
    assert rule.effective == dt.date(2024, 1, 1)
    assert (rule.title, rule.unit_label) == ("答复期限", "个工作日")
    with use_locale("en"):
        assert (rule.title, rule.unit_label) == ("Time to answer", "working days")


def test_a_folder_without_rules_has_none(tmp_path):
    assert load_rules(tmp_path) == {}


@pytest.mark.parametrize(("change", "part"), [
    (('source = "《示例办法》第三条"\n', ""), "source is missing"),
    (("value = 15", "value = 61"), "outside min and max"),
    (("value = 15", "value = 1.5"), "fraction"),
    (('unit = "工作日"', 'unit = "旬"'), "units.toml"),
    (('confidence = "high"', 'confidence = "sure"'), "confidence is one of"),
    (("effective = 2024-01-01\n", ""), "effective is missing"),
    (("[demo.", "[other."), "belongs into"),
    (("min = 1", "minimum = 1"), "minimum is unknown"),
    (("unit =", 'choices = ["a"]\nunit ='), None),
])
def test_faults_are_named(tmp_path, change, part):
    folder = pack(tmp_path, GOOD.replace(*change))
    if part is None:
        assert load_rules(folder)
        return
    with pytest.raises(RuleFault, match=part):
        load_rules(folder)


def test_everything_wrong_is_said_at_once(tmp_path):
    with pytest.raises(RuleFault) as caught:
        load_rules(pack(tmp_path, '[demo.a]\nvalue = 1.5\n[demo.b]\nvalue = "x"\nchoices = ["y"]\n'))
    assert str(caught.value).count("\n") >= 9


def test_what_is_installed_is_sound_and_named_after_its_owner():
    rules = catalog()
    assert rules["people.branch_min_members"].value == 3
    assert rules["people.branch_max_members"].value == 50
    for key, rule in rules.items():
        assert key == rule.key and rule.title_en.isascii() and rule.source


def test_a_plugin_from_elsewhere_joins_in_and_changes_the_version(tmp_path, monkeypatch):
    monkeypatch.setattr(packs, "_more", [])
    before = shipped_version()
    add_rules(pack(tmp_path, GOOD))
    try:
        assert catalog()["demo.reply_within"].value == 15
        assert shipped_version() != before
        add_rules(tmp_path / "demo")
        assert len(packs._more) == 1
    finally:
        packs._more.clear()
        catalog.cache_clear()
        shipped_version.cache_clear()
    assert shipped_version() == before


def test_units():
    assert unit_code("天") == unit_code("days") == "days"
    assert unit_label("") == ""
    with pytest.raises(KeyError):
        unit_code("furlong")


def test_a_fingerprint_does_not_depend_on_order():
    assert fingerprint({"a": 1, "b": [2]}) == fingerprint({"b": [2], "a": 1}) != fingerprint({"a": 1, "b": [3]})
