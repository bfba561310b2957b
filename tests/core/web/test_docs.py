"""docs/add-a-page.md names what there is: every field, rule and macro, and none that is gone."""

from __future__ import annotations

import re

from core.web import forms
from core.web.assets import STATIC
from tests.architecture.tree import ROOT

TEXT = (ROOT / "docs" / "add-a-page.md").read_text()
NAMED = set(re.findall(r"`(\w+)", TEXT))
NOT_IN_DOCS = {"Item", "Option", "Schema", "SchemaForm", "describe", "describe_field", "flat", "options", "ui"}


def test_every_field_and_rule_is_described():
    assert set(forms.__all__) - NOT_IN_DOCS <= NAMED


def test_every_macro_is_named_and_exists():
    named = r"{%-? (?:macro (?=\w+\()|set (?=\w+ = drawn_))(\w+)"        # icon is a function
    macros = set(re.findall(named, (STATIC.parent / "templates/macros/ui.html").read_text()))
    part = TEXT.split("## Parts of a page")[1].split("Tables are")[0]
    assert set(re.findall(r"`(\w+)`", part)) == macros


def test_classes_the_docs_promise_exist():
    styles = " ".join(path.read_text() for path in STATIC.glob("*.css"))
    for name in ("g-table", "g-cards", "c-stick", "c-inl", "c-pos", "c-hide", "p2", "p3"):
        assert f"`{name}`" in TEXT and f".{name}" in styles
