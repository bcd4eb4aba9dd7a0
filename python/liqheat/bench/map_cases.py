"""Liquidation prices and maps beside their opponents. Every case asserts equality before it times anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from liqheat.bench import numpy_maps
from liqheat.bench.inputs import (
    EDGES,
    LEVERAGES,
    RATES,
    SHARES,
    SYMBOL,
    TICK,
    VENUES,
    Positions,
    flat_multipliers,
    random_positions,
    venue_tiers,
)
from liqheat.bench.opponents import load_boost_histogram, load_fast_histogram, load_numba_maps
from liqheat.bench.timing import Contestant, Result, race
from liqheat.errors import InputError
from liqheat.heatmap import aggregate_liquidations, liquidation_map
from liqheat.margin import liquidation_prices, resolve_margin_rule, venue_liquidation_price
from liqheat.records.arrays import FloatArray

Rules = list[tuple[Any, float]]
"""Margin rules with their weights, as `liquidation_map` takes them."""
Versus = Callable[..., Any]
"""Anyone's fused map; `liqheat.bench.versus` says how it is called."""


def bench_prices(n: int, rounds: int) -> Result:
    """Prices of every entry at every leverage, both sides, into a caller's buffer."""
    positions, (multipliers, _) = random_positions(n), flat_multipliers()
    k = LEVERAGES.size
    multipliers = np.ascontiguousarray(multipliers[: 2 * k].reshape(k, 2).T.ravel())
    out, theirs = np.empty((n, 2, k)), np.empty((n, 2 * k))
    ours = Contestant("liqheat (Rust)", 2, lambda: liquidation_prices(positions.entries, LEVERAGES, RATES[0], out=out))
    others = [
        Contestant("numpy, plain", 1, lambda: numpy_maps.price_grid(positions.entries, multipliers, theirs, n)),
        Contestant(
            "numpy, in blocks",
            1,
            lambda: numpy_maps.price_grid(positions.entries, multipliers, theirs, numpy_maps.BLOCK),
        ),
    ]
    numba = load_numba_maps()
    if numba is not None:
        others += [
            Contestant("numba", 1, lambda: numba.fill_prices(positions.entries, multipliers, theirs)),
            Contestant("numba", 2, lambda: numba.fill_prices_in_parts(positions.entries, multipliers, theirs, 2)),
        ]
    ours.run()
    for other in others:
        theirs.fill(0.0)
        other.run()
        np.testing.assert_allclose(theirs.reshape(out.shape), out, rtol=1e-14)
    note = f"{n:,} entries × {k} leverages × 2 sides, written to memory"
    timings = race([ours, *others], rounds, positions.entries.nbytes + out.nbytes)
    return Result("prices", "Liquidation prices, one rate", note, timings, positions.entries.nbytes + out.nbytes)


