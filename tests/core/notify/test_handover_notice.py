"""Handing an item over rings the colleague's bell, once, through the queue."""

from __future__ import annotations

from sqlalchemy import select

from core.base.session import session
from core.notify import notices
from core.work import handover
from core.work.models import WorkItem

from .test_board import drafted


def test_the_colleague_is_told_once(place):
    world = place.world
    drafted(place, title="待发布")
    second = world.add_user("east", "second", "notify.bulletin.publish", path="zzz")
    with world.acting("east", "boss") as ctx:
        item = session().scalars(select(WorkItem.id)).one()
        handover.hand_over(ctx, item, user_id=second, reason="请假")
    assert world.run_jobs() >= 1
    world.run_jobs()
    with world.acting("east", "second") as ctx:
        assert [(n.title, n.url) for n in notices.notices_page(ctx, 1, 20).items] == [
            ("boss 转交给您一项待办：待发布", f"/work/items/{item}")]
    assert place.browser("second").get(f"/work/items/{item}").status_code == 200
