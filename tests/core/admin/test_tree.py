"""A typed organisation tree is understood as people indent it, and each bad line is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.admin.platform.tree import parse_lines, parse_rows
from core.contracts.errors import Invalid

TYPED = """
城关街道党工委
  东关社区党委
    东关社区第一党支部
\t\t东关社区联合党支部
  西关社区党总支
　　西关社区党支部
"""


def test_indentation_with_blanks_tabs_and_full_width_blanks_gives_the_tree() -> None:
    nodes = parse_lines(TYPED)
    assert [(n.name, n.above, n.kind) for n in nodes] == [
        ("城关街道党工委", None, "work_committee"), ("东关社区党委", 0, "committee"), ("东关社区第一党支部", 1, "branch"),
        ("东关社区联合党支部", 1, "joint_branch"), ("西关社区党总支", 0, "general_branch"), ("西关社区党支部", 4, "branch")]
    assert [n.unit_kind for n in nodes] == ["street", "community", None, None, "community", None]


def test_rows_name_their_superior_by_full_or_short_name() -> None:
    nodes = parse_rows([(1, ["组织名称", "上级"]), (2, ["城关街道党工委", "", "城关"]), (3, ["东关社区党委", "城关"])])
    assert [(n.name, n.above) for n in nodes] == [("城关街道党工委", None), ("东关社区党委", 0)]


@pytest.mark.parametrize(("text", "word"), [("", "没有读到"), ("甲党委\n甲党委", "重复"), ("甲" * 200, "超过"),
                                            ("\n".join(" " * i + f"第{i}党委" for i in range(12)), "层级太深")])
def test_bad_trees_are_refused_with_the_line(text: str, word: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_lines(text)
    assert word in " ".join(refused.value.errors["lines"])


def test_unknown_superior_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        parse_rows([(2, ["东关社区党委", "不存在党工委"])])
    assert "第 2 行" in refused.value.errors["sheet"][0]


@given(st.text(max_size=400))
def test_any_text_gives_nodes_or_a_sentence(text: str) -> None:
    try:
        nodes = parse_lines(text)
    except Invalid as refused:
        assert refused.errors["lines"]
    else:
        assert all(node.above is None or node.above < index for index, node in enumerate(nodes))
