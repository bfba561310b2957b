"""What was written down wrongly is put right or taken back, through the pages, by the side that wrote it."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.audit.models import AuditEntry
from core.base.session import session
from core.contracts.errors import Conflict, NotFound
from plugins.pairing.models import Pairing, PairReview, PairVisit, QuarterSummary
from plugins.pairing.services import corrections, meetings

from .conftest import TODAY

RESULT = "给三户老人修好了水管"


@pytest.fixture
def visited(county):
    """A pairing with an activity of today, noted by the unit; ids of both."""
    pair_id = county.pair(day=TODAY - dt.timedelta(days=20))
    with county.acting("factory") as ctx:
        visit_id = meetings.log_visit(ctx, pair_id=pair_id, kind="help", topic="走访老党员", result=RESULT, people=12).id
    return pair_id, visit_id


def form_of(version, **changed):
    return {"version": version, "kind": "help", "on": TODAY.isoformat(), "topic": "走访老党员", "people": "12", "result": RESULT,
            **changed}


def test_either_side_corrects_an_activity_and_the_audit_names_what_changed(county, visited):
    pair_id, visit_id = visited
    path, day = f"/pairing/visits/{visit_id}", TODAY - dt.timedelta(days=3)
    assert f"{path}/correct" in county.browser("dongguan").get(path).text
    sent = form_of(1, people="21", on=day.isoformat())
    assert county.browser("dongguan").post(f"{path}/correct", sent).status_code == 303
    stale = county.browser("factory").post(f"{path}/correct", form_of(1, topic="另一个主题"))
    assert stale.status_code == 409 and "另一个主题" in stale.text
    with county.acting("all") as ctx:
        row, pair = ctx.get(PairVisit, visit_id), ctx.get(Pairing, pair_id)
        assert (row.people, row.on, row.topic, pair.last_event_on) == (21, day, "走访老党员", day)
        kept = session().scalars(select(AuditEntry).where(AuditEntry.action == "pairing.visit.correct")).one()
        assert "'people': ['12', '21']" in str(kept.detail)


def test_bad_input_is_said_and_others_are_kept_out(county, visited):
    _pair, visit_id = visited
    path = f"/pairing/visits/{visit_id}/correct"
    before = (TODAY - dt.timedelta(days=400)).isoformat()
    told = county.browser("factory").post(path, form_of(1, on=before, result="领导高度重视"))
    assert told.status_code == 422 and "协议生效" in told.text and "领导高度重视" in told.text
    for login in ("school", "xiguan"):
        assert county.browser(login).get(path).status_code == 404, login
        sent = county.browser(login).post(f"/pairing/visits/{visit_id}/withdraw", {"version": 1, "reason": "登记错了"})
        assert sent.status_code == 404, login


def test_an_activity_noted_twice_is_taken_back_and_no_longer_counts(county, visited):
    pair_id, visit_id = visited
    path = f"/pairing/visits/{visit_id}/withdraw"
    browser = county.browser("factory")
    assert browser.post(path, {"version": 1, "reason": " "}).status_code == 422
    assert browser.post(path, {"version": 1, "reason": "与上周登记的是同一次"}).status_code == 303
    assert browser.post(path, {"version": 1, "reason": "与上周登记的是同一次"}).status_code == 404
    with county.acting("all") as ctx:
        assert session().scalars(select(PairVisit)).all() == []
        assert ctx.get(Pairing, pair_id).last_event_on == TODAY - dt.timedelta(days=20)
        kept = session().scalars(select(AuditEntry).where(AuditEntry.action == "pairing.visit.withdraw")).one()
        assert "同一次" in str(kept.detail)


def test_a_summary_is_put_right_and_counts_again_a_review_only_by_its_own_side(county):
    pair_id, day = county.pair(day=dt.date(2026, 1, 5)), dt.date(2026, 12, 22)
    with county.acting("dongguan", day) as ctx:
        summary = meetings.write_summary(ctx, pair_id, year=2026, quarter=4, done="修好了三户老人的水管").id
        review = meetings.write_review(ctx, pair_id, year=2026, rating="fair", results="修好路灯十二盏，帮助老人修水管").id
        meetings.log_visit(ctx, pair_id=pair_id, kind="help", topic="走访", on=dt.date(2026, 12, 1), result=RESULT)
        with pytest.raises(Conflict):
            corrections.correct_summary(ctx, summary, done="修好了五户老人的水管", version=7)
        corrected = corrections.correct_summary(ctx, summary, done="修好了五户老人的水管", version=1)
        assert (corrected.visits, corrected.done) == (1, "修好了五户老人的水管")
        assert corrections.correct_review(ctx, review, rating="good", results="修好路灯十二盏，办起托管班").rating == "good"
    page = f"/pairing/pairs/{pair_id}"
    ours, theirs = county.browser("dongguan"), county.browser("factory")
    for path in (f"/pairing/reviews/{review}/correct", f"/pairing/summaries/{summary}/correct"):
        assert path in ours.get(page).text and path not in theirs.get(page).text
        assert ours.get(path).status_code == 200 and theirs.get(path).status_code == 403
        assert theirs.post(path, {"rating": "poor", "results": "没有做成什么事情", "done": "没有做成什么事情"}).status_code == 403
    with county.acting("xiguan", day) as ctx, pytest.raises(NotFound):
        corrections.to_correct(ctx, QuarterSummary, summary)
    with county.acting("all") as ctx:
        assert ctx.get(PairReview, review).results == "修好路灯十二盏，办起托管班"
