"""From the layers of an estimate to grids, columns and profiles: one pass over all of them, in their order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from liqheat.errors import InputError
from liqheat.heatmap._kernel import SIDES, contract_arrays, view_arguments
from liqheat.heatmap.backends import N_THREADS, Backend, check_buffer, check_threads, find_kernel
from liqheat.heatmap.bands import band_labels
from liqheat.heatmap.view import check_estimate, check_view
from liqheat.records import Column, Estimate, HeatmapView, PriceAxis, Profile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from liqheat.records.arrays import FloatArray

ALL_PRICES = (1e-15, 1e15)
"""Beyond every price of any market."""


def accumulate_grid(
    estimate: Estimate,
    view: HeatmapView,
    *,
    backend: Backend = "rust",
    n_threads: int = N_THREADS,
    out: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Draw an estimate as a grid: USD of its quantity by price bucket and column.

    Parameters
    ----------
    estimate : Estimate
        What `estimate_book`, `combine_venues` or `estimate_flow` returned.
    view : HeatmapView
        What to draw; from `build_view`.
    backend : {'rust', 'numpy'}
        Both give the same bits.
    n_threads : int
        Threads of the Rust backend; the result does not depend on it.
    out : (buckets, columns) float32, optional
        C-contiguous buffer to write to: fresh memory costs as much as the work.

    Returns
    -------
    (buckets, columns) float32
        `out`, or a new array. Row 0 is the lowest bucket.

    Raises
    ------
    InputError
        When `out` has the wrong shape, type or layout.
    """
    check_estimate(estimate)
    check_view(view)
    check_threads(n_threads)
    if view.bars_per_column < 1:
        raise InputError("view.bars_per_column", "must be at least 1", view.bars_per_column)
    shape = (view.axis.n_buckets, view.n_columns)
    grid = np.empty(shape, np.float32) if out is None else check_buffer("out", out, shape, np.float32)
    contracts = contract_arrays(estimate, view, _bands(estimate)[1])
    if contracts:
        find_kernel(backend).render_grid(contracts, view_arguments(view), n_threads, grid)
    else:
        grid.fill(0.0)
    return grid


def build_column(estimate: Estimate, view: HeatmapView, column: int, *, backend: Backend = "rust") -> Column:
    """Draw one column of a view split by side and leverage band, in float64.

    Raises
    ------
    InputError
        When the view has no such column.
    """
    if not 0 <= column < view.n_columns:
        raise InputError("column", f"must be from 0 to {view.n_columns - 1}", column)
    labels, bands = _bands(estimate)
    rows = np.zeros((2, len(labels), view.axis.n_buckets))
    first, bar = view.first_bar + column * view.bars_per_column, view.last_bar_of(column)
    alone = replace(view, first_bar=first, end_bar=bar + 1)
    contracts = contract_arrays(estimate, alone, bands)
    if contracts:
        find_kernel(backend).render_column(contracts, view_arguments(alone), rows.reshape(-1, rows.shape[2]))
    drawn = sorted({bands[tier] for tier in view.tiers})
    market = estimate.market
    return Column(
        start_ms=int(market.open_time_ms[first]),
        end_ms=int(market.open_time_ms[bar]) + market.interval_ms,
        price_edges=view.axis.edges,
        leverages=np.array([labels[band] for band in drawn]),
        notional_usd=np.ascontiguousarray(rows[:, drawn]),
        reference_price=float(market.close[bar]),
        quantity=estimate.quantity,
    )


def build_profile(column: Column, distance_usd: FloatArray) -> Profile:
    """Add the cumulative curves to a column: what a move from the reference price to each bucket would sweep.

    ``distance_usd`` (2, b) is the part by distance on that way, which no bucket has: see `distance_part`.
    """
    price, edges = column.reference_price, column.price_edges
    is_below, is_above = edges[:-1] < price, edges[1:] > price
    below, above = np.where(is_below, column.long_usd, 0.0), np.where(is_above, column.short_usd, 0.0)
    return Profile(
        column=column,
        cumulative_long_usd=np.cumsum(below[::-1])[::-1] * is_below + distance_usd[0],
        cumulative_short_usd=np.cumsum(above) * is_above + distance_usd[1],
        distance_usd=distance_usd,
    )


def distance_part(estimate: Estimate, view: HeatmapView, column: Column) -> FloatArray:
    """Expected liquidations of a column that belong to no price, on the way to each bucket, in USD, (2, b).

    Zeros of open positions, and where leverages or ages are chosen: the usual dollars of a move have neither.
    """
    price, edges = column.reference_price, column.price_edges
    found = np.zeros((2, edges.size - 1))
    calibration = estimate.calibration
    if calibration is None or view.cohort_bars is not None or len(view.tiers) < estimate.tiers.n_tiers:
        return found
    bar = int(np.searchsorted(estimate.market.open_time_ms, column.end_ms)) - 1
    held = float(calibration.open_interest_usd[bar] * calibration.scale[bar])
    for side, ends in enumerate((edges[:-1], edges[1:])):
        is_own = ends > price if side else ends < price
        if side in SIDES[view.side]:
            found[side, is_own] = calibration.law.distance_usd(side, np.abs(np.log(ends[is_own] / price)), held)
    return found


def measure_outside(estimate: Estimate, view: HeatmapView, column: int, *, backend: Backend = "rust") -> float:
    """Share of what a view draws in a column that stands outside its price axis, 0 to 1; 0 where nothing stands."""
    edges = view.axis.edges
    ends = np.array([min(edges[0], ALL_PRICES[0]), edges[0], edges[-1], max(edges[-1], ALL_PRICES[1])])
    kept = np.flatnonzero(np.diff(ends) > 0.0)
    whole = PriceAxis("linear", ends[np.append(kept, kept[-1] + 1)], 0.0)
    usd = build_column(estimate, replace(view, axis=whole), column, backend=backend).notional_usd.sum(axis=(0, 1))
    inside = float(usd[int(kept.tolist().index(1))])
    total = float(usd.sum())
    return max(1.0 - inside / total, 0.0) if total > 0.0 else 0.0


def _bands(estimate: Estimate) -> tuple[list[float], list[int]]:
    """Labels of all leverage bands, rising, and the band of each tier."""
    of_tier = band_labels(estimate.tiers)
    labels = sorted(set(of_tier))
    return labels, [labels.index(label) for label in of_tier]
