"""What a worker remembers is never older than the last commit of any worker: two workers over one database."""

from __future__ import annotations

import re
import sys
import time

import pytest
from sqlalchemy import select, update

from core.access.answers import read_by
from core.access.models import Role
from core.accounts.models import Session, User
from core.base import clock, memo
from core.base.memo import GROUPS, Stamps, Store, group_of, remembered, tables, use_stamps
from core.base.scope import narrowed, tenant_scope
from core.base.session import begin_write, session
from core.ledgers.models import SavedView
from core.notify.models import Notice
from core.people.models import OrgUnit, Person
from core.rules import rule
from core.rules.overrides import set_override
from core.testing.world import build_world
from core.work import hooks, lists
from core.work.models import Draft

READ = ("people.person.read", "people.org.read", "people.person.export")
ROSTER = "/ledgers/people.roster/"


@pytest.fixture
def workers(world, plugins):
    """(a world, another process of it as far as memory goes)."""
    config = world.app.extensions["juheli.config"]
    other = build_world(config.instance, plugins, world.database.engine.url.render_as_string(hide_password=False))
    other.tenants |= world.tenants
    yield world, other
    other.database.dispose()


def add(world, *records):
    with world.inside("east"):
        begin_write()
        session().add_all(records)
        session().commit()


def someone(world, name="Zhang") -> Person:
    with world.inside("east"):
        unit = session().scalars(select(OrgUnit).order_by(OrgUnit.id)).first()
    return Person(name=name, org_id=unit.id, org_path=unit.path, is_formal=True)


def total(browser) -> str:
    found = re.search(r'aria-current="page">全部 <span class="g-num">([0-9]+)', browser.get(ROSTER).get_data(as_text=True))
    assert found
    return found.group(1)


def test_another_worker_sees_each_change_at_once(workers):
    here, there = workers
    number = here.add_user("east", "reader", *READ)
    one, other = here.browser("east", "reader"), there.browser("east", "reader")
    before = int(total(one)), int(total(other))
    add(there, someone(there))
    assert int(total(one)) == before[0] + 1 and int(total(other)) == before[1] + 1
    assert "g-dot" not in one.get(ROSTER).get_data(as_text=True)
    add(there, Notice(user_id=number, at=clock.now(), title="read this", url="/", source="test"))
    assert "g-dot" in one.get(ROSTER).get_data(as_text=True)
    add(there, SavedView(ledger="people.roster", owner_id=number, name="my own view", audience="tenant", query="q=z"))
    assert "my own view" in one.get(ROSTER).get_data(as_text=True)


def test_the_figures_of_the_views_are_never_older_than_a_change(workers):
    here, there = workers
    one, shown = here.browser("east"), re.compile(r'预备党员 <span class="g-num">([0-9]+)')
    before = shown.findall(one.get(ROSTER).get_data(as_text=True))
    with here.counting() as sent:
        assert shown.findall(one.get(ROSTER).get_data(as_text=True)) == before
    new = someone(there)
    new.member_kind = "probationary"
    add(there, new)
    assert not any("count(" in one for one in sent)
    assert int(shown.findall(one.get(ROSTER).get_data(as_text=True))[0]) == int(before[0]) + 1


def test_a_right_taken_away_is_gone_with_the_next_page_everywhere(workers):
    here, there = workers
    here.add_user("east", "reader", *READ)
    one = here.browser("east", "reader")
    assert one.get(ROSTER).status_code == 200
    with there.inside("east"):
        begin_write()
        session().execute(update(Role).where(Role.key == "test_reader").values(permissions=[])
                          .execution_options(synchronize_session=False))
        session().commit()
    assert one.get(ROSTER).status_code == 403
    with there.inside("east"):
        begin_write()
        session().scalars(select(User).where(User.login_name == "reader")).one().state = "disabled"
        session().commit()
    assert one.get(ROSTER).status_code == 303


