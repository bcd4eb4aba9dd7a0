"""Scores of forecasts by interval and side, with intervals by day-block bootstrap. Larger gains are better."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from liqheat.flow import bootstrap_ratio, days_of, log_gain
from liqheat.records import Interval
from liqheat.records.arrays import FloatArray, TimeArray
from liqheat.units import DAY_MS, HOUR_MS

HAC_HOURS = 24
"""Lags of the long-run variance: liquidations cluster within a day."""
N_RELIABILITY = 10


@dataclass(frozen=True, slots=True)
class DieboldMariano:
    """Test of equal forecasts: mean difference of log scores over its long-run standard error.

    Attributes
    ----------
    statistic : float
        Positive where the first forecast is better.
    p_value : float
        Two-sided, normal.
    """

    statistic: float
    p_value: float


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Intervals and sides of about the same forecast.

    Attributes
    ----------
    forecast_usd, realised_usd : float
        Means.
    n : int
        Rows.
    """

    forecast_usd: float
    realised_usd: float
    n: int


def diebold_mariano(
    usd: FloatArray, expected: FloatArray, baseline: FloatArray, *, interval_ms: int = HOUR_MS
) -> DieboldMariano:
    """Test that two forecasts are equally good; intervals without liquidations count, dependence is allowed for.

    Variance by Newey and West with `HAC_HOURS` of lags (the test that seismology's forecast contests ended up with).
    """
    differences = log_gain(usd, expected, baseline)
    differences = differences[np.isfinite(differences)]
    n = differences.size
    lags = max(HAC_HOURS * HOUR_MS // interval_ms, 1)
    if n < 2 * lags:
        return DieboldMariano(math.nan, math.nan)
    centred = differences - differences.mean()
    variance = float(centred @ centred) / n
    for lag in range(1, lags + 1):
        variance += 2.0 * (1.0 - lag / (lags + 1)) * float(centred[lag:] @ centred[:-lag]) / n
    if variance <= 0:
        return DieboldMariano(math.nan, math.nan)
    statistic = float(differences.mean()) / math.sqrt(variance / n)
    return DieboldMariano(statistic, math.erfc(abs(statistic) / math.sqrt(2.0)))


def calibration_ratio(
    start_ms: TimeArray, usd: FloatArray, expected: FloatArray, *, seed: int = 0
) -> dict[str, Interval]:
    """Realised over forecast: of both sides and each, with intervals; 1 is right."""
    days = days_of(start_ms)
    return {
        "all": bootstrap_ratio(usd.sum(axis=1), expected.sum(axis=1), days, seed=seed),
        "long": bootstrap_ratio(usd[:, 0], expected[:, 0], days, seed=seed),
        "short": bootstrap_ratio(usd[:, 1], expected[:, 1], days, seed=seed),
    }


def reliability(usd: FloatArray, expected: FloatArray, n_bins: int = N_RELIABILITY) -> tuple[ReliabilityBin, ...]:
    """Mean forecast and mean outcome by tenth of the forecast, both sides together."""
    forecast, outcome = expected.ravel(), usd.ravel()
    known = np.isfinite(forecast) & np.isfinite(outcome)
    order = np.argsort(forecast[known], kind="stable")
    parts = np.array_split(order, n_bins)
    forecast, outcome = forecast[known], outcome[known]
    return tuple(
        ReliabilityBin(float(forecast[part].mean()), float(outcome[part].mean()), part.size)
        for part in parts
        if part.size
    )


def months_of(start_ms: TimeArray) -> list[tuple[str, np.ndarray]]:
    """Calendar months, ``2026-01``, and which rows fall into each, (n,) bool."""
    months = (start_ms // DAY_MS).astype("datetime64[D]").astype("datetime64[M]")
    return [(str(month), months == month) for month in np.unique(months)]
