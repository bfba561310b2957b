"""Suggestions and complaints: anybody signed in sends one, the admins answer it in time, only sender and admins read it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from sqlalchemy import select

from core.base import clock
from core.base.session import session
from core.contracts.errors import Forbidden, Invalid, NotFound
from core.ledgers import query, state
from core.notify.feedback import own_feedback, send_feedback
from core.notify.models import Feedback, Notice
from core.plugin import installed
from core.work.models import WAITING, WorkItem
from core.work.services import make_step

SAID = {"kind": "complaint", "subject": "同一张表报了三遍", "body": "街道、社工部、组织部各要一遍，格式还不一样。"}


def send(place, login="reader", **more):
    with place.world.acting("east", login) as ctx:
        return send_feedback(ctx, **{**SAID, **more}).id


def answer(place, record_id, login="admin", text="已合并为一张，从下月起只报一次。", step="answer"):
    with place.world.acting("east", login) as ctx:
        make_step(ctx, "notify.feedback", record_id, step, data={"answer": text})


def test_it_waits_for_the_admins_until_the_day_the_rule_sets_and_the_sender_hears_the_answer(place, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: dt.date(2026, 11, 23))
    record_id = send(place)
    with place.world.inside("east"):
        item = session().scalars(select(WorkItem).where(WorkItem.record_id == record_id)).one()
        assert (item.permission, item.org_path, item.due_on) == ("notify.feedback.answer", "", dt.date(2026, 12, 7))
        assert "R28" not in item.rule["source"] and "指尖上的形式主义" in item.rule["source"]
    answer(place, record_id)
    with place.world.inside("east"):
        assert session().scalars(select(WorkItem).where(WorkItem.state.in_(WAITING))).all() == []
        notice = session().scalars(select(Notice)).one()
        assert notice.url == f"/notify/feedback/{record_id}" and "已答复" in notice.title
    page = place.browser("reader").get(f"/notify/feedback/{record_id}").text
    assert "已合并为一张" in page and "已答复" in page


def test_only_the_sender_and_those_who_answer_see_it(place):
    record_id = send(place)
    for login in ("other", "boss"):
        browser = place.browser(login)
        assert browser.get(f"/notify/feedback/{record_id}").status_code == 404
        assert browser.get(f"/notify/feedback/{record_id}/case").status_code == 403
        assert browser.get("/ledgers/notify.feedback/").status_code == 403
        assert SAID["subject"] not in browser.get("/notify/feedback/").text
    admin = place.browser("admin")
    assert SAID["body"] in admin.get(f"/notify/feedback/{record_id}/case").text
    with place.world.inside("west") as ctx, pytest.raises(NotFound):
        own_feedback(ctx, record_id)
    with place.world.acting("east", "boss") as ctx, pytest.raises(Forbidden):
        make_step(ctx, "notify.feedback", record_id, "answer", data={"answer": "我来答"})
    with place.world.inside("east") as ctx:
        assert ctx.get(Feedback, record_id).state == "sent"


def test_the_page_stands_in_every_footer_keeps_the_page_it_came_from_and_shows_what_is_wrong(place):
    reader = place.browser("reader")
    assert re.search(r'href="/t/east/notify/feedback/[?]next=/t/east/notify/board', reader.get("/notify/board").text)
    bad = reader.post("/notify/feedback/", {"kind": "complaint", "subject": "短"})
    assert bad.status_code == 422 and "处需要修改" in bad.text
    sent = reader.post("/notify/feedback/", {**SAID, "next": "/t/east/notify/board"})
    assert sent.status_code == 303
    assert SAID["subject"] in reader.get("/notify/feedback/").text
    reader.post("/notify/feedback/", {**SAID, "subject": "另一条", "next": "https://evil.example/"})
    with place.world.inside("east"):
        assert [f.page for f in session().scalars(select(Feedback).order_by(Feedback.id))] == ["/notify/board", ""]
    assert place.world.browser("east", None).get("/notify/feedback/").status_code == 303


def test_the_ledger_lists_them_and_marks_late_ones(place):
    late, done = send(place), send(place, subject="第二条")
    answer(place, done)
    with place.world.inside("east"):
        session().get(Feedback, (place.world.tenants["east"].id, late)).sent_on = clock.today() - dt.timedelta(days=40)
        session().commit()
    page = place.browser("admin").get("/ledgers/notify.feedback/").text
    assert "c-warn" in page and "第二条" in page and "待答复" in page
    ledger = installed().ledgers["notify.feedback"]
    with place.world.inside("east") as ctx:
        found = query.load_page(state.read_state(ledger, {"state": ["sent"]}, ctx), ctx)
        assert [row.subject for row in found.rows] == [SAID["subject"]]


def test_an_empty_answer_is_refused_and_an_answer_can_be_added_to(place):
    record_id = send(place)
    with pytest.raises(Invalid):
        answer(place, record_id, text="")
    answer(place, record_id)
    answer(place, record_id, text="补充：模板已换。", step="amend")
    with place.world.inside("east") as ctx:
        assert ctx.get(Feedback, record_id).answer == "补充：模板已换。"
