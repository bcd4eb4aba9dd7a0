"""Files that imports are tried on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.support.foreign_samples import HOUR_MS
from tests.support.portal_archives import START_MS, metrics

SYMBOL = "BTC/USDT:USDT"


def times(n, step_ms=300_000):
    return pd.to_datetime(START_MS + np.arange(n) * step_ms, unit="ms", utc=True)


def write_history(folder, n=3):
    prices = {"open": 100.0, "high": 101.0, "low": 99.0, "close": 100.5}
    frame = pd.DataFrame({"ts": times(n), **prices, "volume": 7.0})
    frame.to_parquet(folder / "candles_binance_um_5m_BTCUSDT.parquet")
    frame.drop(columns="volume").to_parquet(folder / "mark_binance_um_5m_BTCUSDT.parquet")
    pd.DataFrame({"ts": times(n), "oi_base": 5.0, "oi_usd": 500.0}).to_parquet(
        folder / "oi_binance_um_5m_BTCUSDT.parquet"
    )
    rates = pd.DataFrame({"ts": times(n, 8 * HOUR_MS), "funding_rate": [1e-4, -2e-4, 0.0][:n]})
    rates.to_csv(folder / "funding_bybit_linear_8h_BTCUSDT.csv", index=False)


def metric_rows(n=288, first=1):
    stamps = pd.to_datetime(START_MS + np.arange(first, first + n) * 300_000, unit="ms").strftime("%Y-%m-%d %H:%M:%S")
    return metrics(*(f"{stamp},BTCUSDT,{1000 + index},1,1,3,1,1" for index, stamp in enumerate(stamps)))