def bench_venue_prices(n: int, rounds: int) -> Result:
    """Prices under one venue's tiers, each position with its own side and leverage."""
    positions = random_positions(n, usd_spread=2.0)
    random = np.random.default_rng(7)
    leverages, is_long = random.choice(LEVERAGES[:3], n), random.random(n) < 0.5
    sides = np.where(is_long, 1, -1).astype(np.int8)
    entries, usd = positions.entries, positions.usd

    def solve(rows: slice, backend: str) -> Any:
        return venue_liquidation_price(
            VENUES[0], SYMBOL, sides[rows], entries[rows], leverages[rows], usd[rows], backend=backend
        )

    def in_blocks() -> FloatArray:
        blocks = [slice(at, at + numpy_maps.BLOCK) for at in range(0, n, numpy_maps.BLOCK)]
        return np.concatenate([solve(block, "numpy") for block in blocks])

    whole = slice(None)
    expected = solve(whole, "rust")
    np.testing.assert_array_equal(solve(whole, "numpy"), expected)
    np.testing.assert_array_equal(in_blocks(), expected)
    contestants = [
        Contestant("liqheat (Rust)", 2, lambda: solve(whole, "rust")),
        Contestant("numpy, plain", 1, lambda: solve(whole, "numpy")),
        Contestant("numpy, in blocks", 1, in_blocks),
    ]
    numba = load_numba_maps()
    if numba is not None:
        rule = resolve_margin_rule(VENUES[0], SYMBOL)
        names = ("cap", "maximum_leverage", "maintenance_margin_rate", "maintenance_amount")
        tiers = [np.array([getattr(tier, name) for tier in rule.tiers]) for name in names]
        out = np.empty(n)
        columns = (is_long, entries, leverages, usd, *tiers, out)
        contestants += [
            Contestant("numba", 1, lambda: numba.fill_venue_prices(*columns)),
            Contestant("numba", 2, lambda: numba.fill_venue_prices_in_parts(*columns, 2)),
        ]
        for other in contestants[-2:]:
            out.fill(0.0)
            other.run()
            np.testing.assert_allclose(out, expected, rtol=1e-12)
    moved = n * (1 + 4 * 8)
    note = f"{n:,} positions of {VENUES[0]} {SYMBOL}, {len(resolve_margin_rule(VENUES[0], SYMBOL).tiers)} tiers"
    return Result("venue_prices", "Venue prices with tiers", note, race(contestants, rounds, moved), moved)


def bench_positions(n: int, rounds: int) -> Result:
    """Static map of prices that are given."""
    random = np.random.default_rng(3)
    prices, usd = random.normal(60_000, 4_000, n), random.exponential(1e4, n)
    edges, out = np.linspace(45_000, 75_000, 1_001), np.zeros(1_000)
    expected = aggregate_liquidations(prices, usd, edges)
    bounds = (float(edges[0]), float(edges[-1]))

    def ours() -> FloatArray:
        out.fill(0.0)
        return aggregate_liquidations(prices, usd, edges, out=out)

    contestants = [
        Contestant("liqheat (Rust), input checked", 1, ours),
        Contestant("numpy, plain: histogram", 1, lambda: np.histogram(prices, 1_000, bounds, weights=usd)[0]),
        Contestant("numpy, in blocks", 1, lambda: numpy_maps.aggregate(prices, usd, edges, numpy_maps.BLOCK)),
    ]
    numba = load_numba_maps()
    if numba is not None:
        buffer, parts = np.zeros(1_000), np.zeros((2, 1_000))

        def serial() -> FloatArray:
            buffer.fill(0.0)
            numba.aggregate(prices, usd, edges, buffer)
            return buffer

        def parallel() -> FloatArray:
            parts.fill(0.0)
            return numba.aggregate_in_parts(prices, usd, edges, parts)  # type: ignore[no-any-return]

        contestants += [
            Contestant("numba, unchecked", 1, serial),
            Contestant("numba, unchecked", 2, parallel),
        ]
    contestants += _histograms(lambda fill: [fill(prices, usd)], edges)
    for other in contestants:
        _assert_equal(other.run(), expected)
    moved = prices.nbytes + usd.nbytes
    note = f"{n:,} prices, 1,000 even buckets; all but liqheat and boost-histogram are told that widths are even"
    return Result("positions", "Static map of given prices", note, race(contestants, rounds, moved), moved)


