"""The inbox as a list: few statements whatever its length, names of places, choices, totals."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from sqlalchemy import insert, select, update

from core.base import clock
from core.base.ids import new_ids
from core.base.session import begin_write, session
from core.people.models import OrgUnit
from core.work import inbox, lists
from core.work.models import WorkItem
from core.work.show import options, rows

WORK = "people.org.manage"
READ = ("people.person.read", "people.org.read")


@pytest.fixture
def units(world):
    """Paths of three branches below one another in the tenant east; one has a name with signs of HTML."""
    with world.inside("east"):
        top = session().scalars(select(OrgUnit).order_by(OrgUnit.path)).first()
        begin_write()
        made = [OrgUnit(name=f"unit {n}", short_name=f"<unit> & {n}", kind="branch", ordinal=900 + n, parent_id=top.id,
                        path=f"{top.path}00{10 + n}") for n in range(3)]
        session().add_all(made)
        session().commit()
        return [one.path for one in made]


def plant(world, paths: list[str], count: int, **more) -> None:
    with world.inside("east") as ctx:
        begin_write()
        row = {"tenant_id": ctx.tenant.id, "version": 1, "created_at": clock.now(), "source": "people",
               "declared": "people.term_near", "record_kind": "people.org", "permission": WORK, "guard": "people.org.read",
               "state": "open", "opened_at": clock.now(), "opened_by_name": "east", **more}
        session().execute(insert(WorkItem), [
            {**row, "id": new, "record_id": n, "subject": f"unit {n}", "title": f"item {n}", "org_path": paths[n % len(paths)],
             "due_on": clock.today() + dt.timedelta(days=n % 9 - 4), "dedup_key": f"{row['state']} {new}"}
            for n, new in enumerate(new_ids(count))])
        session().commit()


def test_statements_do_not_grow_with_the_items(world, units):
    world.add_user("east", "officer", *READ, WORK)
    browser, counted = world.browser("east", "officer"), []
    for _more in range(2):
        plant(world, units, 20)
        assert browser.get("/work/inbox?size=50").status_code == 200
        with world.counting() as sent:
            text = browser.get("/work/inbox?size=50").get_data(as_text=True)
        counted.append(len(sent))
    assert counted == [2, 2], sent          # the tenant, the items: places and totals are known already
    assert text.count("<tr class") + text.count("<tr>") == 41 and "共 40 条" in text


def test_places_are_named_and_offered_without_their_signs(world, units):
    plant(world, units, 6)
    text = world.browser("east").get("/work/inbox").get_data(as_text=True)
    assert text.count("&lt;unit&gt; &amp; 1</td>") == 2
    assert re.findall(r'<option value="(\w+)">&lt;unit&gt; &amp; \d</option>', text) == units
    chosen = world.browser("east").get(f"/work/inbox?org_path={units[1]}").get_data(as_text=True)
    assert f'<option value="{units[1]}" selected>' in chosen and "共 2 条" in chosen
    assert "item 1<" in chosen and "item 0<" not in chosen


def test_a_place_that_is_not_on_offer_is_named_all_the_same(world, units):
    plant(world, units[:1], 1, state="done", closed_at=clock.now(), closed_by_name="x")
    with world.inside("east") as ctx, world.app.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/t/east"}):
        done = session().scalars(select(WorkItem)).one()
        assert lists.narrowing_choices(ctx).places == {}
        assert [row.org for row in rows(ctx, [done])] == ["<unit> & 0"]
        assert [row.org for row in rows(ctx, [done], {units[0]: "known"})] == ["known"]


def test_totals_of_the_list_are_those_of_its_items(world, units):
    world.add_user("east", "officer", *READ, WORK, path=units[0])
    plant(world, units, 9)
    for login, expected in (("admin", 9), ("officer", 3)):
        with world.acting("east", login) as ctx:
            for by, most in ((inbox.Narrowing(), expected), (inbox.Narrowing(org_path=units[0]), 3),
                             (inbox.Narrowing(text="x"), 0)):
                page = lists.items_page(ctx, "mine", by, 1, 50)
                assert page.total == len(page.items) == most
    browser = world.browser("east", "officer")
    assert "共 3 条" in browser.get("/work/inbox").get_data(as_text=True)
    with world.inside("east") as ctx:
        begin_write()
        session().execute(update(WorkItem).where(WorkItem.tenant_id == ctx.tenant.id, WorkItem.org_path == units[0])
                          .values(state="done").execution_options(synchronize_session=False))
        session().commit()
    assert "都办完了" in browser.get("/work/inbox").get_data(as_text=True)


def test_options_are_escaped_one_by_one():
    assert options({}, "") == ""
    assert options({"a": "<b>", 'c"': "d&"}, "a") == (
        '<option value="a" selected>&lt;b&gt;</option><option value="c&#34;">d&amp;</option>')
