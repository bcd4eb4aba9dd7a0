"""What a simulated market's venue published, in the shape that a real venue's feeds have."""

from __future__ import annotations

import numpy as np

from liqheat.records import Liquidations, OrderBookDepth
from liqheat.simulator.cache import load_simulated_market
from liqheat.simulator.records import SimulatedMarket
from liqheat.venues import COMPLETE, LARGEST_PER_SECOND, LATEST_PER_SECOND

_CAPTURE = {"none": COMPLETE, "largest": LARGEST_PER_SECOND, "last": LATEST_PER_SECOND}


def find_simulated(venue: str, symbol: str, start_ms: int, end_ms: int) -> list[Liquidations]:
    """Liquidations that the embedded market's venue published; none for any other."""
    simulated = load_simulated_market()
    if (venue, symbol) != (simulated.history.venue, simulated.history.symbol):
        return []
    return published_liquidations(simulated, start_ms, end_ms)


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


def published_depth(simulated: SimulatedMarket) -> list[OrderBookDepth]:
    """The order book at each bar's close. Its levels are distances from the middle, for which the last price stands."""
    snapshots, history = simulated.order_book, simulated.history
    close = history.close[np.clip(np.searchsorted(history.close_time_ms, snapshots.time_ms), 0, history.n_bars - 1)]
    away = snapshots.distance_bp / 1e4
    return [
        OrderBookDepth(time_ms, time_ms, price * (1.0 - away), bid, price * (1.0 + away), ask)
        for time_ms, price, bid, ask in zip(
            snapshots.time_ms.tolist(), close.tolist(), snapshots.bid_usd, snapshots.ask_usd, strict=True
        )
    ]
