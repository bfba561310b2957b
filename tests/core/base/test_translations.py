"""Every Chinese text a reader may meet has English, module by module, and no English is left over."""

from __future__ import annotations

import pytest

from core.base import translations
from core.base.translations import ROOT, owners, problems, update, used


@pytest.mark.parametrize("owner", owners(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_text_has_english(owner):
    assert problems(owner) == [], "python -m core.base.translations prune, then fill in the empty msgstr"


def _plant(tmp_path, python="", html="", po=""):
    owner = tmp_path / "plugins" / "planted"
    (owner / "templates").mkdir(parents=True)
    (tmp_path / "core").mkdir()
    (owner / "views.py").write_text(python)
    (owner / "templates" / "a.html").write_text(html)
    if po:
        translations.po_file(owner).parent.mkdir(parents=True)
        translations.po_file(owner).write_text(translations.HEADER + po)
    return owner


def test_planted_gaps_are_found(tmp_path):
    po = 'msgid "党员"\nmsgstr "member"\n\nmsgid "旧"\nmsgstr "old"\n\nmsgid "共 %(n)s 人"\nmsgstr "%(m)s people"\n'
    owner = _plant(tmp_path, 'x = _("党员") + _l("支部")\n', '<p>{{ _("共 %(n)s 人", n=1) }}</p>', po)
    found = problems(owner, tmp_path)
    assert [line.split(": ", 1)[1] for line in found] == [
        "no English for '支部'",
        "not used any more: '旧'",
        "placeholders differ: '共 %(n)s 人'",
    ]


def test_update_adds_behind_what_is_there_and_keeps_the_english(tmp_path):
    owner = _plant(
        tmp_path,
        '_("支部"); _("党员"); ngettext("%(n)s 人", "%(n)s 人", 2)',
        "",
        'msgid "党员"\nmsgstr "member"\n',
    )
    assert update(owner, root=tmp_path) == 2
    assert list(translations.written(owner)) == ["党员", "支部", ("%(n)s 人", "%(n)s 人")]
    assert translations.written(owner)["党员"].string == "member"
    before = translations.po_file(owner).read_text()
    assert update(owner, root=tmp_path) == 2
    assert translations.po_file(owner).read_text() == before


def test_tests_and_testing_code_need_no_english(tmp_path):
    owner = _plant(tmp_path, "")
    (owner / "tests").mkdir()
    (owner / "tests" / "test_x.py").write_text('_("只在测试里")')
    assert used(owner, tmp_path) == []
