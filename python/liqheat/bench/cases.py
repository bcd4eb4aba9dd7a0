"""The hot loops beside their opponents. Every case asserts equality before it times anything."""

from __future__ import annotations

import gzip
import http.client
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from liqheat import _core, simulator
from liqheat.bench.inputs import random_market
from liqheat.bench.timing import Result, race, summarise
from liqheat.book import (
    BUCKET_RATIO,
    PositionBook,
    bucket_shifts,
    estimate_book,
    estimate_class,
    log_spaced_tiers,
    venue_distance_tiers,
)
from liqheat.heatmap import accumulate_grid, aggregate_liquidations, decode_heatmap
from liqheat.records import HeatmapView, HolderClass, PriceAxis

HOLDER = HolderClass("all", 0.35, 1.0)
NUMPY_BARS = 1_000
"""The numpy twin is timed on this many bars and scaled: it loops over bars in Python."""


def load_numba() -> Any:
    """The numba opponents, or None where numba is not installed."""
    try:
        from liqheat.bench import numba_opponents
    except ImportError:
        return None
    return numba_opponents


def bench_book(n_bars: int, rounds: int) -> Result:
    """The book engine: 48 tiers, both sides, kappa .35, no snapshots, into reused buffers."""
    market, tiers = random_market(n_bars), log_spaced_tiers(48)
    shifts = bucket_shifts(tiers, BUCKET_RATIO)
    weights, hazards = np.ascontiguousarray(tiers.weights), np.ascontiguousarray(tiers.hazards)
    columns = (market.low, market.high, market.mark_low, market.mark_high, market.volume, market.open_interest)
    swept = np.zeros((n_bars, 2, 48))
    opened, closed, inert = (np.empty((n_bars, 2)) for _ in range(3))

    def ours() -> None:
        book = _core.PositionBook(
            shifts, weights, hazards, 0.35, BUCKET_RATIO, False, market.low.min(), market.high.max()
        )
        book.run(*columns, swept, opened, closed, inert)

    contestants: dict[str, Callable[[], object]] = {"liqheat (Rust, 1 thread)": ours}
    short = estimate_book(random_market(NUMPY_BARS), tiers=tiers)
    twin = estimate_class(random_market(NUMPY_BARS), tiers, HOLDER, BUCKET_RATIO, "numpy")
    np.testing.assert_array_equal(short.swept_usd, twin.swept_usd)
    note = f"{n_bars:,} bars; equal to the numpy twin bit for bit"
    numba = load_numba()
    if numba is not None:
        swept_by_numba, inert_by_numba = np.zeros_like(swept), np.empty_like(inert)
        _, edges = _core.price_grid(BUCKET_RATIO, market.low.min(), market.high.max(), int(shifts.max()) + 2)

        def theirs() -> None:
            numba.run_book(edges, *columns, shifts, weights, hazards, 0.35, swept_by_numba, inert_by_numba)

        ours()
        theirs()
        np.testing.assert_allclose(swept_by_numba, swept, rtol=1e-6, atol=1e-3)
        np.testing.assert_allclose(inert_by_numba, inert, rtol=1e-9)
        contestants["numba, same rules and layout"] = theirs
        note += ", to numba within rounding"
    timings = race(contestants, rounds)
    start = time.perf_counter()
    estimate_class(random_market(NUMPY_BARS), tiers, HOLDER, BUCKET_RATIO, "numpy")
    seconds = (time.perf_counter() - start) / NUMPY_BARS * n_bars
    timings.append(summarise(f"numpy twin (timed on {NUMPY_BARS:,} bars, scaled)", [seconds]))
    return Result("Book engine, 48 tiers, both sides", timings, note)


def bench_grid(n_columns: int, rounds: int) -> Result:
    """The grid: 5 tiers, 1,000 buckets, into a caller's buffer."""
    market = random_market(2 * n_columns, seed=2)
    tiers = venue_distance_tiers("binanceusdm", "BTC/USDT:USDT")
    estimate = estimate_book(market, tiers=tiers)
    middle = float(np.sqrt(market.low[n_columns:].min() * market.high[n_columns:].max()))
    first, edges = _core.price_grid(BUCKET_RATIO, middle, middle, 500)
    axis = PriceAxis("log", np.ascontiguousarray(edges[:1001]), BUCKET_RATIO)
    view = HeatmapView(n_columns, 2 * n_columns, 1, None, "both", tuple(range(5)), axis)
    out = np.empty((1000, n_columns), np.float32)
    copied = np.empty_like(out)
    contestants: dict[str, Callable[[], object]] = {
        "liqheat (Rust, 2 threads)": lambda: accumulate_grid(estimate, view, n_threads=2, out=out),
        "liqheat (Rust, 1 thread)": lambda: accumulate_grid(estimate, view, n_threads=1, out=out),
    }
    few = HeatmapView(n_columns, n_columns + 200, 1, None, "both", tuple(range(5)), axis)
    np.testing.assert_array_equal(accumulate_grid(estimate, few), accumulate_grid(estimate, few, backend="numpy"))
    note = f"{n_columns:,} columns x 1,000 buckets; equal to the numpy twin bit for bit"
    numba = load_numba()
    if numba is not None:
        record = estimate.layers[0].book
        margin = int(record.shifts.max()) + 2
        grid_first, state = _core.price_grid(BUCKET_RATIO, market.low.min(), market.high.max(), margin)
        by_numba = np.empty_like(out)
        arguments = (state, market.low, market.high, market.mark_low, market.mark_high, record.opened, record.survival)
        events = (record.scale_bars, record.scale_slots, record.scale_factors)
        weights = np.ascontiguousarray(tiers.weights)
        tail = (record.shifts, weights, *events, n_columns, first - grid_first, by_numba)
        for name, parallel in (("numba, 2 threads over price", True), ("numba, 1 thread", False)):
            draw = numba.draw_grid(parallel)

            def theirs(draw: Any = draw) -> None:
                draw(*arguments, *tail)

            theirs()
            accumulate_grid(estimate, view, out=out)
            np.testing.assert_allclose(by_numba, out, rtol=1e-5, atol=float(out.max()) * 1e-6)
            contestants[name] = theirs
        note += ", to numba within rounding"
    contestants["plain copy of the output"] = lambda: np.copyto(copied, out)
    return Result("Grid, 5 tiers, caller's buffer", race(contestants, rounds), note)


