"""Before and after: every line of two results, its ratio to the baseline in each, and whether it moved beyond the spread.

    python -m bench.compare BEFORE AFTER [--bench NAME ...] [--size usual]

BEFORE and AFTER are result files (`python -m bench --out FILE`) or commits; a commit is checked out into a worktree of its own
and measured there by the benches of this tree. Only ratios are compared: they hold where absolute figures do not.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.frame.result import ROOT, Line, Outcome, load
from bench.frame.table import number

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
    """Lines that both results have, the baselines left out (they are 1)."""
    old = {name: line for name, line, _baseline in _lines(before)}
    for name, line, baseline in _lines(after):
        if name in old and not baseline:
            yield Change(name, old[name], line)


def _lines(outcomes: list[Outcome]) -> Iterator[tuple[str, Line, bool]]:
    for outcome in outcomes:
        for group in outcome.groups:
            for line in group.lines:
                yield f"{outcome.name} · {group.title} · {line.name}", line, line.name == group.baseline


def result_of(where: str, names: list[str], size: str) -> list[Outcome]:
    """Of a result file, or of a commit measured now."""
    return load(Path(where)) if Path(where).is_file() else measured(where, names, size)


def measured(commit: str, names: list[str], size: str) -> list[Outcome]:
    """Raises CalledProcessError for an unknown commit. Benches that do not run there are absent."""
    with tempfile.TemporaryDirectory(prefix="juheli-compare-") as folder:
        tree = Path(folder, "tree")
        subprocess.run([*GIT, "worktree", "add", "-q", "--detach", str(tree), commit], check=True)
        try:
            _furnish(tree)
            out = Path(folder, "result.json")
            subprocess.run([sys.executable, "-m", "bench", *names, "--size", size, "--out", str(out)], cwd=tree, check=False,
                           stdout=subprocess.DEVNULL)
            return [outcome for outcome in load(out) if not outcome.error] if out.exists() else []
        finally:
            subprocess.run([*GIT, "worktree", "remove", "--force", str(tree)], check=True)


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
    chosen = parser.parse_args(words)
    found = list(changes(*(result_of(where, chosen.bench, chosen.size) for where in (chosen.before, chosen.after))))
    print(f"{'':<60} {'figure before → after':>17}   {'ratio before → after':>17}")
    print(*found, sep="\n")
    print(f"{len(found)} lines compared; {sum(each.verdict == 'WORSE' for each in found)} worse beyond the spread")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
