"""The reader's subtrees: a second criterion on reads, a second wall on writes."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.orm import aliased, joinedload, selectinload

from core.base.fence.orm import after
from core.base.refusals import CrossSubtree
from core.base.scope import beyond_subtree, narrowed, tenant_scope
from core.base.session import session
from tests.core.base.lab import LabMemo, as_tenant

MEMOS = (  # title, org_path, other_path, title of the parent
    ("county", "0001", None, None),
    ("street", "00010001", None, "county"),
    ("branch", "000100010001", None, "street"),
    ("neighbour", "00010002", None, "county"),
    ("sent over", "00010002", "00010001", None),
    ("far", "0002", None, None),
)


@pytest.fixture
def memos(filled):
    for tenant in (1, 2):
        with tenant_scope(tenant):
            made: dict[str | None, int | None] = {None: None}
            for title, path, other, parent in MEMOS:
                memo = LabMemo(title=title, org_path=path, other_path=other, parent_id=made[parent])
                session().add(memo)
                session().flush()
                made[title] = memo.id
            session().commit()
    with tenant_scope(1):
        yield made


def titles(query=None) -> set[str]:
    found = session().scalars(select(LabMemo) if query is None else query).all()
    assert all(memo.tenant_id == 1 for memo in found)
    return {memo.title for memo in found}


@pytest.mark.parametrize(
    ("subtrees", "expected"),
    [
        (None, {"county", "street", "branch", "neighbour", "sent over", "far"}),
        ([""], {"county", "street", "branch", "neighbour", "sent over", "far"}),
        (["0001"], {"county", "street", "branch", "neighbour", "sent over"}),
        (["00010001"], {"street", "branch", "sent over"}),
        (["00010002"], {"neighbour", "sent over"}),
        (["000100010001", "0002"], {"branch", "far"}),
        (["0003"], set()),
        ([], set()),
    ],
)
def test_rows_of_any_listed_path_in_any_subtree(memos, subtrees, expected):
    with narrowed(subtrees):
        assert titles() == expected
        assert session().scalar(select(func.count()).select_from(LabMemo)) == len(expected)
        assert {row.title for row in session().execute(select(aliased(LabMemo).title))} == expected


def test_statements_of_different_width_do_not_share_values(memos):
    """The compiled statement is cached; the subtrees are not part of it."""
    for subtrees, expected in ((["0002"], {"far"}), (["00010002"], {"neighbour", "sent over"}), (["0002"], {"far"})):
        with narrowed(subtrees):
            assert titles() == expected


def test_subqueries_are_narrowed_too(memos):
    above = aliased(LabMemo)
    has_parent = select(LabMemo).where(exists().where(above.id == LabMemo.parent_id))
    with narrowed(["00010001"]):
        assert titles(has_parent) == {"branch"}


def test_execution_option_drops_only_the_subtrees(memos):
    with narrowed(["0002"]):
        found = session().scalars(select(LabMemo).execution_options(beyond_subtree="report of the county"))
        assert {(memo.tenant_id, memo.title) for memo in found} == {(1, row[0]) for row in MEMOS}


def test_relationship_loads_are_narrowed(memos):
    with narrowed(["00010001"]):
        street = session().scalars(select(LabMemo).where(LabMemo.title == "street")).one()
        assert street.parent is None
        assert [answer.title for answer in street.answers] == ["branch"]


@pytest.mark.parametrize("load", [joinedload, selectinload])
def test_eager_loads_are_narrowed(memos, load):
    query = select(LabMemo).where(LabMemo.title == "street").options(load(LabMemo.parent))
    with narrowed(["00010001"]):
        assert session().scalars(query).one().parent is None


def test_an_object_loads_more_in_the_scope_it_is_used_in(memos):
    """Loaded narrow, used wide, and the other way round."""
    with narrowed(["00010001"]):
        street = session().scalars(select(LabMemo).where(LabMemo.title == "street")).one()
    assert street.parent.title == "county"
    session().expunge_all()
    county = session().scalars(select(LabMemo).where(LabMemo.title == "county")).one()
    with narrowed(["00010002", "0002"]):
        assert [answer.title for answer in county.answers] == ["neighbour"]


def test_get_hides_a_loaded_object_outside(memos):
    titles()
    county = session().scalars(select(LabMemo).where(LabMemo.title == "county")).one()
    key = (1, county.id)
    with narrowed(["00010001"]):
        assert session().get(LabMemo, key) is None
        assert session().get(LabMemo, key, execution_options={"beyond_subtree": "heading"}) is county
        with beyond_subtree("heading"):
            assert session().get(LabMemo, key) is county


def test_bulk_changes_stay_inside(memos):
    with narrowed(["00010001"]):
        touch = update(LabMemo).values(title=LabMemo.title + "!").execution_options(synchronize_session=False)
        assert session().execute(touch).rowcount == 3
        assert session().execute(delete(LabMemo).where(LabMemo.title == "far")).rowcount == 0


def test_a_row_is_written_inside_only(memos):
    with narrowed(["00010001"]):
        session().add(LabMemo(title="mine", org_path="000100010002"))
        session().add(LabMemo(title="also mine", org_path="0002", other_path="00010001"))
        session().flush()
        session().add(LabMemo(title="outside", org_path="00010002"))
        with pytest.raises(CrossSubtree):
            session().flush()


def test_a_row_outside_is_not_changed(memos):
    far = session().scalars(select(LabMemo).where(LabMemo.title == "far")).one()
    with narrowed(["0001"]):
        far.title = "reached"
        with pytest.raises(CrossSubtree):
            session().flush()


def test_a_row_outside_is_not_deleted(memos):
    far = session().scalars(select(LabMemo).where(LabMemo.title == "far")).one()
    with narrowed(["0001"]):
        session().delete(far)
        with pytest.raises(CrossSubtree):
            session().flush()


@pytest.mark.parametrize(("start", "end"), [("branch", "0002"), ("far", "00010001")])
def test_a_row_is_not_moved_out_or_in(memos, start, end):
    memo = session().scalars(select(LabMemo).where(LabMemo.title == start)).one()
    with narrowed(["0001"]):
        memo.org_path = end
        with pytest.raises(CrossSubtree):
            session().flush()


def test_moving_away_needs_a_stated_reason(memos):
    with narrowed(["0001"]):
        memo = session().scalars(select(LabMemo).where(LabMemo.title == "branch")).one()
        with beyond_subtree("transfer to another street"):
            memo.org_path = "0002"
            session().flush()
        assert "branch" not in titles()


def test_bulk_rows_are_written_inside_only(memos):
    rows = [{"title": "a", "org_path": "00010001"}, {"title": "b", "org_path": "0002"}]
    with narrowed(["0001"]):
        session().execute(insert(LabMemo), rows[:1])
        with pytest.raises(CrossSubtree):
            session().execute(insert(LabMemo), rows)
        with pytest.raises(CrossSubtree):
            session().execute(insert(LabMemo).values(rows))
        session().execute(insert(LabMemo), rows, execution_options={"beyond_subtree": "import for the county"})


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SADeprecationWarning")
def test_bulk_methods_that_nobody_judges_are_refused(memos):
    row = {"title": "b", "org_path": "0002", "version": 1}
    with narrowed(["0001"]):
        with pytest.raises(CrossSubtree):
            session().bulk_insert_mappings(LabMemo, [row])
        with pytest.raises(CrossSubtree):
            session().bulk_update_mappings(LabMemo, [row | {"tenant_id": 1, "id": memos["far"]}])
        with pytest.raises(CrossSubtree):
            session().bulk_save_objects([LabMemo(**row)])


def test_bulk_update_moves_rows_inside_only(memos):
    with narrowed(["0001"]):
        move = update(LabMemo).where(LabMemo.title == "branch").execution_options(synchronize_session=False)
        session().execute(move.values(org_path="00010002"))
        with pytest.raises(CrossSubtree):
            session().execute(move.values(org_path="0002"))
        with pytest.raises(CrossSubtree):
            session().execute(move.values(org_path="00" + LabMemo.org_path))


def test_reading_all_of_another_tenant_stays_impossible(memos):
    with as_tenant(2), narrowed(["0002"]):
        assert [memo.tenant_id for memo in session().scalars(select(LabMemo))] == [2]


@pytest.mark.parametrize("path", ["0001", "00zz", "a", ""])
def test_after_bounds_a_prefix(path):
    assert path <= path + "zzzz~" < after(path)
    assert not path or after(path) > path + "\uffff"
