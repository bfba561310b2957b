"""Rows of a ledger: scope, filters, search, order, pages; nothing in a query string is an error."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from core.base import clock
from core.contracts.errors import Forbidden, NotFound
from core.ledgers import controls, query, units
from core.ledgers.scope import find_ledger
from core.ledgers.state import Layout, read_state, tidy
from tests.core.ledgers.trial import READ, context, roster, whole

ALL = 24


def state(ctx, ledger=roster, layout=Layout(), **args):
    pairs = [(k, v) for k, values in args.items() for v in (values if isinstance(values, list) else [values])]
    return read_state(ledger, tidy(pairs), ctx, layout)


def page(ctx, ledger=roster, **args):
    return query.load_page(state(ctx, ledger, **args), ctx)


def test_whole_tenant_and_one_branch(here, known):
    assert page(context(known)).total == ALL
    assert page(context(known, 1, "00000001")).total == 6
    assert page(context(known, 1, "00000001", "00000003")).total == 12
    assert {r.branch for r in page(context(known, 1, "00000002")).rows} == {"第2支部"}


def test_subtree_of_nothing_and_no_permission(here, known):
    assert page(context(known, 1, "00000009")).total == 0
    with pytest.raises(Forbidden):
        find_ledger(context(known, permissions=()), "trial.roster")
    with pytest.raises(NotFound):
        find_ledger(context(known), "trial.nothing")


def test_ledger_without_scope_shows_the_whole_tenant(here, known):
    assert page(context(known, 1, "00000001"), whole).total == 5


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"kind": "full"}, 16),
        ({"kind": ["full", "probationary"]}, ALL),
        ({"nophone": "1"}, 6),
        ({"nophone": "0"}, 18),
        ({"joined_from": "2010-01-01"}, 10),
        ({"joined_from": "2010-07-01", "joined_to": "2010-07-01"}, 1),
        ({"added_from": "2026-01-05", "added_to": "2026-01-05"}, ALL),
        ({"added_to": "2026-01-04"}, 0),
        ({"formal": "0"}, 0),
        ({"version_from": "0", "version_to": "1"}, ALL),
        ({"version_from": "1"}, 0),
        ({"branch": "2支"}, 6),
        ({"branch": "%"}, 0),
        ({"kind": "full", "nophone": "1"}, 4),
        ({"ind": "trial.young"}, 8),
    ],
)
def test_filters(here, known, args, expected):
    found = state(context(known), **args)
    assert found.notes == ()
    assert query.load_page(found, context(known)).total == expected


def test_org_filter_covers_what_lies_below(here, known):
    ctx = context(known)
    top, first = (r.row_key for r in page(ctx, whole).rows[:2])
    assert page(ctx, org=str(top)).total == ALL
    assert page(ctx, org=str(top), org_only="1").total == 0
    assert page(ctx, org=str(first)).total == 6
    assert page(context(known, 1, "00000002"), org=str(first)).total == 0


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("张", 5),
        ("zm", 14),
        ("zengm", 4),
        ("伟", 5),
        ("0001", 1),
        ("明", ALL),
        ("%", 0),
        ("_", 0),
        ("13800000001", 0),
        ("没有这个人", 0),
        ("   ", ALL),
        ("12345", 0),
    ],
)
def test_search(here, known, q, expected):
    assert page(context(known), q=q).total == expected


@pytest.mark.parametrize(
    "args",
    [
        {"kind": "nonsense"},
        {"joined_from": "31.2.2020"},
        {"joined_from": "2021-01-01", "joined_to": "2020-01-01"},
        {"formal": "maybe"},
        {"version_from": "viele"},
        {"version_from": "9" * 16},
        {"org": "12"},
        {"org": "x"},
        {"branch": "   "},
        {"sort": "nothing"},
        {"sort": "phone"},
        {"sort": "age"},
        {"what": "ever"},
        {"ind": "trial.nothing"},
        {"joined_from": "0001-01-01"},
    ],
)
def test_nonsense_is_ignored_and_said(here, known, args):
    found = state(context(known), **args)
    assert found.notes
    assert query.load_page(found, context(known)).total == ALL


def test_pages_never_overlap_and_the_last_page_answers_for_all_behind_it(here, known):
    ctx = context(known)
    first, second = page(ctx, sort="kind"), page(ctx, sort="kind", page="2")
    assert len(first.rows) == 20 and len(second.rows) == 4
    assert not {r.row_key for r in first.rows} & {r.row_key for r in second.rows}
    for far in ("3", "999999999", str(10**30), "-1", "0", "x", "٣"):
        assert page(ctx, sort="kind", page=far).number in (1, 2)
    assert page(ctx, page="999999999").number == 2


def test_sorted_by_pinyin_and_backwards(here, known):
    names = [r.name for r in page(context(known), size="100").rows]
    assert names[0].startswith("李") and names[-1].startswith("赵")
    assert [r.name for r in page(context(known), size="100", sort="-name").rows][0] == names[-1]


def test_columns_and_layout(here, known):
    ctx = context(known)
    assert [c.name for c in state(ctx).columns] == ["name", "gender", "joined", "kind", "branch", "phone", "age"]
    assert [c.name for c in state(ctx, layout=Layout(("branch", "gone", "name"), 50)).columns] == ["branch", "name"]
    assert [c.name for c in state(ctx, cols="kind,name,kind").columns] == ["kind", "name"]
    assert state(ctx, layout=Layout((), 50)).size == 50 and state(ctx, size="7").size == 20
    rows = page(ctx, cols="kind").rows
    assert rows[0]._fields == ("row_key", "kind")


def test_dates_may_move_with_the_calendar(here, known):
    ctx = context(known)
    with clock.at(dt.datetime(2026, 1, 5, 20, tzinfo=dt.UTC)):  # the 6th in China
        for words, expected in (("today", 0), ("today-1", ALL), ("month", ALL), ("year", ALL), ("month+5", 0)):
            found = state(ctx, added_from=words)
            assert (query.load_page(found, ctx).total, found.notes) == (expected, ())
        assert dict(found.pairs())["added_from"] == "month+5"
        assert {c.name: c.values for c in controls.controls(found, ctx)}["added"] == ("2026-01-06", "")
    assert state(ctx, added_from="todays").notes and state(ctx, added_from="today+99999").notes


def test_query_string_round_trip(here, known):
    ctx = context(known)
    first = state(ctx, q="张", kind=["full", "probationary"], sort="-joined", page="2", joined_from="2001-01-01")
    again = read_state(roster, tidy(first.pairs()), ctx)
    assert again.pairs() == first.pairs()
    assert "page" not in dict(first.pairs(page=""))
    assert "kind" not in dict(first.pairs(without=["kind"]))


def test_statements_do_not_depend_on_the_number_of_rows(here, known):
    ctx, seen = context(known), []
    event.listen(here.engine, "before_cursor_execute", lambda *a: seen.append(a[2]) if "people_" in a[2] else None)
    counts = []
    for args in ({"q": "0001", "size": "50"}, {"size": "50"}):
        seen.clear()
        page(ctx, **args)
        counts.append(len(seen))
    assert counts == [1, 1]  # keys of the page and their columns
    seen.clear()
    page(ctx)
    assert len(seen) == 2  # and the count


TEXT = st.text(max_size=30) | st.sampled_from(
    ["2020-02-30", "1", "0", "full", "-joined", "\x00", "0" * 400, "9" * 40, "%", "\ud800", "١"]
)
KEYS = st.sampled_from(
    [
        "q",
        "sort",
        "page",
        "size",
        "cols",
        "view",
        "ind",
        "kind",
        "joined_from",
        "joined_to",
        "formal",
        "version_from",
        "version_to",
        "org",
        "org_only",
        "branch",
        "nophone",
        "added_from",
        "added_to",
    ]
) | st.text(max_size=8)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(KEYS, TEXT), max_size=12))
def test_no_query_string_is_an_error(here, known, pairs):
    ctx = context(known)
    found = read_state(roster, tidy(pairs), ctx)
    shown = query.load_page(found, ctx)
    assert 0 <= shown.total <= ALL and len(shown.rows) <= found.size
    assert read_state(roster, tidy(found.pairs()), ctx).pairs() == found.pairs()


def test_permission_of_another_kind_narrows_differently(here, known):
    ctx = context(known, 1, "00000001", permissions=(READ,))
    with pytest.raises(Forbidden):
        list(query.every_row(state(ctx), ctx, roster.columns, permission="trial.row.export"))
    assert len(list(query.every_row(state(ctx), ctx, roster.columns))) == 6


def test_deep_units_are_offered_below_the_one_chosen(here, known, monkeypatch):
    monkeypatch.setattr("core.ledgers.units.MOST", 3)
    ctx = context(known)
    top, first = (r.row_key for r in page(ctx, whole).rows[:2])
    assert [u.name for u in units.offered(ctx, READ)] == ["县委"]
    below = units.offered(ctx, READ, units.find(ctx, top))
    assert [(u.name, u.depth) for u in below][:2] == [("县委", 0), ("第1支部", 1)] and len(below) == 3
    assert "第1支部" in [u.name for u in units.offered(ctx, READ, units.find(ctx, first))]
    assert [u.name for u in units.offered(context(known, 1, "00000002"), READ)] == ["第2支部"]
