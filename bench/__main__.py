"""Run benches: all of them, each in a process of its own, or those named.

    python -m bench [NAME ...] [--size tiny|usual|large] [--out FILE] [--docs]

Ends with 1 when one could not be measured.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import bench as package
from bench.frame import Bench
from bench.frame.picture import svg
from bench.frame.result import ROOT, Outcome, load, save
from bench.frame.table import markdown, outcome_text, write_between

LIMIT = 1800        # seconds a bench may take
DOCS = ROOT / "docs"
SUFFIX = {"usual": "", "large": "-large"}


def benches() -> dict[str, Bench]:
    """Every BENCH of a module in this package, by name."""
    modules = (importlib.import_module(f"bench.{name}") for _finder, name, folder in pkgutil.iter_modules(package.__path__)
               if not folder and name != "__main__")
    found = [module.BENCH for module in modules if hasattr(module, "BENCH")]
    return {each.name: each for each in sorted(found, key=lambda each: each.name)}


def run_apart(bench: Bench, size: str) -> Outcome:
    """Run it in a process of its own: what it leaves in memory is its own, and if it fails the others are measured."""
    with tempfile.TemporaryDirectory(prefix="juheli-bench-") as folder:
        out = Path(folder, "result.json")
        asked = [sys.executable, "-m", "bench", bench.name, "--size", size, "--out", str(out), "--here"]
        try:
            done = subprocess.run(asked, cwd=ROOT, timeout=LIMIT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            problem = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        except subprocess.TimeoutExpired:
            problem = f"took more than {LIMIT} s"
        if out.exists():
            return load(out)[0]
    failed = Outcome.begun(bench.name, bench.title, size)
    failed.error = problem
    return failed


def publish(size: str) -> None:
    """Table and picture of the kept results into docs/."""
    outcomes = load(DOCS / f"performance{SUFFIX[size]}.json")
    picture = DOCS / f"performance{SUFFIX[size]}.svg"
    picture.write_text(svg(outcomes))
    write_between(DOCS / "performance.md", f"bench{SUFFIX[size]}", markdown(outcomes, picture.name))


def arguments(words: Mapping[str, Bench]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="run benches and print their ratios")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(words)} (all)")
    parser.add_argument("--size", choices=("tiny", "usual", "large"), default="usual")
    parser.add_argument("--out", type=Path, help="write the result into this JSON file, beside what is in it")
    parser.add_argument("--docs", action="store_true", help="keep the result in docs/performance*.json and show it in the docs")
    parser.add_argument("--here", action="store_true", help="in this process, for a profiler")
    return parser


def main(words: list[str] | None = None) -> int:
    known = benches()
    parser = arguments(known)
    chosen = parser.parse_args(words)
    if unknown := sorted(set(chosen.names) - set(known)):
        parser.error(f"no such bench: {', '.join(unknown)}; there are {', '.join(known)}")
    failed = 0
    for bench in [known[name] for name in chosen.names] or list(known.values()):
        if bench.size(chosen.size) is None:
            continue
        outcome = bench.run(chosen.size) if chosen.here else run_apart(bench, chosen.size)
        print(outcome_text(outcome), end="\n\n", flush=True)
        failed += bool(outcome.error)
        if chosen.out:
            save([outcome], chosen.out)
        if chosen.docs and chosen.size in SUFFIX and not outcome.error:
            save([outcome], DOCS / f"performance{SUFFIX[chosen.size]}.json")
            publish(chosen.size)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