def bench_aggregate(n_positions: int, rounds: int) -> Result:
    """One static map from positions."""
    random = np.random.default_rng(3)
    prices, usd = random.normal(60_000, 4_000, n_positions), random.exponential(1e4, n_positions)
    edges = np.linspace(45_000, 75_000, 1001)
    out = np.zeros(1000)
    ours = aggregate_liquidations(prices, usd, edges)
    np.testing.assert_allclose(ours, np.histogram(prices, edges, weights=usd)[0], rtol=1e-6)
    contestants: dict[str, Callable[[], object]] = {
        "liqheat (Rust, 1 thread), any widths": lambda: aggregate_liquidations(prices, usd, edges, out=out),
        "numpy histogram, told that widths are even": lambda: np.histogram(
            prices, 1000, (edges[0], edges[-1]), weights=usd
        ),
    }
    numba = load_numba()
    if numba is not None:
        by_numba = np.zeros(1000)
        numba.aggregate(prices, usd, edges, by_numba)
        np.testing.assert_array_equal(by_numba, ours)
        contestants["numba, told that widths are even"] = lambda: numba.aggregate(prices, usd, edges, by_numba)
    return Result("Static map from positions", race(contestants, rounds), f"{n_positions:,} positions, 1,000 buckets")


def bench_one_bar(rounds: int) -> Result:
    """One closed bar into a running book of 48 tiers, called from Python."""
    market = random_market(4_000, seed=5)
    names = ("low", "high", "mark_low", "mark_high", "volume", "open_interest")
    bars = [
        dict(zip(names, row, strict=True))
        for row in zip(*(getattr(market, name).tolist() for name in names), strict=True)
    ]
    seconds = []
    for _ in range(rounds):
        book = PositionBook(log_spaced_tiers(48), expected_range=(market.low.min(), market.high.max()))
        for bar in bars:
            start = time.perf_counter()
            book.append(**bar)
            seconds.append(time.perf_counter() - start)
    return Result(
        "One closed bar into a running book", [summarise("liqheat from Python", seconds)], "48 tiers; floor 10 µs"
    )


def bench_http(n_days: int, rounds: int) -> list[Result]:
    """`/api/v1/heatmap.bin` of the simulated market over loopback, by a client that keeps its connection."""
    import waitress

    from liqheat.api import create_app

    market = simulator.load_simulated_market().history
    app = create_app([market])
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    connection = http.client.HTTPConnection("127.0.0.1", server.effective_port)
    start_ms = market.end_ms - n_days * 86_400_000
    base = f"/api/v1/heatmap.bin?start_ms={start_ms}&interval=5m"

    def get(url: str, **headers: str) -> tuple[float, http.client.HTTPResponse, bytes]:
        start = time.perf_counter()
        connection.request("GET", url, headers={"Accept-Encoding": "gzip", **headers})
        answer = connection.getresponse()
        body = answer.read()
        return time.perf_counter() - start, answer, body

    try:
        # 1,000 buckets that the state's 5 bp divide: width from the range in view.
        view = market.open_time_ms >= start_ms
        span = np.log(market.high[view].max() * 1.12 / (market.low[view].min() * 0.88))
        width = f"bucket_width={max(round(span / 1000 * 1e4 - 0.5), 1)}bp"
        filters = [
            f"{base}&{width}&side={side}&leverage={bands}"
            for bands in ("5,10,25,50,100", "10,25,50,100", "25,50,100", "50,100", "5,10", "10", "25", "10,25")
            for side in ("both", "long", "short")
        ]
        get(f"{base}&{width}")
        changed = []
        for url in filters[: max(rounds, 3)]:
            seconds, answer, body = get(url)
            assert answer.status == 200  # noqa: S101
            changed.append(seconds)
        header, _ = decode_heatmap(gzip.decompress(body))
        etag = answer.getheader("ETag") or ""
        same = [get(url)[0] for _ in range(40)]
        unchanged = [get(url, **{"If-None-Match": etag}) for _ in range(40)]
        assert all(answer.status == 304 for _, answer, _ in unchanged)  # noqa: S101
    finally:
        connection.close()
        server.task_dispatcher.shutdown()
        server.close()
    size = f"{header['T']:,} columns x {header['B']:,} buckets, {len(body) / 1e3:,.0f} kB compressed"
    return [
        Result(
            "heatmap.bin after a filter change", [summarise("nothing cached", changed)], f"{size}; floor p95 100 ms"
        ),
        Result("heatmap.bin, asked again", [summarise("from cache", same)], "floor p95 10 ms"),
        Result("heatmap.bin, unchanged", [summarise("304", [s for s, _, _ in unchanged])], "floor 3 ms"),
    ]
