"""What both render backends take: the layers of an estimate and a view, as plain contiguous arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from liqheat.records import BookCheckpoint, Estimate, HeatmapView, Layer
    from liqheat.records.arrays import FloatArray, IndexArray

SIDES = {"both": (0, 1), "long": (0,), "short": (1,)}
"""Rows of the side axis that a view draws."""
COHORT_STEPS = 24
"""A cohort's start moves in steps of its length divided by this, as in ``render/source.rs``."""


@dataclass(frozen=True, slots=True, eq=False)
class BookArrays:
    """One book: its tiers, how its slots count, what it recorded, and its cells before the first bar (flat)."""

    shifts: IndexArray
    weights: FloatArray
    hazards: FloatArray
    rows: IndexArray
    factors: FloatArray
    opened: FloatArray
    survival: FloatArray
    event_bars: IndexArray
    event_slots: IndexArray
    event_factors: FloatArray
    entry_first: int
    cells: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ContractArrays:
    """Bars and books of one contract, and where it stands in the sum.

    Only the bars that a view needs are here: `first_bar`, the one that is bar 0 of the sum, can lie before them.
    """

    low: FloatArray
    high: FloatArray
    mark_low: FloatArray
    mark_high: FloatArray
    bucket_ratio: float
    first_bar: int
    price_shift: IndexArray
    unit_is_usd: bool
    books: list[BookArrays]


@dataclass(frozen=True, slots=True, eq=False)
class ViewArguments:
    """What to draw: bars, age of positions, price edges."""

    first_bar: int
    end_bar: int
    bars_per_column: int
    cohort_bars: int | None
    price_edges: FloatArray

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return -(-(self.end_bar - self.first_bar) // self.bars_per_column)

    def last_bar_of(self, column: int) -> int:
        """Bar after which `column` shows the books."""
        return min(self.first_bar + (column + 1) * self.bars_per_column, self.end_bar) - 1


def view_arguments(view: HeatmapView) -> ViewArguments:
    """A view, as the kernels want it."""
    return ViewArguments(
        first_bar=view.first_bar,
        end_bar=view.end_bar,
        bars_per_column=view.bars_per_column,
        cohort_bars=view.cohort_bars,
        price_edges=np.ascontiguousarray(view.axis.edges),
    )


def contract_arrays(estimate: Estimate, view: HeatmapView, bands: Sequence[int]) -> list[ContractArrays]:
    """The layers that a view draws, as the kernels want them: neighbours of one contract share its bars.

    Parameters
    ----------
    estimate : Estimate
        What is drawn.
    view : HeatmapView
        Which columns, sides and tiers of it.
    bands : sequence of int
        Band of each tier of the estimate; rows of a column are bands of the longs, then of the shorts.
    """
    n_bands = max(bands) + 1
    band_of = {float(leverage): bands[tier] for tier, leverage in enumerate(estimate.tiers.leverages)}
    wanted = {float(estimate.tiers.leverages[tier]) for tier in view.tiers}
    last_bars = view.last_bars()
    contracts: list[ContractArrays] = []
    before: Layer | None = None
    for layer in estimate.layers:
        rows = np.full((2, layer.book.tiers.n_tiers), -1, np.int64)
        for tier, leverage in enumerate(layer.book.tiers.leverages.tolist()):
            if leverage in wanted:
                for side in SIDES[view.side]:
                    rows[side, tier] = side * n_bands + band_of[leverage]
        # A venue that does not offer such leverages has nothing to draw.
        if (rows < 0).all():
            continue
        bars, checkpoint = _needed_bars(layer, view)
        if (
            before is None
            or not _is_same_contract(layer, before)
            or contracts[-1].first_bar != layer.first_bar - bars.start
        ):
            contracts.append(_contract(layer, bars, last_bars))
        before = layer
        contracts[-1].books.append(_book(layer, rows, bars, checkpoint, last_bars))
    return contracts


def _needed_bars(layer: Layer, view: HeatmapView) -> tuple[slice, BookCheckpoint | None]:
    """The bars of a layer that a view is drawn from, and what stood before them."""
    end = layer.first_bar + view.end_bar
    first_drawn = layer.first_bar + view.last_bar_of(0)
    if view.cohort_bars is not None:
        # Nothing older counts. Whole steps are left out, so that the others begin where they did.
        step = max(view.cohort_bars // COHORT_STEPS, 1)
        oldest = max((first_drawn // step + 1) * step - view.cohort_bars, 0)
        return slice(oldest // step * step, end), None
    known = [checkpoint for checkpoint in layer.book.checkpoints if checkpoint.bar <= first_drawn]
    return (slice(known[-1].bar, end), known[-1]) if known else (slice(0, end), None)


def _is_same_contract(layer: Layer, other: Layer) -> bool:
    return (
        layer.market is other.market
        and layer.first_bar == other.first_bar
        and np.array_equal(layer.price_shift, other.price_shift)
    )


def _contract(layer: Layer, bars: slice, last_bars: IndexArray) -> ContractArrays:
    market = layer.market
    return ContractArrays(
        low=np.ascontiguousarray(market.low[bars]),
        high=np.ascontiguousarray(market.high[bars]),
        mark_low=np.ascontiguousarray(market.mark_low[bars]),
        mark_high=np.ascontiguousarray(market.mark_high[bars]),
        bucket_ratio=layer.book.bucket_ratio,
        first_bar=layer.first_bar - bars.start,
        price_shift=np.ascontiguousarray(layer.price_shift[last_bars]),
        unit_is_usd=market.contract_kind == "inverse",
        books=[],
    )


def _book(
    layer: Layer, rows: IndexArray, bars: slice, checkpoint: BookCheckpoint | None, last_bars: IndexArray
) -> BookArrays:
    book = layer.book
    events = slice(*np.searchsorted(book.scale_bars, [bars.start, bars.stop]).tolist())
    return BookArrays(
        shifts=book.shifts,
        weights=np.ascontiguousarray(book.tiers.weights),
        hazards=np.ascontiguousarray(book.tiers.hazards),
        rows=rows,
        factors=layer.factors(last_bars),
        opened=book.opened[bars],
        survival=book.survival[bars],
        event_bars=book.scale_bars[events] - bars.start,
        event_slots=book.scale_slots[events],
        event_factors=book.scale_factors[events],
        entry_first=checkpoint.first_entry if checkpoint else 0,
        cells=checkpoint.cells.ravel() if checkpoint else np.empty(0),
    )
