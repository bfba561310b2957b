"""The bell: short notices to accounts. `send` is called inside a running service or job; the rest are services."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import delete, func, insert, select, update

from core.access.answers import answer
from core.base.i18n import _l
from core.base.ids import new_ids
from core.base.leaks import without_leaks
from core.base.scope import current_scope
from core.base.session import session
from core.contracts.errors import NotFound
from core.plugin import NoticeTemplate
from core.rules import rule
from core.service import Context, service
from core.web.paging import Page, clamp

from .models import Notice

TITLE, URL = 200, 300
ANSWERED_NOTICE = NoticeTemplate(
    name="notify.answered", title=_l("意见建议或投诉已答复"), text=_l("您反映的“{subject}”已答复"),
    values={"subject": (_l("标题"), _l("会议太多"))})
HANDED_NOTICE = NoticeTemplate(
    name="notify.handed_over", title=_l("同事转交一项待办"), text=_l("{name} 转交给您一项待办：{item}"),
    values={"name": (_l("转交的同事"), _l("李敏")), "item": (_l("待办"), _l("核验党员信息"))})


def send(ctx: Context, user_ids: Iterable[int], title: str, url: str = "", source: str = "") -> int:
    """Tell accounts something; returns how many. `url` is a path inside the tenant such as `/work/items/5`.

    Raises ValueError for any other address: a notice never leads out of the house.
    """
    if url and (not url.startswith("/") or url.startswith("//") or "\\" in url or len(url) > URL):
        raise ValueError(f"not a path inside the tenant: {url!r}")
    told = list(dict.fromkeys(user_ids))
    if not told:
        return 0
    row = {"tenant_id": current_scope().tenant_id, "created_at": ctx.now(), "version": 1, "read_at": None, "at": ctx.now(),
           "title": without_leaks(str(title))[:TITLE], "url": url, "source": source}
    session().execute(insert(Notice), [{**row, "id": number, "user_id": user_id}
                                       for number, user_id in zip(new_ids(len(told)), told, strict=True)])
    return len(told)


def unread(ctx: Context) -> int:
    """How many notices the actor has not read. At most one statement."""
    me = ctx.actor.id
    if me is None:
        return 0
    count = select(func.count(Notice.id)).where(Notice.user_id == me, Notice.read_at.is_(None))
    unread_now: int = answer(count)[0][0]
    return unread_now


@service(None, writes=False)
def notices_page(ctx: Context, number: int, size: int) -> Page:
    """The actor's notices, unread first, then latest first."""
    mine = Notice.user_id == ctx.actor.id
    total = session().scalar(select(func.count(Notice.id)).where(mine)) or 0
    number = clamp(number, size, total)
    found = session().scalars(select(Notice).where(mine).order_by(Notice.read_at.is_not(None), Notice.at.desc(), Notice.id.desc())
                              .limit(size).offset((number - 1) * size)).all()
    return Page(found, number, size, total)


@service(None, action="notify.notice.read", audited=False)
def mark_read(ctx: Context, notice_id: int) -> Notice:
    """Note that the actor has read a notice of his. Raises NotFound for anybody else's."""
    found = session().scalars(select(Notice).where(Notice.id == notice_id, Notice.user_id == ctx.actor.id)).one_or_none()
    if found is None:
        raise NotFound("notify_notice")
    found.read_at = found.read_at or ctx.now()
    return found


@service(None, action="notify.notice.read_all", audited=False)
def mark_all_read(ctx: Context) -> int:
    """Note that the actor has read everything; returns how many there were."""
    done = session().execute(update(Notice).where(
        Notice.tenant_id == current_scope().tenant_id, Notice.user_id == ctx.actor.id, Notice.read_at.is_(None))
        .values(read_at=ctx.now(), version=Notice.version + 1).execution_options(synchronize_session="fetch"))
    return int(done.rowcount)


@service(None, action="notify.notice.tidy", audited=False)
def drop_old(ctx: Context) -> int:
    """Drop notices read long ago; returns how many."""
    limit = ctx.now() - dt.timedelta(days=int(rule("notify.notice_kept").value))
    done = session().execute(delete(Notice).where(Notice.tenant_id == current_scope().tenant_id, Notice.read_at < limit)
                             .execution_options(synchronize_session=False))
    return int(done.rowcount)
