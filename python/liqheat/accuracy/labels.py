"""Realised liquidations as labels: from vendors' totals to one checked series by interval and side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from liqheat.errors import InputError
from liqheat.records import LiquidationLabels, LiquidationTotals
from liqheat.records.arrays import FloatArray
from liqheat.units import HOUR_MS

FROZEN_FEED_HOURS = 24
"""A side that is exactly zero for this long is a feed that died, not a calm market."""


def build_labels(totals: Sequence[LiquidationTotals], interval_ms: int = HOUR_MS) -> LiquidationLabels:
    """Merge vendors' totals into labels of one interval: the largest sum where several tell of the same interval.

    A vendor's totals may be truncated or restated, so where several rows, series or finer intervals that cover it
    whole tell of the same interval, the larger sum counts, for each side by itself. Intervals with nothing on either
    side are missing, and so is a whole day with nothing on one side: vendors write zeros where they have no data.

    Parameters
    ----------
    totals : sequence of LiquidationTotals
        Series of one symbol and one set of venues, at `interval_ms` or a divisor of it.
    interval_ms : int
        Length of a label's interval.

    Returns
    -------
    LiquidationLabels
        From the first interval told of to the last, without gaps; NaN where nothing is known.

    Raises
    ------
    InputError
        When there are no totals, an interval does not divide `interval_ms`, or a sum is negative or infinite.

    Examples
    --------
    >>> def totals(hours, longs, shorts):
    ...     usd = [np.array(longs), np.array(shorts)]
    ...     return LiquidationTotals(np.array(hours) * HOUR_MS, HOUR_MS, *usd, *usd, venues="")
    >>> first, restated = totals([0, 1, 2], [5.0, 0.0, 2.0], [1.0, 0.0, 9.0]), totals([2], [7.0], [8.0])
    >>> build_labels([first, restated]).usd.tolist()
    [[5.0, 1.0], [nan, nan], [7.0, 9.0]]
    """
    if not totals:
        raise InputError("totals", "must hold at least one series", 0)
    for one in totals:
        if one.interval_ms <= 0 or interval_ms % one.interval_ms:
            raise InputError("totals.interval_ms", f"must divide {interval_ms}", one.interval_ms)
        for name in ("long_usd", "short_usd"):
            values = getattr(one, name)
            bad = (values < 0) | np.isinf(values)
            if np.any(bad):
                raise InputError(f"totals.{name}", "must not be negative or infinite", float(values[bad][0]))
    first = min(int(one.time_ms.min()) for one in totals) // interval_ms
    last = max(int(one.time_ms.max()) for one in totals) // interval_ms
    usd = np.full((last - first + 1, 2), np.nan)
    n_raised = n_repeated = 0
    for one in sorted(totals, key=lambda one: -one.interval_ms):
        sums, repeated = _sum_whole(one, first, usd.shape[0], interval_ms)
        n_repeated += repeated
        n_raised += int(np.sum(np.any(sums > 1.05 * usd, axis=1)))
        usd = np.fmax(usd, sums)
    empty = np.all(usd == 0, axis=1)
    usd[empty] = np.nan
    dead = _frozen(usd, FROZEN_FEED_HOURS * HOUR_MS // interval_ms)
    usd[dead] = np.nan
    notes = [f"{one.interval_ms // 60_000}-minute totals of {one.venues or 'unnamed venues'}" for one in totals]
    if len(totals) > 1:
        notes.append(
            f"where totals tell of the same interval the larger counts: {n_raised} intervals raised by more than 5 %"
        )
    if n_repeated:
        notes.append(f"{n_repeated} rows of totals repeat an interval: the larger counts")
    if empty.any():
        notes.append(f"{int(empty.sum())} intervals with nothing on either side count as missing")
    if dead.any():
        notes.append(f"{int(dead.sum())} intervals of days with one side exactly zero count as missing")
    start_ms = (first + np.arange(usd.shape[0], dtype=np.int64)) * interval_ms
    return LiquidationLabels(interval_ms, start_ms, usd, tuple(one.source for one in totals), tuple(notes))


def _sum_whole(totals: LiquidationTotals, first: int, n: int, interval_ms: int) -> tuple[FloatArray, int]:
    """Sums by interval, NaN where not every part of it is known; and how many rows repeat a part."""
    usd = np.stack([totals.long_usd, totals.short_usd], axis=1)
    known = np.all(np.isfinite(usd), axis=1)
    slots, place = np.unique(totals.time_ms[known] // totals.interval_ms, return_inverse=True)
    largest = np.zeros((slots.size, 2))
    np.maximum.at(largest, place, usd[known])
    index = slots * totals.interval_ms // interval_ms - first
    sums = np.zeros((n, 2))
    np.add.at(sums, index, largest)
    parts = np.bincount(index, minlength=n)
    sums[parts < interval_ms // totals.interval_ms] = np.nan
    return sums, int(known.sum()) - slots.size


def _frozen(usd: FloatArray, length: int) -> NDArray[np.bool_]:
    """Intervals inside a run of at least `length` that are zero or unknown on one side while never above it."""
    dead = np.zeros(usd.shape[0], np.bool_)
    for side in (0, 1):
        quiet = ~(usd[:, side] > 0)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(np.int8), [0]])))
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            if end - start >= length:
                dead[start:end] = True
    told: NDArray[np.bool_] = dead & np.any(np.isfinite(usd), axis=1)
    return told
