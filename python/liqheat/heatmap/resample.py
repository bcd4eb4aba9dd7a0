"""Longer candles from bars."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from liqheat.records import MarketHistory


def resample_candles(
    market: MarketHistory, first_bar: int, end_bar: int, bars_per_candle: int
) -> dict[str, NDArray[Any]]:
    """Candles of `bars_per_candle` bars each; the last one may be shorter."""
    bars = slice(first_bar, end_bar)
    starts = np.arange(0, end_bar - first_bar, bars_per_candle)
    ends = np.minimum(starts + bars_per_candle, end_bar - first_bar) - 1
    return {
        "time_ms": market.open_time_ms[bars][starts],
        "open": market.open[bars][starts],
        "high": np.maximum.reduceat(market.high[bars], starts),
        "low": np.minimum.reduceat(market.low[bars], starts),
        "close": market.close[bars][ends],
        "volume": np.add.reduceat(market.volume[bars], starts),
    }
