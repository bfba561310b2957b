"""A figure and how far it moves: the median with the quartiles around it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """Median of some samples; a quarter of them lies below `low`, a quarter above `high`."""

    median: float
    low: float
    high: float

    def apart(self, other: Spread) -> bool:
        """Whether the two differ by more than their spread: the middle halves of their samples do not touch."""
        return self.high < other.low or other.high < self.low

    @property
    def inverted(self) -> Spread:
        """Of a ratio the other way round: not how good something is but how many times as much it takes."""
        return Spread(*(1 / each if each else 0.0 for each in (self.median, self.high, self.low)))


def spread(samples: Sequence[float]) -> Spread:
    """Raises ValueError without samples."""
    if not samples:
        raise ValueError("no samples")
    if len(samples) == 1:
        return Spread(samples[0], samples[0], samples[0])
    low, median, high = statistics.quantiles(samples, n=4, method="inclusive")
    return Spread(median, low, high)


def ratios(baseline: Sequence[float], samples: Sequence[float], *, more: bool = False) -> Spread:
    """How good the samples are, the baseline of the same rounds being 1: above 1 is better, whether less or `more` is good.

    Sample by sample where both have as many (what disturbed a round disturbed both), else against the baseline's median.
    """
    paired = len(baseline) == len(samples)
    bases = list(baseline) if paired else [statistics.median(baseline)] * len(samples)
    pairs = [(one, base) if more else (base, one) for base, one in zip(bases, samples, strict=True)]
    return spread([above / below for above, below in pairs if below > 0] or [0.0])
