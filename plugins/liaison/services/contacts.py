"""Logging contacts, yearly reviews and searches."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from core.base.db import session
from core.base.i18n import _
from core.contracts.errors import Conflict, Invalid
from core.rules import rule
from core.service import Context, service
from core.work import engine

from ..contacts import TEXTS, write_contact
from ..facts import no_numbers, not_future
from ..links import registry
from ..models import AnnualReview, LossSearch, MobileRecord
from ..words import ENDED, REACHED
from ..workflows import mobile_record

MOST_AT_ONCE = 200
AFTER_CONTACT = {"received": "begin", "contact_overdue": "reach", "lost_contact": "find"}


@service("liaison.contact.write")
def log_contact(ctx: Context, record_id: int, **data: Any) -> MobileRecord:
    """Log one contact of a member either side looks after; one that reached the member moves the record on.

    data: outcome, means, happened_on, needs, follow_up. Raises Invalid with a sentence per field.
    """
    record = ctx.get(MobileRecord, record_id)
    _log(ctx, record, data)
    ctx.audit(mobile_record.name, record.id, record.person_name, contact=data["outcome"], means=data["means"])
    return record


@service("liaison.contact.write")
def log_contacts(ctx: Context, record_ids: list[int], **data: Any) -> int:
    """Log the same outcome for several members; returns how many. The words of one are never copied to many.

    All or none: the first that cannot be logged refuses the whole batch, naming the member.
    """
    wanted = list(dict.fromkeys(record_ids))
    if not wanted or len(wanted) > MOST_AT_ONCE:
        raise Invalid({"record_ids": [_("一次登记 1 到 %(n)s 人。", n=MOST_AT_ONCE)]})
    if len(wanted) > int(rule("liaison.copied_texts").value) and (texts := [n for n in TEXTS if (data.get(n) or "").strip()]):
        raise Invalid({name: [_("一次登记多人时不能填写相同的文字，请按每个人的情况分别登记。")] for name in texts})
    records = session().scalars(select(MobileRecord).where(MobileRecord.id.in_(wanted))).all()
    if len(records) != len(wanted):
        raise Invalid({"record_ids": [_("有的流动党员不在您负责的范围内，请重新选择。")]})
    for record in records:
        try:
            _log(ctx, record, data)
        except Invalid as refused:
            said = {f: [f"{record.person_name}：{text}" for text in texts] for f, texts in refused.errors.items()}
            raise Invalid(said) from None
        ctx.audit(mobile_record.name, record.id, record.person_name, contact=data["outcome"], means=data["means"])
    return len(records)


def _log(ctx: Context, record: MobileRecord, data: dict[str, Any]) -> None:
    if record.state in ENDED:
        raise Invalid({"outcome": [_("这条记录已经结束，不能再登记联系。")]})
    step = AFTER_CONTACT.get(record.state) if data["outcome"] == REACHED else None
    if step is None:
        write_contact(ctx, record, data)
        return
    filled = {name: data.get(name) for name in ("means", *TEXTS, "happened_on")}
    # either side may keep contact, the step stands at one of them: this service has authorised the contact already
    engine.advance(registry(ctx), mobile_record, record, step, data=filled, happened_on=filled["happened_on"] or ctx.today())


@service("liaison.review.write")
def write_review(ctx: Context, record_id: int, *, year: int, opinion: str, on: dt.date | None = None) -> AnnualReview:
    """Note the branch's opinion for a year; once per year. Raises Conflict for a second one."""
    record = ctx.get(MobileRecord, record_id)
    errors: dict[str, list[str]] = {}
    day = on or ctx.today()
    not_future(ctx, day, "on", errors)
    no_numbers({"opinion": opinion}, errors)
    if not record.since.year <= year <= ctx.today().year:
        errors["year"] = [_("年度应在流出当年到今年之间。")]
    if errors:
        raise Invalid(errors)
    if session().scalars(select(AnnualReview.id).where(AnnualReview.record_id == record.id, AnnualReview.year == year)).first():
        raise Conflict(_("%(year)s 年的评议意见已经登记。", year=year))
    row = AnnualReview(record_id=record.id, year=year, opinion=opinion.strip(), on=day, by_name=ctx.actor.label[:80])
    session().add(row)
    ctx.audit(mobile_record.name, record.id, record.person_name, review=year)
    return row


@service("liaison.search.propose")
def log_search(ctx: Context, record_id: int, *, started_on: dt.date, ended_on: dt.date, means: list[str], asked: str,
               evidence: str, meeting_no: str | None = None) -> LossSearch:
    """Note a search: the evidence on which the organisation department may confirm the loss of contact."""
    record = ctx.get(MobileRecord, record_id)
    errors: dict[str, list[str]] = {}
    not_future(ctx, ended_on, "ended_on", errors)
    no_numbers({"asked": asked, "evidence": evidence}, errors)
    if started_on < record.since:
        errors["started_on"] = [_("查找日期早于流出时间 %(day)s，请核对。", day=record.since.isoformat())]
    if ended_on < started_on:
        errors["ended_on"] = [_("结束日期早于开始日期，请核对。")]
    if record.state not in ("contact_overdue", "lost_contact"):
        errors["started_on"] = [_("只有联系逾期或失去联系的党员需要登记查找。")]
    if errors:
        raise Invalid(errors)
    row = LossSearch(record_id=record.id, started_on=started_on, ended_on=ended_on, means=",".join(means), asked=asked.strip(),
                     evidence=evidence.strip(), meeting_no=(meeting_no or "").strip(), by_name=ctx.actor.label[:80])
    session().add(row)
    ctx.audit(mobile_record.name, record.id, record.person_name, search=started_on.isoformat())
    return row
