"""A moved window over histories of three sizes: ours begins at a checkpoint, opponents replay what went before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from liqheat.bench.book_cases import numba_grids, without_checkpoints
from liqheat.bench.inputs import SYMBOL, random_market, state_axis
from liqheat.bench.timing import Contestant, Result, race
from liqheat.book import estimate_book, venue_distance_tiers
from liqheat.heatmap import accumulate_grid, build_column
from liqheat.records import HeatmapView

N_COLUMNS = 720
N_BUCKETS = 600


def bench_windows(sizes: tuple[int, ...], rounds: int) -> list[Result]:
    """The last 720 columns of a history, both sides, and after them a changed filter and a replay step."""
    return [_bench_window(n_bars, rounds) for n_bars in sizes]


def _bench_window(n_bars: int, rounds: int) -> Result:
    market = random_market(n_bars, seed=3)
    tiers = venue_distance_tiers("binanceusdm", SYMBOL)
    estimate = estimate_book(market, tiers=tiers)
    axis = state_axis(float(market.close[-1]), N_BUCKETS)
    view = HeatmapView(n_bars - N_COLUMNS, n_bars, 1, None, "both", tuple(range(tiers.n_tiers)), axis)
    step, near = replace(view, first_bar=n_bars - 1), replace(view, side="long", tiers=(0, 1))
    out = np.empty((N_BUCKETS, N_COLUMNS), np.float32)
    for shown in (view, near):
        np.testing.assert_array_equal(
            accumulate_grid(estimate, shown), accumulate_grid(without_checkpoints(estimate), shown)
        )
    contestants = [
        Contestant("liqheat, moved window", 1, lambda: accumulate_grid(estimate, view, n_threads=1, out=out)),
        Contestant("liqheat, changed filter", 1, lambda: accumulate_grid(estimate, near, n_threads=1, out=out)),
        Contestant("liqheat, replay step: its column", 1, lambda: build_column(estimate, step, 0)),
        *numba_grids(estimate, view, out, (1,)),
    ]
    note = (
        f"{n_bars:,} bars of history, {N_COLUMNS} columns × {N_BUCKETS} buckets; equal to a replay from the first bar"
    )
    return Result(f"window_{n_bars}", "Moved window", note, race(contestants, rounds, 2 * out.nbytes), 2 * out.nbytes)
