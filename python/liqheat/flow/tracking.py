"""Scale tracking: what was liquidated lately over what was expected, applied to the next interval.

A frozen scale misses a change of regime by a factor of two; the trailing ratio repairs it. Every map and every
baseline is tracked in the same way, by its own ratio, so tracking favours none of them.
"""

from __future__ import annotations

import numpy as np

from liqheat.errors import InputError
from liqheat.records.arrays import FloatArray
from liqheat.units import HOUR_MS

HALF_LIFE_HOURS = 48.0
"""Chosen on 2026-01 and 2026-02; 24 to 72 hours do as well."""
ANCHOR_HALF_LIFE_HOURS = 14 * 24.0
ANCHOR_HOURS = 6.0
"""Hours of the longer ratio that the short one is pulled towards: after a calm spell it rests on few dollars."""


def track_scale(expected_usd: FloatArray, realised_usd: FloatArray, interval_ms: int = HOUR_MS) -> FloatArray:
    """Factor on each interval's forecast, (n,), from the intervals before it alone; both sides share it.

    Parameters
    ----------
    expected_usd, realised_usd : (n, 2) float64
        By interval and side; rows that are NaN in either count for nothing.
    interval_ms : int
        Length of an interval.

    Raises
    ------
    InputError
        When the shapes differ.

    Examples
    --------
    >>> factors = track_scale(np.ones((500, 2)), np.full((500, 2), 3.0))
    >>> float(factors[0]), round(float(factors[-1]), 3)
    (1.0, 3.0)
    """
    if expected_usd.shape != realised_usd.shape or expected_usd.ndim != 2:
        raise InputError(
            "realised_usd", f"must have the shape of expected_usd, {expected_usd.shape}", realised_usd.shape
        )
    hours = interval_ms / HOUR_MS
    keep, anchor_keep = 0.5 ** (hours / HALF_LIFE_HOURS), 0.5 ** (hours / ANCHOR_HALF_LIFE_HOURS)
    known = np.all(np.isfinite(expected_usd) & np.isfinite(realised_usd), axis=1)
    expected = np.where(known, expected_usd.sum(axis=1), 0.0).tolist()
    realised = np.where(known, realised_usd.sum(axis=1), 0.0).tolist()
    factors = np.ones(len(expected))
    short_expected = short_realised = long_expected = long_realised = long_hours = 0.0
    for index, is_known in enumerate(known.tolist()):
        if long_expected > 0.0 and long_realised > 0.0:
            anchor = ANCHOR_HOURS * long_expected / long_hours
            factors[index] = (short_realised + anchor * long_realised / long_expected) / (short_expected + anchor)
        # A missing interval ages what is known as any other does.
        short_expected, short_realised = short_expected * keep, short_realised * keep
        long_expected, long_realised = long_expected * anchor_keep, long_realised * anchor_keep
        long_hours *= anchor_keep
        if is_known:
            short_expected, short_realised = short_expected + expected[index], short_realised + realised[index]
            long_expected, long_realised = long_expected + expected[index], long_realised + realised[index]
            long_hours += hours
    return factors
