"""Words in the reader's language: filled in, counted, lazy, and never a crash."""

from __future__ import annotations

import copy
import json
import threading

import pytest

from core.base import i18n
from core.base.i18n import Lazy, _, _l, add_catalog, current_locale, ngettext, plain, use_locale


@pytest.fixture
def words(tmp_path, monkeypatch):
    """A catalogue of a module outside the tree."""
    folder = tmp_path / "translations"
    (folder / "en" / "LC_MESSAGES").mkdir(parents=True)
    (folder / "en" / "LC_MESSAGES" / "messages.po").write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgid "试验词"\nmsgstr "trial word"\n\n'
        'msgid "试验共 %(n)s 人"\nmsgstr "%(n)s in the trial"\n\n'
        'msgid "试验坏 %(n)s"\nmsgstr "broken %(other)s"\n\n'
        'msgid "试验空"\nmsgstr ""\n\n'
        'msgid "试验 %(n)s 行"\nmsgid_plural "试验 %(n)s 行"\nmsgstr[0] "%(n)s row"\nmsgstr[1] "%(n)s rows"\n'
    )
    monkeypatch.setattr(i18n, "_extra", [])
    add_catalog(folder)
    yield
    i18n._words.clear()


def test_source_language_is_chinese(words):
    assert current_locale() == "zh"
    assert _("试验词") == "试验词"
    assert _("试验共 %(n)s 人", n=3) == "试验共 3 人"


def test_english_of_an_added_module(words):
    with use_locale("en"):
        assert _("试验词") == "trial word"
        assert _("试验共 %(n)s 人", n=3) == "3 in the trial"
    assert _("试验词") == "试验词"


def test_missing_empty_or_broken_english_stays_chinese(words):
    with use_locale("en"):
        assert _("谁也没译过的话") == "谁也没译过的话"
        assert _("试验空") == "试验空"
        assert _("试验坏 %(n)s", n=1) == "试验坏 1"


def test_a_percent_sign_needs_no_care_without_values(words):
    assert _("完成 100%") == "完成 100%"


@pytest.mark.parametrize(("n", "text"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows")])
def test_plural(words, n, text):
    assert ngettext("试验 %(n)s 行", "试验 %(n)s 行", n) == f"试验 {n} 行"
    with use_locale("en"):
        assert ngettext("试验 %(n)s 行", "试验 %(n)s 行", n) == text


@pytest.mark.parametrize("code", ["fr", "", None, "../../etc"])
def test_an_unknown_language_means_chinese(code):
    with use_locale(code) as spoken:
        assert spoken == "zh"


def test_each_thread_speaks_its_own_language(words):
    heard = []
    with use_locale("en"):
        thread = threading.Thread(target=lambda: heard.append(_("试验词")))
        thread.start()
        thread.join()
        assert _("试验词") == "trial word"
    assert heard == ["试验词"]


def test_lazy_text_is_translated_when_shown(words):
    text = _l("试验词")
    with use_locale("en"):
        assert (str(text), f"{text:>12}", text.upper(), text == "trial word") == (
            "trial word",
            "  trial word",
            "TRIAL WORD",
            True,
        )
        assert "a " + text + "!" == "a trial word!"
    assert str(text) == "试验词"


def test_lazy_text_is_a_value():
    assert _l("党员") == _l("党员") != _l("支部")
    assert len({_l("党员"), _l("党员")}) == 1
    assert copy.deepcopy(_l("党员")) == _l("党员")
    assert sorted([_l("b"), _l("a")]) == ["a", "b"]
    assert not isinstance(_l("党员"), str) and isinstance(_l("党员"), Lazy)


def test_plain_makes_json(words):
    with use_locale("en"):
        assert (
            json.dumps(plain({"a": [_l("试验词")], _l("试验词"): ("x", 1)}))
            == '{"a": ["trial word"], "trial word": ["x", 1]}'
        )


def test_a_plugin_cannot_change_a_word_of_core(tmp_path, monkeypatch):
    folder = tmp_path / "translations"
    (folder / "en" / "LC_MESSAGES").mkdir(parents=True)
    (folder / "en" / "LC_MESSAGES" / "messages.po").write_text(
        'msgid ""\nmsgstr ""\n\nmsgid "保存"\nmsgstr "Destroy"\n'
    )
    monkeypatch.setattr(i18n, "_extra", [])
    add_catalog(folder)
    with use_locale("en"):
        assert _("保存") == "Save"
    i18n._words.clear()
