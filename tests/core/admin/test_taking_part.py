"""A community may leave an optional plugin: nothing of it is shown, demanded or due there, and nothing is deleted."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from core.admin.taking_part import come_back, communities, leave, leaves, set_optional
from core.base.session import begin_write, session
from core.contracts.errors import Clash, Forbidden, Invalid, NotFound
from core.ledgers.scope import scope_condition
from core.people.models import OrgUnit
from core.people.moves import rewrite_paths
from core.people.services.orgs import create_org
from core.plugin import Due, Reminder
from core.service import service
from core.tenancy.lifecycle import enable_plugin
from core.tenancy.models import PluginLeave
from core.work.inbox import for_actor
from core.work.models import WorkItem
from core.work.rounds import make_round
from plugins.training.models import Need
from plugins.training.queries.courses import open_needs

READ, MANAGE = "training.session.read", "training.session.manage"


@service(None, action="test.place")
def place(ctx, name, parent=None, unit_kind=""):
    return create_org(ctx, name=f"中共{name}委员会", short_name=name, kind="committee", unit_kind=unit_kind, parent_id=parent)


@pytest.fixture
def tree(world):
    """East with training on, two communities with a clerk each, a branch in one, an officer over all."""
    with world.inside("east") as ctx:
        enable_plugin(ctx, "training")
    with world.inside("east") as ctx:
        root = session().scalars(select(OrgUnit).order_by(OrgUnit.path).limit(1)).one()
        units = {name: place(ctx, name, root.id, "community") for name in ("东关", "西关")}
        units["一支部"] = place(ctx, "一支部", units["东关"].id)
        world.places = {name: (unit.id, unit.path) for name, unit in units.items()}
        begin_write()
        for number, (name, (_id, path)) in enumerate(world.places.items()):
            session().add(WorkItem(source="training", declared="training.session", record_kind="training.session",
                                   record_id=number + 1, subject=name, org_path=path, permission=MANAGE, guard=READ,
                                   opened_at=ctx.now()))
        session().commit()
    for login, name in (("dong", "东关"), ("xi", "西关"), ("branch", "一支部")):
        world.add_user("east", login, READ, MANAGE, "people.org.read", "tenancy.plugin.leave", path=world.places[name][1])
    world.add_user("east", "officer", READ, MANAGE, "people.org.read")
    return world


def optional(world, yes=True):
    with world.inside("east") as ctx:
        return set_optional(ctx, "training", optional=yes)


def left(world, login="dong", name="东关", **given):
    with world.acting("east", login) as ctx:
        return leave(ctx, **{"plugin": "training", "org_id": world.places[name][0], "reason": "党员都在外地", **given}).id


def waiting(world, login):
    with world.acting("east", login) as ctx:
        return {item.subject for item in for_actor(ctx, 50) if item.source == "training"}


def sees(world, login):
    return world.browser("east", login).get("/training/").status_code


def test_who_may_decide_and_what_is_refused(tree):
    with pytest.raises(Invalid) as refused:
        left(tree)
    assert list(refused.value.errors) == ["plugin"]
    optional(tree)
    with pytest.raises(Forbidden):
        left(tree, name="西关")                              # another community
    with pytest.raises(Invalid) as refused:
        left(tree, login="branch", name="一支部")            # a branch goes with its community
    assert list(refused.value.errors) == ["org_id"]
    with pytest.raises(Forbidden):
        left(tree, login="officer")
    left(tree)
    with pytest.raises(Clash):
        left(tree)
    with tree.acting("east", "xi") as ctx:
        assert leaves(ctx) == [] and [unit.short_name for unit in communities(ctx)] == ["西关"]
        with pytest.raises(NotFound):
            come_back(ctx, session().scalar(select(PluginLeave.id).execution_options(beyond_subtree=True)))
    with tree.inside("west") as ctx, pytest.raises(NotFound):
        set_optional(ctx, "nothing", optional=True)


def test_its_people_have_no_part_others_are_as_before_and_it_all_comes_back(tree):
    optional(tree)
    before = {login: (sees(tree, login), waiting(tree, login)) for login in ("dong", "branch", "xi", "officer")}
    assert before["officer"] == (200, {"东关", "西关", "一支部"}) and before["dong"] == (200, {"东关", "一支部"})
    number = left(tree)
    after = {login: (sees(tree, login), waiting(tree, login)) for login in before}
    assert after == {"dong": (403, set()), "branch": (403, set()), "xi": (200, {"西关"}),
                     "officer": before["officer"]}          # steps are up to those above
    assert "教育培训" not in tree.browser("east", "dong").get("/people/orgs/").text
    with tree.acting("east", "dong") as ctx:
        come_back(ctx, number)
    assert {login: (sees(tree, login), waiting(tree, login)) for login in before} == before
    left(tree)
    assert optional(tree, yes=False) == 1 and sees(tree, "dong") == 200      # all take part again


def test_ledgers_figures_and_deadlines_leave_it_out(tree):
    optional(tree)
    left(tree)
    ledger = tree.plugins.ledgers["training.needs"]
    with tree.acting("east", "officer") as ctx:
        said = str(scope_condition(ledger, ctx.evolve(all_powers=True)).compile(compile_kwargs={"literal_binds": True}))
        assert said.startswith(f"NOT (training_need.org_path >= '{tree.places['东关'][1]}' AND")
        other = next(one for name, one in tree.plugins.ledgers.items() if name.startswith("people.") and one.scope)
        assert scope_condition(other, ctx.evolve(all_powers=True)) is None
    day = dt.date(2026, 1, 1)
    reminder = Reminder(name="training.test", title="x", permission=READ, opens="training.index", rows=lambda ctx: [
        Due(number, path, name, day) for number, (name, (_id, path)) in enumerate(tree.places.items(), 1)])
    with tree.inside("east") as ctx:
        assert make_round(ctx, reminder) == (1, 0)
        assert session().scalars(select(WorkItem.subject).where(WorkItem.declared == "training.test")).all() == ["西关"]


LOOK = "training.need.read"


@service(LOOK, writes=False)
def counted(ctx):
    return session().scalar(select(func.count()).select_from(Need)), session().scalar(select(func.count(aliased(Need).id)))


@service(LOOK, writes=False)
def joined(ctx):
    return {unit for _need, unit in session().execute(select(Need, OrgUnit.short_name).join(Need.org))}


@service(LOOK, writes=False)
def named(ctx, number):
    before = session().scalar(select(func.count(Need.id)))
    return ctx.get(Need, number).title, before, session().scalar(select(func.count(Need.id)))


@service(MANAGE, action="test.write")
def written(ctx):
    return counted(ctx)[0]


def test_pages_that_count_by_themselves_leave_it_out_and_a_record_named_is_whole(tree):
    """The engine does it for every reading service of a plugin; what is done there, by people or jobs, knows all rows."""
    optional(tree)
    tree.add_user("east", "second", LOOK, MANAGE, "people.org.read")
    with tree.inside("east"):
        begin_write()
        for name, (number, path) in tree.places.items():
            session().add(Need(org_id=number, org_path=path, year=2026, subject="x", title=name, source="survey", audience="all",
                               state="raised"))
        session().commit()
        numbers = dict(session().execute(select(Need.title, Need.id)).all())

    def told():
        with tree.acting("east", "second") as ctx:
            return {need.title for need in open_needs(ctx)}, counted(ctx), joined(ctx)

    everything = set(tree.places)
    assert told() == (everything, (3, 3), everything)
    number = left(tree)
    assert told() == ({"西关"}, (1, 1), {"西关"})
    with tree.acting("east", "second") as ctx:
        assert named(ctx, numbers["东关"]) == ("东关", 1, 3), "whoever opens one record sees what belongs to it"
        assert named(ctx, numbers["西关"]) == ("西关", 1, 1)
        assert written(ctx) == 3, "numbers are given and doubles looked for among all rows"
    with tree.inside("east") as ctx:
        assert counted(ctx)[0] == 3, "jobs work with all rows"
    with tree.acting("east", "dong") as ctx:
        come_back(ctx, number)
    assert told() == (everything, (3, 3), everything)


def test_reminders_rest_while_it_is_out_and_are_as_they_were_afterwards(tree):
    optional(tree)
    reminder = next(one for name, one in tree.plugins.reminders.items() if name.startswith("training."))
    reminder = replace(reminder, permission=MANAGE, rule=None, ahead=None, rows=lambda ctx: [
        Due(number, path, name, dt.date(2026, 1, 1)) for number, (name, (_id, path)) in enumerate(tree.places.items(), 1)])
    mine = select(WorkItem).where(WorkItem.declared == reminder.name).order_by(WorkItem.record_id)

    def round_and_state():
        with tree.inside("east") as ctx:
            return make_round(ctx, reminder), [(i.subject, i.state, i.assignee_name) for i in session().scalars(mine)]

    with tree.inside("east") as ctx:
        assert make_round(ctx, reminder) == (3, 0)
        begin_write()
        session().scalars(mine).first().assignee_name = "张三"
        session().commit()
    before = round_and_state()
    number = left(tree)
    assert round_and_state() == before and before[0] == (0, 0) and before[1][0][2] == "张三"
    with tree.acting("east", "officer") as ctx:
        assert [i.subject for i in for_actor(ctx, 50) if i.declared == reminder.name] == ["西关"]
    with tree.acting("east", "dong") as ctx:
        come_back(ctx, number)
    assert round_and_state() == before


def test_a_community_that_moves_stays_out(tree):
    optional(tree)
    left(tree)
    old = tree.places["东关"][1]
    with tree.inside("east"):
        begin_write()
        rewrite_paths(old, tree.places["西关"][1] + old[-4:])
        session().commit()
    with tree.inside("east") as ctx:
        new = tree.places["西关"][1] + old[-4:]
        assert ctx.left("training.x") == (new,) and not ctx.takes_part("training.x", new + "0001")


def test_the_page(tree):
    admin = tree.browser("east")
    assert "没有可选的应用" in admin.get("/plugins/taking-part/").text
    assert admin.post("/plugins/training/optional", {"optional": "1"}).status_code == 303
    dong = tree.browser("east", "dong")
    page = dong.get("/plugins/taking-part/").text
    assert "西关" not in page and "东关，教育培训：2 件" in page and "一支部" in page
    said = dong.post("/plugins/taking-part/", {"plugin": "training", "org_id": str(tree.places["东关"][0]), "reason": ""})
    assert said.status_code == 422
    given = {"plugin": "training", "org_id": str(tree.places["东关"][0]), "reason": "党员都在外地"}
    assert dong.post("/plugins/taking-part/", given).status_code == 303
    page = dong.get("/plugins/taking-part/").text
    assert "党员都在外地" in page and "恢复参加" in page
