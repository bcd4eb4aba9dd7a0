"""The book, the grid and the way from bars to a picture beside their opponents; equality is asserted first."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from liqheat import _core, simulator
from liqheat.bench.inputs import SYMBOL, random_market, state_axis
from liqheat.bench.opponents import load_numba_books
from liqheat.bench.timing import Contestant, Result, Timing, race, summarise
from liqheat.book import (
    BUCKET_RATIO,
    Backend,
    PositionBook,
    bucket_shifts,
    estimate_book,
    estimate_class,
    log_spaced_tiers,
    venue_distance_tiers,
)
from liqheat.heatmap import Heatmap, accumulate_grid, build_view, encode_heatmap, quantise_log
from liqheat.records import Estimate, HeatmapView, HolderClass, MarketHistory
from liqheat.setups import track_clusters

if TYPE_CHECKING:
    from numpy.typing import NDArray

HOLDER = HolderClass("all", 0.35, 1.0)
NUMPY_BARS = 1_000
"""The numpy twin is timed on this many bars and scaled: it loops over bars in Python, so blocks change nothing."""
NUMPY_COLUMNS = 200
BAR = ("low", "high", "mark_low", "mark_high", "volume", "open_interest")


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

    contestants = [Contestant("liqheat (Rust)", 1, ours)]
    short = estimate_book(random_market(NUMPY_BARS), tiers=tiers)
    twin = estimate_class(random_market(NUMPY_BARS), tiers, HOLDER, BUCKET_RATIO, "numpy")
    np.testing.assert_array_equal(short.swept_usd, twin.swept_usd)
    numba = load_numba_books()
    if numba is not None:
        swept_by_numba, inert_by_numba = np.zeros_like(swept), np.empty_like(inert)
        _, edges = _core.price_grid(BUCKET_RATIO, market.low.min(), market.high.max(), int(shifts.max()) + 2)

        def theirs() -> None:
            numba.run_book(edges, *columns, shifts, weights, hazards, 0.35, swept_by_numba, inert_by_numba)

        ours()
        theirs()
        np.testing.assert_allclose(swept_by_numba, swept, rtol=1e-6, atol=1e-3)
        np.testing.assert_allclose(inert_by_numba, inert, rtol=1e-9)
        contestants.append(Contestant("numba, same rules and layout", 1, theirs))
    moved = sum(column.nbytes for column in columns) + swept.nbytes + 3 * opened.nbytes
    timings = race(contestants, rounds, moved)
    run = lambda: estimate_class(random_market(NUMPY_BARS), tiers, HOLDER, BUCKET_RATIO, "numpy")  # noqa: E731
    timings.insert(1, _scaled("numpy twin", run, n_bars / NUMPY_BARS))
    note = f"{n_bars:,} bars; equal to the numpy twin bit for bit (timed on {NUMPY_BARS:,} bars, scaled)"
    return Result("book", "Book engine, 48 tiers, both sides", note, timings, moved)


def bench_grid(n_columns: int, rounds: int) -> Result:
    """The grid: 5 tiers, 1,000 buckets, into a caller's buffer."""
    market = random_market(2 * n_columns, seed=2)
    tiers = venue_distance_tiers("binanceusdm", SYMBOL)
    estimate = estimate_book(market, tiers=tiers)
    # Everyone replays the bars before the view; `window_cases` shows what checkpoints spare.
    estimate = without_checkpoints(estimate)
    axis = state_axis(float(np.sqrt(market.low[n_columns:].min() * market.high[n_columns:].max())), 1000)
    view = HeatmapView(n_columns, 2 * n_columns, 1, None, "both", tuple(range(5)), axis)
    out = np.empty((1000, n_columns), np.float32)
    contestants = [
        Contestant("liqheat (Rust)", 2, lambda: accumulate_grid(estimate, view, n_threads=2, out=out)),
        Contestant("liqheat (Rust)", 1, lambda: accumulate_grid(estimate, view, n_threads=1, out=out)),
    ]
    few = HeatmapView(n_columns, n_columns + NUMPY_COLUMNS, 1, None, "both", tuple(range(5)), axis)
    np.testing.assert_array_equal(accumulate_grid(estimate, few), accumulate_grid(estimate, few, backend="numpy"))
    contestants += numba_grids(estimate, view, out, (2, 1))
    timings = race(contestants, rounds, 2 * out.nbytes)
    # All bars before the view are taken by the twin, too; what it draws is a part of the columns.
    none = HeatmapView(n_columns, n_columns + 1, 1, None, "both", tuple(range(5)), axis)
    seconds = []
    for part in (none, few):
        start = time.perf_counter()
        accumulate_grid(estimate, part, backend="numpy")
        seconds.append(time.perf_counter() - start)
    scaled = seconds[0] + (seconds[1] - seconds[0]) / NUMPY_COLUMNS * n_columns
    timings.insert(2, summarise("numpy twin", [scaled]))
    note = (
        f"{n_columns:,} columns × 1,000 buckets; equal to the numpy twin bit for bit ({NUMPY_COLUMNS} columns, scaled)"
    )
    return Result("grid", "Grid, 5 tiers, caller's buffer", note, timings, 2 * out.nbytes)


