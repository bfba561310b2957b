"""docs/extend says what there is: an undocumented hook, setting, permission or command fails the build."""

from __future__ import annotations

import re

import pytest

from core.base.i18n import use_locale
from core.base.translations import HAN
from core.plugin.manager import installed
from core.scaffold import reference
from tests.architecture.tree import ROOT

WITH_PLUGINS = (reference.permissions, reference.settings, reference.added_fields, reference.notices,
                reference.reports)
EXTEND = ROOT / "docs/extend"
LINK = re.compile(r"\]\(([^)#:]+\.md)\)")


def test_the_reference_is_what_the_code_says():
    assert reference.TARGET.read_text() == reference.page(installed()), "python -m core.scaffold.reference"


@pytest.mark.parametrize("find", [reference.hooks, reference.told, reference.offered, reference.commands, reference.permissions,
                                  reference.settings, reference.added_fields,
                                  reference.notices, reference.reports], ids=lambda find: find.__name__)
def test_everything_has_words(find):
    with use_locale("en"):
        rows = list(find(installed()) if find in WITH_PLUGINS else find())
    words = {row[0]: row[1] if find in (reference.permissions, reference.commands) else row[-1] for row in rows}
    assert rows and [name for name, said in words.items() if len(said) < 4 or HAN.search(said)] == []


def test_every_setting_is_for_people():
    schemas = {owner.name: schema() for owner in installed().by_name.values() if (schema := owner.settings_schema())}
    assert [f"{name}.{field}" for name, schema in schemas.items() for field, one in schema.load_fields.items()
            if "ui" not in one.metadata] == []


def test_every_hook_has_a_page_and_every_page_is_led_to():
    pages = {path.name: path.read_text() for path in EXTEND.glob("*.md")}
    told = "\n".join(text for name, text in pages.items() if name != "reference.md")
    assert [row[0] for row in reference.hooks() if f"`{row[0]}" not in told] == []
    led_to = set(LINK.findall(pages["README.md"]))
    assert {name for name in pages if name != "README.md"} <= led_to
    assert [(name, target) for name, text in pages.items() for target in LINK.findall(text)
            if not (EXTEND / target).resolve().is_file()] == []


def test_an_undocumented_command_is_found(monkeypatch):
    monkeypatch.setattr(reference.cli.commands["migrate"], "help", "")
    assert ("juheli migrate", "") in list(reference.commands())
    assert reference.page(installed()) != reference.TARGET.read_text()
