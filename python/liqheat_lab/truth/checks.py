"""Checks of a book that need no truth: conservation, one bar at a time, threads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from liqheat import book, heatmap
from liqheat.records import BookHistory, Estimate, MarketHistory

CHECKED_EVERY = 48
"""Bars between two sums over all cells."""


@dataclass(frozen=True, slots=True)
class BookChecks:
    """What one book was found to do.

    Attributes
    ----------
    conservation_error : float
        Largest difference between all cells of a side plus its inert stock and the open interest, relative to it.
    is_incremental : bool
        Whether a book fed one bar at a time gave the same bits as the whole history at once.
    is_parallel : bool
        Whether the map drawn on several threads has the same bits as on one.
    """

    conservation_error: float
    is_incremental: bool
    is_parallel: bool


def check_books(estimate: Estimate) -> BookChecks:
    """Feed every holder class of an estimate its bars one by one, sum all cells, draw on one and on four threads."""
    errors, same = [], []
    for layer in estimate.layers:
        error, is_same = _check_class(layer.book)
        errors.append(error)
        same.append(is_same)
    view = heatmap.build_view(estimate, interval="1h", bucket_width="10bp")
    serial = heatmap.accumulate_grid(estimate, view, n_threads=1)
    parallel = heatmap.accumulate_grid(estimate, view, n_threads=4)
    return BookChecks(max(errors), all(same), bool(np.array_equal(serial, parallel)))


def _check_class(record: BookHistory) -> tuple[float, bool]:
    market = record.market
    # From one price on: a live book does not know the range that the history will have.
    front = book.PositionBook(
        record.tiers,
        record.holder.kappa,
        contract_kind=market.contract_kind,
        bucket_ratio=record.bucket_ratio,
        expected_range=(float(market.low[0]), float(market.high[0])),
    )
    worst, is_same = 0.0, True
    for bar in range(market.n_bars):
        flows = front.append(**_bar(market, bar))
        is_same &= np.array_equal(flows.swept_usd, record.swept_usd[bar])
        if bar:
            is_same &= flows.opened == tuple(record.opened[bar]) and flows.closed == tuple(record.closed[bar])
        is_same &= front.inert == tuple(record.inert[bar])
        if bar % CHECKED_EVERY == 0 or bar == market.n_bars - 1:
            held = front.standing_cells()[1].sum(axis=(0, 2)) + np.array(front.inert)
            open_interest = market.open_interest[bar]
            worst = max(worst, float(np.abs(held - open_interest).max() / max(open_interest, 1e-300)))
    return worst, bool(is_same)


def _bar(market: MarketHistory, bar: int) -> dict[str, float]:
    names = ("low", "high", "mark_low", "mark_high", "volume", "open_interest")
    return {name: float(getattr(market, name)[bar]) for name in names}