def without_checkpoints(estimate: Estimate) -> Estimate:
    """The same, but every bar before a window is replayed."""
    layers = tuple(replace(layer, book=replace(layer.book, checkpoints=())) for layer in estimate.layers)
    return replace(estimate, layers=layers)


def numba_grids(
    estimate: Estimate, view: HeatmapView, out: NDArray[np.float32], threads: tuple[int, ...]
) -> list[Contestant]:
    """Opponents that draw the last bars of one book, checked against ours; none without numba."""
    numba = load_numba_books()
    if numba is None:
        return []
    market, record = estimate.market, estimate.layers[0].book
    margin = int(record.shifts.max()) + 2
    grid_first, state = _core.price_grid(BUCKET_RATIO, market.low.min(), market.high.max(), margin)
    first_bucket = round(np.log(view.axis.edges[0]) / np.log(BUCKET_RATIO)) - grid_first
    by_numba = np.empty_like(out)
    arguments = (state, market.low, market.high, market.mark_low, market.mark_high, record.opened, record.survival)
    events = (record.scale_bars, record.scale_slots, record.scale_factors)
    tail = (
        record.shifts, np.ascontiguousarray(record.tiers.weights), *events, view.first_bar, first_bucket, by_numba,
    )  # fmt: skip
    found = []
    for n_threads in threads:
        draw = numba.draw_grid(n_threads == 2)

        def theirs(draw: Any = draw) -> None:
            draw(*arguments, *tail)

        theirs()
        accumulate_grid(estimate, view, out=out)
        np.testing.assert_allclose(by_numba, out, rtol=1e-5, atol=float(out.max()) * 1e-6)
        found.append(Contestant("numba, same rules and layout", n_threads, theirs))
    return found


def bench_levels(n_columns: int, rounds: int) -> Result:
    """A grid's USD to the bytes of its levels, into a caller's buffer."""
    random = np.random.default_rng(6)
    values = np.where(random.random((1000, n_columns)) < 0.4, random.lognormal(12, 2, (1000, n_columns)), 0.0)
    values, top = values.astype(np.float32), float(np.float32(values.max()))
    out, theirs = np.empty(values.shape, np.uint8), np.empty(values.shape, np.uint8)

    def by_numpy(block: int) -> None:
        for start in range(0, 1000, block):
            rows = slice(start, start + block)
            quantise_log(values[rows], top, backend="numpy", out=theirs[rows])

    contestants = [
        Contestant("liqheat (Rust)", 2, lambda: quantise_log(values, top, n_threads=2, out=out)),
        Contestant("liqheat (Rust)", 1, lambda: quantise_log(values, top, n_threads=1, out=out)),
        Contestant("numpy, plain", 1, lambda: by_numpy(1000)),
        Contestant("numpy, in blocks", 1, lambda: by_numpy(8)),
    ]
    numba = load_numba_books()
    if numba is not None:
        relative = _core.quantise_thresholds()
        thresholds = np.append((relative * top).astype(np.float32), np.float32(np.nan))
        keys = thresholds[:-1].view(np.int32) >> 15
        guesses = np.searchsorted(keys, np.arange(keys[0], keys[-1] + 2), side="left").astype(np.uint8)
        flat = values.ravel()
        table = (flat, flat.view(np.int32), thresholds, int(keys[0]), guesses, theirs.ravel())
        contestants += [
            Contestant("numba", 1, lambda: numba.quantise(*table)),
            Contestant("numba", 2, lambda: numba.quantise_in_parts(*table, 2)),
        ]
    quantise_log(values, top, out=out)
    for other in contestants[2:]:
        theirs.fill(0)
        other.run()
        np.testing.assert_array_equal(theirs, out)
    moved = values.nbytes + out.nbytes
    note = f"{n_columns:,} columns × 1,000 buckets, two in five filled"
    return Result("levels", "Levels of a grid", note, race(contestants, rounds, moved), moved)


