"""Forecasts that were kept as they were made, judged by what came: nothing is fitted, and nothing made anew."""

from __future__ import annotations

from typing import Any

import numpy as np

from liqheat.errors import NoDataError
from liqheat.flow import bootstrap_ratio, days_of, follow_path, interval_starts, label_events, usd_to
from liqheat.records import HORIZONS_MS, Candles, KeptForecasts, LiquidationLabels
from liqheat.store import HistoryStore, load_candles_of, load_forecasts_of, load_liquidations_of
from liqheat.units import DAY_MS, HOUR_MS


def load_and_score_kept(history: HistoryStore, venue: str, symbol: str, interval: str) -> dict[str, Any]:
    """Score what a store holds of one contract; see `score_kept`.

    Raises
    ------
    NoDataError
        When no forecast, no candle, or no complete stream of liquidations is stored.
    """
    forecasts = load_forecasts_of(history, venue, symbol)
    if forecasts is None:
        raise NoDataError("forecasts", "must be in the store: `serve --live` and `record` keep them", symbol)
    start_ms = int(forecasts.time_ms[0])
    candles = load_candles_of(history, venue, symbol, interval, start_ms)
    events = load_liquidations_of(history, venue, symbol, start_ms - HOUR_MS)
    if candles is None or events is None:
        raise NoDataError("candles, liquidations", f"must be stored from {start_ms} on", symbol)
    labels = label_events([events], int(candles.open_time_ms[-1]), start_ms=start_ms)
    if labels is None:
        raise NoDataError("liquidations", "must be a stream whose share of all is known", events.capture)
    return {"venue": venue, "symbol": symbol, **score_kept(forecasts, candles, labels)}


def score_kept(forecasts: KeptForecasts, candles: Candles, labels: LiquidationLabels) -> dict[str, Any]:
    """Compare each level that was reached within its horizon with what was liquidated on the way.

    Parameters
    ----------
    forecasts : KeptForecasts
        As they were made.
    candles : Candles
        The path since.
    labels : LiquidationLabels
        What was liquidated, by hour; an hour that is not known ends a path.

    Returns
    -------
    dict
        ``models`` (hashes in force), and by horizon ``touches``, ``realised_over_forecast`` with its range over days,
        and ``band80_holds``.
    """
    starts, first = interval_starts(candles.open_time_ms, labels.interval_ms)
    low, high = np.log(np.minimum.reduceat(candles.low, first)), np.log(np.maximum.reduceat(candles.high, first))
    usd = np.full((starts.size, 2), np.nan)
    _, ours, theirs = np.intersect1d(starts, labels.start_ms, return_indices=True)
    usd[ours] = labels.usd[theirs]
    realised = np.full(forecasts.time_ms.size, np.nan)
    within_ms = np.array([HORIZONS_MS[one] for one in forecasts.horizon.tolist()], dtype=np.int64)
    groups = np.stack([forecasts.time_ms, within_ms, forecasts.is_long.astype(np.int64)])
    keys, group_of = np.unique(groups, axis=1, return_inverse=True)
    for group, (time_ms, horizon_ms, is_long) in enumerate(keys.T.tolist()):
        row = int(np.searchsorted(starts, time_ms))
        ahead = slice(row, row + horizon_ms // labels.interval_ms)
        # A horizon that has not passed yet would count what came early and not what came late.
        if row >= starts.size or starts[row] != time_ms or ahead.stop > starts.size:
            continue
        own = np.flatnonzero(group_of == group)
        price = float(np.log(forecasts.reference_price[own[0]]))
        went, paid = follow_path(price, low[ahead], high[ahead], usd[ahead], 0 if is_long else 1)
        away = np.abs(np.log(forecasts.level_price[own]) - price)
        reached = own[away <= went[-1]]
        if reached.size:
            realised[reached] = usd_to(went, paid, away[away <= went[-1]], everything=True)
    return {
        "start_ms": int(forecasts.time_ms[0]),
        "end_ms": int(forecasts.time_ms[-1]) + HOUR_MS,
        "models": sorted(set(forecasts.model_hash.tolist())),
        "horizons": {
            name: _describe(forecasts, realised, forecasts.horizon == name, horizon_ms)
            for name, horizon_ms in HORIZONS_MS.items()
        },
    }


def _describe(forecasts: KeptForecasts, realised: Any, own: Any, horizon_ms: int) -> dict[str, Any]:
    rows = np.flatnonzero(own & np.isfinite(realised))
    if not rows.size:
        return {"touches": 0}
    expected = forecasts.on_the_way_usd[rows]
    block_days = max(1, -(-horizon_ms // DAY_MS))
    ratio = bootstrap_ratio(realised[rows], expected, days_of(forecasts.time_ms[rows]), block_days=block_days)
    low, high = forecasts.on_the_way_low_usd[rows], forecasts.on_the_way_high_usd[rows]
    spread = {"value": ratio.value, "low": ratio.low, "high": ratio.high}
    return {
        "touches": int(rows.size),
        "realised_over_forecast": {name: one if np.isfinite(one) else None for name, one in spread.items()},
        "band80_holds": float(np.mean((realised[rows] >= low) & (realised[rows] <= high))),
    }
