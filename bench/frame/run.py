"""What a bench is, and the run that it fills: contestants in turns, samples measured elsewhere, single figures."""

from __future__ import annotations

import gc
import math
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .limits import OutOfTime, heed, limited
from .result import Aim, Figure, Group, Line, Outcome
from .spread import Spread, ratios, spread

Call = Callable[[int], object]
Measure = Callable[["Run"], None]
WARM = 3            # rounds before the first that counts, at most half as many as count
FEWEST, LEAST = 3, 7    # rounds before time is up, before anything is called steady
STEADY = 0.01       # the median of a ratio is known to a hundredth
STRETCH = 3         # times its budget a bench may take: beyond that it is ended


@dataclass(frozen=True)
class Within:
    """A contestant that takes its turn inside a context (a patch, a scope); going in and out is not timed."""

    context: Callable[[], AbstractContextManager[object]]
    call: Call


@dataclass(frozen=True)
class Bench:
    """One bench: `measure` fills a Run. A size that is None is not run; `tiny` must take a second or two (tests run it).

    A size's own settings are the bench's; the frame reads `budget` (seconds the whole is meant to take on a quiet machine; it
    is ended after STRETCH times as long) and `turn` (seconds for a group of turns). `prepare` is done before, in no time limit.
    """

    name: str
    title: str
    measure: Measure
    tiny: Mapping[str, Any]
    usual: Mapping[str, Any] | None = None
    large: Mapping[str, Any] | None = None
    prepare: Callable[[], None] = lambda: None

    def size(self, name: str) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = {"tiny": self.tiny, "usual": self.usual, "large": self.large}[name]
        return found

    def run(self, size: str, patience: float = 1.0, keep: Callable[[Outcome], None] = lambda _so_far: None) -> Outcome:
        """Measure it, with all limits times `patience`. `keep` gets what is there after each thing that was measured, with
        `error` set until all of it is done or cut off. Raises KeyError for a size it does not have.
        """
        chosen = self.size(size)
        if chosen is None:
            raise KeyError(size)
        outcome = Outcome.begun(self.name, self.title, size, chosen)
        run = Run(chosen, outcome, patience, keep)
        outcome.error = "ended before all of it was measured"
        with run.part("all of it", STRETCH * chosen.get("budget", 0)):
            self.measure(run)
        outcome.error = ""
        outcome.ended(run.seconds)
        return outcome


@dataclass
class Run:
    """What a bench measures into. `size`: its own settings for the size that was asked for."""

    size: Mapping[str, Any]
    outcome: Outcome = field(default_factory=lambda: Outcome.begun("", "", ""))
    patience: float = 1.0
    keep: Callable[[Outcome], None] = lambda _so_far: None
    began: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began

    @contextmanager
    def part(self, name: str, seconds: float = 0) -> Iterator[None]:
        """A part with a limit of its own (0: none): if it takes longer it is ended there, and told as not measured.

        Whatever it had measured by then is kept, and what comes after it is measured.
        """
        if not seconds:
            yield
            return
        try:
            with limited(name, seconds * self.patience) as limit:
                yield
        except OutOfTime as late:
            if late.limit is not limit:
                raise
            self.unmeasured(f"{name}, cut at {limit.seconds:.0f} s")

    def turns(self, title: str, calls: Mapping[str, Call | Within], *, rounds: int, baseline: str = "",
              elsewhere: Callable[[], float] = lambda: 0.0, repeat: int = 1, note: str = "") -> Group:
        """Let the contestants take turns, in an order that shifts with each round.

        It ends after `rounds`; sooner when every ratio is known (STEADY), or when the size's seconds for a `turn` are over.
        A call gets the number of the round. Counted: CPU milliseconds of this process and of `elsewhere` (CPU seconds so far
        of other processes that work for it), and wall milliseconds, each for one of `repeat` calls.
        """
        taken = Turns(list(calls), baseline or next(iter(calls)))
        gc.collect()
        end = time.perf_counter() + self.patience * self.size.get("turn", 1e9)
        try:
            for number in range(-max(1, min(WARM, rounds // 2)), rounds):
                if number >= LEAST and taken.steady() or number >= FEWEST and time.perf_counter() > end:
                    break
                heed()
                for name in taken.order(number):
                    spent = _timed(calls[name], number + WARM, elsewhere, repeat)
                    if number >= 0:
                        taken.add(name, *spent)
        finally:
            if taken.rounds:
                self._add(Group(title, "ms CPU", taken.baseline, taken.lines(), note))
        return self.outcome.groups[-1]

    def samples(self, title: str, found: Mapping[str, Sequence[float]], *, unit: str, baseline: str = "", more: bool = False,
                note: str = "") -> Group:
        """Figures that the bench measured itself, several for each line; `more`: more of them is better."""
        base = baseline or next(iter(found))
        lines = [Line(name, spread(each), ratios(found[base], each, more=more), len(each)) for name, each in found.items()]
        return self._add(Group(title, unit, base, lines, note))

    def figure(self, name: str, value: float, unit: str, note: str = "") -> None:
        """A single figure that needs no spread: a size, a count, a time of something done once."""
        self.outcome.figures.append(Figure(name, value, unit, note))
        self._kept()

    def aim(self, name: str, found: Spread | float | None = None, *, least: float | None = None, most: float | None = None,
            unit: str = "") -> None:
        """What is aimed at (a ratio in per cent, with `unit` a figure), and what was found, now or when it is named again.

        Name it before anything is measured: without `found` it is told as not measured.
        """
        spread_of = Spread(found, found, found) if isinstance(found, (int, float)) else found
        known = next((each for each in self.outcome.aims if each.name == name), None)
        if known:
            known.found = spread_of
        else:
            self.outcome.aims.append(Aim(name, spread_of, least, most, unit))
        self._kept()

    def unmeasured(self, what: str) -> None:
        """What should have been measured and was not, and why: the run is not complete."""
        self.outcome.missing.append(what)
        self._kept()

    def note(self, text: str) -> None:
        """Something a reader must know, in a sentence."""
        self.outcome.notes.append(text)
        self._kept()

    def _add(self, group: Group) -> Group:
        self.outcome.groups.append(group)
        self._kept()
        return group

    def _kept(self) -> None:
        self.outcome.seconds = round(self.seconds, 1)
        self.keep(self.outcome)


@dataclass
class Turns:
    """The samples of contestants that take turns, CPU and wall milliseconds by name."""

    names: list[str]
    baseline: str
    cpu: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wall: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def order(self, number: int) -> list[str]:
        shift = number % len(self.names)
        return self.names[shift:] + self.names[:shift]

    def add(self, name: str, cpu: float, wall: float) -> None:
        self.cpu[name].append(cpu)
        self.wall[name].append(wall)

    @property
    def rounds(self) -> int:
        """Rounds that everybody finished."""
        return min(len(self.cpu[name]) for name in self.names)

    def ratio(self, name: str) -> Spread:
        whole = self.rounds
        return ratios(self.cpu[self.baseline][:whole], self.cpu[name][:whole])

    def steady(self) -> bool:
        """Whether the median of each ratio is known to STEADY: its standard error, by the width of the middle half."""
        return len(self.names) > 1 and all(0.93 * (ratio.high - ratio.low) / math.sqrt(self.rounds) <= STEADY * ratio.median
                                           for ratio in map(self.ratio, self.names))

    def lines(self) -> list[Line]:
        whole = self.rounds
        return [Line(name, spread(self.cpu[name][:whole]), self.ratio(name), whole, spread(self.wall[name][:whole]))
                for name in self.names]


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
