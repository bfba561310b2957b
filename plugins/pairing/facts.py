"""What may be said: checks shared by services, steps and imports. Sentences, never a 500."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, TypeGuard

from sqlalchemy import select

from core.base.db import session
from core.base.i18n import _
from core.base.leaks import leaks
from core.base.scope import beyond_subtree
from core.contracts.errors import Invalid
from core.people.models import OrgUnit, Person
from core.people.words import LIVING_STATUS, PARTY_ORGS
from core.rules import due_date, rule
from core.service import Context

from .models import Pairing, PartnerUnit

Errors = dict[str, list[str]]
NOT_WORDS = re.compile(r"[\W_]+")


@cache
def phrases() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "phrases.toml").read_text("utf-8"))


def clean(errors: Errors) -> None:
    """Raise Invalid when something was found wrong."""
    if errors:
        raise Invalid(errors)


def not_future(ctx: Context, day: dt.date | None, field: str, errors: Errors) -> None:
    if day and day > ctx.today():
        errors.setdefault(field, []).append(_("日期不能晚于今天。"))


def check_person(ctx: Context, person_id: int | None, field: str, errors: Errors) -> None:
    """A person of the registry whom the actor may see, or none."""
    if not person_id:
        return
    with beyond_subtree("pairing: the person is judged by the permission to see persons"):
        person = session().scalars(select(Person).where(Person.id == person_id)).one_or_none()
    if person is None or not any(path and ctx.may("people.person.read", path) for path in (person.org_path, person.guest_path)):
        errors[field] = [_("请从名册中选择您能查看的人员。")]


def substance(text: str) -> str:
    """What is left of a text without set phrases, blanks and marks."""
    for phrase in phrases()["empty"]:
        text = text.replace(phrase, "")
    return NOT_WORDS.sub("", text)


def check_result(text: str | None, field: str, errors: Errors) -> None:
    """A result names a deliverable: what was made or done, for whom. Set phrases do not count."""
    least = int(rule("pairing.result_words").value)
    if len(substance(text or "")) < least:
        errors.setdefault(field, []).append(
            _("请写清做成了什么、谁受益（不计套话至少 %(n)s 个字），“领导高度重视”之类不是成果。", n=least))


def check_goals(text: str | None, field: str, errors: Errors) -> None:
    """Goals say what is to be achieved; a number of claims is no goal."""
    if text and re.search(phrases()["quota"], text):
        errors.setdefault(field, []).append(_("不要把认领数、活动次数作为指标或排名依据，请写要解决的问题和要做成的事。"))


def check_texts(data: dict[str, Any], names: tuple[str, ...], errors: Errors) -> None:
    """Numbers of persons (ID, phone, bank card) do not belong into texts."""
    for name in names:
        if leaks(data.get(name) or ""):
            errors.setdefault(name, []).append(_("文字里有证件号码、手机号或银行卡号，请删去后再保存。"))


def check_account(errors: Errors, result: str, **texts: str | None) -> None:
    """An account of what was done: the text named `result` is one, and no text holds numbers of persons."""
    check_result(texts[result], result, errors)
    check_texts(texts, tuple(texts), errors)


def check_term(starts_on: dt.date, ends_on: dt.date, errors: Errors) -> None:
    """The term of an agreement: ends after it starts, and is not longer than the rule says."""
    longest = rule("pairing.longest_term")
    if ends_on <= starts_on:
        errors["ends_on"] = [_("终止日期应晚于起始日期 %(day)s。", day=starts_on.isoformat())]
    elif _too_far(starts_on, ends_on, longest):
        errors["ends_on"] = [_("一次签约最长 %(limit)s，请缩短期限，到期可以续签。", limit=longest.text)]


def check_new_term(ctx: Context, starts_on: dt.date, ends_on: dt.date, errors: Errors) -> None:
    """A term both are asked to sign today: one that is over already binds nobody."""
    check_term(starts_on, ends_on, errors)
    if ends_on < ctx.today():
        errors.setdefault("ends_on", [_("这一期限已经结束，请填写今天以后的终止日期。")])


def _too_far(starts_on: dt.date, ends_on: dt.date, longest: Any) -> bool:
    try:
        return ends_on > due_date(starts_on, longest).on
    except ValueError:
        return False


def is_meeting_place(org: OrgUnit | None) -> TypeGuard[OrgUnit]:
    """Whether an organisation can be the community's side: a living street, community or Party organisation."""
    return org is not None and org.status in LIVING_STATUS and (
        org.kind in PARTY_ORGS or org.unit_kind in ("street", "community"))


def check_meeting_place(org: OrgUnit | None, unit: PartnerUnit, errors: Errors) -> None:
    """The community side: a living street, community or Party organisation that is not the unit itself."""
    if not is_meeting_place(org):
        errors["org_id"] = [_("请选择一个正常运行的街道、社区或党组织。")]
    elif org.id == unit.org_id:
        errors["org_id"] = [_("单位不能与自己结对，请选择另一方。")]


def overlapping(pair: Pairing, starts_on: dt.date, ends_on: dt.date) -> Pairing | None:
    """Another pairing of the same kind between the same two whose term meets this one."""
    same = select(Pairing).where(
        Pairing.kind == pair.kind, Pairing.unit_id == pair.unit_id, Pairing.org_id == pair.org_id, Pairing.id != (pair.id or 0),
        Pairing.state != "declined", Pairing.starts_on <= ends_on, Pairing.ends_on >= starts_on)
    with beyond_subtree("pairing: an overlap counts wherever the reader stands"), session().no_autoflush:
        found = session().scalars(same.order_by(Pairing.starts_on)).all()
    return next((one for one in found if one.ended_on is None or one.ended_on >= starts_on), None)


def check_overlap(pair: Pairing, starts_on: dt.date, ends_on: dt.date, errors: Errors) -> None:
    other = overlapping(pair, starts_on, ends_on)
    if other is not None:
        errors["starts_on"] = [_("与已有的同类结对期限重叠（%(a)s 至 %(b)s），请办理续签，不要重复结对。",
                                 a=other.starts_on.isoformat(), b=other.ends_on.isoformat())]


def open_key(pair: Pairing) -> str:
    """What may exist once while a pairing is open."""
    return f"{pair.kind}:{pair.unit_id}:{pair.org_id}"