def bench_bar(rounds: int) -> Result:
    """One closed bar into a running book of 48 tiers: called from Python, and in the kernel, where bars follow bars."""
    market, tiers = random_market(4_000, seed=5), log_spaced_tiers(48)
    rows = zip(*(getattr(market, name).tolist() for name in BAR), strict=True)
    bars = [dict(zip(BAR, row, strict=True)) for row in rows]
    by_backend: dict[Backend, list[float]] = {"rust": [], "numpy": []}
    for backend, seconds in by_backend.items():
        for _ in range(rounds if backend == "rust" else 1):
            book = PositionBook(tiers, expected_range=(market.low.min(), market.high.max()), backend=backend)
            for bar in bars if backend == "rust" else bars[:NUMPY_BARS]:
                start = time.perf_counter()
                book.append(**bar)
                seconds.append(time.perf_counter() - start)
    in_kernel = []
    for _ in range(rounds):
        start = time.perf_counter()
        PositionBook.of_market(market, tiers, HOLDER.kappa, BUCKET_RATIO, "rust")
        in_kernel.append((time.perf_counter() - start) / market.n_bars)
    timings = [
        summarise("liqheat, from Python", by_backend["rust"]),
        summarise("liqheat, in the kernel, records allocated", in_kernel),
        summarise("numpy twin", by_backend["numpy"]),
    ]
    return Result("one_bar", "One closed bar into a running book", "48 tiers, both sides", timings)


def bench_path(n_bars: int, rounds: int) -> Result:
    """The whole way: bars to a book to the bytes that the page gets."""
    market = random_market(n_bars, seed=4)

    def draw(history: MarketHistory, backend: Backend) -> bytes:
        estimate = estimate_book(history, backend=backend)
        return encode_heatmap(Heatmap(estimate, build_view(estimate, interval="5m"), backend=backend))

    short = random_market(NUMPY_BARS, seed=4)
    if draw(short, "rust") != draw(short, "numpy"):
        raise AssertionError("both backends must give the same bytes")
    timings = race([Contestant("liqheat (Rust)", 2, lambda: draw(market, "rust"))], rounds)
    timings.append(_scaled("numpy twin", lambda: draw(short, "numpy"), n_bars / NUMPY_BARS))
    note = f"{n_bars:,} bars; the same bytes as the numpy twin (timed on {NUMPY_BARS:,} bars, scaled)"
    return Result("path", "From bars to the page's bytes", note, timings)


def bench_looks(n_days: int) -> Result:
    """Clusters with identities, hour by hour, each look told."""
    estimate = estimate_book(simulator.load_simulated_market().history)
    seconds: list[float] = []
    looks: list[object] = []
    for _ in range(2):
        looks.clear()
        start = time.perf_counter()
        track_clusters(estimate, span=f"{n_days}d", on_look=lambda now: looks.append(now.alive))
        seconds.append(time.perf_counter() - start)
    return Result("looks", "Hourly looks with identities", f"{len(looks):,} looks", [summarise("liqheat", seconds)])


def _scaled(name: str, run: Any, factor: float) -> Timing:
    start = time.perf_counter()
    run()
    return summarise(name, [(time.perf_counter() - start) * factor])
