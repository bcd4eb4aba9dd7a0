"""The position book in numpy: the readable reference, and the best that numpy can do honestly.

Same operations in the same order as ``rust/liqheat-core/src/book/``, so the same input gives the same bits. The
loop over bars stays in Python; everything inside it that is vectorisable works on all tiers of both sides at once.
"""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from liqheat.errors import InputError

if TYPE_CHECKING:
    from liqheat.records.arrays import FloatArray, IndexArray

SURVIVAL_FLOOR = 2.0**-120
GROWTH_ROWS = 256
N_LANES = 4

_MADE_WITH = (
    "_shifts",
    "_weights",
    "_hazards",
    "_n_tiers",
    "_kappa",
    "_ratio",
    "_unit_is_usd",
    "_margin",
    "_inert_weights",
)

Flows = tuple[float, float, float, float, float, float]
"""Swept, opened and closed units: long then short each."""


def price_grid(ratio: float, low: float, high: float, margin: int) -> tuple[int, FloatArray]:
    """Index of the first bucket, and the edges, of the grid covering ``low..high`` and `margin` buckets more.

    Edge ``k`` is ``ratio ** k`` by repeated multiplication (division below 1): the same bits as the Rust core.
    """
    if not 1.0 < ratio <= 2.0:
        raise InputError("bucket_ratio", "must be above 1 and at most 2", ratio)
    if not 0.0 < low <= high < math.inf:
        raise InputError("price", "low and high must be positive, finite and low <= high", f"{low}..{high}")
    n_up = max(0, math.ceil(math.log(high) / math.log(ratio))) + margin + 8
    n_down = max(0, math.ceil(-math.log(low) / math.log(ratio))) + margin + 8
    up = np.multiply.accumulate(np.concatenate([[1.0], np.full(n_up, ratio)]))
    down = np.divide.accumulate(np.concatenate([[1.0], np.full(n_down, ratio)]))
    edges = np.concatenate([down[:0:-1], up])
    first = int(np.searchsorted(edges, low, side="right")) - 1 - margin
    last = int(np.searchsorted(edges, high, side="right")) - 1 + margin
    return first - n_down, edges[first : last + 2]


