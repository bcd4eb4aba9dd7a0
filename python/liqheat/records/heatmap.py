"""Grids, columns and profiles: numbers in USD, before any colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from liqheat.errors import InputError
from liqheat.records.arrays import FloatArray, IndexArray, Record
from liqheat.records.estimate import Quantity

Side = Literal["both", "long", "short"]
"""Side of the position that would be liquidated."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PriceAxis(Record):
    """Buckets of the price axis.

    Attributes
    ----------
    kind : {'log', 'linear'}
        Constant ratio or constant difference of neighbouring edges.
    edges : (b + 1,) float64
        Increasing edges, quote currency per coin. Buckets are half-open.
    step : float
        The constant ratio (log) or difference (linear).
    """

    kind: Literal["log", "linear"]
    edges: FloatArray
    step: float

    @property
    def n_buckets(self) -> int:
        """Number of buckets."""
        return int(self.edges.size) - 1


@dataclass(frozen=True, slots=True, repr=False)
class HeatmapView(Record):
    """What of a book is drawn: resolved from a request, in bars.

    Attributes
    ----------
    first_bar, end_bar : int
        Bars drawn: ``first_bar <= bar < end_bar``.
    bars_per_column : int
        Bars in one column; a column shows the book after its last bar.
    cohort_bars : int or None
        Only positions opened within this many bars before a column's end.
    side : {'both', 'long', 'short'}
        Sides drawn.
    tiers : tuple of int
        Indices of the distance tiers drawn.
    axis : PriceAxis
        Price buckets.
    cohort : str
        The cohort as it was asked for (``none``, ``24h``, …).
    """

    first_bar: int
    end_bar: int
    bars_per_column: int
    cohort_bars: int | None
    side: Side
    tiers: tuple[int, ...]
    axis: PriceAxis
    cohort: str = "none"

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return -(-(self.end_bar - self.first_bar) // self.bars_per_column)

    def last_bar_of(self, column: int) -> int:
        """Bar after which `column` shows the book."""
        return min(self.first_bar + (column + 1) * self.bars_per_column, self.end_bar) - 1

    def last_bars(self) -> IndexArray:
        """The same of every column, (columns,) int64."""
        ends = self.first_bar + np.arange(1, self.n_columns + 1) * self.bars_per_column
        return np.minimum(ends, self.end_bar) - 1


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Column(Record):
    """One column split by side and leverage: exact figures, estimated.

    Attributes
    ----------
    start_ms, end_ms : int
        The column's time interval; the figures stand at `end_ms`.
    price_edges : (b + 1,) float64
        Bucket edges.
    leverages : (k,) float64
        Leverage label of each tier.
    notional_usd : (2, k, b) float64
        Estimated USD of `quantity` by side, tier and bucket.
    reference_price : float
        Last trade price at `end_ms`.
    quantity : {'held', 'flow'}
        What the USD count.
    low_usd, high_usd : (b,) float64, optional
        Of a flow: the 5 to 95 % range of each bucket's sum over refits, widened to the estimate where it lies outside.
    support : (b,) float64, optional
        Of a flow: how much of each bucket's estimate the train window backs, 0 to 1; 0 in empty buckets.
    """

    start_ms: int
    end_ms: int
    price_edges: FloatArray
    leverages: FloatArray
    notional_usd: FloatArray
    reference_price: float
    quantity: Quantity = "held"
    low_usd: FloatArray | None = None
    high_usd: FloatArray | None = None
    support: FloatArray | None = None

    @property
    def held_notional_usd(self) -> FloatArray:
        """Held notional by side, tier and bucket.

        Raises
        ------
        InputError
            When the column is of a flow.
        """
        if self.quantity != "held":
            raise InputError("column.quantity", "must be held: this is expected forced flow", self.quantity)
        return self.notional_usd

    @property
    def forced_flow_usd(self) -> FloatArray:
        """Expected forced flow by side, tier and bucket.

        Raises
        ------
        InputError
            When the column is of held notional.
        """
        if self.quantity != "flow":
            raise InputError("column.quantity", "must be flow: this is held notional", self.quantity)
        return self.notional_usd

    @property
    def long_usd(self) -> FloatArray:
        """Estimated USD of longs by bucket, (b,) float64."""
        total: FloatArray = self.notional_usd[0].sum(axis=0)
        return total

    @property
    def short_usd(self) -> FloatArray:
        """Estimated USD of shorts by bucket, (b,) float64."""
        total: FloatArray = self.notional_usd[1].sum(axis=0)
        return total


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Profile(Record):
    """Static liquidation map: one column by leverage band, with cumulative curves.

    Attributes
    ----------
    column : Column
        The column that is summed.
    cumulative_long_usd : (b,) float64
        Longs that a fall from the reference price to each bucket's lower edge would sweep; 0 above the price.
        Of expected liquidations with the part by distance, where the whole map is shown: what is on the way.
    cumulative_short_usd : (b,) float64
        Shorts that a rise from the reference price to each bucket's upper edge would sweep; 0 below the price.
    distance_usd : (2, b) float64
        The part by distance in both: it belongs to no price, so no bar has it. Zeros of open positions.
    """

    column: Column
    cumulative_long_usd: FloatArray
    cumulative_short_usd: FloatArray
    distance_usd: FloatArray

    @property
    def usual_usd(self) -> FloatArray:
        """What is usual in each bucket at its distance, wherever the book stands: both sides, (b,)."""
        longs, shorts = self.distance_usd
        beyond = np.append(longs[1:], 0.0), np.insert(shorts[:-1], 0, 0.0)
        found: FloatArray = np.maximum(longs - beyond[0], 0.0) + np.maximum(shorts - beyond[1], 0.0)
        return found
