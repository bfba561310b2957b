from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.audit.models import AuditEntry
from core.base import clock
from core.base.db import session
from core.contracts.errors import Conflict, Forbidden, Invalid
from core.people import history, tree
from core.people.models import Person, PostHolding
from core.people.services.orgs import create_org, update_org
from core.people.services.persons import create_person
from core.people.services.posts import appoint, end_post
from core.people.services.reorganise import dissolve_org, merge_orgs, move_org, split_org
from core.people.services.terms import mark_ending_terms, open_election, record_election

DAY = dt.date(2026, 1, 1)


def test_paths_follow_the_tree_and_communities_are_known(county):
    branch, community = county.unit("东关一支部"), county.unit("东关社区")
    assert branch.path.startswith(community.path) and len(branch.path) == 12
    assert branch.community_id == community.id == community.community_id
    assert county.unit("城关街道").community_id is None


def test_moving_a_unit_takes_records_of_all_modules_along(county):
    person = create_person(county.ctx, name="张三", org_id=county["东关一支部"])
    move_org(county.ctx, county["东关社区"], parent_id=county["西关社区"], document_no="临组〔2026〕1号")
    community, branch = county.unit("东关社区"), county.unit("东关一支部")
    assert community.path.startswith(county.unit("西关社区").path) and branch.path.startswith(community.path)
    assert county.ctx.get(Person, person.id).org_path == branch.path


def test_a_unit_cannot_be_moved_below_itself(county):
    with pytest.raises(Invalid) as refused:
        move_org(county.ctx, county["东关社区"], parent_id=county["东关一支部"])
    assert "parent_id" in refused.value.errors


def test_past_names_and_tree_are_reproduced(county):
    ctx = county.ctx
    update_org(ctx, county["东关一支部"], short_name="东关先锋支部", effective_on=DAY)
    move_org(ctx, county["东关二支部"], parent_id=county["西关社区"])
    before, now = history.tree_as_of(DAY - dt.timedelta(days=1)), history.tree_as_of(ctx.today())
    assert before[county["东关一支部"]].short_name == "东关一支部"
    assert now[county["东关一支部"]].short_name == "东关先锋支部"
    assert now[county["东关二支部"]].parent_id == county["西关社区"]
    assert [sum(u.parent_id == county["东关社区"] for u in then.values()) for then in (before, now)] == [2, 1]


def test_tree_as_of_a_day_between_two_changes(world):
    with world.inside("east") as ctx:
        old = create_org(ctx, name="甲社区党委", short_name="甲社区", kind="committee", founded_on=dt.date(2020, 1, 1))
        other = create_org(ctx, name="乙社区党委", short_name="乙社区", kind="committee", founded_on=dt.date(2020, 1, 1))
        part = create_org(ctx, name="甲一支部", short_name="一支部", kind="branch", parent_id=old.id,
                          founded_on=dt.date(2020, 1, 1))
        update_org(ctx, part.id, short_name="新一支部", name="甲新一支部", effective_on=dt.date(2022, 6, 1))
        move_org(ctx, part.id, parent_id=other.id, effective_on=dt.date(2024, 6, 1))
        dissolve_org(ctx, part.id, effective_on=dt.date(2025, 6, 1), document_no="x")
        seen = [(history.tree_as_of(dt.date(y, 1, 1)).get(part.id)) for y in (2019, 2021, 2023, 2025, 2026)]
    assert seen[0] is None and seen[4] is None
    assert [(u.short_name, u.parent_id) for u in seen[1:4]] == [
        ("一支部", old.id), ("新一支部", old.id), ("新一支部", other.id)]


def test_merging_moves_members_and_children_and_keeps_history(county):
    ctx = county.ctx
    someone = create_person(ctx, name="李四", org_id=county["东关二支部"])
    merge_orgs(ctx, county["东关二支部"], into_id=county["东关一支部"], document_no="临组〔2026〕2号")
    gone = county.unit("东关二支部")
    assert gone.status == "merged" and gone.successor_id == county["东关一支部"]
    assert ctx.get(Person, someone.id).org_id == county["东关一支部"]
    assert [c.kind for c in history.changes_of([gone.id])] == ["merged"]
    with pytest.raises(Invalid):
        update_org(ctx, gone.id, note="x")


def test_no_post_ends_before_it_began(county):
    """A paper dated back closes the unit; who was appointed after that day has held the post for one day."""
    ctx, day = county.ctx, county.ctx.today()
    unit = create_org(ctx, name="短期支部", short_name="短期支部", kind="branch", parent_id=county["东关社区"],
                      founded_on=day - dt.timedelta(days=400))
    person = create_person(ctx, name="赵六", org_id=county["东关一支部"])
    for back, post in ((300, "secretary"), (3, "deputy_secretary")):
        appoint(ctx, person_id=person.id, org_id=unit.id, post=post, starts_on=day - dt.timedelta(days=back))
    dissolve_org(ctx, unit.id, effective_on=day - dt.timedelta(days=10))
    held = session().scalars(select(PostHolding).where(PostHolding.org_id == unit.id).order_by(PostHolding.starts_on)).all()
    assert [(day - h.starts_on).days for h in held] == [300, 3] and [(day - h.ends_on).days for h in held] == [10, 3]


