"""Small markets and maps with known answers."""

from __future__ import annotations

import numpy as np

from liqheat.records import Candles, MapProfiles, MarketHistory
from liqheat.units import HOUR_MS, MINUTE_MS

STEP_MS = 5 * MINUTE_MS
START_MS = 1_767_225_600_000


def market_of(close, spread=0.0, start_ms=START_MS, low=None, high=None):
    """Bars from closes: the path of each runs from the close before to its own, widened by `spread` in logs."""
    close = np.asarray(close, float)
    opened = np.concatenate([close[:1], close[:-1]])
    low = np.minimum(opened, close) * np.exp(-spread) if low is None else np.asarray(low, float)
    high = np.maximum(opened, close) * np.exp(spread) if high is None else np.asarray(high, float)
    flat = np.full(close.size, 1000.0)
    time_ms = start_ms + STEP_MS * np.arange(close.size, dtype=np.int64)
    return MarketHistory(
        venue="binanceusdm",
        symbol="BTC/USDT:USDT",
        contract_kind="linear",
        interval_ms=STEP_MS,
        open_time_ms=time_ms,
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=flat,
        open_interest=100 * flat,
        mark_low=low,
        mark_high=high,
        origin="simulated",
        notes=(),
    )


def candles_of(market):
    return Candles(market.open_time_ms, market.open, market.high, market.low, market.close, market.volume)


def random_market(days=30, seed=0, volatility=0.0012):
    """A driftless walk with 12 steps in each bar."""
    rng = np.random.default_rng(seed)
    n = days * 288
    steps = rng.normal(0, volatility / np.sqrt(12), (n, 12))
    paths = np.cumsum(steps.ravel()).reshape(n, 12)
    opened = np.concatenate([[0.0], paths[:-1, -1]])[:, None]
    whole = 90_000 * np.exp(np.concatenate([opened, paths], axis=1))
    return market_of(whole[:, -1], low=whole.min(axis=1), high=whole.max(axis=1))


def profiles_of(market, usd, every_ms=HOUR_MS, name="map"):
    """Profiles at the close of every hour; `usd` is (s, 2, m) or one number for all."""
    bars = np.arange(every_ms // STEP_MS - 1, market.open_time_ms.size, every_ms // STEP_MS)
    usd = np.broadcast_to(np.asarray(usd, float), (bars.size, 2, 80)) if np.ndim(usd) < 3 else usd
    return MapProfiles(name, market.open_time_ms[bars] + STEP_MS, market.close[bars], np.array(usd[: bars.size]))
