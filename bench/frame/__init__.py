"""The frame of all benches: contestants take turns, every figure has its spread, a run is a JSON file.

    from bench.frame import Bench, Run

    def measure(run: Run) -> None:
        run.turns("List of 50", {"by hand": floor, "ours": page}, baseline="by hand", rounds=run.size["rounds"])
        run.samples("Throughput", {"1 tenant": [812, 799], "1,000": [790, 805]}, unit="req/s", more=True)
        run.figure("memory of a worker", 84.2, "MB")

    BENCH = Bench("pages", "Pages", measure, usual={"rounds": 60}, tiny={"rounds": 2})
"""

from __future__ import annotations

from .ground import Ground, ground
from .run import Bench, Run, Within

__all__ = ["Bench", "Ground", "Run", "Within", "ground"]
