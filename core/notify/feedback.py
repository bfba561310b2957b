"""Suggestions and complaints: everybody signed in may send one, the tenant's admins answer, the sender reads the answer.

R28 of the domain asks for such an entry. Nothing there asks for anonymous ones, so the sender's name goes along.
"""

from __future__ import annotations

from sqlalchemy import select

from core.base.session import session
from core.contracts.errors import NotFound
from core.service import Context, service
from core.work import engine

from .models import Feedback
from .workflows import feedback as WORKFLOW

ANSWER = "notify.feedback.answer"
MINE = 50


@service(None, action="notify.feedback.send")
def send_feedback(ctx: Context, *, kind: str, subject: str, body: str, page: str = "") -> Feedback:
    """Send one to whoever answers them here; it stands in their inbox until it is answered."""
    if ctx.actor.id is None:
        raise NotFound("user")
    made = Feedback(user_id=ctx.actor.id, user_name=ctx.actor.label[:80], kind=kind, subject=subject, body=body, page=page[:300],
                    sent_on=ctx.today())
    engine.start(ctx, WORKFLOW, made)
    return made


@service(None, writes=False)
def my_feedback(ctx: Context) -> list[Feedback]:
    """What the actor sent, latest first."""
    return list(session().scalars(select(Feedback).where(Feedback.user_id == ctx.actor.id)
                                  .order_by(Feedback.sent_on.desc(), Feedback.id.desc()).limit(MINE)))


@service(None, writes=False)
def own_feedback(ctx: Context, feedback_id: int) -> Feedback:
    """One the actor sent. Raises NotFound for anybody else's."""
    found = session().scalars(select(Feedback).where(Feedback.id == feedback_id, Feedback.user_id == ctx.actor.id)).one_or_none()
    if found is None:
        raise NotFound("notify_feedback")
    return found


@service(ANSWER, writes=False)
def find_feedback(ctx: Context, feedback_id: int) -> Feedback:
    """Any of the tenant's, for those who answer them. Raises NotFound."""
    return ctx.get(Feedback, feedback_id)
