"""Where the table begins: the real head under title rows, a head of two or three rows, merged or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.base.i18n import _
from core.imports.headings import recognise, tidy
from core.imports.reader import SheetRow
from core.imports.refusal import refuse
from core.imports.targets import Target

LOOK_AHEAD = 40                # the head must begin within so many filled rows
DEEPEST_HEAD = 3


@dataclass(frozen=True)
class Head:
    """The head of a table: what stands above it, its own rows, and one joined heading per column."""

    title: tuple[SheetRow, ...]
    rows: tuple[SheetRow, ...]
    headings: tuple[str, ...]


def find_head(rows: Sequence[SheetRow], targets: Sequence[Target]) -> Head:
    """The head among the first rows: the one whose columns mean the most fields.

    Raises Invalid on "file" when no row names at least one required field (or any two fields).
    """
    best: tuple[float, int, int] = (0, 0, 1)
    needed = {target.name for target in targets if target.required}
    for start in range(min(len(rows), LOOK_AHEAD)):
        for depth in range(1, DEEPEST_HEAD + 1):
            block = rows[start : start + depth]
            if len(block) < depth or block[-1].number - block[0].number >= depth or looks_like_data(block[-1]):
                break
            score = _score(join(block), targets, needed)
            if score > best[0]:
                best = (score, start, depth)
    score, start, depth = best
    if score < 1:
        refuse(_("没有找到表头行。请保留“%(labels)s”等列名，或下载模板后填写。", labels=_labels(targets)))
    while depth < DEEPEST_HEAD and start > 0 and _one_head(rows[start - 1], rows[start]):
        start, depth = start - 1, depth + 1
    below = rows[start + depth : start + depth + 1]
    if depth == 1 and below and _sub_head(rows[start], below[0], targets):
        depth += 1
    block = tuple(rows[start : start + depth])
    return Head(tuple(rows[:start]), block, join(block))


def _one_head(upper: SheetRow, lower: SheetRow) -> bool:
    """Whether a row belongs to the head below it: cells merged over both stand in both."""
    above, below = ([heading_text(cell) for cell in row.cells] for row in (upper, lower))
    shared = sum(1 for one, other in zip(above, below, strict=False) if one and one == other)
    return lower.number == upper.number + 1 and shared > 0 and len(set(above) - {""}) > 1


def _sub_head(upper: SheetRow, lower: SheetRow, targets: Sequence[Target]) -> bool:
    """Whether the next row only names the columns of a wide head above it (a merged head in a CSV)."""
    above = [heading_text(cell) for cell in upper.cells] + [""]
    below = {column: text for column, cell in enumerate(lower.cells) if (text := heading_text(cell))}
    if lower.number != upper.number + 1 or looks_like_data(lower) or not below:
        return False
    under_gaps = all(column < len(above) - 1 and not (above[column] and above[column + 1]) for column in below)
    return under_gaps and any(match.sure for match in recognise(list(below.values()), targets))


def _labels(targets: Sequence[Target]) -> str:
    wanted = [t for t in targets if t.required] or list(targets)
    return "、".join(str(target.label) for target in wanted[:4])


def _score(headings: Sequence[str], targets: Sequence[Target], needed: set[str]) -> float:
    """Sure fields count by their confidence (a title joined on lowers it), required ones more, suggestions little.

    A lone optional field is no head.
    """
    matches = recognise(headings, targets)
    sure = {match.field: match.confidence for match in matches if match.sure}
    guessed = sum(1 for match in matches if match.field and not match.sure)
    if not needed.intersection(sure) and len(sure) < min(2, len(targets)):
        return 0
    return sum(sure.values()) + 0.5 * len(needed.intersection(sure)) + 0.1 * guessed


def join(block: Sequence[SheetRow]) -> tuple[str, ...]:
    """One heading per column: the distinct texts from top to bottom, "联系方式/电话".

    A text above a blank run (a merged head in a CSV) is carried to the right as long as the row below has text.
    """
    width = max(len(row.cells) for row in block)
    grid = [[heading_text(row.cells[c]) if c < len(row.cells) else "" for c in range(width)] for row in block]
    for upper, lower in zip(grid, grid[1:], strict=False):
        for column in range(1, width):
            if not upper[column] and lower[column] and upper[column - 1] and lower[column - 1]:
                upper[column] = upper[column - 1]
    return tuple(_joined([line[column] for line in grid]) for column in range(width))


def _joined(texts: list[str]) -> str:
    kept: list[str] = []
    for text in texts:
        if text and all(tidy(text) != tidy(other) for other in kept):
            kept.append(text)
    return "/".join(kept)


def heading_text(value: object) -> str:
    """A cell of the head as text on one line, without blanks between Chinese characters."""
    if value is None or isinstance(value, dict):
        return ""
    text = " ".join(str(value).split())
    return text if text.isascii() else text.replace(" ", "")


def looks_like_data(row: SheetRow) -> bool:
    """Whether a row holds dates, numbers or booleans: the head of a table holds words only."""
    cells = [cell for cell in row.cells if cell is not None]
    odd = [cell for cell in cells if not isinstance(cell, str) or _digits(cell)]
    return len(odd) * 3 > len(cells)


def _digits(text: str) -> bool:
    return sum(char.isdigit() for char in text) * 2 > len(text.strip() or "x")
