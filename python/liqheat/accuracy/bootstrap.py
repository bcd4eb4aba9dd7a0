"""Intervals by resampling whole days: hours of one day depend on each other, days much less."""

from __future__ import annotations

from collections.abc import Callable

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


def bootstrap_statistic(
    statistic: Callable[[IndexArray], float],
    days: ArrayLike,
    *,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
    block_days: int = 1,
) -> Interval:
    """Any figure of the rows, with its interval over days.

    Parameters
    ----------
    statistic : callable
        Is given row numbers, ``(m,) int64``, some of them several times, and returns the figure of those rows; NaN
        where it has none.
    days : (n,) int64
        Day of each row.
    n_resamples, seed, block_days : int
        See `draw_days`. Draws are the same as those of `bootstrap_ratio` for the same days.

    Examples
    --------
    >>> values = np.array([1.0, 3.0, 5.0, 7.0])
    >>> bootstrap_statistic(lambda rows: float(np.median(values[rows])), [0, 0, 1, 1])
    Interval(value=4.0, low=2.0, high=6.0)
    """
    day = np.asarray(days, np.int64)
    if day.ndim != 1:
        raise InputError("days", "must be of one dimension", day.shape)
    if not day.size:
        return Interval(np.nan, np.nan, np.nan)
    order = np.argsort(day, kind="stable")
    found_days, starts = np.unique(day[order], return_index=True)
    groups = np.split(order, starts[1:])
    samples = np.empty(n_resamples)
    for number, counts in enumerate(draw_days(found_days.size, n_resamples, seed, min(block_days, found_days.size))):
        rows = [np.tile(groups[at], count) for at, count in enumerate(counts) if count]
        samples[number] = statistic(np.concatenate(rows))
    return summarise(float(statistic(order)), samples, found_days.size)


def bootstrap_quantile(
    values: ArrayLike,
    weights: ArrayLike,
    days: ArrayLike,
    share: float,
    *,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Weighted quantile with its interval over days; sorted once for all resamples.

    Parameters
    ----------
    values, weights : (n,) float64
        Rows that are not finite in both, or have no weight, are left out.
    days : (n,) int64
        Day of each row.
    share : float
        0.5 for the median.
    n_resamples, seed : int
        See `draw_days`.

    Examples
    --------
    >>> bootstrap_quantile([3.0, 1.0, 2.0], [1.0, 1.0, 5.0], [0, 0, 0], 0.5).value
    2.0
    """
    value, weight = np.asarray(values, np.float64), np.asarray(weights, np.float64)
    rows = np.flatnonzero(np.isfinite(value) & (weight > 0) & np.isfinite(weight))
    if not rows.size:
        return Interval(np.nan, np.nan, np.nan)
    rows = rows[np.argsort(value[rows], kind="stable")]
    found, index = np.unique(np.asarray(days, np.int64)[rows], return_inverse=True)

    def quantile(counts: FloatArray) -> float:
        below = np.cumsum(weight[rows] * counts[index])
        return float(value[rows[np.searchsorted(below, share * below[-1])]])

    samples = [quantile(counts) for counts in draw_days(found.size, n_resamples, seed).astype(np.float64)]
    return summarise(quantile(np.ones(found.size)), np.array(samples), found.size)


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
