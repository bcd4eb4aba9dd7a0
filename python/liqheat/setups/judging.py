"""Comparisons that every judge needs: sums of buckets may miss a limit by rounding."""

from __future__ import annotations

import math

ROUNDING = 1e-9


def reaches(value: float, limit: float) -> bool:
    """Whether a value is at least a limit; sums of buckets may miss it by rounding.

    Examples
    --------
    >>> reaches(0.1 + 0.2, 0.3), reaches(0.3, 0.1 + 0.2), reaches(0.2999, 0.3)
    (True, True, False)
    """
    return value >= limit - ROUNDING * abs(limit)


def exceeds(value: float, limit: float) -> bool:
    """Whether a value is above a limit by more than rounding."""
    return value > limit + ROUNDING * abs(limit)


def ratio_of(one: float, other: float) -> float | None:
    """Ratio; infinite over nothing, None for nothing over nothing."""
    if other > 0:
        return one / other
    return math.inf if one > 0 else None
