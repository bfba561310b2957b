"""The calendar: months, rules explained, and a feed that tells foreign programs no names."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from icalendar import Calendar
from sqlalchemy import select

from core.accounts.models import User
from core.base.session import begin_write, session
from core.work.models import Feed
from core.work.month import first_of

from .conftest import A, B
from .handling import move, register
from .test_pages import text


@pytest.fixture
def bob(east):
    with east.acting("east", "ann") as ctx:
        move(ctx, register(ctx, name="星辰案", org_path=A, taker_path=B).id, "send")
    return east.browser("east", "bob")


@pytest.mark.parametrize(("typed", "first"), [
    ("2026-02", "2026-02-01"), ("2026-13", "2026-05-01"), ("1999-01", "2026-05-01"), (None, "2026-05-01"),
    ("٢٠٢٦-02", "2026-05-01"), ("2026-02-01", "2026-05-01"),
])  # fmt: skip
def test_any_month_in_the_address_is_a_month(typed, first):
    assert first_of(typed, dt.date(2026, 5, 20)).isoformat() == first


def test_a_due_date_stands_in_its_month_with_its_rule(bob):
    due = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date() + dt.timedelta(days=10)
    page = text(bob.get(f"/work/calendar?month={due:%Y-%m}"))
    assert "take：星辰案" in page and "测试规定第一条" in page and f'datetime="{due}"' in page
    assert "星辰案" not in text(bob.get("/work/calendar?month=2001-01"))
    assert bob.get("/work/calendar?month=2099-12").status_code == 200


def test_the_feed_counts_without_names_until_it_is_revoked(east, bob):
    page = text(bob.post("/work/calendar/feed"))
    path = re.search(r'value="http://[^/]+/t/east(/work/calendar/[^"]+\.ics)"', page)[1]
    visitor = east.browser("east", None)
    answer = visitor.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    assert [str(e["summary"]) for e in events] == ["take：1 项到期"]
    assert "星辰案" not in answer.get_data(as_text=True)
    with east.inside("east"):
        assert session().scalars(select(Feed.token_hash)).one() not in path
    bob.post("/work/calendar/feed/revoke")
    assert visitor.get(path).status_code == 404


def test_a_new_address_ends_the_old_one_and_others_lead_nowhere(east, bob):
    paths = [re.search(r"(/work/calendar/[^\"]+\.ics)", text(bob.post("/work/calendar/feed")))[1] for _ in range(2)]
    visitor = east.browser("east", None)
    assert [visitor.get(path).status_code for path in paths] == [404, 200]
    assert "x-wr-calname:East" in visitor.get(paths[1]).get_data(as_text=True).lower().replace("east county", "East")
    for wrong in ("x", "x" * 43, "é" * 43, "a" * 500):
        assert visitor.get(f"/work/calendar/{wrong}.ics").status_code == 404
    east.open_tenant("west", plugins=("casework",))
    assert east.browser("west", None).get(paths[1]).status_code == 404


def test_an_account_that_was_disabled_feeds_nobody(east, bob):
    path = re.search(r"(/work/calendar/[^\"]+\.ics)", text(bob.post("/work/calendar/feed")))[1]
    with east.inside("east"):
        begin_write()
        for user in session().scalars(select(User).where(User.login_name == "bob")):
            user.state = "disabled"
        session().commit()
    assert east.browser("east", None).get(path).status_code == 404
