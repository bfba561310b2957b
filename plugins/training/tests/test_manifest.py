"""The module as core sees it."""

from __future__ import annotations

from core.rules import catalog
from plugins.training.audience import meant_by
from plugins.training.words import AUDIENCES, DUTY_RULES, ROLES
from plugins.training.workflows import class_session

from .conftest import TODAY


def test_declares_what_the_county_needs(plugins):
    owner = plugins.by_name["training"]
    assert owner.problems() == []
    assert {ledger.name.removeprefix("training.") for ledger in owner.ledgers} == {
        "attendance", "certificates", "courses", "coverage", "entries", "hours", "hours_past", "needs", "new_secretaries", "plan",
        "sessions", "short"}
    assert len(owner.indicators) >= 8 and len(owner.reminders) == 3


def test_deadlines_and_duties_are_rules_with_a_source(plugins):
    named = [s.due or (s.when and s.when.rule) for s in class_session.steps] + [
        r.rule or r.ahead for r in plugins.by_name["training"].reminders]
    assert all(catalog()[key].source for key in (*DUTY_RULES.values(), *filter(None, named)))
    assert set(DUTY_RULES) == set(ROLES)
    assert [catalog()[DUTY_RULES[role]].value for role in ROLES] == [56, 56, 40, 32]


def test_headings_stand_in_the_official_order(plugins):
    heads = [str(column.label) for column in plugins.ledgers["training.hours"].columns if not column.hidden]
    assert "·".join(heads) == "姓名·支部/社区·人员类别·应达学时·已获学时·集中培训次数·差额·补课安排"


def test_every_audience_is_a_condition(county):
    with county.acting("all"):
        assert all(str(meant_by(code, TODAY)) for code in AUDIENCES)
        assert len({str(meant_by(code, TODAY)) for code in AUDIENCES}) >= 6
