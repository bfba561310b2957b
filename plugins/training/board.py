"""The announcement on core's notice board. It says what, when, where and for whom; it names nobody."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from core.base.db import session
from core.base.i18n import _
from core.notify.models import DRAFT, PUBLISHED, Bulletin
from core.notify.services import draft_bulletin
from core.notify.workflows import bulletin as BULLETIN
from core.rules import rule
from core.service import Context
from core.work import engine

from .models import ClassSession
from .tenths import shown
from .words import AUDIENCES


def when_text(event: ClassSession) -> str:
    """2026-12-04 09:00-17:00, or with the last day where there are several."""
    days = event.on.isoformat() if event.on == event.ends_on else f"{event.on.isoformat()} — {event.ends_on.isoformat()}"
    return f"{days} {event.begins:%H:%M}-{event.ends:%H:%M}"


def words_for(codes: list[str]) -> str:
    return "、".join(str(AUDIENCES[code]) for code in codes if code in AUDIENCES)


def draft(event: ClassSession) -> str:
    """The text of the announcement, to be changed by whoever announces."""
    lines = [_("时间：%(when)s", when=when_text(event)), _("地点：%(where)s", where=event.venue or "—"),
             _("内容：%(what)s（%(hours)s 学时）", what=event.title, hours=shown(event.tenths)),
             _("对象：%(who)s", who=words_for(event.audience))]
    if event.enrol_until:
        lines.append(_("报名截止：%(day)s", day=event.enrol_until.isoformat()))
    return "\n".join(lines)


def hangs_until(event: ClassSession, today: dt.date) -> dt.date:
    """Till the class begins, and at least as long as the rule says."""
    return max(event.on, today + dt.timedelta(days=int(rule("training.notice_days").value)))


def hang(ctx: Context, event: ClassSession, text: str, until: dt.date) -> int:
    """Publish the announcement; the right to announce was checked by the step. Raises Invalid for personal numbers."""
    whole = ctx.evolve(all_powers=True)
    made = draft_bulletin(whole, title=_("培训预告：%(title)s", title=event.title)[:120], body=text, org_id=event.org_id,
                          starts_on=ctx.today(), ends_on=until, objection_until=None, objection_to="", mask_names=True)
    engine.advance(whole, BULLETIN, made, "publish", accept=True)
    return made.id


def take_down(ctx: Context, event: ClassSession) -> None:
    """Withdraw the announcement of a class that does not take place."""
    known = session().scalars(select(Bulletin).where(Bulletin.id == (event.bulletin_id or 0))).one_or_none()
    if known is not None and known.state in (DRAFT, PUBLISHED):
        engine.advance(ctx.evolve(all_powers=True), BULLETIN, known, "withdraw", reason=_("班次已取消"))
