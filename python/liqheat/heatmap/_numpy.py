"""Rendering in numpy: the readable reference for ``rust/liqheat-core/src/render/`` and ``quantise.rs``, same bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from liqheat._core import price_grid, quantise_thresholds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from liqheat.heatmap._kernel import ReplayArrays, ViewArguments
    from liqheat.records.arrays import FloatArray

COHORT_STEPS = 24


class Replay:
    """Planes of standing units by slot and liquidation bucket, rebuilt bar by bar."""

    def __init__(self, replay: ReplayArrays, selected: NDArray[np.bool_]) -> None:
        self._replay = replay
        self._slots = np.flatnonzero(selected)
        margin = max(int(book.shifts.max()) for book in replay.books) + 2
        lowest = float(min(replay.low.min(), replay.mark_low.min()))
        highest = float(max(replay.high.max(), replay.mark_high.max()))
        self.first, self.edges = price_grid(replay.bucket_ratio, lowest, highest, margin)
        self.planes = np.zeros((len(replay.books), self._slots.size, self.edges.size - 1))
        self._low = np.searchsorted(self.edges, replay.low, side="right") - 1
        self._high = np.searchsorted(self.edges, replay.high, side="right") - 1
        self._first_swept = np.searchsorted(self.edges, replay.mark_low, side="left")
        self._after_swept = np.searchsorted(self.edges, replay.mark_high, side="right") - 1
        self._next_bar = 0

    def restart_at(self, bar: int) -> None:
        """Forget every position; only those opened at or after `bar` will exist."""
        self.planes[:] = 0.0
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
            edges[0], edges[-1] = self._replay.low[bar], self._replay.high[bar]
            shares = np.diff(edges) * (1.0 / (edges[-1] - edges[0]))
        else:
            shares = np.ones(1)
        for index, book in enumerate(self._replay.books):
            n_tiers = book.shifts.shape[1]
            events = {}
            start, end = np.searchsorted(book.event_bars, [bar, bar + 1])
            for event in range(start, end):
                events[int(book.event_slots[event])] = book.event_factors[event]
            for row, slot in enumerate(self._slots):
                side, tier = divmod(int(slot), n_tiers)
                plane = self.planes[index, row]
                if side == 0:
                    plane[self._first_swept[bar] :] = 0.0
                else:
                    plane[: self._after_swept[bar]] = 0.0
                if int(slot) in events:
                    plane *= events[int(slot)]
                units = book.opened[bar, side] * book.weights[side, tier] / book.survival[bar, side, tier]
                at = low + (1 if side else -1) * book.shifts[side, tier]
                plane[at : at + shares.size] += units * shares

    def standing(self) -> FloatArray:
        """Units by selected slot and bucket after the last bar taken, books summed by weight."""
        rows = np.zeros(self.planes.shape[1:])
        for index, planes in enumerate(self.planes):
            rows += planes * self._scales(index)[:, None]
        return rows

    def total(self) -> FloatArray:
        """Units by bucket: planes added one by one in book, then slot order."""
        total = np.zeros(self.planes.shape[2])
        for index, planes in enumerate(self.planes):
            for plane, scale in zip(planes, self._scales(index), strict=True):
                total += plane * scale
        return total

    def _scales(self, index: int) -> FloatArray:
        record = self._replay.books[index]
        scales: FloatArray = record.survival[self._next_bar - 1].ravel()[self._slots] * record.weight
        return scales


class Projection:
    """Which output buckets a state bucket's mass goes to: shares by overlap in price."""

    def __init__(self, edges: FloatArray, price_edges: FloatArray, unit_is_usd: bool) -> None:
        middles = (edges[:-1] + edges[1:]) * 0.5
        self._unit_usd = np.ones_like(middles) if unit_is_usd else middles
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

    def project(self, units: FloatArray) -> FloatArray:
        """USD by output bucket."""
        usd = (units * self._unit_usd)[self._states] * self._shares
        # bincount adds in the order of its input: state buckets in rising order, as the core does.
        binned: FloatArray = np.bincount(self._targets, weights=usd, minlength=self._n_buckets).astype(np.float64)
        return binned


def render_grid(replay: ReplayArrays, view: ViewArguments, n_threads: int, out: NDArray[np.float32]) -> float:
    """Draw the grid into `out` (buckets, columns); returns the largest value. `n_threads` has no effect here."""
    del n_threads
    book, projection = _prepare(replay, view)
    block = None
    for column in range(view.n_columns):
        bar = view.last_bar_of(column)
        block = _enter_cohort(book, view, bar, block)
        book.advance_to(bar)
        out[:, column] = projection.project(book.total())
    return float(out.max(initial=0.0))


def render_column(replay: ReplayArrays, view: ViewArguments, bar: int, out: FloatArray) -> None:
    """Draw one column after `bar` into `out` (selected slots, buckets)."""
    book, projection = _prepare(replay, view)
    _enter_cohort(book, view, bar, None)
    book.advance_to(bar)
    for row, units in enumerate(book.standing()):
        out[row] = projection.project(units)


def quantise_log(values: NDArray[np.float32], maximum: float, n_threads: int, levels: NDArray[np.uint8]) -> None:
    """Write the level of each value; see ``quantise.rs``."""
    del n_threads
    if maximum == 0.0:
        levels[:] = 0
        return
    thresholds = (quantise_thresholds() * float(np.float32(maximum))).astype(np.float32)
    levels[:] = np.where(values > 0, 1 + np.searchsorted(thresholds, values, side="right"), 0)


def _prepare(replay: ReplayArrays, view: ViewArguments) -> tuple[Replay, Projection]:
    book = Replay(replay, view.selected)
    return book, Projection(book.edges, view.price_edges, replay.unit_is_usd)


def _enter_cohort(book: Replay, view: ViewArguments, bar: int, current: int | None) -> int | None:
    if view.cohort_bars is None:
        return None
    step = max(view.cohort_bars // COHORT_STEPS, 1)
    block = bar // step
    if block != current:
        book.restart_at(max((block + 1) * step - view.cohort_bars, 0))
    return block
