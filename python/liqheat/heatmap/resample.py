"""Longer candles from bars."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from liqheat.records import MarketHistory


def resample_candles(
    market: MarketHistory, first_bar: int, end_bar: int, bars_per_candle: int
) -> dict[str, NDArray[Any]]:
    """Candles of `bars_per_candle` bars each; the last one may be shorter.

    Bars that bridge a hole are no candles: they are left out, and a candle of nothing else is not there.
    """
    starts = np.arange(first_bar, end_bar, bars_per_candle)
    times = market.open_time_ms[starts]
    bars = np.arange(first_bar, end_bar)
    if market.bridged is not None:
        bars = bars[~market.bridged[first_bar:end_bar]]
        candle_of = (bars - first_bar) // bars_per_candle
        starts = bars[np.flatnonzero(np.diff(candle_of, prepend=-1))]
        times = times[np.unique(candle_of)]
    firsts = np.searchsorted(bars, starts)
    lasts = bars[np.append(firsts[1:], bars.size) - 1]
    return {
        "time_ms": times,
        "open": market.open[starts],
        "high": np.maximum.reduceat(market.high[bars], firsts),
        "low": np.minimum.reduceat(market.low[bars], firsts),
        "close": market.close[lasts],
        "volume": np.add.reduceat(market.volume[bars], firsts),
    }
