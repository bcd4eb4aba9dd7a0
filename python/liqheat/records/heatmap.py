"""Grids, columns and profiles: numbers in USD, before any colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from liqheat.records.arrays import FloatArray

Side = Literal["both", "long", "short"]
"""Side of the position that would be liquidated."""


@dataclass(frozen=True, slots=True)
class PriceAxis:
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


@dataclass(frozen=True, slots=True)
class HeatmapView:
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


@dataclass(frozen=True, slots=True)
class Column:
    """One column split by side and leverage: exact figures, estimated.

    Attributes
    ----------
    start_ms, end_ms : int
        The column's time interval; the figures stand at `end_ms`.
    price_edges : (b + 1,) float64
        Bucket edges.
    leverages : (k,) float64
        Leverage label of each tier.
    held_notional_usd : (2, k, b) float64
        Estimated notional by side, tier and bucket.
    reference_price : float
        Last trade price at `end_ms`.
    """

    start_ms: int
    end_ms: int
    price_edges: FloatArray
    leverages: FloatArray
    held_notional_usd: FloatArray
    reference_price: float

    @property
    def long_usd(self) -> FloatArray:
        """Estimated notional of longs by bucket, (b,) float64."""
        total: FloatArray = self.held_notional_usd[0].sum(axis=0)
        return total

    @property
    def short_usd(self) -> FloatArray:
        """Estimated notional of shorts by bucket, (b,) float64."""
        total: FloatArray = self.held_notional_usd[1].sum(axis=0)
        return total


@dataclass(frozen=True, slots=True)
class Profile:
    """Static liquidation map: one column by leverage band, with cumulative curves.

    Attributes
    ----------
    column : Column
        The column that is summed.
    cumulative_long_usd : (b,) float64
        Longs that a fall from the reference price to each bucket's lower edge would sweep; 0 above the price.
    cumulative_short_usd : (b,) float64
        Shorts that a rise from the reference price to each bucket's upper edge would sweep; 0 below the price.
    """

    column: Column
    cumulative_long_usd: FloatArray
    cumulative_short_usd: FloatArray
