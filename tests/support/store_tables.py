"""Small tables of the store's kinds, for its tests."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from liqheat.records import SeriesKey

START_MS = 1_767_225_600_000
MINUTE_MS = 60_000
DAY_MS = 86_400_000
SYMBOL = "BTC/USDT:USDT"
CANDLES = SeriesKey("candles", "binanceusdm", SYMBOL, "1m")
INTEREST = SeriesKey("open_interest", "bybit", SYMBOL)
LIQUIDATIONS = SeriesKey("liquidations", "bybit", SYMBOL)


def candles(n=10, first=0, *, price=90_000.0, taker=None):
    """`n` one-minute candles from bar `first` of 2026 on; every number follows from the bar's."""
    bars = np.arange(first, first + n)
    close = price + bars % 97
    columns = {
        "open_time_ms": START_MS + bars * MINUTE_MS,
        "open": close - 1,
        "high": close + 2,
        "low": close - 2,
        "close": close,
        "volume": 1.0 + bars % 7,
    }
    if taker is not None:
        columns["taker_buy_volume"] = np.full(n, float(taker))
    return pa.table(columns)


def interest(times_ms, quantity=5.0):
    """Open interest at some times."""
    return pa.table({"time_ms": np.asarray(times_ms, np.int64), "quantity": np.full(len(times_ms), quantity)})


def liquidations(n=10, first=0, *, receive_ms=5, mark=float("nan"), step_ms=10):
    """`n` liquidations, `step_ms` apart."""
    numbers = np.arange(first, first + n)
    times = START_MS + numbers * step_ms
    return pa.table(
        {
            "time_ms": times,
            "receive_ms": times + receive_ms,
            "is_long": numbers % 2 == 0,
            "price": 90_000.0 + numbers,
            "quantity": 0.5 + numbers % 3,
            "notional_usd": (90_000.0 + numbers) * (0.5 + numbers % 3),
            "mark_price": np.full(n, mark),
            "ordinal": np.zeros(n, np.int32),
            "price_means": ["bankruptcy"] * n,
            "capture": ["complete"] * n,
        }
    )


def files_of(root, pattern="**/*.parquet"):
    """Parquet files below a folder, as any tool would find them."""
    return sorted(root.glob(pattern))
