"""Candles, open interest and mark of one contract as tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

START_MS = 1_767_225_600_000

STEP_MS = 300_000

NAMES = {"venue": "binance", "symbol": "BTC/USDT:USDT"}


def tables(n=40):
    time = START_MS + np.arange(n) * STEP_MS
    close = 95_000 + 100 * np.sin(np.arange(n) / 5)
    candles = {
        "open_time_ms": time, "open": close, "high": close + 50, "low": close - 50, "close": close,
        "volume": np.full(n, 300.0),
    }  # fmt: skip
    return candles, {"time_ms": time + STEP_MS, "quantity": 80_000 + np.arange(n) * 10.0}


def frames(n=40):
    candles, interest = tables(n)
    return pd.DataFrame(candles), pd.DataFrame(interest)
