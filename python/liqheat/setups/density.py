"""Notional by price as curves: what lies between two prices, whatever the buckets it came in.

Clusters are found on one fixed grid of log prices: the same book cut into other buckets gives the same clusters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from liqheat.errors import InputError, check_type
from liqheat.records import Column, PositionSide, Quantity
from liqheat.records.arrays import FloatArray

GRID_STEP = 2.5e-4
"""Log step of the grid on which clusters are found: 2.5 bp, anchored at a price of 1."""
SIDES: tuple[PositionSide, PositionSide] = ("long", "short")


@dataclass(frozen=True)
class NotionalCurves:
    """Estimated notional of one or several venues at one moment, by price, side and leverage band.

    Attributes
    ----------
    columns : mapping of str to Column
        Venue and its column; the first one's reference price is the price.
    """

    columns: Mapping[str, Column]

    def __post_init__(self) -> None:
        """Check what cannot be drawn from."""
        if not self.columns:
            raise InputError("columns", "must hold at least one venue's column", "none")
        for venue, column in self.columns.items():
            _check_column(venue, column)
        if len({column.quantity for column in self.columns.values()}) > 1:
            raise InputError("columns", "must be all held or all flow", ", ".join(self.columns))

    @property
    def time_ms(self) -> int:
        """End of the newest column, UTC epoch milliseconds."""
        return max(column.end_ms for column in self.columns.values())

    @property
    def quantity(self) -> Quantity:
        """What the USD of every venue count: held notional or expected forced flow."""
        return next(iter(self.columns.values())).quantity

    @property
    def price(self) -> float:
        """Reference price of the first venue."""
        return next(iter(self.columns.values())).reference_price

    @cached_property
    def leverages(self) -> tuple[float, ...]:
        """Leverage bands of all venues, rising."""
        return tuple(sorted({float(band) for column in self.columns.values() for band in column.leverages}))

    def usd_between(self, side: PositionSide, low: float, high: float) -> float:
        """USD of a side between two prices, on its own side of the price only."""
        return float(self.split_between(side, low, high).sum())

    def split_between(self, side: PositionSide, low: float, high: float) -> FloatArray:
        """As `usd_between`, by venue and leverage band: (venues, bands) float64."""
        low, high = self._own_side(side, low, high)
        split = np.zeros((len(self.columns), len(self.leverages)))
        if high > low:
            ends = np.log([low, high])
            for row, (logs, curves, bands) in zip(split, self._curves[side], strict=True):
                at = np.minimum(np.maximum(logs.searchsorted(ends, side="right") - 1, 0), logs.size - 2)
                share = np.minimum(np.maximum((ends - logs[at]) / (logs[at + 1] - logs[at]), 0.0), 1.0)
                values = curves[:, at] + (curves[:, at + 1] - curves[:, at]) * share
                row[bands] += values[:, 1] - values[:, 0]
        return split

    def on_grid(self, side: PositionSide) -> tuple[int, FloatArray]:
        """USD of a side in cells of the fixed log grid, and the index of the first cell's lower edge."""
        prices = [column.price_edges for column in self.columns.values()]
        lowest, highest = min(edges[0] for edges in prices), max(edges[-1] for edges in prices)
        lowest, highest = self._own_side(side, lowest, highest)
        if highest <= lowest:
            return 0, np.zeros(1)
        first = math.floor(math.log(lowest) / GRID_STEP)
        last = math.ceil(math.log(highest) / GRID_STEP)
        grid = np.clip(np.arange(first, last + 1) * GRID_STEP, math.log(lowest), math.log(highest))
        usd = np.zeros(grid.size - 1)
        for logs, curves, _ in self._curves[side]:
            usd += np.diff(np.interp(grid, logs, curves.sum(axis=0)))
        return first, usd

    @cached_property
    def _curves(self) -> dict[PositionSide, list[tuple[FloatArray, FloatArray, list[int]]]]:
        """Of each side and venue: log edges, cumulative USD (bands, edges), indices of its bands."""
        curves: dict[PositionSide, list[tuple[FloatArray, FloatArray, list[int]]]] = {side: [] for side in SIDES}
        index = {band: at for at, band in enumerate(self.leverages)}
        for column in self.columns.values():
            # An axis of round prices may begin at 0, whose logarithm is not a number to interpolate with.
            edges = np.maximum(column.price_edges, column.price_edges[1] * 1e-3)
            bands = [index[float(band)] for band in column.leverages]
            for row, side in enumerate(SIDES):
                usd = column.notional_usd[row]
                cumulative = np.zeros((usd.shape[0], usd.shape[1] + 1))
                np.cumsum(usd, axis=1, out=cumulative[:, 1:])
                curves[side].append((np.log(edges), cumulative, bands))
        return curves

    def _own_side(self, side: PositionSide, low: float, high: float) -> tuple[float, float]:
        """Longs are liquidated below the price and shorts above it; anything else is no level."""
        low = max(low, min(column.price_edges[1] for column in self.columns.values()) * 1e-3)
        return (low, min(high, self.price)) if side == "long" else (max(low, self.price), high)


def as_curves(columns: Column | Mapping[str, Column] | NotionalCurves) -> NotionalCurves:
    """Curves of one column, of several venues' columns, or as they are."""
    if isinstance(columns, NotionalCurves):
        return columns
    if isinstance(columns, Column):
        return NotionalCurves({"": columns})
    rule = "must be a Column, or a mapping of venue to Column"
    check_type("columns", columns, Mapping, rule)
    for column in columns.values():
        check_type("columns", column, Column, rule)
    return NotionalCurves(dict(columns))


def _check_column(venue: str, column: Column) -> None:
    name = f"columns[{venue}]" if venue else "column"
    edges, usd = column.price_edges, column.notional_usd
    if (
        edges.ndim != 1
        or edges.size < 2
        or not np.all(np.isfinite(edges))
        or np.any(np.diff(edges) <= 0)
        or edges[0] < 0
    ):
        raise InputError(f"{name}.price_edges", "must be at least 2 finite prices that rise", edges[:4])
    if usd.shape != (2, column.leverages.size, edges.size - 1):
        expected = (2, column.leverages.size, edges.size - 1)
        raise InputError(f"{name}.notional_usd", f"must have shape {expected}", usd.shape)
    if not np.all(np.isfinite(usd)) or np.any(usd < 0):
        raise InputError(f"{name}.notional_usd", "must be finite and at least 0", "a value that is not")
    if not (math.isfinite(column.reference_price) and column.reference_price > 0):
        raise InputError(f"{name}.reference_price", "must be finite and above 0", column.reference_price)