class NumpyPositionBook:
    """Twin of ``liqheat._core.PositionBook``; see there for the arguments."""

    def __init__(
        self,
        shifts: IndexArray,
        weights: FloatArray,
        hazards: FloatArray,
        kappa: float,
        bucket_ratio: float,
        unit_is_usd: bool,
        low: float,
        high: float,
    ) -> None:
        self._shifts = np.asarray(shifts)
        self._weights = np.asarray(weights)
        self._hazards = np.asarray(hazards)
        self._n_tiers = self._shifts.shape[1]
        self._kappa = kappa
        self._ratio = bucket_ratio
        self._unit_is_usd = unit_is_usd
        self._margin = int(self._shifts.max()) + 2
        self._inert_weights = np.maximum(1.0 - np.add.accumulate(self._weights, axis=1)[:, -1], 0.0)
        self._grid_first, self._edges = price_grid(bucket_ratio, low, high, self._margin)
        self._entry_first = self._locate(low)
        n_rows = self._locate(high) - self._entry_first + 1
        self._cells = np.zeros((n_rows, 2, self._n_tiers))
        self._survival = np.ones((2, self._n_tiers))
        self._totals = np.zeros((2, self._n_tiers))
        self._inert = np.zeros(2)
        # Long: highest entry bucket that may hold mass; short: the lowest.
        self._frontier = np.empty((2, self._n_tiers), dtype=np.int64)
        self._frontier[0], self._frontier[1] = -(2**40), 2**40
        self._open_interest: float | None = None
        self._n_bars = 0
        self._events: list[tuple[int, int, float]] = []
        self._swept_usd = np.zeros((2, self._n_tiers))

    def run(
        self,
        low: FloatArray,
        high: FloatArray,
        mark_low: FloatArray,
        mark_high: FloatArray,
        volume: FloatArray,
        open_interest: FloatArray,
        swept_usd: FloatArray,
        opened: FloatArray,
        closed: FloatArray,
        inert: FloatArray,
        survival: FloatArray | None = None,
    ) -> None:
        """Take many closed bars, writing what each did into the given arrays."""
        for at in range(low.size):
            flows = self.append(low[at], high[at], mark_low[at], mark_high[at], volume[at], open_interest[at])
            swept_usd[at] = self._swept_usd
            opened[at] = flows[2:4]
            closed[at] = flows[4:6]
            inert[at] = self._inert
            if survival is not None:
                survival[at] = self._survival

    def append(
        self, low: float, high: float, mark_low: float, mark_high: float, volume: float, open_interest: float
    ) -> Flows:
        """Take one closed bar: sweep, close exactly, open. The first bar only sets the inert stock."""
        self._ensure_range(min(low, mark_low), max(high, mark_high), low, high)
        bar_index = self._n_bars
        self._n_bars += 1
        self._swept_usd[:] = 0.0
        before, self._open_interest = self._open_interest, float(open_interest)
        if before is None:
            self._inert[:] = open_interest
            return (0.0,) * 6
        swept = self._sweep(mark_low, mark_high)
        change = open_interest - before
        opened, closed = [0.0, 0.0], [0.0, 0.0]
        for side in range(2):
            renewal = max(min(self._kappa * volume, open_interest, before - swept[side]), 0.0)
            opened[side] = max(change + swept[side], 0.0) + renewal
            closed[side] = max(opened[side] - change - swept[side], 0.0)
        self._close(closed, bar_index)
        self._open(low, high, opened)
        return swept[0], swept[1], opened[0], opened[1], closed[0], closed[1]

    def preview(
        self, low: float, high: float, mark_low: float, mark_high: float, volume: float, open_interest: float
    ) -> tuple[Flows, FloatArray, tuple[int, FloatArray]]:
        """Show flows, sweeps and standing cells as if the bar had closed like this, then put everything back."""
        # Growing is kept, as it is in Rust: it changes no figure.
        self._ensure_range(min(low, mark_low), max(high, mark_high), low, high)
        names = ("_cells", "_survival", "_totals", "_inert", "_frontier", "_swept_usd", "_events")
        kept = {name: getattr(self, name).copy() for name in names}
        scalars = {name: getattr(self, name) for name in ("_open_interest", "_n_bars")}
        flows = self.append(low, high, mark_low, mark_high, volume, open_interest)
        swept_usd, standing = self.swept_usd(), self.standing_cells()
        for name, value in {**kept, **scalars}.items():
            setattr(self, name, value)
        return flows, swept_usd, standing

    def swept_usd(self) -> FloatArray:
        """Of the last bar, by slot."""
        return self._swept_usd.ravel().copy()

    def survival(self) -> FloatArray:
        """Of every slot."""
        return self._survival.ravel().copy()

    def inert(self) -> tuple[float, float]:
        """Long and short units that are never liquidated."""
        return float(self._inert[0]), float(self._inert[1])

    def n_bars(self) -> int:
        """Bars taken."""
        return self._n_bars

    def standing_cells(self) -> tuple[int, FloatArray]:
        """Global entry bucket of row 0, and standing units by row and slot, flat."""
        return self._entry_first, (self._cells * self._survival).ravel()

    def recorded_cells(self) -> tuple[int, FloatArray]:
        """Global entry bucket of row 0, and recorded units by row and slot, flat: times `survival`, they stand."""
        return self._entry_first, self._cells.ravel().copy()

    def scale_events(self) -> tuple[IndexArray, IndexArray, FloatArray]:
        """Bar, slot and factor of each scaling of cells."""
        bars, slots, factors = zip(*self._events, strict=True) if self._events else ((), (), ())
        return np.array(bars, np.int64), np.array(slots, np.int64), np.array(factors, np.float64)

    def state(self) -> dict[str, Any]:
        """All that the book has learnt, to go on from with `set_state`."""
        return {name: copy.deepcopy(value) for name, value in vars(self).items() if name not in _MADE_WITH}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from a state of a book that was made with the same arguments."""
        vars(self).update(copy.deepcopy(state))

    def _locate(self, price: float) -> int:
        return self._grid_first + int(np.searchsorted(self._edges, price, side="right")) - 1

    def _edge(self, bucket: int) -> float:
        return float(self._edges[bucket - self._grid_first])

    def _middles(self, first: int, end: int) -> FloatArray:
        low = self._edges[first - self._grid_first : end - self._grid_first]
        high = self._edges[first - self._grid_first + 1 : end - self._grid_first + 1]
        return (low + high) * 0.5

    def _ensure_range(self, lowest: float, highest: float, low: float, high: float) -> None:
        margin = self._margin
        if not (self._edges[margin] <= lowest and highest < self._edges[-1 - margin]):
            self._grid_first, self._edges = price_grid(
                self._ratio,
                min(lowest, float(self._edges[margin])),
                max(highest, float(self._edges[-1 - margin])),
                margin + GROWTH_ROWS,
            )
        before = self._entry_first - self._locate(low)
        after = self._locate(high) + 1 - self._entry_first - self._cells.shape[0]
        if before > 0 or after > 0:
            n_before = before + GROWTH_ROWS if before > 0 else 0
            n_after = after + GROWTH_ROWS if after > 0 else 0
            self._cells = np.pad(self._cells, ((n_before, n_after), (0, 0), (0, 0)))
            self._entry_first -= n_before

    def _sweep(self, mark_low: float, mark_high: float) -> list[float]:
        low_bucket = self._locate(mark_low)
        first_swept = low_bucket + int(self._edge(low_bucket) != mark_low)
        last_swept = self._locate(mark_high) - 1
        swept = [0.0, 0.0]
        starts = first_swept + self._shifts[0]
        for tier in np.flatnonzero(starts <= self._frontier[0]).tolist():
            swept[0] += self._sweep_tier(0, tier, int(starts[tier]), int(self._frontier[0, tier]))
            self._frontier[0, tier] = starts[tier] - 1
        ends = last_swept - self._shifts[1]
        for tier in np.flatnonzero(self._frontier[1] <= ends).tolist():
            swept[1] += self._sweep_tier(1, tier, int(self._frontier[1, tier]), int(ends[tier]))
            self._frontier[1, tier] = ends[tier] + 1
        return swept

    def _sweep_tier(self, side: int, tier: int, first: int, last: int) -> float:
        first = max(first, self._entry_first)
        end = min(last + 1, self._entry_first + self._cells.shape[0])
        if first >= end:
            return 0.0
        cells = self._cells[first - self._entry_first : end - self._entry_first, side, tier]
        survival = self._survival[side, tier]
        # accumulate adds in order; sum would add pairwise.
        units = np.add.accumulate(cells)[-1] * survival
        if self._unit_is_usd:
            usd = units
        else:
            offset = int(self._shifts[side, tier]) * (1 if side else -1)
            usd = np.add.accumulate(cells * self._middles(first + offset, end + offset))[-1] * survival
        cells[:] = 0.0
        self._totals[side, tier] = max(self._totals[side, tier] - units, 0.0)
        self._swept_usd[side, tier] = usd
        return float(units)

    def _close(self, amounts: list[float], bar_index: int) -> None:
        slopes = _lane_sums(self._totals * self._hazards) + self._inert
        rates = np.zeros(2)
        for side in range(2):
            if slopes[side] <= 0.0 or amounts[side] <= 0.0:
                continue
            rates[side] = amounts[side] / slopes[side]
            if rates[side] * max(self._hazards[side, 0], 1.0) > 1.0:
                rates[side] = saturating_rate(self._totals[side], self._hazards[side], self._inert[side], amounts[side])
        keep = 1.0 - np.minimum(rates[:, None] * self._hazards, 1.0)
        self._survival *= keep
        self._totals *= keep
        self._inert *= 1.0 - np.minimum(rates, 1.0)
        if self._survival.min() < SURVIVAL_FLOOR:
            for side, tier in np.argwhere(self._survival < SURVIVAL_FLOOR):
                self._rescale(side, tier, bar_index)

    def _rescale(self, side: int, tier: int, bar_index: int) -> None:
        # As often as it takes: turnover as large as the open interest, bar after bar, shrinks it faster than one step.
        survival, factor = float(self._survival[side, tier]), 1.0
        while 0.0 < survival < SURVIVAL_FLOOR:
            survival /= SURVIVAL_FLOOR
            factor *= SURVIVAL_FLOOR
        if survival == 0.0:
            survival, factor = 1.0, 0.0
        self._cells[:, side, tier] *= factor
        self._survival[side, tier] = survival
        self._events.append((bar_index, int(side) * self._n_tiers + int(tier), factor))

    def _open(self, low: float, high: float, amounts: list[float]) -> None:
        units = np.array(amounts)[:, None] * self._weights
        self._totals += units
        self._inert += np.array(amounts) * self._inert_weights
        low_bucket, high_bucket = self._locate(low), self._locate(high)
        np.maximum(self._frontier[0], high_bucket, out=self._frontier[0])
        np.minimum(self._frontier[1], low_bucket, out=self._frontier[1])
        rows = self._cells[low_bucket - self._entry_first : high_bucket + 1 - self._entry_first]
        first = low_bucket - self._grid_first
        edges = self._edges[first : first + high_bucket - low_bucket + 2]
        rows += (units / self._survival) * spread_over_range(edges, low, high)[:, None, None]


def spread_over_range(edges: FloatArray, low: float, high: float) -> FloatArray:
    """Share of a bar's range ``low..high`` in each bucket that it touches, uniform in price; adds to 1."""
    if edges.size == 2:
        return np.ones(1)
    clipped = edges.copy()
    clipped[0], clipped[-1] = low, high
    return np.diff(clipped) * (1.0 / (high - low))


