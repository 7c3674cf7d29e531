"""How often a look was borne out: counts first, a share only where there are enough of them.

A bill that nobody has examined, and an examination of which nobody can say what it bears out, are
neither hits nor misses. The random sample stands beside: what a row finds beyond it, the row finds.
"""

from dataclasses import dataclass
from enum import Enum
from math import isqrt

ENOUGH = 30  # hits and misses together; below it a share says too little: the project's own figure
_Z2, _UNIT = 38_416, 10_000  # 1.96 squared, for an interval of 95 in 100


class Pointer(Enum):
    """What pointed at a bill."""

    ROW = "row"  # of an officers' table
    SAMPLE = "sample"
    RULE = "rule"  # an open one


class Comparison(Enum):
    """How a share compares with the random sample's."""

    ABOVE = "above"
    BELOW = "below"
    NOT_TOLD_APART = "not-told-apart"


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of the bills that one thing pointed at."""

    pointer: Pointer
    name: str
    bills: int
    examined: int
    hits: int
    misses: int

    @property
    def unsaid(self) -> int:
        """How many were examined and nobody can say what it bears out."""
        return self.examined - self.hits - self.misses

    @property
    def not_examined(self) -> int:
        """How many nobody has examined since."""
        return self.bills - self.examined


@dataclass(frozen=True, slots=True)
class Share:
    """Hits of a thousand, and between which shares the true one lies (Wilson, 95 in 100)."""

    permille: int
    low: int
    high: int


def share(tally: Tally) -> Share | None:
    """Return the share of hits; None where there are too few to say one."""
    hits, known = tally.hits, tally.hits + tally.misses
    if known < ENOUGH:
        return None
    low, high = interval(hits, known)
    return Share((2_000 * hits + known) // (2 * known), low, high)


def interval(hits: int, known: int) -> tuple[int, int]:
    """Return Wilson's interval in permille, rounded outwards."""
    if not 0 <= hits <= known or known < 1:
        raise ValueError(f"{hits} hits of {known}")
    whole = 2 * (known * _UNIT + _Z2)
    middle = 2 * hits * _UNIT + _Z2
    spread = _Z2 * (_Z2 * known + 4 * _UNIT * hits * (known - hits))
    margin = isqrt(-(-spread // known)) + 1
    low, high = 1_000 * (middle - margin) // whole, -(-1_000 * (middle + margin) // whole)
    return max(low, 0), min(high, 1_000)


def against(mine: Share | None, sample: Share | None) -> Comparison | None:
    """Compare with the sample; None where either has too few."""
    if mine is None or sample is None:
        return None
    if mine.low > sample.high:
        return Comparison.ABOVE
    return Comparison.BELOW if mine.high < sample.low else Comparison.NOT_TOLD_APART
