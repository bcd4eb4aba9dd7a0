"""Markets made by hand: a map of a few clusters at known prices, and an order book before them."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from liqheat.records import Column, MarketDay, OrderBookDepth
from liqheat.setups import ClusterTracker, MarketNow
from liqheat.setups.calendar import load_shipped_calendar
from liqheat.setups.clusters import extract_clusters
from liqheat.setups.density import NotionalCurves
from liqheat.units import AED_PER_USD

WEDNESDAY_MS = int(datetime(2026, 2, 4, 12, tzinfo=UTC).timestamp() * 1000)
SATURDAY_MS = WEDNESDAY_MS + 3 * 86_400_000
EDGES = np.arange(84_000.0, 101_001.0, 50.0)
PRICE = 93_000.0


def aed(amount):
    return amount / AED_PER_USD


def make_column(longs=(), shorts=(), *, time_ms=WEDNESDAY_MS, price=PRICE, leverages=(25.0,), edges=EDGES):
    """Uniform blocks (low, high, USD) of each side, all in the first band."""
    usd = np.zeros((2, len(leverages), edges.size - 1))
    for row, blocks in enumerate((longs, shorts)):
        for low, high, total in blocks:
            overlap = np.clip(np.minimum(edges[1:], high) - np.maximum(edges[:-1], low), 0, None)
            usd[row, 0] += total * overlap / overlap.sum()
    return Column(time_ms - 300_000, time_ms, edges, np.array(leverages), usd, price)


ARTICLE_LONGS = ((90_500.0, 92_000.0, 400e6 / AED_PER_USD),)
"""The article's cluster from 92,000 to 90,500, and 400 million AED in it."""
ARTICLE_SHORTS = ((94_000.0, 94_800.0, 100e6 / AED_PER_USD),)


def make_depth(now_ms, *, n=12, resting_usd=1e6, low=91_000.0, high=PRICE, wall=None, age_ms=500):
    """Samples with `resting_usd` spread over 40 bids between `low` and `high`."""
    prices = np.linspace(high, low, 40)
    usd = np.full(40, resting_usd / 40)
    if wall is not None:
        usd[np.abs(prices - wall[0]).argmin()] = wall[1]
        prices[np.abs(prices - wall[0]).argmin()] = wall[0]
    samples = []
    for at in range(n):
        time_ms = now_ms - age_ms - at * 4_000
        samples.append(OrderBookDepth(time_ms, time_ms, prices, usd, 2 * high - prices, usd))
    return samples


def make_now(columns=None, *, now_ms=WEDNESDAY_MS, **changes):
    """A market that passes every rule it can, with the article's clusters at two venues."""
    if columns is None:
        half = [(low, high, usd / 2) for low, high, usd in ARTICLE_LONGS]
        shorts = [(low, high, usd / 2) for low, high, usd in ARTICLE_SHORTS]
        columns = {name: make_column(half, shorts, time_ms=now_ms) for name in ("binanceusdm", "bybit")}
    columns = {"binanceusdm": columns} if isinstance(columns, Column) else columns
    curves = NotionalCurves(columns)
    tracker = ClusterTracker()
    tracker.update(extract_clusters(curves), curves)
    values = {
        "symbol": "BTC/USDT:USDT",
        "now_ms": now_ms,
        "price": curves.price,
        "curves": curves,
        "clusters": tracker.alive,
        "cohort_hours": 24.0,
        "volatility_per_sqrt_hour": 0.005,
        "day": MarketDay(300_000, 8e9, 1.5, 2e10, (92_000.0, 93_000.0), ""),
        "daily_liquidated_usd": aed(200e6),
        "is_daily_realised": True,
        "depth": make_depth(now_ms),
        "calendar": load_shipped_calendar(),
        "volume_rank": 1,
        "venues": tuple(columns),
    }
    return MarketNow(**(values | changes))


def long_cluster(now):
    return max(
        (one for one in now.clusters if one.cluster.side == "long"), key=lambda one: one.cluster.held_notional_usd
    )
