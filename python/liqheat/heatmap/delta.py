"""Delta heatmap: shorts above less longs below. Negative is more longs below, bearish in the article's sign."""

from __future__ import annotations

from dataclasses import replace
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np

from liqheat.errors import InputError, check_type
from liqheat.heatmap.backends import Backend
from liqheat.heatmap.layers import accumulate_grid
from liqheat.heatmap.view import check_estimate, check_view
from liqheat.records import Estimate, HeatmapView, NetLine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from liqheat.records.arrays import FloatArray

DEFAULT_BAND = 0.05
"""Share of the price on each side of it that the net line sums: the band of rule R1."""


def delta_grid(
    estimate: Estimate,
    view: HeatmapView,
    *,
    backend: Backend = "rust",
    out: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Draw shorts less longs by price bucket and column, for a palette that diverges at 0.

    Parameters
    ----------
    estimate : Estimate
        What `estimate_book`, `combine_venues` or `estimate_flow` returned.
    view : HeatmapView
        What to draw; its side must be both.
    backend : {'rust', 'numpy'}
        Both give the same bits.
    out : (buckets, columns) float32, optional
        Buffer to write to.

    Returns
    -------
    (buckets, columns) float32
        USD, estimated: above 0 where shorts would be liquidated, below 0 where longs would.

    Raises
    ------
    InputError
        When the view shows one side only.
    """
    _check_both(view)
    grid = accumulate_grid(estimate, replace(view, side="short"), backend=backend, out=out)
    grid -= accumulate_grid(estimate, replace(view, side="long"), backend=backend)
    return grid


def net_line(
    estimate: Estimate,
    view: HeatmapView,
    *,
    band: float = DEFAULT_BAND,
    backend: Backend = "rust",
) -> NetLine:
    """Sum shorts above and longs below the price of each column, within a band of the price.

    Parameters
    ----------
    estimate, view, backend
        As in `delta_grid`.
    band : float, default 0.05
        Share of the price on each side, above 0 and below 1. What the view's axis does not show is not summed.

    Raises
    ------
    InputError
        When the view shows one side only, or the band lies outside its range.
    """
    _check_both(view)
    check_type("band", band, Real, "must be above 0 and below 1")
    if not 0.0 < band < 1.0:
        raise InputError("band", "must be above 0 and below 1", band)
    check_estimate(estimate)
    market = estimate.market
    last = np.array([view.last_bar_of(column) for column in range(view.n_columns)])
    price = market.close[last]
    edges = view.axis.edges
    below = accumulate_grid(estimate, replace(view, side="long"), backend=backend)
    above = accumulate_grid(estimate, replace(view, side="short"), backend=backend)
    return NetLine(
        time_ms=market.open_time_ms[last] + market.interval_ms,
        reference_price=price,
        long_below_usd=_between(below, edges, price * (1.0 - band), price),
        short_above_usd=_between(above, edges, price, price * (1.0 + band)),
        band=band,
    )


def _between(grid: NDArray[np.float32], edges: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """USD of each column between its two prices; a bucket cut by one counts by overlap."""
    total = np.zeros((grid.shape[0] + 1, grid.shape[1]))
    np.cumsum(grid, axis=0, dtype=np.float64, out=total[1:])
    columns = np.arange(grid.shape[1])

    def up_to(price: FloatArray) -> FloatArray:
        at = np.clip(np.searchsorted(edges, price, side="right") - 1, 0, edges.size - 2)
        share = np.clip((price - edges[at]) / (edges[at + 1] - edges[at]), 0.0, 1.0)
        cut: FloatArray = total[at, columns] + (total[at + 1, columns] - total[at, columns]) * share
        return cut

    return up_to(high) - up_to(low)


def _check_both(view: HeatmapView) -> None:
    check_view(view)
    if view.side != "both":
        raise InputError("side", "must be both: a delta needs longs and shorts", view.side)
