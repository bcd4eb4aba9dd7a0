"""Touches: how much was liquidated on the way to a level that the price reached, and inside slices that it crossed.

From the start of each interval, maps are frozen. A row is a level at a fixed distance from that price, on one side,
that the path reaches within the horizon. Its outcome is what was liquidated on that side from then to the touch. The
interval of the touch counts by the share of its new ground up to the level: its dollars are spread evenly over it.
Inside a slice that was crossed is what fell on new ground there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqheat.flow.background import interval_starts
from liqheat.records import MapProfiles, MarketHistory
from liqheat.records.arrays import FloatArray, IndexArray, TimeArray

LEVELS = np.array([0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08])
"""Log distances of the levels."""
SLICES = np.arange(0.005, 0.06 + 1e-9, 0.0025)
"""Edges of the slices that are asked what is inside them: .25 % each, from .5 to 6 % away."""


@dataclass(frozen=True, slots=True, eq=False)
class Touches:
    """Levels or slices that were reached, one row each.

    Attributes
    ----------
    row : (n,) int64
        The interval at whose start the map was frozen.
    touched : (n,) int64
        The interval in which the far end was reached.
    side : (n,) int64
        0: longs, below; 1: shorts, above.
    near, far : (n,) float64
        Log distances: 0 and the level, or the ends of a slice.
    realised_usd : (n,) float64
        Liquidated between them.
    """

    row: IndexArray
    touched: IndexArray
    side: IndexArray
    near: FloatArray
    far: FloatArray
    realised_usd: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class TouchTable:
    """A market laid out for touches: one row an interval, in time order.

    Attributes
    ----------
    start_ms : (n,) int64
        Start of each interval.
    interval_ms : int
        Its length.
    log_close : (n,) float64
        Price at the start; NaN where no map was frozen there.
    low, high : (n,) float64
        Log of the extremes within the interval.
    usd : (n, 2) float64
        Realised; NaN where unknown.
    open_interest_usd : (n,) float64
        One side, before the interval.
    book_usd : (n, 2, k, cells + 1) float64
        Frozen map by side and holder class: USD held from the price to each multiple of 10 bp.
    scale : (n,) float64
        The trailing scale, known at the start.
    is_usable : (n,) bool
        Whether touches may begin there.
    cell_width : float
        Log distance of a cell of `book_usd`.
    """

    start_ms: TimeArray
    interval_ms: int
    log_close: FloatArray
    low: FloatArray
    high: FloatArray
    usd: FloatArray
    open_interest_usd: FloatArray
    book_usd: FloatArray
    scale: FloatArray
    is_usable: NDArray[np.bool_]
    cell_width: float


def lay_out(
    market: MarketHistory,
    profiles: tuple[MapProfiles, ...],
    start_ms: TimeArray,
    usd: FloatArray,
    open_interest_usd: FloatArray,
    scale: FloatArray,
    is_usable: NDArray[np.bool_],
    interval_ms: int,
) -> TouchTable:
    """Put the frozen maps of a market and what was liquidated in it side by side; see `TouchTable`."""
    _, first = interval_starts(market.open_time_ms, interval_ms)
    low, high = np.log(np.minimum.reduceat(market.low, first)), np.log(np.maximum.reduceat(market.high, first))
    n_cells = profiles[0].usd.shape[2]
    log_close, book = np.full(start_ms.size, np.nan), np.zeros((start_ms.size, 2, len(profiles), n_cells + 1))
    _, ours, theirs = np.intersect1d(start_ms, profiles[0].time_ms, return_indices=True)
    log_close[ours] = np.log(profiles[0].close[theirs])
    for term, one in enumerate(profiles):
        book[ours, :, term, 1:] = np.cumsum(one.usd[theirs], axis=2)
    usable = is_usable & np.isfinite(log_close)
    width = profiles[0].cell_width
    return TouchTable(start_ms, interval_ms, log_close, low, high, usd, open_interest_usd, book, scale, usable, width)


def find_touches(table: TouchTable, horizon_ms: int, *, slices: bool = False) -> Touches:
    """Every level (or slice) that the path reached within a horizon, from every usable interval."""
    n_ahead = horizon_ms // table.interval_ms
    levels = SLICES if slices else LEVELS
    parts: list[tuple[FloatArray, ...]] = []
    for row in rows_with(table, n_ahead).tolist():
        for side in (0, 1):
            went, paid = path_from(table, row, side, n_ahead)
            at = np.searchsorted(went[1:], levels)
            reached = np.flatnonzero(at < went.size - 1)
            if not reached.size:
                continue
            to = usd_to(went, paid, levels[reached], everything=not slices)
            ends = at[reached]
            if not slices:
                parts.append(_rows(row, ends, side, np.zeros(reached.size), levels[reached], to))
            elif reached.size > 1:
                parts.append(_rows(row, ends[1:], side, levels[reached[:-1]], levels[reached[1:]], np.diff(to)))
    columns = np.concatenate([np.stack(part) for part in parts], axis=1) if parts else np.zeros((6, 0))
    row, touched, of_side = columns[:3].astype(np.int64)
    return Touches(row, touched, of_side, columns[3], columns[4], columns[5])


def rows_with(table: TouchTable, n_ahead: int) -> IndexArray:
    """Rows from which touches may begin that have so many intervals ahead."""
    rows: IndexArray = np.flatnonzero(table.is_usable[: max(table.start_ms.size - n_ahead, 0)])
    return rows


def path_from(table: TouchTable, row: int, side: int, n_ahead: int) -> tuple[FloatArray, FloatArray]:
    """Farthest log distance of a side, and its USD, from a row's start to each later one, (m + 1,); 0 at the start.

    It ends before the first interval whose USD are unknown: what comes after a touch need not be known.
    """
    ahead = slice(row, row + n_ahead)
    return follow_path(table.log_close[row], table.low[ahead], table.high[ahead], table.usd[ahead], side)


def follow_path(
    log_price: float, low: FloatArray, high: FloatArray, usd: FloatArray, side: int
) -> tuple[FloatArray, FloatArray]:
    """The same of log extremes (n,) and USD (n, 2) of the intervals ahead of a log price."""
    unknown = np.flatnonzero(~np.all(np.isfinite(usd), axis=1))
    known = slice(0, int(unknown[0]) if unknown.size else usd.shape[0])
    move = log_price - low[known] if side == 0 else high[known] - log_price
    went = np.concatenate([[0.0], np.maximum.accumulate(np.maximum(move, 0.0))])
    return went, np.concatenate([[0.0], np.cumsum(usd[known, side])])


def usd_to(went: FloatArray, paid: FloatArray, distance: FloatArray, *, everything: bool) -> FloatArray:
    """USD of a path up to log distances that it reached, (n,).

    New ground takes an interval's dollars evenly. Those of intervals without any belong to the way, but to no price:
    `everything` counts them, too.
    """
    to: FloatArray = np.interp(distance, *_steps(went, paid, everything=everything))
    return to


def _steps(went: FloatArray, paid: FloatArray, *, everything: bool) -> tuple[FloatArray, FloatArray]:
    """Ground, and dollars up to it, at both ends of each interval that made new ground."""
    new = np.flatnonzero(np.diff(went) > 0)
    gained = np.diff(paid)[new]
    start = paid[new] if everything else np.cumsum(gained) - gained
    # A hair of distance keeps the order where one interval ends and the next begins.
    ground = np.stack([went[new] * (1.0 + 1e-12) + 1e-15, went[new + 1]], axis=1).ravel()
    return ground, np.stack([start, start + gained], axis=1).ravel()


def _rows(
    row: int, touched: IndexArray, side: int, near: FloatArray, far: FloatArray, usd: FloatArray
) -> tuple[FloatArray, ...]:
    n = far.size
    return np.full(n, float(row)), (row + touched).astype(np.float64), np.full(n, float(side)), near, far, usd


def book_between(table: TouchTable, touches: Touches) -> FloatArray:
    """USD held between the ends of each row, by holder class, (n, k)."""
    return _book_to(table, touches, touches.far) - _book_to(table, touches, touches.near)


def _book_to(table: TouchTable, touches: Touches, distance: FloatArray) -> FloatArray:
    cumulative = table.book_usd[touches.row, touches.side]
    place = distance / table.cell_width
    below = np.minimum(place.astype(np.int64), cumulative.shape[2] - 2)
    share = (place - below)[:, None]
    index = np.arange(below.size)
    found: FloatArray = cumulative[index, :, below] * (1.0 - share) + cumulative[index, :, below + 1] * share
    return found
