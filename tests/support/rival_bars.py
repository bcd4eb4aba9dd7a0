"""Bars that the rules of rivals are tried on."""

from __future__ import annotations

import numpy as np

from liqheat.records import MarketHistory

START_MS = 1_767_225_600_000


def bars(*rows, contract_kind="linear"):
    """A market of (open, high, low, close, volume, open interest) rows, five minutes each."""
    table = np.array(rows, dtype=np.float64)
    return MarketHistory(
        venue="binanceusdm",
        symbol="BTC/USDT:USDT",
        contract_kind=contract_kind,
        interval_ms=300_000,
        open_time_ms=START_MS + np.arange(len(table)) * 300_000,
        **{name: table[:, at].copy() for at, name in enumerate(("open", "high", "low", "close"))},
        volume=table[:, 4].copy(),
        open_interest=table[:, 5].copy(),
        mark_low=table[:, 2].copy(),
        mark_high=table[:, 1].copy(),
        origin="files",
    )


def flat(price, volume=0.0, open_interest=1000.0):
    return (price, price, price, price, volume, open_interest)
