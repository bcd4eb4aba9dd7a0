"""Intervals by resampling whole days: hours of one day depend on each other, days much less."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from liqheat.errors import InputError
from liqheat.records import Interval
from liqheat.records.arrays import FloatArray, IndexArray
from liqheat.units import DAY_MS

N_RESAMPLES = 1000
LEVEL = 0.95


def days_of(time_ms: ArrayLike) -> IndexArray:
    """UTC day numbers of times in milliseconds.

    Examples
    --------
    >>> days_of([0, 86_399_999, 86_400_000]).tolist()
    [0, 0, 1]
    """
    return np.asarray(time_ms, np.int64) // DAY_MS


def draw_days(n_days: int, n_resamples: int, seed: int, block_days: int = 1) -> IndexArray:
    """How often each day is drawn in each resample, ``(n_resamples, n_days)``.

    Parameters
    ----------
    n_days, n_resamples : int
        At least one each.
    seed : int
        Same seed, same draws.
    block_days : int
        Neighbouring days drawn together, round the end to the start; 3 where days depend on each other.
    """
    if n_days < 1:
        raise InputError("days", "must hold at least one day", n_days)
    if n_resamples < 1:
        raise InputError("n_resamples", "must be at least 1", n_resamples)
    if not 1 <= block_days <= n_days:
        raise InputError("block_days", f"must lie between 1 and the {n_days} days", block_days)
    rng = np.random.default_rng(seed)
    n_blocks = -(-n_days // block_days)
    starts = rng.integers(0, n_days, (n_resamples, n_blocks))
    drawn = ((starts[:, :, None] + np.arange(block_days)) % n_days).reshape(n_resamples, -1)[:, :n_days]
    counts = np.zeros((n_resamples, n_days), np.int64)
    np.add.at(counts, (np.arange(n_resamples)[:, None], drawn), 1)
    return counts


def bootstrap_ratio(
    numerators: ArrayLike,
    denominators: ArrayLike,
    days: ArrayLike,
    *,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
    block_days: int = 1,
) -> Interval:
    """Sum over sum, with its interval over days: a mean, a share, a gain per event.

    Parameters
    ----------
    numerators, denominators : (n,) float64
        One row for each hour, event or touch; rows where either is not finite are left out.
    days : (n,) int64
        Day of each row; any numbers that are equal within a day.
    n_resamples, seed, block_days : int
        See `draw_days`.

    Returns
    -------
    Interval
        NaN throughout without rows or where the denominators sum to zero; NaN ends with a single day.

    Raises
    ------
    InputError
        When the lengths differ.

    Examples
    --------
    >>> bootstrap_ratio([1, 0, 1, 1], [1, 1, 1, 1], [0, 0, 1, 1])
    Interval(value=0.75, low=0.5, high=1.0)
    """
    top, bottom = np.asarray(numerators, np.float64), np.asarray(denominators, np.float64)
    day = np.asarray(days, np.int64)
    for name, found in (("denominators", bottom), ("days", day)):
        if found.shape != top.shape or top.ndim != 1:
            raise InputError(name, f"must be of one dimension and as long as numerators, {top.shape}", found.shape)
    known = np.isfinite(top) & np.isfinite(bottom)
    if not known.any():
        return Interval(np.nan, np.nan, np.nan)
    found_days, index = np.unique(day[known], return_inverse=True)
    tops = np.bincount(index, top[known], found_days.size)
    bottoms = np.bincount(index, bottom[known], found_days.size)
    counts = draw_days(found_days.size, n_resamples, seed, min(block_days, found_days.size)).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return summarise(float(tops.sum() / bottoms.sum()), (counts @ tops) / (counts @ bottoms), found_days.size)


def summarise(value: float, samples: FloatArray, n_days: int = 2) -> Interval:
    """A figure with the percentile interval of its resamples; NaN ends where none has a figure, and with one day.

    One day drawn again and again is always the same day: an interval without width would claim certainty.
    """
    known = samples[np.isfinite(samples)]
    if not known.size or n_days < 2:
        return Interval(value, np.nan, np.nan)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return Interval(value, float(low), float(high))
