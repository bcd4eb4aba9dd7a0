"""Feeds with holes: what an outage takes away, and how the joined history says so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from liqheat.simulator.records import (
    FeedHole,
    OpenInterestStamps,
    OrderBookSnapshots,
    ReportedLiquidations,
    SimulatedMarket,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from liqheat.records import MarketHistory


def cut_feeds(market: SimulatedMarket, holes: Iterable[FeedHole]) -> SimulatedMarket:
    """Take stretches of feeds away and state them.

    Liquidations and open-interest stamps within a hole are gone, and order-book snapshots within a hole of the bars.
    `history` stays without gaps, as its readers need it: a bar that touches a hole is flat at the close before it,
    without volume, and marked as bridged; missing open interest repeats the last stamp, never the next.

    Parameters
    ----------
    market : SimulatedMarket
        Its arrays stay as they are.
    holes : iterable of FeedHole
        They may overlap.

    Returns
    -------
    SimulatedMarket
        The same public record with holes; the very same object if there are none.
    """
    ordered = tuple(sorted(holes, key=lambda hole: (hole.start_ms, hole.end_ms, hole.feed)))
    if not ordered:
        return market
    history, stamps, book, events = market.history, market.open_interest, market.order_book, market.liquidations
    opens = history.open_time_ms
    closes = opens + history.interval_ms
    no_bar = _touches(opens, closes, ordered, "bars")
    no_stamp = _touches(closes, closes + 1, ordered, "open_interest")
    has_stamp = ~_touches(stamps.time_ms, stamps.time_ms + 1, ordered, "open_interest")
    has_book = ~_touches(book.time_ms, book.time_ms + 1, ordered, "bars")
    has_event = ~_touches(events.time_ms, events.time_ms + 1, ordered, "liquidations")
    source = _last_present(no_bar)
    cut = SimulatedMarket(
        parameters=market.parameters,
        history=_bridge(history, no_bar, no_stamp, ordered),
        taker_buy_volume=np.where(no_bar, 0.0, market.taker_buy_volume),
        account_long_short_ratio=market.account_long_short_ratio[source],
        depth_usd=market.depth_usd[source],
        liquidations=ReportedLiquidations(*(getattr(events, name)[has_event] for name in events.__slots__)),
        open_interest=OpenInterestStamps(*(getattr(stamps, name)[has_stamp] for name in stamps.__slots__)),
        order_book=OrderBookSnapshots(
            book.time_ms[has_book], book.distance_bp, book.bid_usd[has_book], book.ask_usd[has_book]
        ),
        funding=market.funding,
        holes=tuple(sorted((*market.holes, *ordered), key=lambda hole: (hole.start_ms, hole.end_ms, hole.feed))),
    )
    for record in (cut, cut.history, cut.liquidations, cut.open_interest, cut.order_book):
        for name in record.__slots__:
            column = getattr(record, name)
            if isinstance(column, np.ndarray):
                column.flags.writeable = False
    return cut


def _bridge(
    history: MarketHistory, no_bar: NDArray[np.bool_], no_stamp: NDArray[np.bool_], holes: tuple[FeedHole, ...]
) -> MarketHistory:
    source = _last_present(no_bar)
    # Before the first bar that is there, all that is known is where the first one opened.
    flat = np.where(no_bar[source], history.open[0], history.close[source])

    def bridged(column: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(no_bar, flat, column)

    return replace(
        history,
        open=bridged(history.open),
        high=bridged(history.high),
        low=bridged(history.low),
        close=bridged(history.close),
        mark_low=bridged(history.mark_low),
        mark_high=bridged(history.mark_high),
        volume=np.where(no_bar, 0.0, history.volume),
        open_interest=history.open_interest[_last_present(no_stamp)],
        bridged=no_bar if history.bridged is None else no_bar | history.bridged,
        notes=(*history.notes, f"{len(holes)} feed outages: see the holes of the simulated market."),
    )


def _touches(
    start_ms: NDArray[np.int64], end_ms: NDArray[np.int64], holes: tuple[FeedHole, ...], feed: str
) -> NDArray[np.bool_]:
    touches = np.zeros(start_ms.size, dtype=bool)
    for hole in holes:
        if hole.feed == feed:
            touches |= (start_ms < hole.end_ms) & (end_ms > hole.start_ms)
    return touches


def _last_present(missing: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Index of the last entry that is there, at or before each; 0 before the first."""
    return np.maximum.accumulate(np.where(missing, 0, np.arange(missing.size)))
