"""The announcement on core's notice board. It says what, when, where and for whom; it names nobody."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.notify.models import DRAFT, PUBLISHED, Bulletin
from core.notify.services import draft_bulletin
from core.notify.wording import said, tell_persons
from core.notify.workflows import bulletin as BULLETIN
from core.rules import rule
from core.service import Context
from core.work import engine

from .models import ClassSession, Seat
from .notices import announced, announced_title, called_off
from .tenths import shown
from .words import AUDIENCES, SEATED


def when_text(event: ClassSession) -> str:
    """2026-12-04 09:00-17:00, or with the last day where there are several."""
    days = event.on.isoformat() if event.on == event.ends_on else f"{event.on.isoformat()} — {event.ends_on.isoformat()}"
    return f"{days} {event.begins:%H:%M}-{event.ends:%H:%M}"


def words_for(codes: list[str]) -> str:
    return "、".join(str(AUDIENCES[code]) for code in codes if code in AUDIENCES)


def draft(ctx: Context, event: ClassSession) -> str:
    """The text of the announcement in the tenant's words, to be changed by whoever announces."""
    return said(ctx, announced, when=when_text(event), where=event.venue or "—", title=event.title, hours=shown(event.tenths),
                who=words_for(event.audience), until=event.enrol_until.isoformat() if event.enrol_until else "")


def hangs_until(event: ClassSession, today: dt.date) -> dt.date:
    """Till the class begins, and at least as long as the rule says."""
    return max(event.on, today + dt.timedelta(days=int(rule("training.notice_days").value)))


def hang(ctx: Context, event: ClassSession, text: str, until: dt.date) -> int:
    """Publish the announcement; the right to announce was checked by the step. Raises Invalid for personal numbers."""
    whole = ctx.evolve(all_powers=True)
    made = draft_bulletin(whole, title=said(ctx, announced_title, title=event.title)[:120], body=text, org_id=event.org_id,
                          starts_on=ctx.today(), ends_on=until, objection_until=None, objection_to="", mask_names=True)
    engine.advance(whole, BULLETIN, made, "publish", accept=True)
    return made.id


def take_down(ctx: Context, event: ClassSession) -> None:
    """Withdraw the announcement of a class that does not take place."""
    known = session().scalars(select(Bulletin).where(Bulletin.id == (event.bulletin_id or 0))).one_or_none()
    if known is not None and known.state in (DRAFT, PUBLISHED):
        engine.advance(ctx.evolve(all_powers=True), BULLETIN, known, "withdraw", reason=_("班次已取消"))


def tell_called_off(ctx: Context, event: ClassSession) -> int:
    """Ring the bell of those enrolled who have an account here; returns how many. It leads to a page that each of them may
    open: the class's own is the staff's."""
    with beyond_subtree("training: who is enrolled is told, wherever he belongs"):
        enrolled = session().scalars(select(Seat.person_id).where(Seat.session_id == event.id, Seat.place.in_(SEATED))).all()
    return tell_persons(ctx, called_off, enrolled, "/training/mine", title=event.title, when=when_text(event))
