"""What both render backends take: a book's record and a view, as plain contiguous arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from liqheat.records import BookEstimate, Side
    from liqheat.records.arrays import FloatArray, IndexArray


@dataclass(frozen=True, slots=True, eq=False)
class BookArrays:
    """One holder class: tiers, its weight in the quantity, and what its book recorded."""

    shifts: IndexArray
    weights: FloatArray
    hazards: FloatArray
    weight: float
    opened: FloatArray
    survival: FloatArray
    event_bars: IndexArray
    event_slots: IndexArray
    event_factors: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ReplayArrays:
    """Bars and books of one contract."""

    low: FloatArray
    high: FloatArray
    mark_low: FloatArray
    mark_high: FloatArray
    bucket_ratio: float
    unit_is_usd: bool
    books: list[BookArrays]


@dataclass(frozen=True, slots=True, eq=False)
class ViewArguments:
    """What to draw: slots, bars, age of positions, price edges."""

    selected: NDArray[np.bool_]
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
        """Bar after which `column` shows the book."""
        return min(self.first_bar + (column + 1) * self.bars_per_column, self.end_bar) - 1


def replay_arrays(estimate: BookEstimate) -> ReplayArrays:
    """Arrays of an estimate, as the kernels want them."""
    market, tiers = estimate.market, estimate.tiers
    books = [
        BookArrays(
            shifts=estimate.shifts,
            weights=np.ascontiguousarray(tiers.weights * np.array(record.holder.side_factors)[:, None]),
            hazards=np.ascontiguousarray(tiers.hazards),
            weight=record.holder.weight,
            opened=record.opened,
            survival=record.survival,
            event_bars=record.scale_bars,
            event_slots=record.scale_slots,
            event_factors=record.scale_factors,
        )
        for record in estimate.classes
    ]
    return ReplayArrays(
        low=np.ascontiguousarray(market.low),
        high=np.ascontiguousarray(market.high),
        mark_low=np.ascontiguousarray(market.mark_low),
        mark_high=np.ascontiguousarray(market.mark_high),
        bucket_ratio=estimate.bucket_ratio,
        unit_is_usd=market.contract_kind == "inverse",
        books=books,
    )


def selected_slots(n_tiers: int, side: Side, tiers: tuple[int, ...]) -> NDArray[np.bool_]:
    """Mask of slots, long tiers then short ones."""
    selected = np.zeros((2, n_tiers), dtype=np.bool_)
    rows = {"both": [0, 1], "long": [0], "short": [1]}[side]
    selected[np.ix_(rows, list(tiers))] = True
    return selected.ravel()
