"""Statements of lists are made once: the same for everybody who reads the same, never for others, and nothing chosen in them."""

from __future__ import annotations

import gc

import pytest
from sqlalchemy import select

from core.base.fence import orm
from core.base.scope import narrowed
from core.base.session import AGAIN, session
from core.ledgers import kept
from core.ledgers.state import read_state, tidy
from core.people.models import Person
from core.plugin import col
from tests.core.ledgers import trial
from tests.core.ledgers.test_query import ALL, page, state


@pytest.fixture(autouse=True)
def nothing_kept():
    kept._made.clear()


def keys(ctx, **args):
    return [row.row_key for row in page(ctx, **args).rows]


def test_made_once_for_all_who_read_the_same(here, known):
    first, second = trial.context(known, 1, "00000001"), trial.context(known, 1, "00000001", user=8)
    before = keys(first, size="50")
    made = dict(kept._made)
    assert len(before) == 6 and len(made) == 1                  # all of them on one page: nobody counts
    assert keys(second, size="100") == keys(second, size="20", page="1") == before and kept._made == made


def test_others_have_their_own(here, database, known):
    for _again in range(2):                                     # made, and kept
        for paths, many in (((), ALL), (("00000001",), 6), (("00000001", "00000003"), 12), (("00000009",), 0)):
            assert page(trial.context(known, 1, *paths)).total == many
    ctx = trial.context(known)
    ours, backwards = keys(ctx, size="100"), keys(ctx, size="100", sort="-name")
    assert backwards != ours and sorted(backwards) == sorted(ours)
    assert page(ctx, cols="name,kind").rows[0]._fields == ("row_key", "name", "kind")
    with trial.scoped(database, 2):
        theirs = keys(trial.context(known, 2), size="100")
        assert len(theirs) == ALL and not set(theirs) & set(ours)
    assert keys(ctx, size="100") == ours


def test_pages_differ_by_their_values_alone(here, known):
    ctx = trial.context(known)
    pages = [keys(ctx, size="20", page=str(number)) for number in (1, 2, 3, 1)]
    assert [len(each) for each in pages] == [20, 4, 4, 20] and pages[0] == pages[3] and not set(pages[0]) & set(pages[1])
    assert len(kept._made) == 2 and page(ctx, page="2").total == ALL


@pytest.mark.parametrize("args", [{"q": "张"}, {"kind": "full"}, {"version_from": "0"}, {"ind": "trial.young"}, {"formal": "0"},
                                  {"sort": "kind"}])
def test_what_somebody_chose_is_kept_nowhere(here, known, args):
    ctx = trial.context(known)
    assert kept.plain(state(ctx, **args), ctx) is None
    page(ctx, **args)
    assert not kept._made


def test_what_asks_the_context_is_kept_nowhere(here, known):
    ctx = trial.context(known)
    for changed in ({"rows": lambda ctx: trial.picked.rows},
                    {"columns": (*trial.picked.columns, col("more", "更多", Person.note, key=lambda ctx: Person.id))}):
        ledger = trial.Ledger(**{name: getattr(trial.picked, name) for name in trial.picked.__dataclass_fields__} | changed)
        assert kept.plain(read_state(ledger, tidy([]), ctx), ctx) is None


def test_there_are_never_more_than_so_many(here, known, monkeypatch):
    monkeypatch.setattr(kept, "MOST", 3)
    for path in range(12):
        page(trial.context(known, 1, f"{path:08d}"))
        assert len(kept._made) <= 3


def test_the_fence_narrows_a_kept_statement_as_any_other(here, database, known):
    """The filter keeps its form of a statement that comes again; the values are those of the scope in force."""
    wanted = select(Person.id).order_by(Person.id).execution_options(**AGAIN)
    known_before = len(orm._fenced)
    mine = session().scalars(wanted).all()
    with narrowed(("00000001",)):
        some = session().scalars(wanted).all()
    with narrowed(("00000001", "00000003")):
        more = session().scalars(wanted).all()
    with narrowed(()):
        assert session().scalars(wanted).all() == []
    with trial.scoped(database, 2):
        theirs = session().scalars(wanted).all()
        with narrowed(("00000002",)):
            assert set(session().scalars(wanted)) < set(theirs)
    assert len(mine) == len(theirs) == ALL and not set(mine) & set(theirs)
    assert len(some) == 6 and len(more) == 12 and set(some) < set(more) < set(mine)
    assert session().scalars(wanted).all() == mine
    del wanted
    gc.collect()
    assert len(orm._fenced) <= known_before
