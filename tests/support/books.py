"""A position book, bar by bar."""

from __future__ import annotations

import numpy as np

from liqheat import PositionBook

BAR_FIELDS = ("low", "high", "mark_low", "mark_high", "volume", "open_interest")


def bars_of(market):
    return [{name: float(getattr(market, name)[at]) for name in BAR_FIELDS} for at in range(market.n_bars)]


def new_book(market, tiers, backend="rust", kappa=0.35):
    expected_range = (float(market.low[0]), float(market.high[0]))
    return PositionBook(
        tiers, kappa, contract_kind=market.contract_kind, expected_range=expected_range, backend=backend
    )


def side_totals(book):
    _, cells = book.standing_cells()
    return cells.sum(axis=(0, 2)) + np.array(book.inert)
