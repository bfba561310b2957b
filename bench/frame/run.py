"""What a bench is, and the run that it fills: contestants in turns, samples measured elsewhere, single figures."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .result import Figure, Group, Line, Outcome
from .spread import ratios, spread

Call = Callable[[int], object]
Measure = Callable[["Run"], None]
WARM = 3            # rounds before the first that counts, at most as many as count


@dataclass(frozen=True)
class Within:
    """A contestant that takes its turn inside a context (a patch, a scope); going in and out is not timed."""

    context: Callable[[], AbstractContextManager[object]]
    call: Call


@dataclass(frozen=True)
class Bench:
    """One bench: `measure` fills a Run. A size that is None is not run; `tiny` must take a second or two (tests run it)."""

    name: str
    title: str
    measure: Measure
    tiny: Mapping[str, Any]
    usual: Mapping[str, Any] | None = None
    large: Mapping[str, Any] | None = None

    def size(self, name: str) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = {"tiny": self.tiny, "usual": self.usual, "large": self.large}[name]
        return found

    def run(self, size: str) -> Outcome:
        """Measure it. Raises KeyError for a size it does not have."""
        chosen = self.size(size)
        if chosen is None:
            raise KeyError(size)
        run = Run(chosen)
        outcome = Outcome.begun(self.name, self.title, size)
        began = time.perf_counter()
        self.measure(run)
        outcome.ended(time.perf_counter() - began, run.groups, run.figures, run.notes)
        return outcome


@dataclass
class Run:
    """What a bench measures into. `size`: its own settings for the size that was asked for."""

    size: Mapping[str, Any]
    groups: list[Group] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def turns(self, title: str, calls: Mapping[str, Call | Within], *, rounds: int, baseline: str = "",
              elsewhere: Callable[[], float] = lambda: 0.0, repeat: int = 1, note: str = "") -> Group:
        """Let the contestants take turns, `rounds` times, in an order that shifts with each round.

        A call gets the number of the round. Counted: CPU milliseconds of this process and of `elsewhere` (CPU seconds so far
        of other processes that work for it), and wall milliseconds, each for one of `repeat` calls.
        """
        cpu: dict[str, list[float]] = {name: [] for name in calls}
        wall: dict[str, list[float]] = {name: [] for name in calls}
        names = list(calls)
        gc.collect()
        for number in range(-min(WARM, rounds), rounds):
            shift = number % len(names)
            for name in names[shift:] + names[:shift]:
                spent = _timed(calls[name], number + WARM, elsewhere, repeat)
                if number >= 0:
                    cpu[name].append(spent[0])
                    wall[name].append(spent[1])
        lines = [Line(name, spread(cpu[name]), ratios(cpu[baseline or names[0]], cpu[name]), rounds, spread(wall[name]))
                 for name in names]
        return self._add(Group(title, "ms CPU", baseline or names[0], lines, note))

    def samples(self, title: str, found: Mapping[str, Sequence[float]], *, unit: str, baseline: str = "", more: bool = False,
                note: str = "") -> Group:
        """Figures that the bench measured itself, several for each line; `more`: more of them is better."""
        base = baseline or next(iter(found))
        lines = [Line(name, spread(each), ratios(found[base], each, more=more), len(each)) for name, each in found.items()]
        return self._add(Group(title, unit, base, lines, note))

    def figure(self, name: str, value: float, unit: str, note: str = "") -> None:
        """A single figure that needs no spread: a size, a count, a time of something done once."""
        self.figures.append(Figure(name, value, unit, note))

    def note(self, text: str) -> None:
        """Something a reader must know, in a sentence."""
        self.notes.append(text)

    def _add(self, group: Group) -> Group:
        self.groups.append(group)
        return group


def _timed(contestant: Call | Within, number: int, elsewhere: Callable[[], float], repeat: int) -> tuple[float, float]:
    context, call = (contestant.context(), contestant.call) if isinstance(contestant, Within) else (nullcontext(), contestant)
    with context:
        other, cpu, wall = elsewhere(), time.process_time(), time.perf_counter()
        for _again in range(repeat):
            call(number)
        here, passed = time.process_time() - cpu, time.perf_counter() - wall
        return 1000 * (here + elsewhere() - other) / repeat, 1000 * passed / repeat


def cpu_of(processes: Callable[[], Sequence[int]]) -> Callable[[], float]:
    """CPU seconds so far of other processes, to the microsecond, for `elsewhere` (Linux; elsewhere 0)."""
    def spent() -> float:
        total = 0.0
        for process in processes():
            try:
                total += int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
            except OSError:
                continue
        return total
    return spent if os.path.exists("/proc/self/schedstat") else lambda: 0.0
