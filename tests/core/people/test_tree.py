"""Properties of path arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people import tree

ordinals = st.integers(1, tree.LARGEST)
paths = st.lists(ordinals, max_size=7).map(lambda found: "".join(map(tree.code, found)))


@given(ordinals, ordinals)
def test_codes_have_one_width_and_keep_the_order(a, b):
    assert len(tree.code(a)) == tree.WIDTH and (tree.code(a) < tree.code(b)) == (a < b)


@given(paths, ordinals)
def test_a_child_lies_within_every_ancestor_and_nowhere_else(path, ordinal):
    child = tree.child(path, ordinal)
    assert tree.parent(child) == path and tree.depth(child) == tree.depth(path) + 1
    assert all(tree.is_within(child, above) for above in ["", *tree.lineage(child)])


@given(paths, paths)
def test_the_range_of_a_path_is_its_subtree(root, path):
    inside = not root or root <= path < tree.after(root)
    assert inside == tree.is_within(path, root)


@given(paths, paths.filter(bool), ordinals)
def test_moving_there_and_back_changes_nothing(below, old, ordinal):
    new = tree.code(ordinal)
    path = (old + below)[: tree.LONGEST]
    assert tree.moved(tree.moved(path, old, new), new, old) == path


@pytest.mark.parametrize("ordinal", [0, -1, tree.LARGEST + 1])
def test_ordinals_that_do_not_fit_are_refused(ordinal):
    with pytest.raises(ValueError):
        tree.code(ordinal)


def test_too_deep_and_foreign_moves_are_refused():
    deepest = tree.code(1) * tree.DEEPEST
    with pytest.raises(ValueError):
        tree.child(deepest, 1)
    with pytest.raises(ValueError):
        tree.moved("0001", "0002", "0003")
    with pytest.raises(ValueError):
        tree.moved(deepest, "0001", "00010002")
