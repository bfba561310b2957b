"""How apps depend on each other, as a picture drawn on the server: boxes in columns, what is needed stands on the left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.base.i18n import _
from core.events.outbox import consumers
from core.plugin import Plugins

WIDE, HIGH, GAP, ABOVE, EDGE = 176, 62, 64, 18, 34      # of a box; between columns; between rows; room for arrows at the side
LINE = 12.0                                              # what fits into a line of a box, in Chinese characters


@dataclass(frozen=True, slots=True)
class Box:
    """One app: the corner of its box, its title in at most two lines, its state here in words."""

    name: str
    x: int
    y: int
    title: tuple[str, ...]
    state: str
    on: bool


@dataclass(frozen=True, slots=True)
class Arrow:
    """`needs`: from the app to what it needs; else from who tells to who is told."""

    path: str
    needs: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """`words` say the same in sentences, for who does not see it."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    words: tuple[str, ...]


def told(plugins: Plugins) -> set[tuple[str, str]]:
    """(who tells, who is told) of every event among the apps that are no part of core."""
    pairs = {(owner.name, consumer) for owner in plugins.by_name.values() for event in owner.manifest.events
             for consumer, _fn in consumers(event, plugins)}
    return {pair for pair in pairs if len({*pair}) == 2 and not plugins.core & {*pair}}


def around(plugins: Plugins, name: str) -> list[str]:
    """The app, all that it needs, all that needs it, and who tells it or is told by it."""
    near = {name, *plugins.requires_closure(name), *plugins.required_by(name)}
    near |= {each for pair in told(plugins) if name in pair for each in pair}
    return [each for each in plugins.optional if each in near]


def draw(plugins: Plugins, names: Iterable[str], states: Mapping[str, tuple[str, bool]]) -> Picture:
    """The picture of these apps. `states`: the state of each in words, and whether it is on."""
    listed = list(names)
    level: dict[str, int] = {}
    for name in plugins.optional:                                       # dependencies stand first
        needs = [n for n in plugins.by_name[name].manifest.requires if n in listed]
        level[name] = 1 + max((level[n] for n in needs), default=-1)
    rows: dict[int, int] = {}
    boxes = {}
    for name in listed:
        row = rows[level[name]] = rows.get(level[name], -1) + 1
        state, on = states.get(name, ("", False))
        boxes[name] = Box(name, EDGE + level[name] * (WIDE + GAP), ABOVE + row * (HIGH + ABOVE), _lines(_title(plugins, name)),
                          state, on)
    needed = [(n, r) for n in listed for r in plugins.by_name[n].manifest.requires if r in boxes]
    tells = sorted((a, b) for a, b in told(plugins) if a in boxes and b in boxes)
    arrows = [Arrow(_between(boxes[a], boxes[b]), True) for a, b in needed]
    arrows += [Arrow(_between(boxes[a], boxes[b]), False) for a, b in tells]
    width = max((b.x for b in boxes.values()), default=0) + WIDE + EDGE
    height = max((b.y for b in boxes.values()), default=0) + HIGH + ABOVE
    words = [_("“%(app)s”需要“%(other)s”。", app=_title(plugins, a), other=_title(plugins, b)) for a, b in needed]
    words += [_("“%(app)s”把发生的事告诉“%(other)s”（两个都启用时）。", app=_title(plugins, a), other=_title(plugins, b))
              for a, b in tells]
    return Picture(width, height, tuple(boxes.values()), tuple(arrows), tuple(words))


def _title(plugins: Plugins, name: str) -> str:
    return str(plugins.by_name[name].manifest.title)


def _between(a: Box, b: Box) -> str:
    """The path of an arrow from one box to another: straight between columns, in a bow beside one column."""
    ya, yb = a.y + HIGH // 2, b.y + HIGH // 2
    if a.x == b.x:
        side, out = a.x + WIDE, a.x + WIDE + EDGE - 4
        return f"M{side} {ya}C{out} {ya} {out} {yb} {side + 2} {yb}"
    start, end = (a.x, b.x + WIDE + 2) if a.x > b.x else (a.x + WIDE, b.x - 2)
    return f"M{start} {ya}L{end} {yb}"


def _lines(title: str) -> tuple[str, ...]:
    """A title in at most two lines that fit; the rest is cut with a mark."""
    parts: list[str] = [""]
    for word in title.split(" ") if title.isascii() else [*title]:
        joined = f"{parts[-1]} {word}".strip() if title.isascii() else parts[-1] + word
        if _room(joined) <= LINE or not parts[-1]:
            parts[-1] = joined
        else:
            parts.append(word)
    return (parts[0], parts[1] + "…") if len(parts) > 2 else tuple(parts)


def _room(text: Any) -> float:
    return sum(0.55 if sign.isascii() else 1.0 for sign in text)
