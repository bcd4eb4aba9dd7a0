"""What a simulated market's venue published, in the shape that a real venue's feeds have."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from liqheat.records import Candles, Liquidations, MarketHistory, OrderBookDepth
from liqheat.simulator.cache import load_simulated_market
from liqheat.simulator.records import SimulatedMarket
from liqheat.units import MINUTE_MS
from liqheat.venues import COMPLETE, LARGEST_PER_SECOND, LATEST_PER_SECOND

DEPTH_WINDOW_MS, DEPTH_STEP_MS = MINUTE_MS, 5_000
_CAPTURE = {"none": COMPLETE, "largest": LARGEST_PER_SECOND, "last": LATEST_PER_SECOND}


@lru_cache(maxsize=1)
def embedded_market() -> SimulatedMarket:
    """The market that is drawn where no data is given."""
    return load_simulated_market()


def is_embedded(history: MarketHistory) -> bool:
    """Whether a history is the embedded market's, from its first bar on."""
    if history.origin != "simulated":
        return False
    own = embedded_market().history
    place = (history.venue, history.symbol, history.interval_ms, history.open_time_ms[0])
    return place == (own.venue, own.symbol, own.interval_ms, own.open_time_ms[0]) and np.array_equal(
        history.close, own.close[: history.n_bars]
    )


def find_simulated(venue: str, symbol: str, start_ms: int, end_ms: int) -> list[Liquidations]:
    """Liquidations that the embedded market's venue published; none for any other."""
    simulated = embedded_market()
    if (venue, symbol) != (simulated.history.venue, simulated.history.symbol):
        return []
    return published_liquidations(simulated, start_ms, end_ms)


def find_simulated_depth(venue: str, symbol: str, end_ms: int) -> list[OrderBookDepth]:
    """Order books of the last minute before a time, oldest first; none for any other market.

    The simulated venue tells its book at the close of each bar. It is taken to have stood still for the minute before.
    """
    simulated = embedded_market()
    if (venue, symbol) != (simulated.history.venue, simulated.history.symbol):
        return []
    row = int(np.searchsorted(simulated.order_book.time_ms, end_ms, side="right")) - 1
    if row < 0:
        return []
    book = published_depth(simulated, slice(row, row + 1))[0]
    times = range(book.time_ms - DEPTH_WINDOW_MS + DEPTH_STEP_MS, book.time_ms + 1, DEPTH_STEP_MS)
    return [replace(book, time_ms=time_ms, receive_ms=time_ms) for time_ms in times]


def find_simulated_candles(market: MarketHistory, start_ms: int, end_ms: int) -> Candles | None:
    """Candles of the embedded market that open in ``[start_ms, end_ms)``, with the takers' part."""
    if not is_embedded(market):
        return None
    simulated = embedded_market()
    candles = replace(simulated.history.candles, taker_buy_volume=simulated.taker_buy_volume, source="simulated")
    return candles.select(slice(*np.searchsorted(candles.open_time_ms, [start_ms, end_ms]).tolist()))


def find_simulated_books(market: MarketHistory, start_ms: int, end_ms: int) -> list[OrderBookDepth]:
    """Order books of the embedded market in ``[start_ms, end_ms)``: one at each bar's close."""
    if not is_embedded(market):
        return []
    simulated = embedded_market()
    return published_depth(
        simulated, slice(*np.searchsorted(simulated.order_book.time_ms, [start_ms, end_ms]).tolist())
    )


def published_liquidations(simulated: SimulatedMarket, start_ms: int, end_ms: int) -> list[Liquidations]:
    """Liquidations in ``[start_ms, end_ms)``, UTC milliseconds, as one batch; an empty list where there are none."""
    reported = simulated.liquidations
    inside = slice(*np.searchsorted(reported.time_ms, [start_ms, end_ms]).tolist())
    times = reported.time_ms[inside]
    if not times.size:
        return []
    columns = np.column_stack(
        [times, reported.position_side[inside], reported.price[inside], reported.quantity[inside]]
    )
    _, group = np.unique(columns, axis=0, return_inverse=True)
    # Rows that are equal in all four count up in the order of execution.
    order = np.argsort(group.ravel(), kind="stable")
    starts = np.flatnonzero(np.diff(group.ravel()[order], prepend=-1))
    ordinal = np.empty(times.size, dtype=np.int32)
    ordinal[order] = np.arange(times.size) - np.repeat(starts, np.diff(np.append(starts, times.size)))
    return [
        Liquidations(
            time_ms=times,
            receive_ms=times,
            is_long=reported.position_side[inside] == 0,
            price=reported.price[inside],
            quantity=reported.quantity[inside],
            notional_usd=reported.notional_usd[inside],
            mark_price=reported.mark_price[inside],
            ordinal=ordinal,
            price_means="fill average",
            capture=_CAPTURE[simulated.parameters.thinning],
            source="simulated",
        )
    ]


def published_depth(simulated: SimulatedMarket, rows: slice = slice(None)) -> list[OrderBookDepth]:
    """The order book at each bar's close. Its levels are distances from the middle, for which the last price stands."""
    snapshots, history = simulated.order_book, simulated.history
    close = history.close[np.clip(np.searchsorted(history.close_time_ms, snapshots.time_ms), 0, history.n_bars - 1)]
    away = snapshots.distance_bp / 1e4
    return [
        OrderBookDepth(time_ms, time_ms, price * (1.0 - away), bid, price * (1.0 + away), ask)
        for time_ms, price, bid, ask in zip(
            snapshots.time_ms[rows].tolist(),
            close[rows].tolist(),
            snapshots.bid_usd[rows],
            snapshots.ask_usd[rows],
            strict=True,
        )
    ]
