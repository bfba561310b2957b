"""Words: every text has English, and an English reader meets no Chinese that the plugin wrote."""

from __future__ import annotations

import re

from sqlalchemy import select

from core.access.models import Role
from core.base.i18n import use_locale
from core.base.session import session
from core.base.translations import HAN, problems

from .stage import HOME, Stage

CHINESE = re.compile("[\u3400-\u9fff]+")
MAIN = re.compile(r"<main\b.*</main>", re.DOTALL)
MARKUP = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)


class Words:
    """Chinese is the source; `translations/en/LC_MESSAGES/messages.po` of the plugin holds the English."""

    def test_every_text_has_english(self, stage: Stage) -> None:
        assert problems(stage.owner.root, stage.owner.root.parent) == []

    def test_declarations_speak_english_to_english_readers(self, stage: Stage) -> None:
        owner, manifest = stage.owner, stage.owner.manifest
        texts = [manifest.title, manifest.summary, *(p.label for p in manifest.permissions), *(r.label for r in manifest.roles)]
        texts += [one.title for some in (owner.ledgers, owner.workflows, owner.reminders, owner.import_kinds) for one in some]
        texts += [c.label for one in owner.ledgers for c in one.columns] + [i.label for i in owner.indicators]
        texts += [text for n in owner.notice_templates for text in (n.title, n.text, *sum(map(list, n.values.values()), []))]
        texts += [text for r in owner.reports for text in (r.title, r.note, *(p.title for p in r.parts))]
        texts += [text for r in owner.reports for f in r.figures for text in (f.label, f.definition)]
        texts += [text for f in owner.extra_fields for text in (f.label, f.help, f.purpose, *(f.choices or {}).values())]
        texts += [x.label for w in owner.workflows for x in w.states] + [x.label for w in owner.workflows for x in w.steps]
        with use_locale("en"):
            assert sorted({str(text) for text in texts if HAN.search(str(text))}) == []

    def test_pages_speak_english_to_english_readers(self, stage: Stage) -> None:
        browser = stage.world.browser(HOME)
        browser.client.set_cookie("lang", "en", path="/")
        with stage.world.inside(HOME):
            data = {label for label in session().scalars(select(Role.label))}
        left = {}
        for path in stage.pages():
            answer = browser.get(path)
            page = MAIN.search(answer.get_data(as_text=True)) if answer.mimetype == "text/html" else None
            if page and (found := sorted(set(CHINESE.findall(MARKUP.sub(" ", page[0]))) - data)):
                left[path] = found[:5]
        assert left == {}
