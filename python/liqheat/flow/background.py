"""Baselines that know no map: what the price path, its freshness, volume and volatility say by themselves.

Every one is a set of non-negative features by interval and side, fitted like a map. Definitions and measured strength:
the README of this folder. Units: a log move times the open interest in USD before the bar.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import liqheat._core as _core
from liqheat.errors import InputError
from liqheat.records import Candles, MarketHistory
from liqheat.records.arrays import FloatArray, IndexArray, TimeArray
from liqheat.units import HOUR_MS

MOVE_EDGES = np.array([0.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 200.0, 1000.0]) * 1e-4
"""Edges of the bins of a move beyond the previous close, log price."""
FRESH_HOURS = (24, 1, 4, 72, 2, 8, 12, 48, 168, 336, 720)
"""Breaking an extreme not seen for this long; B1 takes the first, B1s and B1v the first four, B1y all."""
_N_FRESH = {"b0": 0, "b1": 1, "b1s": 4, "b1v": 4, "b1r": 4, "b1y": len(FRESH_HOURS)}
BASELINES = (*_N_FRESH, "static")
"""From the weakest to the strongest, and the static distance profile. The headline is against ``b1y``."""
HEADLINE = "b1y"
MONTH_HOURS = 720
DEEP_MOVE = {False: 0.002, True: 0.005}
"""How far beyond a fresh extreme counts once more: by whether bars are an hour or longer."""


@dataclass(frozen=True, slots=True, eq=False)
class BaselineFeatures:
    """Features by interval and side.

    Attributes
    ----------
    start_ms : (n,) int64
        Start of each interval, UTC epoch milliseconds.
    features : dict of str to (n, 2, k) float64
        By name of the baseline, all at least 0.
    drawdown : (n, 2) float64
        Log move from the close before the interval to its low (side 0) and to its high (side 1), at least 0.
    open_interest_usd : (n,) float64
        Before the interval.
    """

    start_ms: TimeArray
    features: dict[str, FloatArray]
    drawdown: FloatArray
    open_interest_usd: FloatArray


def interval_starts(open_time_ms: TimeArray, interval_ms: int) -> tuple[TimeArray, IndexArray]:
    """Starts of the intervals that bars fall into, (n,), and the index of each one's first bar, (n,)."""
    slots = open_time_ms // interval_ms
    first = np.flatnonzero(np.diff(slots, prepend=slots[0] - 1))
    return slots[first] * interval_ms, first


def build_baselines(market: MarketHistory, candles: Candles, interval_ms: int = HOUR_MS) -> BaselineFeatures:
    """Build the features of every baseline.

    Each bar's features use its own range and, of all else, only bars before it.

    Parameters
    ----------
    market : MarketHistory
        Bars with open interest.
    candles : Candles
        The same bars and earlier ones: freshness looks back up to 30 days.
    interval_ms : int
        Length of an interval, a multiple of the bars'.

    Raises
    ------
    InputError
        When bars are longer than an interval, or the candles do not hold the market's bars.
    """
    if interval_ms % market.interval_ms:
        raise InputError("interval_ms", f"must be a multiple of the bars' {market.interval_ms} ms", interval_ms)
    offset = int(np.searchsorted(candles.open_time_ms, market.open_time_ms[0]))
    own = slice(offset, offset + market.n_bars)
    if not np.array_equal(candles.open_time_ms[own], market.open_time_ms):
        raise InputError("candles", "must hold the market's bars", market.n_bars)
    previous = np.concatenate([candles.close[:1], candles.close[:-1]])[own]
    per_hour = HOUR_MS / market.interval_ms
    coins = market.open_interest / (market.close if market.contract_kind == "inverse" else 1.0)
    open_interest_usd = coins * market.close
    before_usd = np.concatenate([open_interest_usd[:1], open_interest_usd[:-1]])
    moves = np.stack([np.log(previous / market.low), np.log(market.high / previous)], axis=1).clip(0.0)
    bins = np.clip(moves[..., None], MOVE_EDGES[:-1], MOVE_EDGES[1:]) - MOVE_EDGES[:-1]
    fresh = _fresh_territory(candles, own, previous, per_hour)
    states = _market_states(market, previous, per_hour)
    starts, first = interval_starts(market.open_time_ms, interval_ms)

    def total(values: FloatArray) -> FloatArray:
        summed: FloatArray = np.add.reduceat(values * before_usd[:, None, None], first, axis=0)
        return summed

    binned, territory, state_moves = total(bins), total(fresh), total(_moves_by_state(moves, states))
    features = {}
    for name, n_fresh in _N_FRESH.items():
        parts = [binned, territory[..., : 2 * n_fresh]]
        if name in ("b1v", "b1r", "b1y"):
            parts.append(state_moves)
        if name in ("b1r", "b1y"):
            parts.append(binned[:, ::-1])
        features[name] = np.ascontiguousarray(np.concatenate(parts, axis=2))
    reference = previous[first]
    lowest, highest = np.minimum.reduceat(market.low, first), np.maximum.reduceat(market.high, first)
    drawdown = np.stack([np.log(reference / lowest), np.log(highest / reference)], axis=1).clip(0.0)
    edges = 2.0 * MOVE_EDGES
    profile = np.clip(drawdown[..., None], edges[:-1], edges[1:]) - edges[:-1]
    features["static"] = profile * before_usd[first][:, None, None]
    return BaselineFeatures(starts, features, drawdown, before_usd[first])


