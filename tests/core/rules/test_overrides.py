from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from core.base import clock
from core.base.db import session
from core.base.scope import NoTenant, system_scope, tenant_scope
from core.base.session import write_mode
from core.contracts.errors import Invalid, NotFound
from core.rules import pack_version, rule
from core.rules.overrides import clear_override, parse_value, set_override
from core.rules.packs import catalog

KEY = "people.registry_check"
DAY = dt.date(2026, 3, 1)


def override(value=3, day=DAY, key=KEY, **changes):
    given = {"document_no": "临组发〔2026〕5号", "effective_from": day, "set_by": 11} | changes
    return set_override(key, value, **given)


def test_without_an_own_value_the_shipped_one_holds(tenant):
    found = rule("people.branch_min_members")
    assert (found.value, found.unit, found.overridden_by, found.document_no) == (3, "people", None, "")
    assert found.text == "3 人"
    assert "第四条" in found.source and found.source in found.explain()


def test_an_own_value_holds_from_its_day_on(tenant):
    override(3)
    override(4, dt.date(2026, 9, 1), document_no="临组发〔2026〕9号")
    assert [rule(KEY, on=day).value for day in (dt.date(2026, 2, 28), DAY, dt.date(2026, 12, 1))] == [6, 3, 4]
    found = rule(KEY, on=DAY)
    assert (found.effective, found.overridden_by, found.document_no) == (DAY, 11, "临组发〔2026〕5号")
    assert "临组发〔2026〕5号" in found.explain()
    with clock.at(dt.datetime(2026, 2, 1, tzinfo=dt.UTC)):
        assert rule(KEY).value == 6


def test_the_same_day_again_replaces_and_clearing_restores(tenant):
    override(3)
    override("8", note="改")
    assert rule(KEY, on=DAY).value == 8
    clear_override(KEY, DAY)
    assert rule(KEY, on=DAY).value == 6
    with pytest.raises(NotFound):
        clear_override(KEY, DAY)


def test_one_tenant_does_not_see_the_value_of_another(database):
    with tenant_scope(21), write_mode():
        override(2)
        session().commit()
    with tenant_scope(22):
        assert rule(KEY, on=DAY).value == 6
    with tenant_scope(21):
        assert rule(KEY, on=DAY).value == 2
    with system_scope("test"):
        assert rule(KEY, on=DAY).value == 6


def test_outside_a_tenant_there_is_no_answer(database):
    with pytest.raises(NoTenant):
        rule(KEY)


def test_unknown_rules_are_a_fault(tenant):
    with pytest.raises(KeyError):
        rule("people.no_such_rule")
    with pytest.raises(NotFound):
        override(key="people.no_such_rule")


def test_all_own_values_cost_one_query_per_session(tenant, database):
    seen = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    for key in list(catalog())[:20]:
        rule(key)
    assert sum("rules_override" in statement for statement in seen) == 1


def test_the_version_names_the_values_in_force(tenant):
    before = pack_version(DAY)
    override(3)
    assert pack_version(DAY) != before
    assert pack_version(dt.date(2026, 2, 28)) == before
    assert len(before) == 12


@pytest.mark.parametrize(("key", "value", "part"), [
    (KEY, 0, "应在"), (KEY, 25, "应在"), (KEY, "三", "整数"), (KEY, "3.5", "整数"), (KEY, True, "整数"),
    (KEY, None, "整数"), (KEY, "９", "整数"), (KEY, "9" * 5000, "应在"), ("accounts.password_profile", "none", "选择"),
    ("accounts.password_profile", 3, "文字"), ("people.term_reminders", "[1, ", "无法识别"),
    ("people.term_reminders", {"a": 1}, "一致"), ("people.term_reminders", ["6"], "一致"),
    ("accounts.password_default", {"min_length": 8}, "一致"), ("people.term_reminders", "[]", "至少填写一项"),
    ("people.term_reminders", "[-3]", "应在"), ("people.term_reminders", "[1, 6]", "顺序"),
    ("people.age_bands", [0, 50, 50], "顺序"), ("people.seniority_since", [], "至少填写一项"),
    ("liaison.return_home_day", "abc", "月和日"), ("liaison.return_home_day", "13-45", "月和日"),
    ("liaison.return_home_day", "02-30", "月和日"), ("training.autumn_day", "1", "月和日"),
])
def test_values_out_of_type_or_bounds_are_refused(tenant, key, value, part):
    with pytest.raises(Invalid) as caught:
        override(value, key=key)
    assert part in caught.value.errors["value"][0]


@pytest.mark.parametrize(("field", "text"), [("document_no", " "), ("document_no", "号" * 81), ("note", "长" * 501)])
def test_the_papers_must_be_in_order(tenant, field, text):
    with pytest.raises(Invalid) as caught:
        override(**{field: text})
    assert list(caught.value.errors) == [field]


@pytest.mark.parametrize(("key", "text", "value"), [
    ("liaison.return_home_day", "1月5日", "01-05"), ("liaison.return_home_day", "2.29", "02-29"),
    (KEY, " 12 ", 12), ("people.term_reminders", "[9, 6]", [9, 6]), ("accounts.password_profile", "dengbao3",
                                                                     "dengbao3"),
])
def test_form_texts_are_read(key, text, value):
    assert parse_value(catalog()[key], text) == value


JSONS = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner)
                     | st.dictionaries(st.text(), inner), max_leaves=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(catalog())), JSONS)
def test_any_value_is_answered(key, value):
    shipped = catalog()[key]
    try:
        parsed = parse_value(shipped, value)
    except Invalid as error:
        assert error.errors["value"]
    else:
        assert type(parsed) is type(shipped.value)
