"""Information gain of one forecast over another: what a refit is judged by, and every score begins with."""

from __future__ import annotations

import numpy as np

from liqheat.errors import InputError
from liqheat.flow.bootstrap import bootstrap_ratio, days_of
from liqheat.records import Interval
from liqheat.records.arrays import FloatArray, TimeArray


def log_gain(usd: FloatArray, expected: FloatArray, baseline: FloatArray) -> FloatArray:
    """Poisson log score of `expected` less that of `baseline`, summed over sides, (n,), in nats × USD.

    Parameters
    ----------
    usd, expected, baseline : (n, 2) float64
        Realised and forecast USD by interval and side; rows with a NaN anywhere give NaN.

    Raises
    ------
    InputError
        When the shapes differ or a forecast is not above 0.
    """
    for name, values in (("expected", expected), ("baseline", baseline)):
        if values.shape != usd.shape:
            raise InputError(name, f"must have the shape of usd, {usd.shape}", values.shape)
        if np.any(values <= 0):
            raise InputError(name, "must be above 0", float(np.nanmin(values)))
    gain: FloatArray = (usd * np.log(expected / baseline) - (expected - baseline)).sum(axis=1)
    return gain


def information_gain(
    start_ms: TimeArray, usd: FloatArray, expected: FloatArray, baseline: FloatArray, *, seed: int = 0
) -> Interval:
    """Conditional information gain over a baseline, nats per notional-weighted event, with its 95 % interval.

    Parameters
    ----------
    start_ms : (n,) int64
        Starts of the intervals; days are resampled whole.
    usd, expected, baseline : (n, 2) float64
        As in `log_gain`. Both forecasts are given the same reach, so luck in forecasting the price cannot enter.
    seed : int
        Of the resampling.

    Examples
    --------
    >>> hours = np.arange(48) * 3_600_000
    >>> usd = np.tile([[3.0, 1.0]], (48, 1))
    >>> gain = information_gain(hours, usd, usd, np.full((48, 2), 2.0))
    >>> round(gain.value, 4), gain.low == gain.high
    (0.1308, True)
    """
    return bootstrap_ratio(log_gain(usd, expected, baseline), usd.sum(axis=1), days_of(start_ms), seed=seed)
