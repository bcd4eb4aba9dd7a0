"""The numpy path of prices and maps, as an expert writes it: over whole arrays, or in blocks that stay in the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from liqheat.bench.inputs import Positions, TierRules
    from liqheat.records.arrays import FloatArray, IndexArray

BLOCK = 16_384


def price_grid(entries: FloatArray, multipliers: FloatArray, out: FloatArray, block: int) -> None:
    """Prices (n, multipliers), into the caller's buffer."""
    for start in range(0, entries.size, block):
        rows = slice(start, start + block)
        np.multiply(entries[rows, None], multipliers, out=out[rows])


def bucket_of(prices: FloatArray, edges: FloatArray) -> tuple[IndexArray, FloatArray]:
    """Bucket of each price on even edges, by arithmetic that the edges correct; and 1 where it lies inside."""
    n_buckets = edges.size - 1
    inside = (prices >= edges[0]) & (prices < edges[-1])
    buckets = ((prices - edges[0]) * (n_buckets / (edges[-1] - edges[0]))).astype(np.int64)
    buckets = np.minimum(np.where(inside, buckets, 0), n_buckets - 1)
    buckets -= edges[buckets] > prices
    buckets += edges[buckets + 1] <= prices
    return np.where(inside, buckets, 0), inside.astype(np.float64)


def aggregate(prices: FloatArray, usd: FloatArray, edges: FloatArray, block: int) -> FloatArray:
    """Static map of given prices."""
    out = np.zeros(edges.size - 1)
    for start in range(0, prices.size, block):
        buckets, inside = bucket_of(prices[start : start + block], edges)
        out += np.bincount(buckets, usd[start : start + block] * inside, out.size)
    return out


def map_plain(positions: Positions, edges: FloatArray, multipliers: FloatArray, weights: FloatArray) -> FloatArray:
    """Fused map, one histogram for each multiplier."""
    out = np.zeros((2, edges.size - 1))
    for at, (multiplier, weight) in enumerate(zip(multipliers, weights, strict=True)):
        prices = positions.entries * multiplier
        out[at % 2] += np.histogram(prices, out.shape[1], (edges[0], edges[-1]), weights=positions.usd * weight)[0]
    return out


def map_in_blocks(positions: Positions, edges: FloatArray, multipliers: FloatArray, weights: FloatArray) -> FloatArray:
    """Fused map, all multipliers of a block before the next."""
    out = np.zeros((2, edges.size - 1))
    for start in range(0, positions.entries.size, BLOCK):
        block, usd = positions.entries[start : start + BLOCK], positions.usd[start : start + BLOCK]
        for at, (multiplier, weight) in enumerate(zip(multipliers, weights, strict=True)):
            buckets, inside = bucket_of(block * multiplier, edges)
            out[at % 2] += np.bincount(buckets, usd * (inside * weight), out.shape[1])
    return out


def map_by_tick(
    positions: Positions, edges: FloatArray, multipliers: FloatArray, weights: FloatArray, tick: float
) -> FloatArray:
    """Fused map of entries on ticks: summed by tick first."""
    ticks = np.rint(positions.entries / tick).astype(np.int64)
    lowest = ticks.min()
    summed: FloatArray = np.bincount(ticks - lowest, positions.usd).astype(np.float64)
    filled = np.flatnonzero(summed)
    prices = (filled + lowest).astype(np.float64) * tick
    by_tick = type(positions)(prices, summed[filled])
    return map_in_blocks(by_tick, edges, multipliers, weights)


def map_with_tiers(positions: Positions, edges: FloatArray, rules: TierRules, block: int) -> FloatArray:
    """Fused map of venues whose tiers have maintenance amounts; linear contracts."""
    out = np.zeros((2, edges.size - 1))
    for start in range(0, positions.entries.size, block):
        entries, usd = positions.entries[start : start + block], positions.usd[start : start + block]
        for (first, end), weight in zip(rules.spans, rules.weights, strict=True):
            tier = first + np.searchsorted(rules.caps[first:end], usd, side="left")
            rate, amount = rules.rates[tier], rules.amounts[tier] / usd
            for margin, share in zip(1.0 / rules.leverages, rules.shares, strict=True):
                for side, sign in enumerate((-1.0, 1.0)):
                    multiplier = (1.0 + sign * (margin + amount)) / (1.0 + sign * rate)
                    multiplier[margin + amount <= rate] = np.nan
                    buckets, inside = bucket_of(entries * multiplier, edges)
                    out[side] += np.bincount(buckets, usd * (inside * (weight * share)), out.shape[1])
    return out