def test_splitting_founds_a_sibling_with_the_named_members(county):
    ctx = county.ctx
    kept, goes = (create_person(ctx, name=n, org_id=county["东关一支部"]) for n in ("甲", "乙"))
    made = split_org(ctx, county["东关一支部"], name="中共东关三支部委员会", short_name="东关三支部", person_ids=[goes.id])
    assert made.parent_id == county["东关社区"]
    assert ctx.get(Person, goes.id).org_id == made.id and ctx.get(Person, kept.id).org_id == county["东关一支部"]


def test_a_unit_with_members_is_not_dissolved(county):
    create_person(county.ctx, name="王五", org_id=county["西关支部"])
    with pytest.raises(Invalid) as refused:
        dissolve_org(county.ctx, county["西关支部"])
    assert "1 名党员" in str(refused.value)


def test_terms_follow_the_rule_for_the_kind_of_unit(county):
    held = dt.date(2024, 2, 29)
    branch = record_election(county.ctx, county["东关一支部"], held_on=held)
    community = record_election(county.ctx, county["东关社区"], held_on=held)
    assert (branch.term_years, branch.term_end) == (3, dt.date(2027, 2, 28))
    assert (community.term_years, community.term_end) == (5, dt.date(2029, 2, 28))


def test_stale_form_and_taken_name_are_refused(county):
    ctx = county.ctx
    seen = county.unit("东关一支部").version
    update_org(ctx, county["东关一支部"], version=seen, note="第一次")
    with pytest.raises(Conflict):
        update_org(ctx, county["东关一支部"], version=seen, note="第二次")
    with pytest.raises(Invalid) as refused:
        update_org(ctx, county["东关二支部"], short_name="东关一支部")
    assert "short_name" in refused.value.errors


def test_manager_of_a_community_stays_inside_it(world, county):
    path = county.unit("东关社区").path
    world.add_user("east", "dong", "people.org.manage", "people.org.read", path=path)
    with world.acting("east", "dong") as ctx:
        create_org(ctx, name="中共东关四支部", short_name="东关四支部", kind="branch", parent_id=county["东关社区"])
        for call in (lambda: create_org(ctx, name="新", short_name="新", kind="branch", parent_id=county["西关社区"]),
                     lambda: create_org(ctx, name="新", short_name="新", kind="branch"),
                     lambda: move_org(ctx, county["东关一支部"], parent_id=county["西关社区"])):
            with pytest.raises(Forbidden):
                call()


def test_days_to_come_are_refused(county):
    with clock.at(dt.datetime(2026, 5, 1, tzinfo=dt.UTC)), pytest.raises(Invalid):
        move_org(county.ctx, county["东关一支部"], parent_id=county["西关社区"], effective_on=dt.date(2026, 6, 1))


def test_depth_is_limited(county):
    ctx, parent = county.ctx, county["东关一支部"]
    for level in range(4, tree.DEEPEST + 1):
        parent = create_org(ctx, name=f"第{level}级", short_name=f"第{level}级", kind="group", parent_id=parent).id
    with pytest.raises(Invalid):
        create_org(ctx, name="太深", short_name="太深", kind="group", parent_id=parent)


def test_ending_terms_are_marked_and_an_election_starts_a_new_one(county):
    ctx, branch = county.ctx, county["东关一支部"]
    update_org(ctx, branch, term_start=dt.date(2020, 1, 1), term_end=dt.date(2023, 1, 1))
    assert (mark_ending_terms(ctx), mark_ending_terms(ctx)) == (1, 0)
    assert county.unit("东关一支部").status == "term_due"
    assert open_election(ctx, branch).status == "in_election"
    assert record_election(ctx, branch, held_on=dt.date(2026, 1, 5), document_no="1").status == "active"


def test_a_corrected_term_is_not_ending_any_more(county):
    branch, today = county["东关一支部"], county.ctx.today()
    update_org(county.ctx, branch, term_end=today)
    assert mark_ending_terms(county.ctx) == 1 and county.unit("东关一支部").status == "term_due"
    update_org(county.ctx, branch, term_end=today.replace(year=today.year + 3))
    assert mark_ending_terms(county.ctx) == 0 and county.unit("东关一支部").status == "active"


def test_the_audit_says_that_a_contact_phone_changed_and_a_post_ends_once(county):
    update_org(county.ctx, county["东关一支部"], contact_phone="13800005678")
    entry = session().scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert entry.detail == {"fields": ["contact_phone"]}
    person = create_person(county.ctx, name="张三", org_id=county["东关一支部"])
    post = appoint(county.ctx, person_id=person.id, org_id=county["东关一支部"], post="secretary", starts_on=DAY)
    end_post(county.ctx, post.id, ends_on=DAY)
    with pytest.raises(Invalid):
        end_post(county.ctx, post.id, ends_on=county.ctx.today())
    assert post.ends_on == DAY
