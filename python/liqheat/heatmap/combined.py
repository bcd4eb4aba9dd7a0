"""Drawing several venues' books on one price axis: each by the same kernels as its own heatmap, then added.

Venues are added one after the other in the order of the estimate, cell by cell, so the sum has the same bits for any
number of threads and for any order in which the venues were given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from liqheat._core import price_grid
from liqheat.heatmap.grid import N_THREADS, Backend, accumulate_grid, build_column, check_buffer
from liqheat.heatmap.view import band_labels
from liqheat.records import Column, CombinedEstimate, CombinedVenue, HeatmapView, PriceAxis

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from liqheat.records.arrays import FloatArray

ROWS_AT_ONCE = 16
"""Rows that are scaled and added while they are in the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Columns of a view that one venue draws with one shift; `factors` are 0 where another shift applies."""

    view: HeatmapView
    columns: slice
    factors: NDArray[np.float32]


def accumulate_combined(
    estimate: CombinedEstimate,
    view: HeatmapView,
    *,
    backend: Backend = "rust",
    n_threads: int = N_THREADS,
    out: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Draw the sum of several venues' books; parameters and errors as `accumulate_grid`."""
    shape = (view.axis.n_buckets, view.n_columns)
    grid = np.empty(shape, np.float32) if out is None else check_buffer("out", out, shape, np.float32)
    parts = [(venue.estimate, part) for venue in estimate.venues for part in _parts(estimate, venue, view)]
    if parts and parts[0][1].view.n_columns == view.n_columns:
        # The first part is drawn where the sum will be: one pass over memory less.
        own, part = parts.pop(0)
        accumulate_grid(own, part.view, backend=backend, n_threads=n_threads, out=grid)
        _scale(grid, part.factors)
    else:
        grid.fill(0.0)
    scratch = np.empty(grid.size if parts else 0, np.float32)
    for own, part in parts:
        cells = (shape[0], part.view.n_columns)
        room = scratch[: cells[0] * cells[1]].reshape(cells)
        drawn = accumulate_grid(own, part.view, backend=backend, n_threads=n_threads, out=room)
        _add(drawn, part, grid)
    return grid


def build_combined_column(
    estimate: CombinedEstimate, view: HeatmapView, column: int, *, backend: Backend = "rust"
) -> Column:
    """Draw one column of the sum by side and leverage band, in float64; errors as `build_column`."""
    labels = band_labels(estimate.tiers)
    bands = sorted({labels[tier] for tier in view.tiers})
    label_of = dict(zip(estimate.tiers.leverages.tolist(), labels, strict=True))
    notional = np.zeros((2, len(bands), view.axis.n_buckets))
    bar = view.last_bar_of(column)
    for venue in estimate.venues:
        tiers = _tiers_of(estimate, venue, view)
        if not tiers:
            continue
        part = _venue_view(estimate, venue, view, tiers, column, column + 1, int(venue.price_shift[bar]))
        own = build_column(venue.estimate, part, 0, backend=backend)
        for band, leverage in enumerate(own.leverages.tolist()):
            place = bands.index(label_of.get(leverage, leverage))
            notional[:, place] += own.notional_usd[:, band] * venue.factor[bar]
    market = estimate.market
    first = view.first_bar + column * view.bars_per_column
    return Column(
        start_ms=int(market.open_time_ms[first]),
        end_ms=int(market.open_time_ms[bar]) + market.interval_ms,
        price_edges=view.axis.edges,
        leverages=np.array(bands),
        notional_usd=notional,
        reference_price=float(market.close[bar]),
    )


def describe_venues(estimate: CombinedEstimate, view: HeatmapView) -> dict[str, Any]:
    """Venues, weights and coverage at the end of a view, for the metadata."""
    bar = view.end_bar - 1
    total = float(sum(venue.open_interest_usd[bar] for venue in estimate.venues))
    return {
        "weights": estimate.weights,
        "reference": estimate.reference,
        "venues": [
            {
                "venue": venue.estimate.market.venue,
                "symbol": venue.estimate.market.symbol,
                "weight": float(venue.weight[bar]),
                "open_interest_usd": float(venue.open_interest_usd[bar]),
                "share": float(venue.open_interest_usd[bar]) / total if total > 0.0 else 0.0,
                "leverages": sorted(float(leverage) for leverage in venue.estimate.tiers.leverages),
            }
            for venue in estimate.venues
        ],
        "coverage": {"share": estimate.covered_share, "of": estimate.covered_of},
    }


def _parts(estimate: CombinedEstimate, venue: CombinedVenue, view: HeatmapView) -> Iterator[_Part]:
    tiers = _tiers_of(estimate, venue, view)
    if not tiers:
        return
    bars = np.minimum(view.first_bar + np.arange(1, view.n_columns + 1) * view.bars_per_column, view.end_bar) - 1
    shifts = venue.price_shift[bars]
    for shift in np.unique(shifts).tolist():
        at = np.flatnonzero(shifts == shift)
        columns = slice(int(at[0]), int(at[-1]) + 1)
        factors = np.where(shifts[columns] == shift, venue.factor[bars[columns]], 0.0).astype(np.float32)
        part = _venue_view(estimate, venue, view, tiers, columns.start, columns.stop, shift)
        yield _Part(part, columns, factors)


def _add(drawn: NDArray[np.float32], part: _Part, grid: NDArray[np.float32]) -> None:
    for row in range(0, grid.shape[0], ROWS_AT_ONCE):
        rows = drawn[row : row + ROWS_AT_ONCE]
        _scale(rows, part.factors)
        grid[row : row + ROWS_AT_ONCE, part.columns] += rows


def _scale(rows: NDArray[np.float32], factors: NDArray[np.float32]) -> None:
    if (factors != 1.0).any():
        rows *= factors


def _tiers_of(estimate: CombinedEstimate, venue: CombinedVenue, view: HeatmapView) -> tuple[int, ...]:
    """The venue's own tiers among those of a view; none where it does not offer such leverages."""
    wanted = {float(estimate.tiers.leverages[tier]) for tier in view.tiers}
    own = venue.estimate.tiers.leverages.tolist()
    return tuple(tier for tier, leverage in enumerate(own) if leverage in wanted)


def _venue_view(
    estimate: CombinedEstimate,
    venue: CombinedVenue,
    view: HeatmapView,
    tiers: tuple[int, ...],
    first_column: int,
    end_column: int,
    shift: int,
) -> HeatmapView:
    """The same columns in the venue's bars, the same buckets at the venue's prices."""
    edges = _own_edges(view.axis.edges, estimate.bucket_ratio, shift)
    first_bar = view.first_bar + first_column * view.bars_per_column
    end_bar = min(view.first_bar + end_column * view.bars_per_column, view.end_bar)
    return replace(
        view,
        first_bar=first_bar + venue.first_bar,
        end_bar=end_bar + venue.first_bar,
        tiers=tiers,
        axis=PriceAxis(view.axis.kind, edges, view.axis.step),
    )


def _own_edges(edges: FloatArray, bucket_ratio: float, shift: int) -> FloatArray:
    """Edges at the venue's prices. Edges of the state move to edges of the state, bit for bit: nothing is split."""
    if shift == 0:
        return edges
    if edges[0] <= 0.0:
        return edges * bucket_ratio**-shift
    _, state = price_grid(bucket_ratio, float(edges[0]), float(edges[-1]), abs(shift) + 2)
    places = np.minimum(np.searchsorted(state, edges), state.size - 1)
    if np.array_equal(state[places], edges):
        return np.ascontiguousarray(state[places - shift])
    return edges * bucket_ratio**-shift
