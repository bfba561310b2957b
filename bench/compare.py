"""Before and after: every line of two results, its ratio to the baseline in each, and whether it moved beyond the spread.

    python -m bench.compare BEFORE AFTER [--bench NAME ...] [--size usual] [--turns 1]

BEFORE and AFTER are result files (`python -m bench --out FILE`) or commits; a commit is checked out into a worktree of its own
and measured there by the benches of this tree, two commits in turns. Only ratios are compared: they hold where absolute figures
do not. The spread of one run says little of the next on a busy machine: ask for several turns before believing in a few per cent.
What only one side, or only some of the turns measured is named, and so are benches that were given other work to do. Ends with 1
when a side was not measured completely.
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.frame.result import ROOT, Line, Outcome, load
from bench.frame.spread import Spread
from bench.frame.table import number

# Settings that say how long something is measured, not what.
EFFORT = {"rounds", "turn", "part", "budget", "sweep", "starts", "seconds", "toggles", "growing", "slow_ms", "every", "peers"}
GIT = ["git", "-c", "safe.directory=*", "-C", str(ROOT)]


@dataclass(frozen=True)
class Change:
    """One line before and after. `factor`: above 1 it got better against its baseline."""

    name: str
    before: Line
    after: Line

    @property
    def factor(self) -> float:
        return self.after.ratio.median / self.before.ratio.median if self.before.ratio.median else 0.0

    @property
    def verdict(self) -> str:
        if not self.before.ratio.apart(self.after.ratio):
            return "within the spread"
        return "better" if self.factor > 1 else "WORSE"

    def __str__(self) -> str:
        return (f"{self.name:<60} {number(self.before.value.median):>7} → {number(self.after.value.median):>7}   "
                f"{self.before.ratio.median:7.3f} → {self.after.ratio.median:7.3f}  × {self.factor:5.2f}  {self.verdict}")


def changes(before: list[Outcome], after: list[Outcome]) -> Iterator[Change]:
    """Lines that both results have of the same work, the baselines left out (they are 1)."""
    other = different(before, after)
    old = {name: line for name, line, _baseline in _lines(before)}
    for name, line, baseline in _lines([outcome for outcome in after if outcome.name not in other]):
        if name in old and not baseline:
            yield Change(name, old[name], line)


def different(before: list[Outcome], after: list[Outcome]) -> dict[str, str]:
    """Benches that did not measure the same work in both results, and why: their lines are not to be compared."""
    old, found = {outcome.name: outcome for outcome in before}, {}
    for outcome in after:
        if (first := old.get(outcome.name)) is None:
            continue
        if not (first.settings and outcome.settings):
            if first.settings or outcome.settings:
                found[outcome.name] = "one of the results does not say with which settings"
        elif told := [f"{key} {first.settings.get(key)} → {outcome.settings.get(key)}"
                      for key in sorted(first.settings | outcome.settings)
                      if key not in EFFORT and first.settings.get(key) != outcome.settings.get(key)]:
            found[outcome.name] = "; ".join(told)
    return found


def unequal(before: list[Outcome], after: list[Outcome]) -> list[str]:
    """Lines that only one of the results has."""
    old, new = ({name for name, *_rest in _lines(each)} for each in (before, after))
    return [f"only before: {name}" for name in sorted(old - new)] + [f"only after: {name}" for name in sorted(new - old)]


def gaps(runs: list[list[Outcome]]) -> list[str]:
    """Lines that only some of several runs of the same have."""
    found = Counter(name for run in runs for name, *_rest in _lines(run))
    return [f"in {count} of {len(runs)} turns only: {name}" for name, count in sorted(found.items()) if count < len(runs)]


def troubles(runs: list[list[Outcome]]) -> list[str]:
    """Why not all of a bench was measured; what was measured before it failed does not count, before it was cut off it does."""
    return [f"not all of {each.name}: {each.trouble}" for run in runs for each in run if each.trouble]


def _lines(outcomes: list[Outcome]) -> Iterator[tuple[str, Line, bool]]:
    for outcome in outcomes:
        for group in outcome.groups:
            for line in group.lines:
                yield f"{outcome.name} · {group.title} · {line.name}", line, line.name == group.baseline


def results_of(places: tuple[str, str], names: list[str], size: str, turns: int) -> tuple[list[Outcome], list[Outcome], bool]:
    """Of result files, or of commits measured now, in turns, and whether that is all; what some turns lack is printed.

    Raises CalledProcessError for an unknown commit.
    """
    with tempfile.TemporaryDirectory(prefix="juheli-compare-") as folder, ExitStack() as stack:
        trees = [None if Path(place).is_file() else _tree(Path(folder, f"tree{number}"), place, stack)
                 for number, place in enumerate(places)]
        found: tuple[list[list[Outcome]], list[list[Outcome]]] = ([], [])
        for turn in range(turns):
            for number, tree in enumerate(trees):
                if tree is not None:
                    found[number].append(_measured(tree, names, size, Path(folder, f"result{number}-{turn}.json")))
        runs = [[load(Path(place))] if tree is None else each for place, tree, each in zip(places, trees, found, strict=True)]
        for place, each in zip(places, runs, strict=True):
            for said in (*troubles(each), *gaps(each)):
                print(f"{place}: {said}")
        before, after = (pooled([[one for one in run if not one.error] for run in each]) for each in runs)
        return before, after, not any(map(troubles, runs))


def pooled(runs: list[list[Outcome]]) -> list[Outcome]:
    """Several runs of the same as one: the median of their medians, the widest of their spreads, every line that any has."""
    several = [{name: line for name, line, _base in _lines(run)} for run in runs]
    whole = _union(runs)
    for name, line, _base in _lines(whole):
        same = [lines[name] for lines in several if name in lines]
        line.value, line.ratio = _widest([each.value for each in same]), _widest([each.ratio for each in same])
    return whole


def _union(runs: list[list[Outcome]]) -> list[Outcome]:
    """The first outcome of each bench, with the groups and lines that it lacks and later ones have."""
    found: dict[str, Outcome] = {}
    for outcome in itertools.chain.from_iterable(runs):
        groups = {group.title: group for group in found.setdefault(outcome.name, outcome).groups}
        for group in outcome.groups:
            if group.title not in groups:
                found[outcome.name].groups.append(group)
                continue
            known = {line.name for line in groups[group.title].lines}
            groups[group.title].lines += [line for line in group.lines if line.name not in known]
    return list(found.values())


def _widest(spreads: list[Spread]) -> Spread:
    return Spread(statistics.median(each.median for each in spreads), min(each.low for each in spreads),
                  max(each.high for each in spreads))


def _tree(tree: Path, commit: str, stack: ExitStack) -> Path:
    """A worktree of a commit, with this tree's benches, for as long as the stack is open."""
    subprocess.run([*GIT, "worktree", "add", "-q", "--detach", str(tree), commit], check=True)
    stack.callback(subprocess.run, [*GIT, "worktree", "remove", "--force", str(tree)], check=True)
    _furnish(tree)
    return tree


