"""What happens on the way to a cluster: aggressive buys and sells by bar, and the order book that stands before it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from liqheat.errors import InputError
from liqheat.records import BookTrend, Candles, ContractKind, DepthBefore, OrderBookDepth, TakerFlow

# A quarter more or less than before is told; less is what a book does by itself within minutes.
THINNING, STACKING = 0.8, 1.25
_LEAST_BOOKS = 4


def taker_flow(candles: Candles, contract_kind: ContractKind) -> TakerFlow | None:
    """Aggressive buys and sells of the bars whose takers are known; None where no bar's are.

    Parameters
    ----------
    candles : Candles
        With or without the takers' part.
    contract_kind : {'linear', 'inverse'}
        Whether volume counts coins or USD.

    Examples
    --------
    >>> bars = np.array([0, 60_000]), np.array([10.0, 10.0])
    >>> candles = Candles(bars[0], *[bars[1]] * 5, taker_buy_volume=np.array([4.0, np.nan]))
    >>> flow = taker_flow(candles, "linear")
    >>> flow.buy_usd.tolist(), flow.sell_usd.tolist(), flow.sell_share
    ([40.0], [60.0], 0.6)
    """
    if candles.taker_buy_volume is None:
        return None
    is_known = np.isfinite(candles.taker_buy_volume)
    if not is_known.any():
        return None
    volume = candles.volume[is_known]
    bought = np.clip(candles.taker_buy_volume[is_known], 0.0, volume)
    usd = candles.close[is_known] if contract_kind == "linear" else np.ones(volume.size)
    return TakerFlow(candles.open_time_ms[is_known], bought * usd, (volume - bought) * usd)


def depth_before(books: Sequence[OrderBookDepth], near_edge: float) -> DepthBefore | None:
    """What rests before a cluster over time; None where no book has both sides, or the price is at the edge.

    Every look is measured over the same share of the price, so that a way that becomes shorter is not taken for a book
    that becomes thinner.

    Parameters
    ----------
    books : sequence of OrderBookDepth
        One venue's, oldest first.
    near_edge : float
        Price at which the cluster begins, seen from the price; below the newest middle for longs.

    Raises
    ------
    InputError
        When the edge is no positive price.

    Examples
    --------
    >>> level = np.array([99.0, 98.0]), np.array([101.0, 102.0])
    >>> books = [OrderBookDepth(t, t, level[0], np.array([u, u]), level[1], np.array([5.0, 5.0]))
    ...          for t, u in enumerate([8.0, 8.0, 8.0, 4.0, 4.0, 4.0])]
    >>> found = depth_before(books, 98.0)
    >>> found.front_usd.tolist(), found.front, found.behind
    ([16.0, 16.0, 16.0, 8.0, 8.0, 8.0], 'thinning', 'steady')
    """
    if not (np.isfinite(near_edge) and near_edge > 0):
        raise InputError("near_edge", "must be a positive price", near_edge)
    whole = [book for book in books if book.bid_price.size and book.ask_price.size]
    if not whole:
        return None
    middles = np.array([(book.bid_price[0] + book.ask_price[0]) / 2 for book in whole])
    is_below = near_edge < middles[-1]
    reaches = [
        min(1 - book.bid_price[-1] / middle, book.ask_price[-1] / middle - 1)
        for book, middle in zip(whole, middles, strict=True)
    ]
    width = float(min(abs(1 - near_edge / middles[-1]), np.min(reaches)))
    if width <= 0:
        return None
    # A level that lies on the end by rounding belongs to it.
    limit = width * (1 + 1e-12)
    bids, asks = np.empty(middles.size), np.empty(middles.size)
    for row, (book, middle) in enumerate(zip(whole, middles, strict=True)):
        bids[row] = book.bid_usd[1 - book.bid_price / middle <= limit].sum()
        asks[row] = book.ask_usd[book.ask_price / middle - 1 <= limit].sum()
    front, behind = (bids, asks) if is_below else (asks, bids)
    times = np.array([book.time_ms for book in whole], dtype=np.int64)
    changes = _change(front), _change(behind)
    return DepthBefore(times, front, behind, width, *changes, *map(_word, changes))


def _change(values: NDArray[np.float64]) -> float | None:
    if values.size < _LEAST_BOOKS:
        return None
    part = max(values.size // 3, 1)
    before = float(np.median(values[:part]))
    return float(np.median(values[-part:])) / before if before > 0 else None


def _word(change: float | None) -> BookTrend:
    if change is None:
        return "unknown"
    return "thinning" if change <= THINNING else "stacking" if change >= STACKING else "steady"
