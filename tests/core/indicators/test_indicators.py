"""Indicators: measured in scope, by organisation in official order, kept per day, shown with definition and rows."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from core.base import clock
from core.base.session import session
from core.contracts.errors import NotFound
from core.indicators.engine import find_indicator, measure, written
from core.indicators.history import curves, has_curve, keep_today
from core.indicators.models import IndicatorValue
from core.indicators.places import by_place, whole_and_places
from tests.core.ledgers import trial

pytest_plugins = ["core.testing.fixtures"]


@pytest.fixture(scope="session")
def plugins():
    return trial.with_all_others()


@pytest.fixture
def office(world):
    with world.inside("east") as ctx:
        trial.fill(persons_per_branch=6, branches=4, root="z000")
        assert ctx.plugins.indicators["trial.young"]
    world.add_user("east", "clerk", trial.READ)
    world.add_user("east", "second", trial.READ, path="z0000002")
    return world


BOTH = [trial.young, trial.share]


def test_measured_in_one_statement_per_ledger(office):
    with office.acting("east", "clerk") as ctx, office.counting() as sent:
        found = measure(ctx, BOTH)
        assert (found["trial.young"].amount, str(found["trial.young"])) == (8, "8")
        assert (found["trial.reachable"].amount, found["trial.reachable"].base, str(found["trial.reachable"])) == (18, 24, "75%")
        assert len(sent) == 1


def test_joins_that_only_name_things_are_not_counted_through(office):
    with office.inside("east") as ctx, office.counting() as sent:
        measure(ctx, [find_indicator(ctx, "people.members")[0]])
    assert " JOIN " in str(ctx.plugins.ledgers["people.roster"].rows)
    assert [each for each in sent if " JOIN " in each] == []


def test_measured_in_the_readers_scope_only(office):
    with office.acting("east", "second") as ctx:
        assert measure(ctx, BOTH)["trial.reachable"].base == 6
    with office.inside("west") as ctx:
        assert measure(ctx, BOTH)["trial.reachable"].number is None
    assert written(None, "percent") == "—" and written(1286, "count") == "1,286" and written(12.3, "fen") == "12.30"


def test_no_indicator_without_its_ledger(office):
    office.add_user("east", "nobody", trial.EXPORT)
    with office.acting("east", "nobody") as ctx:
        assert measure(ctx, BOTH) == {}
        with pytest.raises(NotFound):
            find_indicator(ctx, "trial.young")


def test_by_organisation_in_official_order(office):
    with office.acting("east", "clerk") as ctx:
        places = by_place(ctx, BOTH)
        assert [p.name for p in places] == ["第1支部", "第2支部", "第3支部", "第4支部"]
        assert sum(p.values[0].amount for p in places) == 8 and {p.values[1].base for p in places} == {6}
    with office.acting("east", "second") as ctx:
        assert by_place(ctx, BOTH) == []


def test_the_whole_is_added_up_from_the_places_where_it_can_be(office):
    everything = [*BOTH, trial.middle]
    with office.inside("west") as nothing_there:
        assert whole_and_places(nothing_there, everything, everything)[0] == measure(nothing_there, everything)
    for login in ("clerk", "second"):            # the second has no units below to compare
        with office.acting("east", login) as ctx:
            alone, places = measure(ctx, everything), by_place(ctx, everything)
            for compared in ([], [trial.young], [trial.share], everything):
                whole, placed = whole_and_places(ctx, everything, compared)
                assert whole == alone and len(placed) == len(places if compared else [])
            assert placed == places
            with office.counting() as sent:
                whole_and_places(ctx, BOTH, BOTH)
            assert len(sent) == 2, sent         # the units and the ledger: neither count nor percentage is measured again


def test_figures_are_kept_once_a_day_and_thinned_out(office):
    start = dt.datetime(2026, 1, 5, 2, tzinfo=dt.UTC)
    with office.inside("east") as ctx:
        for days in (0, 1, 1, 20, 27, 80):
            with clock.at(start + dt.timedelta(days=days)):
                kept = keep_today(ctx)
        assert kept >= 2 * 5
        whole = select(IndicatorValue.on).where(IndicatorValue.indicator == "trial.young", IndicatorValue.path == "")
        days = session().scalars(whole.order_by(IndicatorValue.on)).all()
        assert [f"{d:%m-%d}" for d in days] == ["01-25", "02-01", "03-26"]
    with office.acting("east", "second") as ctx, clock.at(start + dt.timedelta(days=90)):
        line = curves(ctx, measure(ctx, BOTH).values())["trial.reachable"]
        assert [(p.month, p.value.base) for p in line] == [("2026-01", 6), ("2026-02", 6), ("2026-03", 6), ("2026-04", 6)]


def test_a_middle_value_is_kept_for_each_place_and_never_added_up(office):
    start = dt.datetime(2026, 1, 5, 2, tzinfo=dt.UTC)
    with office.inside("east") as ctx, clock.at(start):
        keep_today(ctx)
    for paths, months in ((["z0000002"], ["2026-01", "2026-02"]), (["z0000002", "z0000003"], ["2026-02"])):
        with office.acting("east", "second") as ctx, clock.at(start + dt.timedelta(days=30)):
            ctx = replace(ctx, grants=tuple(replace(ctx.grants[0], path=path) for path in paths))
            line = curves(ctx, measure(ctx, [trial.middle]).values())["trial.middle"]
            assert [(p.month, p.value.number) for p in line] == [(month, 1) for month in months]


def test_a_middle_of_nothing_is_no_figure(office):
    with office.inside("west") as ctx:
        assert str(measure(ctx, [trial.middle])["trial.middle"]) == "—"
    with office.inside("east") as ctx:              # the fourth branch has no telephone at all
        assert [str(place.values[0]) for place in by_place(ctx, [trial.middle])] == ["1", "1", "1", "—"]


def test_the_daily_job_runs_for_every_tenant(office):
    office.app.extensions["juheli.runner"].tick()
    office.run_jobs()
    with office.inside("west"):
        assert session().execute(select(func.count()).select_from(IndicatorValue)).scalar_one() > 0


def test_page_of_an_indicator_leads_to_its_rows(office):
    browser = office.browser("east", "clerk")
    page = browser.get("/indicators/trial.reachable/").get_data(as_text=True)
    assert "75%" in page and "第3支部" in page and "ind=trial.reachable:over" in page.replace("%3A", ":")
    link = re.search(r'href="/t/east(/ledgers/trial.roster/\?[^"]*org=\d+[^"]*)"', page)[1].replace("&amp;", "&")
    rows = browser.get(link).get_data(as_text=True)
    assert "共 6 条" in rows
    assert "共 24 条" in browser.get("/ledgers/trial.roster/?ind=trial.reachable:over").get_data(as_text=True)
    assert "共 18 条" in browser.get("/ledgers/trial.roster/?ind=trial.reachable").get_data(as_text=True)
    assert "有电话的比例" in browser.get("/indicators/").get_data(as_text=True)
    assert browser.get("/indicators/trial.none/").status_code == 404
    office.add_user("east", "nobody", trial.EXPORT)
    assert office.browser("east", "nobody").get("/indicators/trial.young/").status_code == 404


def test_a_branch_is_told_that_no_curve_is_kept_for_it(office):
    office.add_user("east", "deep", trial.READ, "people.person.read", path="z00000010002000100020003")
    for login, kept in (("clerk", True), ("deep", False)):
        with office.acting("east", login) as ctx:
            assert has_curve(ctx, measure(ctx, BOTH).values()) is kept
    page = office.browser("east", "deep").get("/indicators/trial.young/").get_data(as_text=True)
    assert "趋势按街道、社区记录" in page and "/ledgers/people.changes/" in page
