"""Maps by distance from the price, hour by hour: what scores of the map's shape are computed from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from liqheat import heatmap
from liqheat.records import CELL_WIDTH, Estimate, MapProfiles
from liqheat.records.arrays import FloatArray


def read_profiles(
    estimate: Estimate,
    *,
    interval: str = "1h",
    start_ms: int | None = None,
    end_ms: int | None = None,
    n_cells: int = 80,
    name: str = "held",
    leverage: Sequence[float] | None = None,
) -> MapProfiles:
    """Read an estimated book by distance from the price at the close of each interval.

    Parameters
    ----------
    estimate : Estimate
        What `estimate_book` returned.
    interval : str
        Time between profiles, a multiple of the bars'.
    start_ms, end_ms : int, optional
        Time range, UTC milliseconds.
    n_cells : int
        Cells of 10 bp on each side; 80 reach 8 %.
    name : str
        Name of the map.
    leverage : sequence of float, optional
        Leverage bands to count; all by default.

    Returns
    -------
    MapProfiles
        Estimated held notional; the profile of an interval knows its bars and nothing later.
    """
    grids = []
    sides: tuple[Literal["long", "short"], ...] = ("long", "short")
    for side in sides:
        view = heatmap.build_view(
            estimate,
            start_ms=start_ms,
            end_ms=end_ms,
            interval=interval,
            side=side,
            bucket_width="10bp",
            leverage=leverage,
        )
        grids.append((view, heatmap.accumulate_grid(estimate, view)))
    view = grids[0][0]
    last_bars = np.array([view.last_bar_of(column) for column in range(view.n_columns)])
    close = estimate.market.close[last_bars]
    time_ms = estimate.market.open_time_ms[last_bars] + estimate.market.interval_ms
    usd = np.empty((view.n_columns, 2, n_cells))
    for index, (own, grid) in enumerate(grids):
        usd[:, index] = by_distance(np.log(own.axis.edges), grid.T.astype(np.float64), np.log(close), index, n_cells)
    return MapProfiles(name, time_ms, close, usd)


def by_distance(
    log_edges: FloatArray, columns: FloatArray, log_price: FloatArray, side: int, n_cells: int
) -> FloatArray:
    """Cut columns by price, (s, buckets), into cells by distance from each one's price, (s, cells).

    Mass is spread evenly in log price within a bucket.
    """
    steps = np.arange(n_cells + 1) * CELL_WIDTH
    found = np.empty((len(columns), n_cells))
    for index, column in enumerate(columns):
        below = np.concatenate([[0.0], np.cumsum(column, dtype=np.float64)])
        at = log_price[index] + (steps if side else -steps)
        found[index] = np.abs(np.diff(np.interp(at, log_edges, below)))
    return found
