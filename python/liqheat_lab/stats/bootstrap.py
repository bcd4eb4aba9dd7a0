"""Any figure of rows, and weighted quantiles, with intervals by resampling whole days."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from liqheat.errors import InputError
from liqheat.flow import N_RESAMPLES, draw_days, summarise
from liqheat.records import Interval
from liqheat.records.arrays import FloatArray, IndexArray


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
