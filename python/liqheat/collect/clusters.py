"""Where the newest map is densest: near these prices the order book is recorded more often."""

from __future__ import annotations

import numpy as np

from liqheat.book import estimate_book
from liqheat.heatmap import draw_heatmap
from liqheat.records import MarketHistory
from liqheat.records.arrays import FloatArray

SHARE_OF_DENSEST = 0.5
REACH = 0.15
BUCKETS = 400


def find_cluster_prices(market: MarketHistory) -> FloatArray:
    """Middles of the buckets that hold a local maximum of at least half the densest one, within 15 % of price.

    Returns
    -------
    (n,) float64
        Prices, rising; empty where nothing stands.
    """
    heat = draw_heatmap(estimate_book(market), start_ms=int(market.open_time_ms[-1]), buckets=BUCKETS)
    column = heat.column()
    middles = np.sqrt(column.price_edges[:-1] * column.price_edges[1:])
    held = np.where(np.abs(middles / column.reference_price - 1.0) <= REACH, column.long_usd + column.short_usd, 0.0)
    if not held.max(initial=0.0) > 0:
        return np.empty(0)
    beside = np.concatenate([[0.0], held, [0.0]])
    is_peak = (held >= beside[:-2]) & (held > beside[2:]) & (held >= SHARE_OF_DENSEST * held.max())
    peaks: FloatArray = middles[is_peak]
    return peaks
