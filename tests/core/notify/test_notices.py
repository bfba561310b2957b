"""The bell: told once, read by its owner only, never leading out of the house."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from sqlalchemy import select

from core.base import clock
from core.base.session import session
from core.contracts.errors import NotFound
from core.notify import notices
from core.notify.models import Notice
from core.service import service


@service(None, action="test.tell")
def tell(ctx, *args, **options):
    return notices.send(ctx, *args, **options)


def test_a_notice_rings_opens_and_is_read(place):
    world = place.world
    with world.acting("east", "reader") as ctx:
        assert tell(ctx, [ctx.actor.id, ctx.actor.id], "请看 13812345678", "/notify/board") == 1
        assert notices.unread(ctx) == 1
        number = session().scalars(select(Notice.id)).one()
    reader = place.browser("reader")
    page = re.sub(r"\s+", " ", reader.get("/notify/").get_data(as_text=True))
    assert "请看 138****5678" in page and "1 条未读" in page and '<span class="g-dot" aria-hidden="true">1</span>' in page
    assert place.browser("other").post(f"/notify/{number}/open").status_code == 404
    answer = reader.post(f"/notify/{number}/open")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/t/east/notify/board")
    with world.acting("east", "reader") as ctx:
        assert notices.unread(ctx) == 0


@pytest.mark.parametrize("url", ["https://example.org/", "//example.org", "/a\\b", "javascript:alert(1)", "/" + "a" * 300])
def test_a_notice_never_leads_out_of_the_house(place, url):
    with place.world.acting("east", "reader") as ctx, pytest.raises(ValueError, match="inside the tenant"):
        tell(ctx, [ctx.actor.id], "x", url)


def test_all_read_and_old_ones_dropped(place):
    with place.world.acting("east", "reader") as ctx:
        tell(ctx, [ctx.actor.id], "one"), tell(ctx, [ctx.actor.id], "two")
        assert (notices.mark_all_read(ctx), notices.mark_all_read(ctx)) == (2, 0)
        assert notices.drop_old(ctx) == 0
        tell(ctx, [ctx.actor.id], "unread")
        with clock.at(dt.datetime.now(dt.UTC) + dt.timedelta(days=91)):
            assert notices.drop_old(ctx) == 2
        assert [n.title for n in notices.notices_page(ctx, 9, 20).items] == ["unread"]
        with pytest.raises(NotFound):
            notices.mark_read(ctx, 5)


def test_nobody_is_told_nothing(place):
    with place.world.acting("east", "reader") as ctx:
        assert tell(ctx, [], "x") == 0