def saturating_rate(totals: FloatArray, hazards: FloatArray, inert: float, amount: float) -> float:
    """Common closing rate when the nearest tiers are closed out: walk the breakpoints from the highest hazard."""
    inert_at = int(np.count_nonzero(hazards >= 1.0))
    totals = np.insert(totals, inert_at, inert)
    hazards = np.insert(hazards, inert_at, 1.0)
    suffix = np.add.accumulate((totals * hazards)[::-1])[::-1]
    closed_out = 0.0
    for total, hazard, slope in zip(totals, hazards, suffix, strict=True):
        if slope <= 0.0:
            break
        rate = (amount - closed_out) / slope
        if rate * hazard <= 1.0:
            return float(rate)
        closed_out += total
    return math.inf


def _lane_sums(products: FloatArray) -> FloatArray:
    """Sum each row in four interleaved lanes, then ``(0 + 1) + (2 + 3)``."""
    padding = -products.shape[1] % N_LANES
    if padding:
        products = np.pad(products, ((0, 0), (0, padding)))
    # Reducing the middle axis adds whole rows of lanes in order.
    summed = np.add.reduce(products.reshape(2, -1, N_LANES), axis=1)
    result: FloatArray = (summed[:, 0] + summed[:, 1]) + (summed[:, 2] + summed[:, 3])
    return result
