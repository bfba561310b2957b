from __future__ import annotations

import datetime as dt

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.base.db import session
from core.base.refusals import PlatformOnly
from core.base.scope import tenant_scope
from core.base.session import write_mode
from core.contracts.errors import Invalid
from core.rules import Due, add_months, add_working_days, due_date, is_working_day, rule
from core.rules.notices import import_notice, read_notice
from core.rules.workdays import FARTHEST, WorkCalendar

PLAIN = WorkCalendar()
known_days = st.dates(dt.date(2006, 1, 1), dt.date(2025, 12, 31))
NOTICE = "日期,类型,名称\n2027-02-06,放假,春节\n2027/2/7,休,春节\n2027-02-14,上班,春节补班\n\n"


@pytest.mark.parametrize(("start", "n", "end"), [
    ("2026-09-30", 1, "2026-10-08"),            # over the National Day holiday
    ("2026-02-13", 1, "2026-02-14"),            # a Saturday worked instead
    ("2026-11-20", 1, "2026-11-23"), ("2026-11-20", 0, "2026-11-20"), ("2026-11-21", 0, "2026-11-23"),
    ("2026-11-23", -1, "2026-11-20"), ("2026-10-08", -1, "2026-09-30"), ("2026-11-20", 15, "2026-12-11"),
])
def test_working_days(start, n, end):
    assert PLAIN.add(dt.date.fromisoformat(start), n) == Due(dt.date.fromisoformat(end))


@given(known_days, st.integers(0, 60))
def test_as_many_working_days_lie_between_as_asked(start, n):
    due = PLAIN.add(start, n)
    between = chinese_calendar.get_workdays(start + dt.timedelta(days=1), due.on) if n else []
    assert len(between) == n and chinese_calendar.is_workday(due.on) and not due.estimated


@given(known_days, st.integers(1, 60))
def test_there_and_back_again(start, n):
    at = PLAIN.add(start, 0).on
    assert PLAIN.add(PLAIN.add(at, n).on, -n).on == at


def test_years_nobody_announced_are_estimated():
    due = PLAIN.add(dt.date(2031, 9, 30), 1)
    assert due == Due(dt.date(2031, 10, 6), estimated=True)     # Oct 1-3 Wed-Fri, then a weekend
    assert PLAIN.add(dt.date(1990, 1, 1), 1).estimated


def test_absurd_numbers_are_refused():
    for n in (FARTHEST + 1, -FARTHEST - 1):
        with pytest.raises(ValueError, match="too many"):
            PLAIN.add(dt.date(2026, 1, 1), n)


def test_an_imported_notice_comes_first_and_ends_the_estimate(platform):
    assert PLAIN.day(dt.date(2027, 2, 8)).estimated
    assert import_notice(NOTICE, "国办发明电〔2026〕×号") == 3
    assert not is_working_day(dt.date(2027, 2, 6)) and is_working_day(dt.date(2027, 2, 14))
    assert add_working_days(dt.date(2027, 2, 5), 1) == Due(dt.date(2027, 2, 8))
    assert import_notice("2027-02-14,放假", "更正") == 1
    assert not is_working_day(dt.date(2027, 2, 14))


def test_the_eve_of_the_next_year_does_not_speak_for_the_whole_year(platform):
    """The notice of 2027 may name 31 December 2026: the holidays of 2026 stay what they were announced to be."""
    before = is_working_day(dt.date(2026, 10, 1)), is_working_day(dt.date(2026, 2, 14))
    assert import_notice("2026-12-31,放假,元旦\n2027-01-01,放假,元旦\n2027-01-02,放假,元旦", "示例") == 3
    assert (is_working_day(dt.date(2026, 10, 1)), is_working_day(dt.date(2026, 2, 14))) == before == (False, True)
    assert not is_working_day(dt.date(2026, 12, 31)) and is_working_day(dt.date(2027, 1, 4))


def test_a_tenant_reads_the_notices_but_cannot_write_them(database):
    with tenant_scope(0), write_mode():
        import_notice("2028-01-03,上班,元旦补班", "示例")
        session().commit()
    with tenant_scope(7), write_mode():
        assert add_working_days(dt.date(2028, 1, 2), 1) == Due(dt.date(2028, 1, 3))
        with pytest.raises(PlatformOnly):
            import_notice("2028-01-04,放假", "不许")


@pytest.mark.parametrize(("text", "part"), [
    ("", "没有日期"), ("日期,类型\n", "没有日期"), ("2027-13-01,放假", "第 1 行：日期"), ("2027-01-01,可能", "第 1 行：类型"),
    ("2027-01-01", "第 1 行：类型"), ("2027-01-01,休\n2027-1-1,班", "第 2 行：同一天"), ("x\n" * 501, "最多"),
])
def test_notices_that_cannot_be_read(text, part):
    with pytest.raises(Invalid) as caught:
        read_notice(text)
    assert part in caught.value.errors["file"][0]


@given(st.text())
def test_any_notice_is_answered(text):
    try:
        assert read_notice(text)
    except Invalid as error:
        assert error.errors["file"]


@pytest.mark.parametrize(("start", "n", "end"), [
    ("2026-01-31", 1, "2026-02-28"), ("2024-01-31", 1, "2024-02-29"), ("2026-03-31", -1, "2026-02-28"),
    ("2026-11-23", 14, "2028-01-23"), ("2024-02-29", 12, "2025-02-28"),
])
def test_months_keep_to_the_end_of_the_month(start, n, end):
    assert add_months(dt.date.fromisoformat(start), n) == dt.date.fromisoformat(end)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), st.integers(0, 600))
def test_months_add_up(start, n):
    end = add_months(start, n)
    assert (end.year - start.year) * 12 + end.month - start.month == n and end.day <= start.day


def test_due_dates_in_every_unit(tenant):
    start = dt.date(2026, 9, 30)
    assert due_date(start, (10, "days")).on == dt.date(2026, 10, 10)
    assert due_date(start, (1, "workdays")).on == dt.date(2026, 10, 8)
    assert due_date(start, (-1, "months")).on == dt.date(2026, 8, 30)
    assert due_date(start, (2, "years")).on == dt.date(2028, 9, 30)
    assert due_date(start, (1, "days"), roll=True).on == dt.date(2026, 10, 8)
    assert due_date(start, rule("people.registry_check")).on == dt.date(2027, 3, 30)


@pytest.mark.parametrize("period", [(1, "people"), (10**9, "days"), (10**9, "months"), (10**9, "workdays")])
def test_what_is_no_period(tenant, period):
    with pytest.raises(ValueError, match=r"unit of time|calendar|too many"):
        due_date(dt.date(2026, 1, 1), period)
