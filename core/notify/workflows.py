"""The ways of a bulletin (drafted, published, ended by time or withdrawn) and of a suggestion or complaint (sent, answered)."""

from __future__ import annotations

from typing import Any

from core.base.i18n import _, _l
from core.base.leaks import leaks
from core.plugin import State, Workflow, elapsed, step
from core.service import Context

from .models import ANSWERED, DRAFT, ENDED, PUBLISHED, SENT, WITHDRAWN, Bulletin, Feedback
from .names import names_in, with_names_masked
from .notices import ANSWERED_NOTICE
from .schemas import FeedbackAnswer
from .wording import kind_of, tell


def leak_sentences(bulletin: Bulletin) -> list[str]:
    """Where personal numbers stand in a bulletin; while there are any it cannot be published."""
    said = []
    for part, text in ((_("标题"), bulletin.title), (_("正文"), bulletin.body), (_("异议受理"), bulletin.objection_to)):
        said += [_("%(part)s第 %(line)s 行有疑似%(kind)s（%(shown)s），请删去后再发布。", part=part, line=leak.line,
                   kind=kind_of(leak), shown=leak.shown) for leak in leaks(text)]
    return said


def _check_publish(ctx: Context, bulletin: Bulletin, data: dict[str, Any]) -> list[str]:
    said = leak_sentences(bulletin)
    if bulletin.ends_on < ctx.today():
        said.append(_("截止日期已过，请改后再发布。"))
    return said


def _publish(ctx: Context, bulletin: Bulletin, data: dict[str, Any]) -> None:
    names = names_in(bulletin.title + "\n" + bulletin.body) if bulletin.mask_names else []
    bulletin.shown_title = with_names_masked(bulletin.title, names)
    bulletin.shown_body = with_names_masked(bulletin.body, names)
    bulletin.published_at, bulletin.published_by = ctx.now(), ctx.actor.label[:80]


bulletin = Workflow(
    name="notify.bulletin", title=_l("公告"), model=Bulletin, initial=DRAFT, label=lambda one: one.safe_title,
    permission="notify.bulletin.write", opens="notify.bulletin",
    states=(State(DRAFT, _l("草稿")), State(PUBLISHED, _l("张贴中"), "ok"), State(ENDED, _l("已期满"), "mute", final=True),
            State(WITHDRAWN, _l("已撤下"), "mute", final=True)),
    steps=(
        step("publish", _l("发布"), DRAFT, PUBLISHED, may="notify.bulletin.publish", todo=True, review=True, primary=True,
             check=_check_publish, effect=_publish),
        step("withdraw", _l("撤下"), (DRAFT, PUBLISHED), WITHDRAWN, may="notify.bulletin.publish", reason="required",
             tone="danger"),
        step("end", _l("期满撤下"), PUBLISHED, ENDED, when=elapsed("ends_on", "notify.bulletin_ends_after")),
    ),
)


def _answer(ctx: Context, one: Feedback, data: dict[str, Any]) -> None:
    one.answer, one.answered_on, one.answered_by = data["answer"], ctx.today(), ctx.actor.label[:80]
    tell(ctx, ANSWERED_NOTICE, [one.user_id], f"/notify/feedback/{one.id}", subject=one.subject)


feedback = Workflow(
    name="notify.feedback", title=_l("意见建议与投诉"), model=Feedback, initial=SENT, label=lambda one: one.subject,
    permission="notify.feedback.answer", opens="notify.feedback_case",
    states=(State(SENT, _l("待答复"), "warn"), State(ANSWERED, _l("已答复"), "ok", final=True)),
    steps=(
        step("answer", _l("答复"), SENT, ANSWERED, may="notify.feedback.answer", schema=FeedbackAnswer, needs=("answer",),
             primary=True, due="notify.feedback_within", effect=_answer),
        step("amend", _l("补充答复"), ANSWERED, ANSWERED, may="notify.feedback.answer", schema=FeedbackAnswer, needs=("answer",),
             effect=_answer),
    ),
)
