"""What every installed ledger must do, whoever declared it: open, filter, sort, print, export, keep to its scope."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import inspect

from core.base.db import OrgScoped
from core.indicators.engine import measure
from core.indicators.places import whole_and_places
from core.ledgers import query
from core.ledgers.columns import choices_of
from core.ledgers.filters import filters_of, keys_of
from core.ledgers.state import read_state, tidy
from core.plugin.manager import installed
from tests.core.ledgers import trial

SAMPLES = {"choice": "x", "flag": "1", "text": "x", "org": "1", "period": "2020-01-01", "number": "1"}


@pytest.fixture
def office(world):
    """A county with members in two branches, everything enabled."""
    world.open_tenant("north", "North County", "county", plugins=tuple(world.plugins.optional))
    with world.inside("north"):
        trial.fill(persons_per_branch=3, branches=2, root="z000")
    return world


def ledgers(ctx):
    return [ctx.plugins.ledgers[name] for name in ctx.plugins.ledgers if ctx.plugins.active(name, ctx.enabled)]


def total(ledger, ctx, *pairs):
    state = read_state(ledger, tidy(pairs), ctx)
    page = query.load_page(state, ctx)
    assert len(page.rows) == min(page.total, state.size)
    return page.total


def test_opens_prints_and_exports(office):
    office.add_user("north", "all", *office.plugins.permissions)
    browser = office.browser("north", "all")
    with office.inside("north") as ctx:
        names = [ledger.name for ledger in ledgers(ctx)]
    assert len(names) >= 8
    for name in names:
        page = browser.get(f"/ledgers/{name}/")
        assert page.status_code == 200, name
        assert browser.get(f"/ledgers/{name}/print").status_code == 200, name
        for kind in ("csv", "xlsx"):
            answer = browser.post(f"/ledgers/{name}/export", {"format": kind, "query": ""})
            assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"], name


def test_every_filter_view_search_and_order_is_a_statement_that_runs(office):
    with office.inside("north") as ctx:
        for ledger in ledgers(ctx):
            for item in filters_of(ledger):
                value = next(iter(choices_of(item, ctx)), "x") if item.kind == "choice" else SAMPLES[item.kind]
                total(ledger, ctx, (keys_of(item)[0], value))
            for view in ledger.views:
                pairs = [(k, v) for k, value in view.query.items() for v in ([value] if isinstance(value, str) else value)]
                assert read_state(ledger, tidy(pairs), ctx).notes == (), (ledger.name, view.name)
                total(ledger, ctx, *pairs)
            for column in ledger.columns:
                if column.source is not None and column.sort:
                    total(ledger, ctx, ("sort", f"-{column.name}"), ("cols", column.name))
            assert read_state(ledger, {}, ctx).notes == (), ledger.name
            for text in ("x", "张", "zhang", "1234", "13812345678", "330102199001011234"):
                total(ledger, ctx, ("q", text))


def test_every_indicator_measures_and_leads_to_its_rows(office):
    with office.inside("north") as ctx:
        listed = [i for i in ctx.plugins.indicators.values() if ctx.plugins.active(i.name, ctx.enabled)]
        values = measure(ctx, listed)
        assert whole_and_places(ctx, listed, listed)[0] == values
        for indicator in listed:
            assert str(indicator.definition), f"{indicator.name} says nowhere what it counts"
            ledger, value = ctx.plugins.ledgers[indicator.of], values[indicator.name]
            if indicator.total is None and indicator.median is None:
                assert total(ledger, ctx, ("ind", indicator.name)) == value.amount, indicator.name
            if value.base is not None:
                assert total(ledger, ctx, ("ind", f"{indicator.name}:over")) == value.base, indicator.name


def test_rows_that_have_a_place_are_narrowed_to_it(office):
    for ledger in installed().ledgers.values():
        entity = getattr(getattr(ledger.key, "parent", None), "class_", None)
        if entity is not None and issubclass(entity, OrgScoped):
            paths = {getattr(column, "key", None) for column in ledger.scope}
            assert paths & set(inspect(entity).columns.keys()), f"{ledger.name} shows everybody every place"


def test_a_branch_sees_no_other_branch(office):
    with office.inside("north") as ctx:
        scoped = [ledger for ledger in ledgers(ctx) if ledger.scope]
    office.add_user("north", "first", *office.plugins.permissions, path="z0000001")
    with office.acting("north", "first") as ctx:
        for ledger in scoped:
            state = read_state(ledger, {}, ctx)
            paths = query.matching(ledger, ctx).with_only_columns(*ledger.scope, maintain_column_froms=True)
            found = query.session().execute(paths.order_by(None)).all()
            assert all(any(p and p.startswith("z0000001") for p in row) for row in found), ledger.name
            query.load_page(state, ctx)
    page = office.browser("north", "first").get("/ledgers/people.roster/").get_data(as_text=True)
    assert "第1支部" in page and not re.search("第2支部", page.split("<tbody>")[1])


def test_another_tenant_has_no_row_of_it(office):
    with office.inside("north") as ctx:
        here = {ledger.name: {r[0] for r in query.every_row(read_state(ledger, {}, ctx), ctx, ledger.columns[:1])}
                for ledger in ledgers(ctx) if not query.matching(ledger, ctx)._group_by_clauses}
    with office.inside("east") as ctx:
        for name, keys in here.items():
            ledger = ctx.plugins.ledgers[name]
            there = {r[0] for r in query.every_row(read_state(ledger, {}, ctx), ctx, ledger.columns[:1])}
            assert not keys & there, name
    assert here["people.roster"]
