"""Writing one contact, and refusing those that were copied rather than made."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, or_, select

from core.base.db import session
from core.base.i18n import _
from core.contracts.errors import Invalid
from core.rules import rule
from core.service import Context

from .facts import Errors, no_numbers, not_future
from .models import ContactLog, MobileRecord
from .words import REACHED

TEXTS = ("needs", "follow_up")
SHORT = 6                                   # shorter texts ("none") may well be the same for many
LOOK_BACK = dt.timedelta(days=90)


def write_contact(ctx: Context, record: MobileRecord, data: dict[str, Any]) -> ContactLog:
    """Log a contact of a record the caller was allowed to load. Raises Invalid with a sentence per field."""
    on = data.get("happened_on") or ctx.today()
    texts = {name: (data.get(name) or "").strip() for name in TEXTS}
    errors = check_contact(ctx, record, on, texts)
    if errors:
        raise Invalid(errors)
    row = ContactLog(record_id=record.id, on=on, means=data["means"], outcome=data["outcome"], by_id=ctx.actor.id,
                     by_name=ctx.actor.label[:80], **texts)
    session().add(row)
    if row.outcome == REACHED:
        record.last_contact_on = max(record.last_contact_on or on, on)
        record.contact_from = max(record.contact_from or on, on)
    session().flush()
    return row


def check_contact(ctx: Context, record: MobileRecord, on: dt.date, texts: dict[str, str]) -> Errors:
    errors: Errors = {}
    not_future(ctx, on, "happened_on", errors)
    if on < record.since:
        errors["happened_on"] = [_("联系日期早于流出时间 %(day)s，请核对。", day=record.since.isoformat())]
    no_numbers(texts, errors)
    for name, text in texts.items():
        most = int(rule("liaison.copied_texts").value)
        if name not in errors and len(text) >= SHORT and copied(ctx, record, text) >= most:
            errors[name] = [_("这段文字已用于 %(n)s 位党员的联系记录。请按每个人的实际情况填写；没有需求的可以留空。", n=most)]
    return errors


def copied(ctx: Context, record: MobileRecord, text: str) -> int:
    """For how many other members the actor lately logged exactly this text."""
    since = ctx.today() - LOOK_BACK
    return session().scalar(
        select(func.count(ContactLog.record_id.distinct())).where(
            ContactLog.record_id != record.id, ContactLog.by_id == ctx.actor.id, ContactLog.on >= since,
            or_(ContactLog.needs == text, ContactLog.follow_up == text))) or 0