def bench_map(n: int, rounds: int, *, on_ticks: bool, versus: tuple[str, Versus] | None = None) -> Result:
    """The fused map of random entries, or of entries on ticks; opponents are told that edges are even."""
    positions, (multipliers, weights) = random_positions(n, on_ticks=on_ticks), flat_multipliers()
    rules: Rules = [(rate, 1 / len(RATES)) for rate in RATES]
    expected, contestants = _our_maps(positions, rules)
    arguments = (positions, EDGES, multipliers, weights)
    contestants += [
        Contestant("numpy, plain", 1, lambda: numpy_maps.map_plain(*arguments)),
        Contestant("numpy, in blocks", 1, lambda: numpy_maps.map_in_blocks(*arguments)),
    ]
    if on_ticks:
        contestants.append(
            Contestant("numpy, summed by tick first", 1, lambda: numpy_maps.map_by_tick(*arguments, TICK))
        )
    contestants += _numba_maps(positions, multipliers, weights, on_ticks)
    contestants += _histograms(lambda fill: _fill_by_multiplier(fill, positions, multipliers, weights), EDGES)
    if versus is not None:
        name, theirs = versus
        counted = np.full(len(RATES), 1 / len(RATES))
        contestants.append(
            Contestant(
                name,
                1,
                lambda: theirs(positions.entries, positions.usd, EDGES, LEVERAGES, SHARES, np.array(RATES), counted),
            )
        )
    for other in contestants:
        try:
            _assert_equal(other.run(), expected)
        except AssertionError as error:
            raise InputError(
                "versus" if versus and other.name == versus[0] else other.name, str(error), "a map"
            ) from error
    samples = n * multipliers.size
    note = f"{samples / 1e6:.0f} million samples ({n:,} entries), 1,000 buckets"
    title = f"Fused map, entries {'on ticks' if on_ticks else 'at random'}"
    key = "fused_ticks" if on_ticks else "fused_random"
    return Result(key, title, note, race(contestants, rounds, positions.nbytes), positions.nbytes)


def bench_map_of_venues(n: int, rounds: int) -> Result:
    """The fused map under the tiers and amounts of four venues."""
    positions, tiers = random_positions(n, usd_spread=2.0), venue_tiers()
    rules: Rules = [((venue, SYMBOL), 1 / len(VENUES)) for venue in VENUES]
    expected, contestants = _our_maps(positions, rules)
    contestants += [
        Contestant("numpy, plain", 1, lambda: numpy_maps.map_with_tiers(positions, EDGES, tiers, n)),
        Contestant("numpy, in blocks", 1, lambda: numpy_maps.map_with_tiers(positions, EDGES, tiers, numpy_maps.BLOCK)),
    ]
    numba = load_numba_maps()
    if numba is not None:
        starts, ends = (np.array(column) for column in zip(*tiers.spans, strict=True))
        columns = (starts, ends, np.array(tiers.weights), tiers.caps, tiers.rates, tiers.amounts, LEVERAGES, SHARES)
        buffer, parts = np.zeros_like(expected), np.zeros((2, *expected.shape))

        def serial() -> FloatArray:
            buffer.fill(0.0)
            numba.sum_tiers(positions.entries, positions.usd, EDGES, *columns, buffer)
            return buffer

        def parallel() -> FloatArray:
            parts.fill(0.0)
            return numba.sum_tiers_in_parts(positions.entries, positions.usd, EDGES, *columns, parts)  # type: ignore[no-any-return]

        contestants += [Contestant("numba", 1, serial), Contestant("numba", 2, parallel)]
    for other in contestants:
        _assert_equal(other.run(), expected)
    first = float(min(tiers.caps[start] for start, _ in tiers.spans))
    share = float(np.mean(positions.usd > first))
    note = (
        f"{n * LEVERAGES.size * len(VENUES) * 2 / 1e6:.0f} million samples of {', '.join(VENUES)}; "
        f"{share:.1%} of positions above a first tier"
    )
    timings = race(contestants, rounds, positions.nbytes)
    return Result("fused_venues", "Fused map, margin tiers and amounts", note, timings, positions.nbytes)


def _our_maps(positions: Positions, rules: Rules) -> tuple[FloatArray, list[Contestant]]:
    """The map, and ours on two threads and on one, which must give the same bits."""
    out = np.empty((2, EDGES.size - 1))

    def ours(threads: int) -> FloatArray:
        return liquidation_map(
            positions.entries, positions.usd, EDGES, leverages=LEVERAGES, shares=SHARES, rules=rules, threads=threads,
            out=out,
        )  # fmt: skip

    expected = ours(1).copy()
    np.testing.assert_array_equal(expected, ours(2))
    return expected, [
        Contestant("liqheat (Rust)", 2, lambda: ours(2)),
        Contestant("liqheat (Rust)", 1, lambda: ours(1)),
    ]


