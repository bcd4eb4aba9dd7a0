"""Minutes inside longer bars: they add up to the bar again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqheat.simulator import SimulatedMarket

MINUTE_MS = 60_000
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Minutes:
    """One entry a minute; `open_interest` and `long_share` at the open of each, and once more at the end."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    taker_buy_volume: Floats
    mark_low: Floats
    mark_high: Floats
    open_interest: Floats
    long_share: Floats


def bridge_minutes(market: SimulatedMarket) -> Minutes:
    """Fill each bar with minutes that keep its open, high, low, close, volume and the mark's extremes."""
    history = market.history
    n_bars, n_parts = history.n_bars, history.interval_ms // MINUTE_MS
    random = np.random.default_rng(7)
    low, high = history.low[:, None], history.high[:, None]
    # A random walk tied at both ends, kept within the bar.
    noise = np.cumsum(random.normal(0, 1, (n_bars, n_parts)), axis=1)
    share = np.arange(1, n_parts + 1) / n_parts
    noise -= noise[:, -1:] * share
    line = history.open[:, None] + (history.close - history.open)[:, None] * share
    close = np.clip(line + noise * (high - low) / (2 * n_parts**0.5), low, high)
    close[:, -1] = history.close
    opened = np.concatenate([history.open[:, None], close[:, :-1]], axis=1)
    top, bottom = np.maximum(opened, close), np.minimum(opened, close)
    top += (high - top) * random.uniform(0, 0.3, top.shape)
    bottom -= (bottom - low) * random.uniform(0, 0.3, bottom.shape)
    rows = np.arange(n_bars)
    at_high, at_low = top.argmax(axis=1), bottom.argmin(axis=1)
    top[rows, at_high], bottom[rows, at_low] = history.high, history.low
    mark_high = np.clip(top, history.mark_low[:, None], history.mark_high[:, None])
    mark_low = np.clip(bottom, history.mark_low[:, None], history.mark_high[:, None])
    mark_high[rows, at_high], mark_low[rows, at_low] = history.mark_high, history.mark_low
    weights = random.uniform(0.5, 1.5, (n_bars, n_parts))
    weights /= weights.sum(axis=1, keepdims=True)
    return Minutes(
        open=opened.ravel(),
        high=top.ravel(),
        low=bottom.ravel(),
        close=close.ravel(),
        volume=(history.volume[:, None] * weights).ravel(),
        taker_buy_volume=(market.taker_buy_volume[:, None] * weights).ravel(),
        mark_low=mark_low.ravel(),
        mark_high=mark_high.ravel(),
        open_interest=_between_closes(history.open_interest, n_parts),
        long_share=_between_closes(market.account_long_short_ratio / (1 + market.account_long_short_ratio), n_parts),
    )


def _between_closes(at_close: Floats, n_parts: int) -> Floats:
    """Spread values at the closes of bars over the opens of minutes; the first bar begins at its own close."""
    known = np.concatenate([at_close[:1], at_close])
    return np.interp(np.arange(at_close.size * n_parts + 1) / n_parts, np.arange(known.size), known)