def _fresh_territory(candles: Candles, own: slice, previous: FloatArray, per_hour: float) -> FloatArray:
    """How far each bar went beyond the extreme of each horizon, and beyond that by more than `DEEP_MOVE`."""
    deep = DEEP_MOVE[per_hour <= 1.0]
    columns = np.empty((previous.size, 2, 2 * len(FRESH_HOURS)))
    low, high = np.ascontiguousarray(candles.low), np.ascontiguousarray(-candles.high)
    for index, hours in enumerate(FRESH_HOURS):
        window = max(round(hours * per_hour), 1)
        lowest = np.minimum(_core.trailing_minimum(low, window)[own], previous)
        highest = np.maximum(-_core.trailing_minimum(high, window)[own], previous)
        beyond = np.stack([np.log(lowest / candles.low[own]), np.log(candles.high[own] / highest)], axis=1).clip(0.0)
        columns[..., 2 * index] = beyond
        columns[..., 2 * index + 1] = (beyond - deep).clip(0.0)
    return columns


def _market_states(market: MarketHistory, previous: FloatArray, per_hour: float) -> list[FloatArray]:
    """Relative volume of the last 1 h and 24 h, and relative volatility of the last 24 h, over 30 days."""
    hour, day, month = (max(round(hours * per_hour), 1) for hours in (1, 24, MONTH_HOURS))
    turnover = market.volume / np.maximum(market.open_interest, 1e-12)
    usual = np.maximum(_mean_before(turnover, month), 1e-9)
    absolute = np.abs(np.log(market.close / previous))
    volatility = _mean_before(absolute, day) / np.maximum(_mean_before(absolute, month), 1e-9)
    return [_mean_before(turnover, hour) / usual, _mean_before(turnover, day) / usual, volatility]


def _moves_by_state(moves: FloatArray, states: list[FloatArray]) -> FloatArray:
    columns = []
    for state in states:
        factor = state[:, None]
        columns += [moves * factor, (moves - 0.001).clip(0.0) * factor, (moves - 0.004).clip(0.0) * factor]
        columns.append(moves / np.maximum(factor, 0.2))
    return np.stack(columns, axis=2)


def _mean_before(values: FloatArray, window: int) -> FloatArray:
    """Mean of the `window` values before each one, or of as many as there are; 0 where there are none."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    index = np.arange(values.size)
    means: FloatArray = (sums[index] - sums[np.maximum(index - window, 0)]) / np.clip(index, 1, window)
    return means
