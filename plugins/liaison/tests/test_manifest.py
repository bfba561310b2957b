"""The module as core sees it."""

from __future__ import annotations

from core.rules import catalog
from plugins.liaison.workflows import mobile_record


def test_declares_what_the_county_needs(plugins):
    owner = plugins.by_name["liaison"]
    assert owner.problems() == []
    assert {ledger.name.removeprefix("liaison.") for ledger in owner.ledgers} == {
        "attendance", "contacts", "inflow", "outflow", "returned", "searches", "services", "stations"}
    assert len(owner.indicators) >= 8 and len(owner.reminders) >= 10


def test_deadlines_are_rules_with_a_source(plugins):
    named = [s.due or (s.when and s.when.rule) for s in mobile_record.steps] + [
        r.rule for r in plugins.by_name["liaison"].reminders]
    assert all(catalog()[key].source for key in named if key)


def test_headings_stand_in_the_official_order(plugins):
    heads = [str(c.label) for c in plugins.ledgers["liaison.outflow"].columns if not c.hidden]
    assert "·".join(heads[:15]) == (
        "姓名·性别·入党时间·所在党支部·流动方向·流出时间·流出原因·流向（省市县）·流入地党组织·联系人·最近联系日期·联系方式·"
        "能否转接/未转原因·返回日期·备注")
    heads = [str(c.label) for c in plugins.ledgers["liaison.contacts"].columns]
    official = [h for h in heads if h not in ("流动党员", "所在党支部")]
    assert "·".join(official) == "日期·联系人·方式·结果·反映的需求·办理情况"
