"""`Heatmap`: the object that a developer keeps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from liqheat.errors import InputError
from liqheat.heatmap.backends import Backend
from liqheat.heatmap.bands import band_labels
from liqheat.heatmap.describe import describe_model, describe_venues
from liqheat.heatmap.layers import accumulate_grid, build_column, build_profile, distance_part, measure_outside
from liqheat.heatmap.map_types import QUANTITIES
from liqheat.heatmap.uncertainty import draw_band, draw_support, measure_column
from liqheat.records import Column, Estimate, HeatmapView, Profile, Quantity, Side, ViewRequest
from liqheat.records.arrays import Record, read_only
from liqheat.units import Moment, format_interval, read_moment_ms

if TYPE_CHECKING:
    import pandas
    from numpy.typing import NDArray

    from liqheat.records.arrays import FloatArray, TimeArray

KEPT_COLUMNS = 8
"""Columns that a heatmap remembers: a pointer rests on one, and each may weigh megabytes."""


@dataclass(frozen=True, repr=False)
class HeatmapFigures(Record):
    """The figures of a `Heatmap`: estimated held notional, or expected forced flow, in USD by price bucket and column.

    Attributes
    ----------
    estimate : Estimate
        What it is drawn from.
    view : HeatmapView
        What of the book is drawn.
    backend : {'rust', 'numpy'}
        Which kernel draws.
    """

    estimate: Estimate
    view: HeatmapView
    backend: Backend = "rust"
    _columns: dict[int, Column] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def values_usd(self) -> NDArray[np.float32]:
        """Estimated USD of `quantity`, (buckets, columns) float32; row 0 is the lowest bucket.

        Column ``i`` shows the book at ``time_edges_ms[i + 1]``: levels that its own candles touched are gone.
        """
        return read_only(self._draw(None))

    @property
    def quantity(self) -> Quantity:
        """``held`` or ``flow``: what the USD count."""
        return self.estimate.quantity

    @cached_property
    def support(self) -> NDArray[np.float32]:
        """How much of each cell the train window backs, (buckets, columns) float32, 0 to 1; 0 in empty cells.

        Raises
        ------
        InputError
            When held notional is drawn.
        """
        return read_only(draw_support(self.estimate, self.view, backend=self.backend))

    @property
    def low_usd(self) -> NDArray[np.float32]:
        """Low end of each cell's band (5 % over refits), (buckets, columns) float32 USD; errors as `support`."""
        return self._band[0]

    @property
    def high_usd(self) -> NDArray[np.float32]:
        """High end of each cell's band (95 % over refits), (buckets, columns) float32 USD; errors as `support`."""
        return self._band[1]

    @cached_property
    def _band(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        low, high = draw_band(self.estimate, self.view, backend=self.backend)
        return read_only(low), read_only(high)

    @cached_property
    def outside_share(self) -> float:
        """Share of the quantity that stands outside the price axis at the end of the last column, 0 to 1.

        Of what the view draws: its sides, bands and cohort.
        """
        return measure_outside(self.estimate, self.view, self.view.n_columns - 1, backend=self.backend)

    def of_side(self, side: Side) -> Self:
        """The same map of one side."""
        return type(self)(self.estimate, replace(self.view, side=ViewRequest(side=side).side), self.backend)

    def draw_into(self, out: NDArray[np.float32]) -> NDArray[np.float32]:
        """Draw `values_usd` into a (buckets, columns) buffer, without keeping it."""
        return self._draw(out)

    def _draw(self, out: NDArray[np.float32] | None) -> NDArray[np.float32]:
        return accumulate_grid(self.estimate, self.view, backend=self.backend, out=out)

    @property
    def price_edges(self) -> FloatArray:
        """Bucket edges, (buckets + 1,) float64, rising."""
        return self.view.axis.edges

    @cached_property
    def time_edges_ms(self) -> TimeArray:
        """Column edges, (columns + 1,) int64 UTC milliseconds; the last column may be shorter."""
        market, view = self.estimate.market, self.view
        starts = market.open_time_ms[view.first_bar : view.end_bar : view.bars_per_column]
        end = market.open_time_ms[view.end_bar - 1] + market.interval_ms
        return read_only(np.append(starts, end))

    @property
    def column_ms(self) -> int:
        """Length of a whole column in milliseconds."""
        return self.view.bars_per_column * self.estimate.market.interval_ms

    @property
    def leverages(self) -> tuple[float, ...]:
        """Leverage bands drawn, rising."""
        labels = band_labels(self.estimate.tiers)
        return tuple(sorted({labels[tier] for tier in self.view.tiers}))

    def column(self, time_ms: Moment | None = None) -> Column:
        """Exact figures of the column that contains `time_ms` (the last one by default), by side and leverage.

        Raises
        ------
        InputError
            When no column contains the time.
        """
        index = self.view.n_columns - 1 if time_ms is None else self._index_of(time_ms)
        column = self._columns.get(index)
        if column is None:
            column = build_column(self.estimate, self.view, index, backend=self.backend)
            if self.estimate.calibration is not None:
                column = measure_column(column, self.estimate, self.view, index, self.backend)
            if len(self._columns) >= KEPT_COLUMNS:
                self._columns.clear()
            self._columns[index] = column
        return column

    def plain_column(self, time_ms: Moment) -> Column:
        """As `column`, without the range and support of a calibrated estimate; not remembered."""
        return build_column(self.estimate, self.view, self._index_of(time_ms), backend=self.backend)

    def profile(self, time_ms: Moment | None = None) -> Profile:
        """Static liquidation map at a column (the last one by default), with cumulative curves."""
        column = self.column(time_ms)
        return build_profile(column, distance_part(self.estimate, self.view, column))

    def candles(self) -> dict[str, NDArray[Any]]:
        """Candles of the columns: ``time_ms`` (opens), ``open``, ``high``, ``low``, ``close``, ``volume``."""
        market, view = self.estimate.market, self.view
        return market.join_candles(view.first_bar, view.end_bar, view.bars_per_column)

    def _index_of(self, moment: Moment) -> int:
        time_ms = read_moment_ms("t_ms", moment)
        edges = self.time_edges_ms
        index = int(np.searchsorted(edges, time_ms, side="right")) - 1
        if not 0 <= index < self.view.n_columns:
            raise InputError("t_ms", f"must lie in {int(edges[0])}..{int(edges[-1])}", time_ms)
        return index

    def metadata(self) -> dict[str, Any]:
        """Everything that must travel with the numbers: what they are, of what, as of when."""
        market = self.estimate.market
        return {
            "symbol": market.symbol,
            "venue": market.venue,
            "interval": format_interval(self.column_ms),
            "side": self.view.side,
            "leverage": list(self.leverages),
            "cohort": self.view.cohort,
            "quantity": self.quantity,
            "measure": QUANTITIES[self.quantity].measure,
            "unit": "USD",
            "calibration": self.estimate.status,
            "origin": market.origin,
            "model_version": self.estimate.model_version,
            "data_end_ms": market.end_ms,
            "outside_share": self.outside_share,
            "notes": list(self.estimate.notes),
            **describe_model(self.estimate, self.view.end_bar - 1),
            **describe_venues(self.estimate, self.view.end_bar - 1),
        }

    def to_pandas(self) -> pandas.DataFrame:
        """Grid as a DataFrame: one row for each bucket (its lower edge), one column for each time (UTC opens).

        Raises
        ------
        ImportError
            When pandas is not installed.
        """
        import pandas

        times = pandas.to_datetime(self.time_edges_ms[:-1], unit="ms", utc=True)
        index = pandas.Index(self.price_edges[:-1], name="price_low")
        return pandas.DataFrame(self.values_usd, index=index, columns=pandas.Index(times, name="time"))
