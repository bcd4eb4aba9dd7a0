"""Rendering in numpy: the readable reference for ``rust/liqheat-core/src/render/`` and ``quantise.rs``, same bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from liqheat._core import price_grid, quantise_thresholds
from liqheat.heatmap._kernel import COHORT_STEPS
from liqheat.heatmap._numpy_map import LiquidationMap as LiquidationMap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from liqheat.heatmap._kernel import BookArrays, ContractArrays, ViewArguments
    from liqheat.records.arrays import FloatArray, IndexArray


class Replay:
    """Planes of standing units by slot and liquidation bucket of one contract, rebuilt bar by bar."""

    def __init__(self, contract: ContractArrays) -> None:
        self._contract = contract
        margin = max(int(book.shifts.max()) for book in contract.books) + 2
        lowest = float(min(contract.low.min(), contract.mark_low.min()))
        highest = float(max(contract.high.max(), contract.mark_high.max()))
        reaches = [reach for book in contract.books if (reach := _reach(book)) is not None]
        if reaches:
            ratio = contract.bucket_ratio
            lowest = min(lowest, ratio ** (min(first for first, _ in reaches) + 0.5))
            highest = max(highest, ratio ** (max(end for _, end in reaches) - 0.5))
        self.first, self.edges = price_grid(contract.bucket_ratio, lowest, highest, margin)
        self._slots = [np.flatnonzero(book.rows.ravel() >= 0) for book in contract.books]
        self.planes = [np.zeros((slots.size, self.edges.size - 1)) for slots in self._slots]
        self._low = np.searchsorted(self.edges, contract.low, side="right") - 1
        self._high = np.searchsorted(self.edges, contract.high, side="right") - 1
        self._first_swept = np.searchsorted(self.edges, contract.mark_low, side="left")
        self._after_swept = np.searchsorted(self.edges, contract.mark_high, side="right") - 1
        self._next_bar = 0
        self._block: int | None = None
        for book, slots, planes in zip(contract.books, self._slots, self.planes, strict=True):
            self._take_over(book, slots, planes)

    def _take_over(self, book: BookArrays, slots: IndexArray, planes: FloatArray) -> None:
        """Take the cells that a book had recorded before the first bar."""
        n_tiers = book.shifts.shape[1]
        cells = book.cells.reshape(-1, 2 * n_tiers)
        for plane, slot in zip(planes, slots.tolist(), strict=True):
            side, tier = divmod(slot, n_tiers)
            at = book.entry_first - self.first + (1 if side else -1) * int(book.shifts[side, tier])
            plane[at : at + len(cells)] = cells[:, slot]

    def enter(self, view: ViewArguments, column: int) -> None:
        """Take bars up to the end of a column of the sum; a cohort's positions alone, where the view asks for one."""
        bar = self._contract.first_bar + view.last_bar_of(column)
        if view.cohort_bars is not None:
            step = max(view.cohort_bars // COHORT_STEPS, 1)
            if bar // step != self._block:
                self._block = bar // step
                self._restart_at(max((self._block + 1) * step - view.cohort_bars, 0))
        self.advance_to(bar)

    def _restart_at(self, bar: int) -> None:
        """Forget every position; only those opened at or after `bar` will exist."""
        for planes in self.planes:
            planes[:] = 0.0
        self._next_bar = bar

    def advance_to(self, bar: int) -> None:
        """Take bars up to and including `bar`."""
        for index in range(self._next_bar, bar + 1):
            self._take_bar(index)
        self._next_bar = max(self._next_bar, bar + 1)

    def _take_bar(self, bar: int) -> None:
        low, high = self._low[bar], self._high[bar]
        edges = self.edges[low : high + 2].copy()
        if high > low:
            edges[0], edges[-1] = self._contract.low[bar], self._contract.high[bar]
            shares = np.diff(edges) * (1.0 / (edges[-1] - edges[0]))
        else:
            shares = np.ones(1)
        for book, slots, planes in zip(self._contract.books, self._slots, self.planes, strict=True):
            n_tiers = book.shifts.shape[1]
            events = {}
            start, end = np.searchsorted(book.event_bars, [bar, bar + 1])
            for event in range(start, end):
                events[int(book.event_slots[event])] = book.event_factors[event]
            for plane, slot in zip(planes, slots.tolist(), strict=True):
                side, tier = divmod(slot, n_tiers)
                if side == 0:
                    plane[self._first_swept[bar] :] = 0.0
                else:
                    plane[: self._after_swept[bar]] = 0.0
                if slot in events:
                    plane *= events[slot]
                units = book.opened[bar, side] * book.weights[side, tier] / book.survival[bar, side, tier]
                at = low + (1 if side else -1) * book.shifts[side, tier]
                plane[at : at + shares.size] += units * shares

    def rows(self, column: int, n_rows: int) -> FloatArray:
        """USD by row of the picture's bands and own bucket: planes added one by one in book, then slot order.

        With one row, all planes count in it.
        """
        units = np.zeros((n_rows, self.edges.size - 1))
        for book, slots, planes in zip(self._contract.books, self._slots, self.planes, strict=True):
            n_tiers = book.shifts.shape[1]
            for plane, slot in zip(planes, slots.tolist(), strict=True):
                standing = book.survival[self._next_bar - 1].ravel()[slot]
                row = 0 if n_rows == 1 else int(book.rows.ravel()[slot])
                units[row] += plane * (standing * book.factors[column, slot // n_tiers])
        middles = (self.edges[:-1] + self.edges[1:]) * 0.5
        return units if self._contract.unit_is_usd else units * middles

    def shift_of(self, column: int) -> int:
        """State buckets from its prices to those of the sum."""
        return int(self._contract.price_shift[column])

    @property
    def span(self) -> tuple[int, int]:
        """First bucket and the one after the last that it fills at the sum's prices, in any column."""
        shifts = self._contract.price_shift
        return self.first + int(shifts.min()), self.first + self.edges.size - 1 + int(shifts.max())


def _reach(book: BookArrays) -> tuple[int, int] | None:
    """Entry buckets of the cells that a book begins with."""
    n_rows = book.cells.size // book.shifts.size
    return (book.entry_first, book.entry_first + n_rows) if n_rows else None


class Projection:
    """Which output buckets a state bucket's mass goes to: shares by overlap in price."""

    def __init__(self, edges: FloatArray, price_edges: FloatArray) -> None:
        self._n_buckets = price_edges.size - 1
        states, targets, shares = [], [], []
        for state in range(edges.size - 1):
            low, high = edges[state], edges[state + 1]
            at = max(int(np.searchsorted(price_edges, low, side="right")) - 1, 0)
            while at < self._n_buckets and price_edges[at] < high:
                overlap = min(high, price_edges[at + 1]) - max(low, price_edges[at])
                if overlap > 0.0:
                    states.append(state)
                    targets.append(at)
                    shares.append(overlap / (high - low))
                at += 1
        self._states = np.array(states, dtype=np.int64)
        self._targets = np.array(targets, dtype=np.int64)
        self._shares = np.array(shares)

    def project(self, usd: FloatArray) -> FloatArray:
        """USD by output bucket."""
        # bincount adds in the order of its input: state buckets in rising order, as the core does.
        binned: FloatArray = np.bincount(
            self._targets, weights=usd[self._states] * self._shares, minlength=self._n_buckets
        ).astype(np.float64)
        return binned


class _Sum:
    """Several contracts, added at the sum's prices."""

    def __init__(self, contracts: list[ContractArrays], view: ViewArguments) -> None:
        self._view = view
        self._replays = [Replay(contract) for contract in contracts]
        spans = [replay.span for replay in self._replays]
        self._first, end = min(first for first, _ in spans), max(end for _, end in spans)
        ratio = contracts[0].bucket_ratio
        low, high = (ratio**at for at in (self._first, end))
        first, edges = price_grid(ratio, low, high, 2)
        self._edges = edges[self._first - first : end - first + 1]
        self._projection = Projection(self._edges, view.price_edges)

    def draw(self, column: int, n_rows: int) -> FloatArray:
        """USD of a column by row and output bucket."""
        total = np.zeros((n_rows, self._edges.size - 1))
        for replay in self._replays:
            replay.enter(self._view, column)
            usd = replay.rows(column, n_rows)
            at = replay.first + replay.shift_of(column) - self._first
            total[:, at : at + usd.shape[1]] += usd
        return np.stack([self._projection.project(usd) for usd in total])


def render_grid(
    contracts: list[ContractArrays], view: ViewArguments, n_threads: int, out: NDArray[np.float32]
) -> float:
    """Draw the grid into `out` (buckets, columns); returns the largest value. `n_threads` has no effect here."""
    del n_threads
    total = _Sum(contracts, view)
    for column in range(view.n_columns):
        out[:, column] = total.draw(column, 1)[0]
    return float(out.max(initial=0.0))


def render_column(contracts: list[ContractArrays], view: ViewArguments, out: FloatArray) -> None:
    """Draw the one column of a view into `out` (rows of the picture's bands, buckets)."""
    out[:] = _Sum(contracts, view).draw(0, out.shape[0])


def quantise_log(values: NDArray[np.float32], maximum: float, n_threads: int, levels: NDArray[np.uint8]) -> None:
    """Write the level of each value; see ``quantise.rs``."""
    del n_threads
    if maximum == 0.0:
        levels[:] = 0
        return
    thresholds = (quantise_thresholds() * float(np.float32(maximum))).astype(np.float32)
    levels[:] = np.where(values > 0, 1 + np.searchsorted(thresholds, values, side="right"), 0)
