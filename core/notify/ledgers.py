"""Suggestions and complaints as a ledger, for those who answer them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.base.i18n import _l
from core.plugin import A4, Filter, Ledger, View, col
from core.rules import due_date, rule
from core.service import Context

from .models import SENT, Feedback
from .schemas import FEEDBACK_KINDS
from .workflows import feedback as WORKFLOW


def _late(row: Any, ctx: Context) -> bool:
    """Still without an answer after the time the rule gives."""
    return row.state == SENT and ctx.today() > due_date(row.sent_on, rule("notify.feedback_within")).on


feedback = Ledger(
    name="notify.feedback", title=_l("意见建议与投诉台账"), permission="notify.feedback.answer", paper=A4.landscape,
    icon="chat-left-text", rows=select(Feedback), key=Feedback.id, opens="notify.feedback_case",
    columns=(
        col("subject", _l("标题"), Feedback.subject, search=True, opens="notify.feedback_case", width=24),
        col("kind", _l("类型"), Feedback.kind, choices=FEEDBACK_KINDS, filter=True, width=10),
        col("user_name", _l("提出人"), Feedback.user_name, search=True, width=10),
        col("sent_on", _l("提出日期"), Feedback.sent_on, filter=True, warn=_late),
        col("state", _l("状态"), Feedback.state, choices=WORKFLOW.choices(), tones=WORKFLOW.tones(), filter=True),
        col("answer", _l("答复"), Feedback.answer, priority=2, width=30),
        col("answered_on", _l("答复日期"), Feedback.answered_on, filter=True),
        col("answered_by", _l("答复人"), Feedback.answered_by, priority=2, width=10),
    ),
    filters=(Filter(name="open", label=_l("待答复"), kind="flag", where=lambda ctx: Feedback.state == SENT),),
    order=("-sent_on",), views=(View(name="waiting", label=_l("待答复"), query={"state": SENT}),),
    group=_l("管理"), rank=910, empty=_l("还没有人提出意见。每页页脚都有“意见建议与投诉”。"),
)
