"""A result as Markdown, between the markers of a document."""

from __future__ import annotations

import re
from pathlib import Path

from .result import Figure, Group, Line, Outcome
from .spread import Spread


def number(value: float) -> str:
    """With as many digits as mean something: 1,234 · 12.3 · 1.23 · 0.012."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.2g}"


def between(found: Spread) -> str:
    return f"{number(found.median)} ({number(found.low)}–{number(found.high)})"


def share(ratio: Spread) -> str:
    """A ratio to the baseline: in per cent up to ten times, then as a multiple."""
    if ratio.median >= 10:
        return f"{number(ratio.median)} × ({number(ratio.low)}–{number(ratio.high)})"
    return f"{ratio.median:.0%} ({ratio.low:.0%}–{ratio.high:.0%})"


def group_table(group: Group) -> str:
    walls = any(line.wall for line in group.lines)
    heads = ["", group.unit, *(["ms wall"] if walls else []), f"of “{group.baseline}”"]
    rows = [heads, ["---"] + ["---:"] * (len(heads) - 1), *(_row(group, line, walls) for line in group.lines)]
    text = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return "\n\n".join([f"#### {group.title}", *([group.note] if group.note else []), text])


def _row(group: Group, line: Line, walls: bool) -> list[str]:
    wall = [between(line.wall) if line.wall else ""] if walls else []
    return [line.name, between(line.value), *wall, "100 %" if line.name == group.baseline else share(line.ratio)]


def figure_table(figures: list[Figure]) -> str:
    rows = [f"| {figure.name} | {number(figure.value)} {figure.unit} | {figure.note} |" for figure in figures]
    return "\n".join(["| | | |", "|---|---:|---|", *rows])


def about(outcome: Outcome) -> str:
    facts = outcome.machine
    load = "–".join(f"{each:.1f}" for each in outcome.load)
    return (f"{facts['date']}, commit `{facts['commit']}`, {facts['cores']} cores ({facts['cpu']}), load {load}, Python "
            f"{facts['python']}, SQLAlchemy {facts['sqlalchemy']}; {outcome.seconds:.0f} s.")


def outcome_text(outcome: Outcome) -> str:
    parts = [f"### {outcome.title} (`python -m bench {outcome.name}`)", about(outcome)]
    if outcome.error:
        parts.append(f"Not measured: {outcome.error}")
    parts += map(group_table, outcome.groups)
    if outcome.figures:
        parts.append(figure_table(outcome.figures))
    if outcome.notes:
        parts.append("\n".join(f"- {note}" for note in outcome.notes))
    return "\n\n".join(parts)


def markdown(outcomes: list[Outcome], picture: str) -> str:
    return "\n\n".join([f"![each line against the baseline of its run]({picture})", *map(outcome_text, outcomes)])


def write_between(document: Path, marker: str, text: str) -> None:
    """Put the text between `<!-- marker -->` and `<!-- /marker -->`. Raises ValueError when the document lacks them."""
    before = document.read_text()
    pattern = re.compile(rf"(<!-- {marker} -->\n).*?(<!-- /{marker} -->)", re.DOTALL)
    if not pattern.search(before):
        raise ValueError(f"{document.name} has no <!-- {marker} --> … <!-- /{marker} -->")
    document.write_text(pattern.sub(lambda found: f"{found[1]}{text}\n{found[2]}", before))
