"""Random markets for tests that need no simulator."""

from __future__ import annotations

import dataclasses

import numpy as np

from liqheat import MarketHistory


def make_market(
    n_bars: int = 600, seed: int = 1, *, volatility: float = 0.002, contract_kind: str = "linear", drops: bool = True
) -> MarketHistory:
    """A rough random market: fat tails, open interest that falls by up to half in one bar."""
    random = np.random.default_rng(seed)
    close = 60_000 * np.exp(np.cumsum(random.standard_t(3, n_bars) * volatility / 2))
    opened = np.concatenate([[60_000.0], close[:-1]])
    high = np.maximum(opened, close) * (1 + np.abs(random.normal(0, volatility / 2, n_bars)))
    low = np.minimum(opened, close) * (1 - np.abs(random.normal(0, volatility / 2, n_bars)))
    open_interest = 80_000 * np.exp(np.cumsum(random.normal(0, 0.004, n_bars)))
    if drops:
        for bar in random.integers(10, n_bars, max(n_bars // 100, 2)):
            open_interest[bar:] *= random.uniform(0.3, 0.97)
        open_interest[n_bars // 2 :] *= 0.5
    unit = close if contract_kind == "inverse" else np.ones(n_bars)
    return MarketHistory(
        venue="binancecoinm" if contract_kind == "inverse" else "binanceusdm",
        symbol="BTC/USD:BTC" if contract_kind == "inverse" else "BTC/USDT:USDT",
        contract_kind=contract_kind,
        interval_ms=300_000,
        open_time_ms=1_767_225_600_000 + np.arange(n_bars) * 300_000,
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=random.lognormal(6, 1, n_bars) * unit,
        open_interest=open_interest * unit,
        mark_low=low * (1 + 1e-5),
        mark_high=high * (1 - 1e-5),
        origin="files",
    )


PRICES = ("open", "high", "low", "close", "mark_low", "mark_high")


def moved(market, factor, **changes):
    """The same market at other prices."""
    prices = {name: getattr(market, name) * factor for name in PRICES}
    return dataclasses.replace(market, **prices, **changes)