def _numba_maps(positions: Positions, multipliers: FloatArray, weights: FloatArray, on_ticks: bool) -> list[Contestant]:
    numba = load_numba_maps()
    if numba is None:
        return []
    entries, usd = positions.entries, positions.usd
    out, parts = np.zeros((2, EDGES.size - 1)), np.zeros((2, 2, EDGES.size - 1))

    def serial() -> FloatArray:
        out.fill(0.0)
        numba.sum_all(entries, usd, EDGES, multipliers, weights, out)
        return out

    def parallel() -> FloatArray:
        parts.fill(0.0)
        return numba.sum_in_parts(entries, usd, EDGES, multipliers, weights, parts)  # type: ignore[no-any-return]

    def same(threads: int) -> FloatArray:
        out.fill(0.0)
        numba.sum_by_breakpoints(entries, usd, EDGES, multipliers, weights, threads, out)
        return out

    found = [
        Contestant("numba", 1, serial),
        Contestant("numba", 2, parallel),
        Contestant("numba, our algorithm", 1, lambda: same(1)),
        Contestant("numba, our algorithm", 2, lambda: same(2)),
    ]
    if on_ticks:
        lowest = round(float(entries.min()) / TICK)
        summed = np.zeros(round(float(entries.max()) / TICK) - lowest + 1)

        def by_tick(run: Callable[..., None]) -> FloatArray:
            out.fill(0.0)
            run(entries, usd, EDGES, multipliers, weights, TICK, lowest, summed, out)
            return out

        found += [
            Contestant("numba, summed by tick first", 1, lambda: by_tick(numba.sum_by_tick)),
            Contestant("numba, our algorithm by tick", 1, lambda: by_tick(numba.sum_by_tick_and_breakpoints)),
        ]
    return found


def _fill_by_multiplier(
    fill: Callable[[FloatArray, FloatArray], FloatArray],
    positions: Positions,
    multipliers: FloatArray,
    weights: FloatArray,
) -> list[FloatArray]:
    sides = [np.zeros(EDGES.size - 1), np.zeros(EDGES.size - 1)]
    for at, (multiplier, weight) in enumerate(zip(multipliers, weights, strict=True)):
        sides[at % 2] += fill(positions.entries * multiplier, positions.usd * weight)
    return sides


def _histograms(
    work: Callable[[Callable[[FloatArray, FloatArray], FloatArray]], list[FloatArray]], edges: FloatArray
) -> list[Contestant]:
    """Histogram libraries, where they are installed; `work` fills with what it is given and returns its rows."""
    found = []
    n_buckets, low, high = edges.size - 1, float(edges[0]), float(edges[-1])
    boost = load_boost_histogram()
    if boost is not None:

        def fill_boost(prices: FloatArray, usd: FloatArray) -> FloatArray:
            histogram = boost.Histogram(boost.axis.Regular(n_buckets, low, high), storage=boost.storage.Double())
            return histogram.fill(prices, weight=usd).view()  # type: ignore[no-any-return]

        found.append(Contestant("boost-histogram", 1, lambda: np.squeeze(work(fill_boost))))
    fast = load_fast_histogram()
    if fast is not None:

        def fill_fast(prices: FloatArray, usd: FloatArray) -> FloatArray:
            return fast.histogram1d(prices, n_buckets, (low, high), weights=usd)  # type: ignore[no-any-return]

        found.append(Contestant("fast-histogram", 1, lambda: np.squeeze(work(fill_fast))))
    return found


def _assert_equal(found: object, expected: FloatArray) -> None:
    """Equal bucket by bucket within rounding, but for prices that rounding puts on the other side of an edge."""
    values = np.asarray(found, dtype=np.float64)
    if values.shape != expected.shape:
        raise AssertionError(f"must have shape {expected.shape}, not {values.shape}")
    off = float(np.abs(values - expected).sum() / expected.sum())
    if not off <= 1e-6:
        raise AssertionError(f"must be equal to the others' within 1e-6, is off by {off:.3g}")
