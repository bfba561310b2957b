"""One piece of work in a process of its own, for its peak memory: `python -m bench.child WORK JSON` prints what it took.

CPU counts the processes that it started, too; the peak is the larger one of its own memory and of any of theirs.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.frame.result import ROOT
from bench.leash import leashed


@dataclass(frozen=True)
class Took:
    """Seconds of the work alone; megabytes at its beginning (imports, the app) and at the peak."""

    cpu: float
    wall: float
    base: float
    peak: float
    told: Any = None

    @property
    def grown(self) -> float:
        return self.peak - self.base


def apart(work: str, **told: Any) -> Took:
    """Run `work` (a name in WORKS) in a new process. Raises RuntimeError with what it said when it fails."""
    command = leashed(sys.executable, "-m", "bench.child", work, json.dumps(told))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{work}: {done.stderr.strip()[-2000:]}")
    return Took(**json.loads(done.stdout.splitlines()[-1]))


def peak_mb() -> float:
    """The most memory this process ever had (Linux counts it anew after exec), or its largest child."""
    lines = Path("/proc/self/status").read_text().splitlines()
    mine = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
    return max(mine, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)


def timed(ready: Callable[[], Any]) -> Took:
    """Time a piece of work whose preparation is over."""
    base, cpu, wall = peak_mb(), time.process_time() + _children(), time.perf_counter()
    told = ready()
    return Took(time.process_time() + _children() - cpu, time.perf_counter() - wall, base, peak_mb(), told)


def _children() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


if __name__ == "__main__":
    from bench.filework import WORKS  # late: what is measured imports what it needs, and nothing else

    found = WORKS[sys.argv[1]](**json.loads(sys.argv[2]))
    print(json.dumps(found.__dict__))
