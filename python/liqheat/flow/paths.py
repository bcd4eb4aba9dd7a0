"""Long bars as paths: open, the two extremes, close. What is opened early in an hour may be swept late in it.

An hour told as one bar hides positions that are opened and liquidated within it; on hourly bars the map adds nothing
without them. The order of the extremes is not known, so both orders are run and weighted by how likely they are.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from liqheat.records import MarketHistory
from liqheat.records.arrays import FloatArray
from liqheat.units import MINUTE_MS

STEP_MS = 5 * MINUTE_MS
"""Bars up to this length are left whole: splitting them changes no score."""
MOST_STEPS = 6
BODY_SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)
LIKELY_SHARES = (0.67, 0.86, 0.96, 0.99, 0.995)
"""How often the extreme away from the close came first, by body over range: BTC hours of 2025-12 to 2026-02, from the
five-minute bars within them (2,147 hours)."""


def steps_of(market: MarketHistory) -> int:
    """Steps that a bar is split into; 1 where it is left whole."""
    return max(min(market.interval_ms // STEP_MS, MOST_STEPS), 1)


def likely_share(market: MarketHistory) -> FloatArray:
    """Probability, (n,), that each bar went to the extreme away from its close first: low first in a rising bar."""
    body = np.abs(np.log(market.close / market.open))
    spread = np.log(market.high / market.low)
    share: FloatArray = np.interp(body / np.maximum(spread, 1e-12), BODY_SHARES, LIKELY_SHARES)
    return share


def split_bars(market: MarketHistory, n_steps: int, *, is_likely: bool = True) -> MarketHistory:
    """Split every bar into steps of a path from open to close through both extremes.

    Parameters
    ----------
    market : MarketHistory
        ``n`` bars whose length `n_steps` divides.
    n_steps : int
        Steps of a bar, at least 3: each covers the same share of the path's length in log price.
    is_likely : bool
        The extreme away from the close first, or the other one.

    Returns
    -------
    MarketHistory
        ``n * n_steps`` bars. Volume and open interest are those of the bar BEFORE, in even parts and held: a bar's own
        are known at its end, and counting them within it would tell the map how wild the bar will be.
    """
    rises = (market.close >= market.open) == is_likely
    first, second = np.where(rises, market.low, market.high), np.where(rises, market.high, market.low)
    knots = np.log(np.stack([market.open, first, second, market.close], axis=1))
    lengths = np.concatenate([np.zeros((knots.shape[0], 1)), np.abs(np.diff(knots, axis=1)).cumsum(axis=1)], axis=1)
    places = lengths / np.maximum(lengths[:, -1:], 1e-12)
    path = _along(knots, places, np.linspace(0.0, 1.0, n_steps + 1))
    low, high = np.minimum(path[:, :-1], path[:, 1:]), np.maximum(path[:, :-1], path[:, 1:])
    rows = np.arange(knots.shape[0])
    for knot in (1, 2):
        # The step that an extreme falls into reaches it, so that the bar's range is kept whole.
        step = np.minimum((places[:, knot] * n_steps).astype(np.int64), n_steps - 1)
        low[rows, step] = np.minimum(low[rows, step], knots[:, knot])
        high[rows, step] = np.maximum(high[rows, step], knots[:, knot])
    low, high, path = np.exp(low), np.exp(high), np.exp(path)
    volume, open_interest = (
        np.concatenate([values[:1], values[:-1]]) for values in (market.volume, market.open_interest)
    )
    step_ms = market.interval_ms // n_steps
    flat_low, flat_high = low.ravel(), high.ravel()
    return replace(
        market,
        interval_ms=step_ms,
        open_time_ms=(market.open_time_ms[:, None] + np.arange(n_steps) * step_ms).ravel(),
        open=np.clip(path[:, :-1].ravel(), flat_low, flat_high),
        close=np.clip(path[:, 1:].ravel(), flat_low, flat_high),
        low=flat_low,
        high=flat_high,
        mark_low=flat_low,
        mark_high=flat_high,
        volume=np.repeat(volume / n_steps, n_steps),
        open_interest=np.repeat(open_interest, n_steps),
        bridged=None if market.bridged is None else np.repeat(market.bridged, n_steps),
    )


def _along(knots: FloatArray, places: FloatArray, grid: FloatArray) -> FloatArray:
    """Points of each row's piecewise line through ``(places, knots)`` at the places of `grid`, (n, m)."""
    found = np.repeat(knots[:, :1], grid.size, axis=1)
    for piece in range(knots.shape[1] - 1):
        start, end = places[:, piece : piece + 1], places[:, piece + 1 : piece + 2]
        share = np.clip((grid[None, :] - start) / np.maximum(end - start, 1e-12), 0.0, 1.0)
        found = found + np.where(end > start, share, 0.0) * (
            knots[:, piece + 1 : piece + 2] - knots[:, piece : piece + 1]
        )
    return found
