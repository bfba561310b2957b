"""The organisation tree as people type it: one unit a line, indented below its superior; or a sheet of two columns."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.base.i18n import _
from core.contracts.errors import Invalid

MOST = 6000
DEEPEST = 9
NAME = 120


@dataclass(slots=True)
class Node:
    """One unit to be made. `above` is the index of its superior in the list, or None below the root."""

    line: int
    name: str
    above: int | None
    short_name: str = ""

    @property
    def kind(self) -> str:
        return next((e["kind"] for e in _words()["kind"] if self.name.endswith(tuple(e["ends"]))), "unit")

    @property
    def unit_kind(self) -> str | None:
        """`community` for a community's own committee, not for the branches below it."""
        if self.kind in ("branch", "joint_branch", "mobile_branch", "group"):
            return None
        return next((kind for kind, word in _words()["unit"].items() if word in self.name), None)


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "kinds.toml").read_text("utf-8"))


def _width(line: str) -> int:
    """Indentation in columns; a tab or a full-width blank counts as two."""
    width = 0
    for sign in line:
        if sign in "\t\u3000":
            width += 2
        elif sign == " ":
            width += 1
        else:
            break
    return width


def parse_lines(text: str) -> list[Node]:
    """Units from indented lines. Raises Invalid naming the line that cannot be understood."""
    nodes: list[Node] = []
    open_at: list[tuple[int, int]] = []                 # (indentation, index) of the units above the line
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        name = "".join(line.split())
        if not name:
            continue
        width = _width(line)
        while open_at and open_at[-1][0] >= width:
            open_at.pop()
        problems += _problems(number, name, len(open_at))
        nodes.append(Node(number, name, open_at[-1][1] if open_at else None))
        open_at.append((width, len(nodes) - 1))
    _finish(nodes, problems, "lines")
    return nodes


def parse_rows(rows: Iterable[tuple[int, list[Any]]]) -> list[Node]:
    """Units from rows (number, [name, superior's name, short name]); a superior stands above its units."""
    nodes: list[Node] = []
    known: dict[str, int] = {}
    problems = []
    for number, cells in rows:
        name, above, short = (*("".join(str(c or "").split()) for c in cells), "", "", "")[:3]
        if not name or name in _words()["headings"]:
            continue
        problems += _problems(number, name, 0)
        if above and above not in known:
            problems.append(_("第 %(n)s 行：上级“%(name)s”没有出现在前面的行里。", n=number, name=above[:40]))
        known[name] = len(nodes)
        if short:
            known[short] = len(nodes)
        nodes.append(Node(number, name, known.get(above), short))
    _finish(nodes, problems, "sheet")
    return nodes


def _problems(number: int, name: str, depth: int) -> list[str]:
    if len(name) > NAME:
        return [_("第 %(n)s 行：名称超过 %(most)s 个字。", n=number, most=NAME)]
    if depth >= DEEPEST:
        return [_("第 %(n)s 行：层级太深，最多 %(most)s 级。", n=number, most=DEEPEST)]
    return []


def _finish(nodes: list[Node], problems: list[str], field: str) -> None:
    seen: dict[tuple[int | None, str], int] = {}
    for node in nodes:
        first = seen.setdefault((node.above, node.name), node.line)
        if first != node.line:
            problems.append(_("第 %(n)s 行：“%(name)s”与第 %(first)s 行重复。", n=node.line, name=node.name[:40], first=first))
    if len(nodes) > MOST:
        problems.append(_("一次最多 %(most)s 个组织，请分批录入。", most=MOST))
    if not nodes:
        problems.append(_("没有读到任何组织名称。"))
    if problems:
        raise Invalid({field: problems[:20]})
