"""A random market of the size of a benchmark: Bitcoin-like bars, seeded."""

from __future__ import annotations

import numpy as np

from liqheat.records import MarketHistory

START_MS = 1_700_000_100_000


def random_market(n_bars: int, seed: int = 1) -> MarketHistory:
    """Five-minute bars with 12 bp of volatility that come back to 60,000, open interest near 80,000 coins."""
    random = np.random.default_rng(seed)
    walk = np.cumsum(random.normal(0, 0.0012, n_bars))
    close = 60_000 * np.exp(walk - np.linspace(0, walk[-1], n_bars))
    opened = np.concatenate([[60_000.0], close[:-1]])
    high = np.maximum(opened, close) * (1 + np.abs(random.normal(0, 0.0008, n_bars)))
    low = np.minimum(opened, close) * (1 - np.abs(random.normal(0, 0.0008, n_bars)))
    return MarketHistory(
        venue="binanceusdm",
        symbol="BTC/USDT:USDT",
        contract_kind="linear",
        interval_ms=300_000,
        open_time_ms=START_MS + np.arange(n_bars) * 300_000,
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=random.lognormal(6.4, 0.7, n_bars),
        open_interest=80_000 * np.exp(0.3 * np.cumsum(random.normal(0, 0.0008, n_bars))),
        mark_low=low,
        mark_high=high,
        origin="simulated",
    )
