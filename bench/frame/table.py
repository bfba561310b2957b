"""A result as Markdown, between the markers of a document."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from .result import Aim, Figure, Group, Line, Outcome
from .spread import Spread

EARLIER = " Measured before faults of the benches were mended: what they were stands in this document at commit `82307d1`."
MULTIPLE = 2                # aims from twice as much on are told as multiples


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
    return "\n\n".join([f"#### {group.title}", *([group.note] if group.note else []), text, f"Rounds: {_rounds(group)}."])


def _rounds(group: Group) -> str:
    """How many samples each figure stands on."""
    counts = sorted({line.rounds for line in group.lines})
    return "–".join(f"{count:,}" for count in dict.fromkeys((counts[0], counts[-1])))


def _row(group: Group, line: Line, walls: bool) -> list[str]:
    wall = [between(line.wall) if line.wall else ""] if walls else []
    return [line.name, between(line.value), *wall, "100 %" if line.name == group.baseline else share(line.ratio)]


def figure_table(figures: list[Figure]) -> str:
    rows = [f"| {figure.name} | {number(figure.value)} {figure.unit} | {figure.note} |" for figure in figures]
    return "\n".join(["| | | |", "|---|---:|---|", *rows])


def about(outcome: Outcome) -> str:
    facts = outcome.machine
    load = "–".join(f"{each:.1f}" for each in outcome.load)
    planned = f" of {outcome.budget:.0f} planned" if outcome.budget else ""
    earlier = "" if outcome.settings else EARLIER
    return (f"{facts['date']}, commit `{facts['commit']}`, {facts['cores']} cores ({facts['cpu']}), load {load}, Python "
            f"{facts['python']}, SQLAlchemy {facts['sqlalchemy']}; {outcome.seconds:.0f} s{planned}.{earlier}")


def outcome_text(outcome: Outcome, *, short: bool = False) -> str:
    """All of it; `short`: groups that have the same contestants as one table, without wall times and the spread of each."""
    parts = [f"### {outcome.title} (`python -m bench {outcome.name}`)", about(outcome)]
    if outcome.error:
        parts.append(f"{'Not all of it was measured' if outcome.groups else 'Not measured'}: {outcome.error}")
    parts += map(same_table, _alike(outcome.groups)) if short else map(group_table, outcome.groups)
    if outcome.figures:
        parts.append(figure_table(outcome.figures))
    if outcome.aims and not short:
        parts.append(aims([outcome]))
    if outcome.missing:
        parts.append("\n".join(f"- **Not measured:** {each}." for each in outcome.missing))
    if outcome.notes:
        parts.append("\n".join(f"- {note}" for note in outcome.notes))
    return "\n\n".join(parts)


def _alike(groups: list[Group]) -> list[list[Group]]:
    """Groups that follow one another and were measured in the same way, together."""
    return [list(each) for _key, each in itertools.groupby(groups, key=lambda group: (group.unit, group.baseline))]


def same_table(groups: list[Group]) -> str:
    """A row for each group; of each contestant the figure, and how it stands to the baseline."""
    if len(groups) == 1:
        return group_table(groups[0])
    first = groups[0]
    names = list(dict.fromkeys(line.name for group in groups for line in group.lines))
    heads = [f"{first.unit}, and of “{first.baseline}”", *names, "rounds"]
    rows = [heads, ["---"] + ["---:"] * (len(heads) - 1)]
    for group in groups:
        lines = {line.name: line for line in group.lines}
        rows.append([group.title, *(_cell(group, lines[name]) if name in lines else "" for name in names), _rounds(group)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(group: Group, line: Line) -> str:
    return number(line.value.median) + ("" if line.name == group.baseline else f" · {share(line.ratio)}")


def aims(outcomes: list[Outcome]) -> str:
    """What was aimed at, beside what was found."""
    rows = [["", "aim", "measured", "reached", "by"], ["---", "---", "---:", "---", "---"]]
    rows += [[aim.name, _wanted(aim), _found(aim), "yes" if aim.reached else "**no**" if aim.found else "",
              f"{outcome.name}, {outcome.size}, {outcome.machine['date'].partition(' ')[0]}"]
             for outcome in outcomes for aim in outcome.aims]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _edge(aim: Aim) -> tuple[float, str]:
    return (aim.least, "at least") if aim.least is not None else (aim.most or 0, "at most")


def _wanted(aim: Aim) -> str:
    edge, word = _edge(aim)
    return f"{word} {_told(aim, edge)}{_unit(aim)}"


def _found(aim: Aim) -> str:
    if aim.found is None:
        return "**not measured**"
    low, median, high = (_told(aim, each) for each in (aim.found.low, aim.found.median, aim.found.high))
    return (median if low == high else f"{median} ({low}–{high})") + _unit(aim)


def _told(aim: Aim, value: float) -> str:
    """Ratios up to twice as much or half as good in per cent, beyond that as multiples."""
    return f"{value:.0%}" if not aim.unit and _edge(aim)[0] < MULTIPLE else number(value)


def _unit(aim: Aim) -> str:
    return f" {aim.unit}" if aim.unit else " ×" if _edge(aim)[0] >= MULTIPLE else ""


def times(outcomes: list[Outcome], whole: float = 0) -> str:
    """Seconds of each bench, planned and taken, and of all; `whole`: from the command to its end."""
    rows = [["", "seconds", "planned", "", ""], ["---", "---:", "---:", "---", "---"]]
    rows += [[outcome.name, f"{outcome.seconds:.0f}", f"{outcome.budget:.0f}", outcome.machine["date"],
              outcome.trouble and f"not all of it: {outcome.trouble}"] for outcome in outcomes]
    rows.append(["all", f"{sum(each.seconds for each in outcomes):.0f}", f"{sum(each.budget for each in outcomes):.0f}", "",
                 f"{whole:.0f} s with their processes" if whole else ""])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def markdown(outcomes: list[Outcome], picture: str) -> str:
    head = [times(outcomes), f"![each line against the baseline of its run]({picture})"]
    return "\n\n".join([*head, *(outcome_text(outcome, short=True) for outcome in outcomes)])


def write_between(document: Path, marker: str, text: str) -> None:
    """Put the text between `<!-- marker -->` and `<!-- /marker -->`. Raises ValueError when the document lacks them."""
    before = document.read_text()
    pattern = re.compile(rf"(<!-- {marker} -->\n).*?(<!-- /{marker} -->)", re.DOTALL)
    if not pattern.search(before):
        raise ValueError(f"{document.name} has no <!-- {marker} --> … <!-- /{marker} -->")
    document.write_text(pattern.sub(lambda found: f"{found[1]}{text}\n{found[2]}", before))