def test_the_second_page_asks_for_little_more_than_the_rows(east, world):
    browser = world.browser("east")
    browser.get(ROSTER)
    with world.counting() as sent:
        assert browser.get(ROSTER).status_code == 200
    assert len(sent) <= 4, sent


def test_nothing_is_remembered_of_a_session_that_writes_nor_across_subtrees_tenants_and_stamps(world):
    answers = iter(range(100))

    def make() -> int:
        return next(answers)

    with world.database.use():
        for slug, stamps, paths, expected in (("east", 1, None, 0), ("east", 1, None, 0), ("east", 1, ("0001",), 1),
                                              ("west", 1, None, 2), ("east", 2, None, 3), ("east", 2, None, 3)):
            with tenant_scope(world.tenants[slug].id):
                use_stamps(Stamps(records=stamps))
                with narrowed(paths):
                    assert remembered("records", "key", make) == expected
        with tenant_scope(world.tenants["east"].id):
            assert remembered("records", "key", make) == 4          # nobody read the stamps here
            use_stamps(Stamps(records=2))
            begin_write()
            session().add(OrgUnit(name="u", short_name="u", kind="branch", ordinal=9002, path="00019002"))
            session().flush()
            assert remembered("records", "key", make) == 5
            session().commit()
            assert remembered("records", "key", make) == 6
        with tenant_scope(world.tenants["east"].id):
            use_stamps(Stamps(records=2))
            assert remembered("records", "key", make) == 3          # what the writer read was not kept


def test_an_own_value_of_a_rule_holds_with_the_next_request(workers):
    here, there = workers
    key = "people.branch_min_members"
    with here.database.use(), tenant_scope(here.tenants["east"].id):
        use_stamps(Stamps())
        shipped = rule(key).value
    with there.inside("east") as ctx:
        begin_write()
        set_override(key, shipped + 1, document_no="No. 1 (2026)", effective_from=ctx.today(), set_by=1)
        session().commit()
    found = here.browser("east").get("/rules/").get_data(as_text=True)
    assert str(shipped + 1) in found
    with here.inside("east"):
        assert rule(key).value == shipped + 1


def test_a_store_keeps_no_more_than_it_may():
    store = Store(most=2)
    for place in "abc":
        store.put(place, 1, place)
    assert store.get("a", 1) is None and store.get("c", 1) == ("c",) and store.get("c", 2) is None


def test_a_store_lets_go_what_has_ended_and_holds_no_more_than_its_room(monkeypatch):
    store = Store(most=10, room=3 * sys.getsizeof("x" * 100))
    for place in "abcd":
        store.put(place, 1, "x" * 100)
    store.put("d", 2, "x" * 100)
    assert list(store._kept) == ["b", "c", "d"]
    store.put("e", 1, "x" * 1000)                           # larger than all the room
    assert not store._kept and store._filled == 0
    store.put("a", 1, "x")
    store.put("b", 1, "x")
    now = time.monotonic() + 121
    monkeypatch.setattr("core.base.memo.time.monotonic", lambda: now)
    assert store.get("b", 1) is None and list(store._kept) == ["a"]
    store.put("c", 1, "x")
    assert list(store._kept) == ["c"] and store._filled == sys.getsizeof("x")


def test_what_lies_out_is_part_of_the_place(world):
    with world.database.use(), tenant_scope(world.tenants["east"].id):
        use_stamps(Stamps())
        for out in (("", ()), ("training", ("0001",)), ("training", ("0002",))):
            with narrowed(None, out):
                assert remembered("records", "key", lambda: out) == out  # noqa: B023


def test_a_long_choice_of_places_is_not_remembered(world, monkeypatch):
    many, asked = iter((101, 101, 100, 99)), []

    def choices(ctx):
        asked.append(next(many))
        return lists.Choices({}, {}, {str(n): "x" for n in range(asked[-1])}, {})

    monkeypatch.setattr(lists, "_narrowing_choices", choices)
    with world.inside("east") as ctx:
        use_stamps(Stamps())
        for _again in range(4):
            lists.narrowing_choices(ctx)
    assert asked == [101, 101, 100]


