"""The median of a few measurements, and how far it can be trusted."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """A median with the order-statistic interval that covers the true median with at least `confidence`.

    Where there are too few values for 95 %, the interval is their whole range and `confidence` says what that covers.
    """

    median: float
    low: float
    high: float
    confidence: float
    count: int

    def misses(self, bar: float) -> bool:
        """Whether the whole interval is above the bar."""
        return self.low > bar

    def text(self, digits: int = 3) -> str:
        note = "" if self.confidence >= 0.95 else f" at {self.confidence:.0%}"
        return f"{self.median:.{digits}f} [{self.low:.{digits}f}, {self.high:.{digits}f}]{note}"


def estimate(values: list[float]) -> Estimate:
    """Needs no assumption about how the values are spread: how many are below the median is Binomial(n, 1/2)."""
    ordered = sorted(values)
    count = len(ordered)

    def coverage(rank: int) -> float:
        outside = sum(math.comb(count, below) for below in range(rank + 1)) / 2**count
        return 1 - 2 * outside

    rank = max((rank for rank in range((count + 1) // 2) if coverage(rank) >= 0.95), default=0)
    return Estimate(statistics.median(ordered), ordered[rank], ordered[-1 - rank], coverage(rank), count)
