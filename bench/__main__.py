"""Run benches: all of them, each in a process of its own, or those named.

    python -m bench [NAME ...] [--size tiny|usual|large] [--out FILE] [--docs]

Ends with 1 when one could not be measured, or not all of it. In a run of several they share one PostgreSQL server.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import bench as package
from bench.frame import Bench
from bench.frame.ground import stocked
from bench.frame.picture import svg
from bench.frame.result import ROOT, Outcome, load, save
from bench.frame.run import STRETCH
from bench.frame.table import aims, markdown, outcome_text, times, write_between
from bench.leash import leashed

PATIENCE = 60       # seconds a bench gets to end itself
DOCS = ROOT / "docs"
SUFFIX = {"usual": "", "large": "-large"}


def benches() -> dict[str, Bench]:
    """Every BENCH of a module in this package, by name."""
    modules = (importlib.import_module(f"bench.{name}") for _finder, name, folder in pkgutil.iter_modules(package.__path__)
               if not folder and name != "__main__")
    found = [module.BENCH for module in modules if hasattr(module, "BENCH")]
    return {each.name: each for each in sorted(found, key=lambda each: each.name)}


def run_apart(bench: Bench, size: str, patience: float, environment: dict[str, str]) -> Outcome:
    """Run it in a process of its own: what it leaves in memory is its own, and if it fails the others are measured.

    What it had measured when it failed, or when its time was over, is kept.
    """
    with tempfile.TemporaryDirectory(prefix="juheli-bench-") as folder:
        out, said = Path(folder, "result.json"), Path(folder, "said")
        asked = leashed(sys.executable, "-m", "bench", bench.name, "--size", size, "--out", str(out), "--patience", str(patience),
                        "--here")
        with said.open("w") as errors:
            process = subprocess.Popen(asked, cwd=ROOT, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=errors)
        problem = _ended(process, limit_of(bench, size) * patience)
        problem = problem or (said.read_text().strip().splitlines() or ["it said nothing"])[-1]
        if out.exists():
            outcome = load(out)[0]
        else:
            outcome = Outcome.begun(bench.name, bench.title, size, bench.size(size))
            outcome.error = problem
    if outcome.error:
        outcome.error = problem
    return outcome


def _ended(process: subprocess.Popen[bytes], limit: float) -> str:
    """Wait for it; why it was ended before it was done. Whatever happens here, it is gone afterwards."""
    try:
        process.wait(limit)
        return ""
    except subprocess.TimeoutExpired:
        return f"did not end within {limit:.0f} s"
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def limit_of(bench: Bench, size: str) -> float:
    """Seconds after which a bench is gone that did not end itself when its time was over."""
    return STRETCH * float((bench.size(size) or {}).get("budget", 300)) + PATIENCE


def publish(size: str) -> None:
    """Tables and picture of the kept results into docs/, and what was aimed at."""
    document, picture = DOCS / "performance.md", DOCS / f"performance{SUFFIX[size]}.svg"
    outcomes = load(DOCS / f"performance{SUFFIX[size]}.json")
    picture.write_text(svg(outcomes))
    write_between(document, f"bench{SUFFIX[size]}", markdown(outcomes, picture.name))
    kept = [DOCS / f"performance{each}.json" for each in SUFFIX.values()]
    write_between(document, "aims", aims([outcome for path in kept if path.exists() for outcome in load(path)]))


def arguments(words: Mapping[str, Bench]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="run benches and print their ratios")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(words)} (all)")
    parser.add_argument("--size", choices=("tiny", "usual", "large"), default="usual")
    parser.add_argument("--out", type=Path, help="write the result into this JSON file, beside what is in it")
    parser.add_argument("--docs", action="store_true", help="keep the result in docs/performance*.json and show it in the docs")
    parser.add_argument("--patience", type=float, default=1.0, help="all limits times this, for a busy machine")
    parser.add_argument("--here", action="store_true", help="in this process, for a profiler")
    return parser


def main(words: list[str] | None = None) -> int:
    known = benches()
    parser = arguments(known)
    chosen = parser.parse_args(words)
    if unknown := sorted(set(chosen.names) - set(known)):
        parser.error(f"no such bench: {', '.join(unknown)}; there are {', '.join(known)}")
    began = time.perf_counter()
    some = [each for each in [known[name] for name in chosen.names] or list(known.values()) if each.size(chosen.size) is not None]
    with stocked() if len(some) > 1 and not chosen.here and chosen.size != "tiny" else nullcontext({}) as shared:
        outcomes = [one(each, chosen, shared) for each in some]
    if len(outcomes) > 1:
        print(times(outcomes, time.perf_counter() - began))
    return 1 if any(outcome.trouble for outcome in outcomes) else 0


def one(bench: Bench, chosen: argparse.Namespace, shared: dict[str, str]) -> Outcome:
    """Run it, print it, keep it: what could not be measured takes the place of an older table, too."""
    bench.prepare()
    if chosen.here:
        outcome = bench.run(chosen.size, chosen.patience, lambda so_far: save([so_far], chosen.out) if chosen.out else None)
    else:
        outcome = run_apart(bench, chosen.size, chosen.patience, shared)
    print(outcome_text(outcome), end="\n\n", flush=True)
    if chosen.out:
        save([outcome], chosen.out)
    if chosen.docs and chosen.size in SUFFIX:
        save([outcome], DOCS / f"performance{SUFFIX[chosen.size]}.json")
        publish(chosen.size)
    return outcome


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))       # in order: servers stopped, folders removed
    sys.exit(main())
