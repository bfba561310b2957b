"""How fast, how large, against what: measured side by side in one run, reported as ratios with their spread.

    python -m bench [NAME ...] [--size tiny|usual|large] [--out FILE] [--docs]
    python -m bench.compare BEFORE AFTER            (result files or commits)

Every module here that has a `BENCH` is one; `bench.frame` is what they stand on. Nothing asserts a wall time.
"""

from __future__ import annotations