def test_a_total_that_asks_what_is_written_unheard_is_counted_every_time(world):
    quiet = select(User.id).where(select(Session.id).where(Session.user_id == User.id).exists())
    for asked, heard in ((select(User.id), tables("accounts_user")), (quiet, None), (select(Draft.id), None)):
        key = asked._generate_cache_key()
        assert key is not None
        with world.database.use():
            assert (read_by(key.key, asked), read_by(key.key, asked)) == (heard, heard)


def test_a_notice_that_was_read_leaves_the_total_of_the_roster_standing(workers):
    """What is remembered of some tables is outdated by writes to these, by whoever, and by whatever is deleted."""
    here, there = workers
    number = here.add_user("east", "reader", *READ)
    browser = here.browser("east", "reader")
    add(there, *(someone(there, f"Wang{n}") for n in range(60)))         # more than a page: they are counted
    before = int(total(browser))

    def counted() -> int:
        with here.counting() as sent:
            assert int(total(browser)) >= before
        return sum("count(*)" in one and "people_person" in one for one in sent)

    assert counted() == 0
    notice = Notice(user_id=number, at=clock.now(), title="read this", url="/", source="test")
    add(there, notice)
    assert counted() == 0
    add(there, someone(there))
    assert counted() == 1 and int(total(browser)) == before + 1
    assert counted() == 0
    with there.inside("east"):
        begin_write()
        session().delete(session().scalars(select(Notice)).first())
        session().commit()
    assert counted() == 1
    with there.inside("east"):
        begin_write()
        session().execute(update(Person).values(is_formal=False).execution_options(synchronize_session=False))
        session().commit()
    assert total(browser) == "0"


def test_what_is_written_with_every_change_shares_no_stamp_with_what_is_counted():
    """People are counted on most pages; every change writes the audit, most of them an item or a notice."""
    busy = {group_of(name) for name in ("audit_entry", "work_item", "notify_notice", "people_person")}
    assert len(busy) == 4 and tables() == "records" and len(Stamps().groups) == GROUPS
    assert Stamps(groups=tuple(range(GROUPS))).of(tables("people_person", "people_org_unit")) == (group_of("people_person"),)


def test_a_failing_module_does_not_stay_out_of_the_menu(east, world, monkeypatch):
    browser, right = world.browser("east"), hooks.counts

    def wrong(ctx):
        raise RuntimeError("for a moment")

    monkeypatch.setattr(hooks, "counts", wrong)
    assert "/work/inbox" not in browser.get("/ledgers/").get_data(as_text=True)
    monkeypatch.setattr(hooks, "counts", right)
    assert "/work/" in browser.get("/ledgers/").get_data(as_text=True)


def test_long_keys_lie_in_memory_once_for_all_tenants(world):
    def shape():
        return tuple(("column", number) for number in range(40))

    store, found = None, []
    with world.database.use():
        for slug in ("east", "west"):
            with tenant_scope(world.tenants[slug].id):
                use_stamps(Stamps())
                assert remembered("records", ("test.shape", shape(), slug), lambda slug=slug: slug) == slug
                assert remembered("records", ("test.shape", shape(), slug), lambda: "read again") == slug
                store = memo._store()
    found = [place[4][1] for place in store._kept if isinstance(place[4], tuple) and place[4][0] == "test.shape"]
    assert len(found) == 2 and found[0] is found[1]


def test_equal_values_are_one_until_there_are_too_many():
    alike, first = memo.Alike(most=2), (1, 2)
    assert alike.one(first) is first and alike.one((1, 2)) is first
    for number in range(3):
        alike.one((number,))
    assert alike.one((1, 2)) == first


def test_equal_rights_of_two_tenants_are_one_object(world):
    held = []
    for slug in ("east", "west"):
        world.add_user(slug, "reader", *READ)
        with world.acting(slug, "reader") as ctx:
            held += [grant.permissions for grant in ctx.grants]
    assert len(held) == 2 and held[0] is held[1]
