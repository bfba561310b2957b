"""The wording of notices: what a module declares, what the tenant's admin made of it, and sending with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.accounts.models import User
from core.base.i18n import LOCALES, _, current_locale, use_locale
from core.base.leaks import BANK_CARD, ID_NUMBER, PHONE, Leak, leaks
from core.base.memo import remembered
from core.base.session import session
from core.contracts.errors import Invalid, NotFound
from core.plugin import NoticeTemplate
from core.plugin.notice import PLACE, filled
from core.service import Context, service

from .models import Wording
from .notices import send

MANAGE = "admin.setting.manage"
BRACE = re.compile(r"[{}]")


@dataclass(frozen=True, slots=True)
class Worded:
    """A template as the tenant has it: the words by language, the module's own beside them, the version of the row (0: none)."""

    template: NoticeTemplate
    owner: str
    words: dict[str, str]
    usual: dict[str, str]
    version: int

    @property
    def id(self) -> int:
        """For forms that keep drafts by record; a wording is found by its name."""
        return 0

    @property
    def name(self) -> str:
        return self.template.name

    @property
    def changed(self) -> bool:
        return self.words != self.usual

    @property
    def places(self) -> list[tuple[str, str]]:
        """What may stand in the text: `{place}` and what it is."""
        return [(f"{{{name}}}", str(label)) for name, (label, _example) in self.template.values.items()]

    def sample(self, locale: str, text: str | None = None) -> str:
        """How it reads with the examples."""
        with use_locale(locale):
            examples = {name: str(example) for name, (_label, example) in self.template.values.items()}
        return filled(text or self.words[locale], examples)


def said(ctx: Context, template: NoticeTemplate, **values: Any) -> str:
    """The tenant's words for a notice, in the language of whoever causes it, with the values in their places."""
    own = _rows().get(template.name, {}).get(current_locale(), "")
    return filled(own or str(template.text), values)


def tell(ctx: Context, template: NoticeTemplate, user_ids: Iterable[int], url: str = "", **values: Any) -> int:
    """Ring the bell of accounts in the tenant's words (core.notify.notices.send); returns how many."""
    return send(ctx, user_ids, said(ctx, template, **values), url, ctx.plugins.owner_of(template.name))


def tell_persons(ctx: Context, template: NoticeTemplate, person_ids: Iterable[int], url: str = "", **values: Any) -> int:
    """The same for those of these persons who have an account here."""
    accounts = session().scalars(select(User.id).where(User.person_id.in_(list(person_ids)))).all()
    return tell(ctx, template, accounts, url, **values)


def _rows() -> dict[str, dict[str, str]]:
    def read() -> dict[str, dict[str, str]]:
        rows = session().execute(select(Wording.name, Wording.zh, Wording.en))
        return {row.name: {"zh": row.zh, "en": row.en} for row in rows}

    found: dict[str, dict[str, str]] = remembered("settings", "notify.wordings", read)
    return found


def _usual(template: NoticeTemplate) -> dict[str, str]:
    found = {}
    for locale in LOCALES:
        with use_locale(locale):
            found[locale] = str(template.text)
    return found


def _worded(ctx: Context, template: NoticeTemplate, row: Wording | None) -> Worded:
    usual = _usual(template)
    own = {"zh": row.zh, "en": row.en} if row else {}
    title = ctx.plugins.by_name[ctx.plugins.owner_of(template.name)].manifest.title
    return Worded(template, str(title), {code: own.get(code) or usual[code] for code in usual}, usual, row.version if row else 0)


@service(MANAGE, writes=False)
def wordings(ctx: Context) -> list[Worded]:
    """All notices of the modules that are on here."""
    rows = {row.name: row for row in session().scalars(select(Wording))}
    here = {name: one for name, one in ctx.plugins.notices.items() if ctx.plugins.active(name, ctx.enabled)}
    return [_worded(ctx, one, rows.get(name)) for name, one in here.items()]


@service(MANAGE, writes=False)
def wording(ctx: Context, name: str) -> Worded:
    """One of them. Raises NotFound."""
    return _worded(ctx, _template(ctx, name), _row(name))


def _template(ctx: Context, name: str) -> NoticeTemplate:
    found = ctx.plugins.notices.get(name)
    if found is None or not ctx.plugins.active(name, ctx.enabled):
        raise NotFound(name)
    return found


def _row(name: str) -> Wording | None:
    return session().scalars(select(Wording).where(Wording.name == name)).one_or_none()


def kind_of(leak: Leak) -> str:
    """What a leak looks like, in words."""
    return {ID_NUMBER: _("身份证号"), PHONE: _("手机号"), BANK_CARD: _("银行卡号")}[leak.kind]


def problems(template: NoticeTemplate, text: str) -> list[str]:
    """What is wrong with a wording, in sentences."""
    found, allowed = [], "、".join(f"{{{name}}}" for name in template.values) or _("没有")
    if len(text) > template.longest:
        found.append(_("最多 %(n)s 个字。", n=template.longest))
    if unknown := [name for name in PLACE.findall(text) if name not in template.values]:
        named = "、".join(f"{{{name}}}" for name in unknown)
        found.append(_("不认识 %(names)s。可以用的：%(allowed)s。", names=named, allowed=allowed))
    if BRACE.search(PLACE.sub("", text)):
        found.append(_("花括号不成对。可以用的：%(allowed)s。", allowed=allowed))
    if not template.lines and "\n" in text:
        found.append(_("请写成一行。"))
    # masked in a notice, refused on the board: whoever announces a class could do nothing about either
    return found + [_("有疑似%(kind)s（%(shown)s），请删去。", kind=kind_of(leak), shown=leak.shown) for leak in leaks(text)]


@service(MANAGE, action="notify.wording.save")
def save_wording(ctx: Context, name: str, *, texts: Mapping[str, str | None], version: int | None = None) -> Worded:
    """Keep the tenant's words by language; a blank text, or the module's own, is the module's own. Raises Invalid, Conflict."""
    template = _template(ctx, name)
    ctx.refuse_when_archived(ctx.plugins.owner_of(name))
    row, usual = _row(name), _usual(template)
    before = _worded(ctx, template, row)
    if version is not None:
        ctx.check_version(row or before, version)
    wanted = {code: (texts.get(code) or "").replace("\r\n", "\n").strip() for code in LOCALES}
    if wrong := {code: found for code, text in wanted.items() if (found := problems(template, text))}:
        raise Invalid(wrong)
    own = {code: "" if text == usual[code] else text for code, text in wanted.items()}
    if row is None and any(own.values()):
        row = Wording(name=name, **own)
        session().add(row)
    elif row is not None and any(own.values()):
        row.zh, row.en = own["zh"], own["en"]
    elif row is not None:
        session().delete(row)
        row = None
    session().flush()
    after = _worded(ctx, template, row)
    changes = {code: [before.words[code], after.words[code]] for code in LOCALES if before.words[code] != after.words[code]}
    ctx.audit("notify_wording", None, str(template.title), template=name, changes=changes)
    return after


@service(MANAGE, action="notify.wording.reset")
def reset_wording(ctx: Context, name: str) -> Worded:
    """Back to the module's own words. Raises NotFound."""
    template, row = _template(ctx, name), _row(name)
    ctx.refuse_when_archived(ctx.plugins.owner_of(name))
    if row is not None:
        before = _worded(ctx, template, row)
        session().delete(row)
        session().flush()
        ctx.audit("notify_wording", None, str(template.title), template=name,
                  changes={code: [before.words[code], before.usual[code]] for code in LOCALES})
    return _worded(ctx, template, None)
