"""A result as a picture: a bar per line from its baseline, on a logarithmic scale, with its spread. Plain SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from .result import Group, Line, Outcome
from .table import share

WIDTH, LABELS, FIGURES, LINE, GAP = 960, 330, 150, 18, 26
LEAST, MOST = 0.05, 20.0           # ratios at the two edges of the scale; what lies beyond ends there
STYLE = ("text{font:12px sans-serif;fill:#24292f}.h{font-weight:bold}.g{stroke:#d0d7de}.one{stroke:#57606a}"
         ".less{fill:#d97706}.more{fill:#2f855a}.same{fill:#57606a}.spread{stroke:#24292f}")


def place(ratio: float) -> float:
    """Where a ratio stands, in pixels from the left."""
    inner = WIDTH - LABELS - FIGURES
    part = math.log(min(max(ratio, LEAST), MOST) / LEAST) / math.log(MOST / LEAST)
    return round(LABELS + inner * part, 1)


def svg(outcomes: list[Outcome]) -> str:
    """Every group of every outcome. Bars to the right of 100 % are better than their baseline, to the left worse."""
    parts: list[str] = []
    top = LINE
    for title, group in _groups(outcomes):
        parts.append(f'<text class="h" x="8" y="{top}">{escape(title)}</text>')
        bottom = top + 6 + LINE * len(group.lines)
        parts += _scale(top + 6, bottom)
        for number, line in enumerate(group.lines):
            parts += _bar(line, top + 6 + LINE * number, line.name == group.baseline)
        top = bottom + GAP
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" role="img" aria-label="benchmarks">'
    ground = f'<rect width="{WIDTH}" height="{top}" fill="#fff"/>'
    return "\n".join([head, f"<style>{STYLE}</style>", ground, *parts, "</svg>"]) + "\n"


def _groups(outcomes: list[Outcome]) -> Iterator[tuple[str, Group]]:
    for outcome in outcomes:
        for group in outcome.groups:
            if len(group.lines) > 1:
                yield f"{outcome.title}: {group.title}", group


def _scale(top: float, bottom: float) -> Iterator[str]:
    for ratio in (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0):
        kind, x = "one" if ratio == 1 else "g", place(ratio)
        yield f'<line class="{kind}" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>'


def _bar(line: Line, top: float, baseline: bool) -> Iterator[str]:
    one, end, middle = place(1), place(line.ratio.median), top + LINE / 2
    kind = "same" if baseline else "more" if line.ratio.median >= 1 else "less"
    left, width = (one - 2, 4) if baseline else (min(one, end), max(abs(end - one), 1))
    yield f'<text x="{LABELS - 8}" y="{middle + 4}" text-anchor="end">{escape(line.name)}</text>'
    yield f'<rect class="{kind}" x="{left}" y="{top + 4}" width="{width:.1f}" height="{LINE - 8}"/>'
    if not baseline:
        low, high = place(line.ratio.low), place(line.ratio.high)
        yield f'<line class="spread" x1="{low}" x2="{high}" y1="{middle}" y2="{middle}"/>'
        yield f'<text x="{WIDTH - FIGURES + 8}" y="{middle + 4}">{escape(share(line.ratio))}</text>'
    else:
        yield f'<text x="{WIDTH - FIGURES + 8}" y="{middle + 4}">the baseline</text>'
