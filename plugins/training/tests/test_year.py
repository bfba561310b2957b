"""The year and its end: what is confirmed late, what changed in between, what crosses 31 December; rules a tenant may set."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.base.session import session
from core.contracts.errors import Invalid
from core.people.models import PostHolding
from core.people.services.membership import record_death
from core.people.services.posts import appoint, end_post
from core.settings.lists import add_entry
from plugins.training.effects import seats_of
from plugins.training.models import ClassSession, Tally
from plugins.training.reminders import day_of
from plugins.training.services import attendance, courses, enrolment, sessions

from .conftest import COURSE
from .test_flow import ALL_CAME, balances
from .test_hours import override
from .test_pages import text
from .test_refusals import PLAN

LAST_DAY, NEW_YEAR = dt.date(2026, 12, 31), dt.date(2027, 1, 4)


def test_hours_confirmed_late_belong_to_the_year_they_were_earned_in(county):
    """In January the secretary is none any more and the duty is another: last year stays as it was."""
    made = county.announced(county.course(), on=LAST_DAY)
    with county.acting("officer") as ctx:
        enrolment.enrol_people(ctx, made, person_ids=[county.people["王小明"]])
    county.settle(LAST_DAY)
    with county.acting("all", NEW_YEAR) as ctx:
        post = session().scalars(select(PostHolding).where(PostHolding.person_id == county.people["王小明"])).one()
        end_post(ctx, post.id, ends_on=NEW_YEAR)
        override(ctx, "training.hours_member", 16, since=dt.date(2027, 1, 1))
    with county.acting("officer", NEW_YEAR) as ctx:
        row = seats_of(ctx.get(ClassSession, made))[0]
        attendance.mark(ctx, made, marks=[attendance.Mark(row.id, "present")])
    county.step(made, "submit", day=NEW_YEAR)
    county.step(made, "confirm", login="second", day=NEW_YEAR)
    county.settle(NEW_YEAR)
    assert balances(county, 2026)["王小明"] == ("secretary", 560, 40, 520, 1)
    assert balances(county, 2027)["王小明"] == ("member", 160, 0, 160, 0)


def test_who_died_in_january_stays_in_last_years_sums(county):
    made = county.confirmed(county.course(), ALL_CAME)
    with county.acting("all", NEW_YEAR) as ctx:
        record_death(ctx, county.people["李秀兰"], effective_on=NEW_YEAR)
    county.settle(NEW_YEAR)
    county.step(made, "reopen", day=NEW_YEAR, reason="核对")
    assert balances(county, 2026)["李秀兰"] == ("member", 320, 0, 320, 0) and "李秀兰" not in balances(county, 2027)


def test_hours_of_a_year_before_the_books_ask_for_the_posts_of_that_time(county):
    """Nobody kept a balance of 2025: it is written by the posts held when that year ended."""
    county.person("钱前任", "东关二支部")
    with county.acting("all") as ctx:
        post = appoint(ctx, person_id=county.people["钱前任"], org_id=county.orgs["东关二支部"], post="secretary",
                       starts_on=dt.date(2024, 3, 1))
        end_post(ctx, post.id, ends_on=dt.date(2026, 3, 1))
        course = county.course()
        past = sessions.record_past(ctx, org_id=county.orgs["东关社区"], course_id=course, **{**PLAN, "on": dt.date(2025, 5, 8)})
        past_id = past.id
    with county.acting("officer") as ctx:
        attendance.add_walk_ins(ctx, past_id, person_ids=[county.people["钱前任"]])
    county.step(past_id, "submit")
    county.step(past_id, "confirm", login="second")
    county.settle()
    assert balances(county, 2025)["钱前任"][:3] == ("secretary", 560, 40)
    assert balances(county)["钱前任"][:3] == ("member", 320, 0)


def test_a_form_of_ones_own_that_is_a_screen_gives_no_hours_either(county):
    with county.acting("all") as ctx:
        mooc = add_entry(ctx, "training.form", label="慕课", base="online_self_study").code
    with county.acting("officer") as ctx, pytest.raises(Invalid, match="线上自学"):
        courses.save_course(ctx, org_id=county.orgs["东关社区"], name="慕课", **{**COURSE, "form": mooc})


def test_days_of_reminders_are_days_of_any_year(county):
    for key in ("training.half_year_day", "training.autumn_day"):
        with county.acting("all") as ctx:
            with pytest.raises(Invalid, match="月和日"):
                override(ctx, key, "六月三十")
            override(ctx, key, "2-29")
            assert [day_of(key, year) for year in (2027, 2028)] == [dt.date(2027, 2, 28), dt.date(2028, 2, 29)]


def test_the_coverage_table_shows_no_single_person_to_who_does_not_plan(county):
    for number in range(5):
        county.person(f"党员{number}")
    county.settle()
    county.confirmed(county.course(), ALL_CAME)
    rows = {"reader": 1, "officer": 4}
    for login, lines in rows.items():
        page = text(county.browser(login), "/ledgers/training.coverage/")
        assert f"共 {lines} " in page, login
    with county.acting("all"):
        assert len(session().scalars(select(Tally)).all()) == 4


def test_the_share_of_secretaries_counts_persons(county):
    """Three classes for one secretary, one for a member: one of two persons, not three of four attendances."""
    for number, names in enumerate((ALL_CAME, {"王小明": "present"}, {"王小明": "present"})):
        county.confirmed(county.course(f"第{number}门"), names, begins=dt.time(8 + number), ends=dt.time(9 + number),
                         tenths=10)
    assert "50%" in text(county.browser("officer"), "/training/").split("书记参训占比")[1][:600]
