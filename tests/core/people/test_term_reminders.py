"""Ends of terms are reminded of six, three and one month ahead, one item at a time."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.base import clock
from core.base.session import session
from core.people.services.orgs import update_org
from core.people.workflows import term_ending, term_last, term_near
from core.service import system_context
from core.work.models import WAITING, WorkItem
from core.work.rounds import make_round

STAGES = (term_ending, term_near, term_last)
END = dt.date(2027, 1, 15)


@pytest.fixture
def branch(county):
    with on("2026-05-01"):
        update_org(county.ctx, county["东关一支部"], term_start=dt.date(2022, 1, 15), term_end=END)
    return county


def on(day: str):
    return clock.at(dt.datetime.combine(dt.date.fromisoformat(day), dt.time(4), dt.UTC))


def waiting(county, day: str) -> list[tuple[str, str]]:
    """What waits after the rounds of a day: (reminder, value of the rule that opened it)."""
    system = system_context(county.ctx.tenant, county.ctx.enabled, "system")
    with on(day):
        for stage in STAGES:
            make_round(system, stage)
    rows = session().scalars(select(WorkItem).where(WorkItem.state.in_(WAITING), WorkItem.record_id == county["东关一支部"]))
    return [(row.declared, row.rule["value"]) for row in rows]


@pytest.mark.parametrize(("day", "wanted"), [
    ("2026-07-14", []), ("2026-07-15", [("people.term_ending", 6)]), ("2026-10-14", [("people.term_ending", 6)]),
    ("2026-10-15", [("people.term_near", 3)]), ("2026-12-15", [("people.term_last", 1)]),
    ("2027-02-01", [("people.term_last", 1)])])
def test_each_stage_begins_on_its_day(branch, day, wanted):
    assert waiting(branch, day) == wanted


def test_one_item_follows_the_other_and_an_election_ends_them(branch):
    assert [waiting(branch, day)[0][0] for day in ("2026-08-01", "2026-11-01", "2027-01-01")] == [
        "people.term_ending", "people.term_near", "people.term_last"]
    with on("2027-01-10"):
        update_org(branch.ctx, branch["东关一支部"], term_start=dt.date(2027, 1, 10), term_end=dt.date(2032, 1, 10))
    assert waiting(branch, "2027-01-11") == []
