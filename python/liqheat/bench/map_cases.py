"""The fused map beside numpy and numba: entries × leverages × rules × sides into buckets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from liqheat.bench.timing import Result, race
from liqheat.heatmap import liquidation_map

if TYPE_CHECKING:
    from liqheat.records.arrays import FloatArray

EDGES = np.linspace(40_000.0, 90_000.0, 1_001)
LEVERAGES = (5.0, 10.0, 20.0, 25.0, 50.0, 100.0)
RATES = (0.004, 0.0045, 0.005, 0.0055)
BLOCK = 16_384
TICK = 0.5


def bench_map(n_entries: int, rounds: int, *, on_ticks: bool) -> Result:
    """The fused map of random entries, or of entries on ticks; opponents are told that edges are even."""
    random = np.random.default_rng(5)
    entries, usd = 60_000 * np.exp(random.normal(0, 0.08, n_entries)), random.lognormal(8, 1.2, n_entries)
    if on_ticks:
        entries = np.round(entries / TICK) * TICK
    shares, rules = np.full(len(LEVERAGES), 1 / len(LEVERAGES)), [(rate, 1 / len(RATES)) for rate in RATES]
    multipliers = np.array(
        [m for rate in RATES for lev in LEVERAGES for m in ((1 - 1 / lev) / (1 - rate), (1 + 1 / lev) / (1 + rate))]
    )
    weights = np.full(multipliers.size, 1 / len(LEVERAGES) / len(RATES))
    out = np.empty((2, EDGES.size - 1))

    def ours(threads: int) -> FloatArray:
        return liquidation_map(
            entries, usd, EDGES, leverages=LEVERAGES, shares=shares, rules=rules, threads=threads, out=out
        )

    def by_numpy() -> FloatArray:
        return sum_by_numpy(entries, usd, multipliers, weights)

    expected = ours(1).copy()
    np.testing.assert_array_equal(expected, ours(2))
    np.testing.assert_allclose(by_numpy(), expected, rtol=1e-9)
    contestants: dict[str, Callable[[], object]] = {
        "liqheat (Rust, 2 threads)": lambda: ours(2),
        "liqheat (Rust, 1 thread)": lambda: ours(1),
        "numpy, in blocks": by_numpy,
    }
    _add_numba(contestants, (entries, usd, multipliers, weights), expected, on_ticks)
    samples = n_entries * multipliers.size
    return Result(
        f"Fused map, entries {'on ticks' if on_ticks else 'at random'}",
        race(contestants, rounds),
        f"{samples / 1e6:.0f} million samples, 1,000 buckets; equal within rounding",
    )


def sum_by_numpy(entries: FloatArray, usd: FloatArray, multipliers: FloatArray, weights: FloatArray) -> FloatArray:
    """As an expert writes it: blocks that stay in the cache, even edges by arithmetic that the edges correct."""
    n_buckets = EDGES.size - 1
    scale = n_buckets / (EDGES[-1] - EDGES[0])
    out = np.zeros((2, n_buckets))
    for start in range(0, entries.size, BLOCK):
        block, value = entries[start : start + BLOCK], usd[start : start + BLOCK]
        for at, (multiplier, weight) in enumerate(zip(multipliers, weights, strict=True)):
            prices = block * multiplier
            buckets = ((prices - EDGES[0]) * scale).astype(np.int64)
            inside = (prices >= EDGES[0]) & (prices < EDGES[-1])
            buckets = np.minimum(np.where(inside, buckets, 0), n_buckets - 1)
            buckets -= EDGES[buckets] > prices
            buckets += EDGES[buckets + 1] <= prices
            out[at % 2] += np.bincount(np.where(inside, buckets, 0), np.where(inside, value * weight, 0.0), n_buckets)
    return out


def _add_numba(
    contestants: dict[str, Callable[[], object]],
    columns: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    expected: FloatArray,
    on_ticks: bool,
) -> None:
    try:
        from liqheat.bench import map_opponents as numba
    except ImportError:
        return
    entries, usd, multipliers, weights = columns
    out, parts = np.zeros_like(expected), np.zeros((2, *expected.shape))

    def plain(entries: FloatArray = entries, usd: FloatArray = usd) -> FloatArray:
        out.fill(0.0)
        numba.sum_part(entries, usd, EDGES, multipliers, weights, out)
        return out

    def threaded() -> FloatArray:
        parts.fill(0.0)
        return numba.sum_parts(entries, usd, EDGES, multipliers, weights, parts)  # type: ignore[no-any-return]

    def same() -> FloatArray:
        out.fill(0.0)
        numba.sum_by_breakpoints(entries, usd, EDGES, multipliers, weights, out)
        return out

    def by_tick() -> FloatArray:
        ticks = np.rint(entries / TICK).astype(np.int64)
        summed = np.bincount(ticks - ticks.min(), usd)
        held = np.flatnonzero(summed).astype(np.float64)
        return plain((held + ticks.min()) * TICK, summed[summed != 0])

    named = {"numba, 2 threads": threaded, "numba, 1 thread": plain, "numba, 1 thread, our algorithm": same}
    if on_ticks:
        named["numba, 1 thread, summed by tick first"] = by_tick
    for name, run in named.items():
        np.testing.assert_allclose(run(), expected, rtol=1e-9)
        contestants[name] = run