def _measured(tree: Path, names: list[str], size: str, out: Path) -> list[Outcome]:
    """Benches that fail there are absent. Raises RuntimeError with what was said when none of them even began."""
    done = subprocess.run([sys.executable, "-m", "bench", *names, "--size", size, "--out", str(out)], cwd=tree, check=False,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if not out.exists():
        raise RuntimeError(f"nothing was measured in {tree}: {done.stderr.strip()[-2000:]}")
    return load(out)


def _furnish(tree: Path) -> None:
    """This tree's benches, and what git does not keep: the same measure for both, and pages that find their files."""
    shutil.rmtree(tree / "bench", ignore_errors=True)
    shutil.copytree(ROOT / "bench", tree / "bench", ignore=shutil.ignore_patterns("__pycache__"))
    static = ROOT / "core" / "web" / "static"
    if (static / "vendor").is_dir():
        shutil.copytree(static / "vendor", tree / "core/web/static/vendor", dirs_exist_ok=True)
        shutil.copy(static / "icons.svg", tree / "core/web/static/icons.svg")


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.compare", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("--bench", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--size", choices=("tiny", "usual", "large"), default="usual")
    parser.add_argument("--turns", type=int, default=1, help="how often each commit is measured")
    chosen = parser.parse_args(words)
    before, after, whole = results_of((chosen.before, chosen.after), chosen.bench, chosen.size, chosen.turns)
    found = list(changes(before, after))
    print(f"{'':<60} {'figure before → after':>17}   {'ratio before → after':>17}")
    print(*found, *unequal(before, after), sep="\n")
    for name, why in different(before, after).items():
        print(f"NOT COMPARABLE: {name}: {why}")
    print(f"{len(found)} lines compared; {sum(each.verdict == 'WORSE' for each in found)} worse beyond the spread")
    return 0 if found and whole else 1


if __name__ == "__main__":
    sys.exit(main())
