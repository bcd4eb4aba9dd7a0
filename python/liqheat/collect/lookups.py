"""Functions that look up what was published beside a history, in a store, a folder or the simulated market."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from liqheat import store
from liqheat.collect.load import read_folder_events
from liqheat.records import Candles, Liquidations, MarketHistory, OrderBookDepth
from liqheat.units import format_interval

if TYPE_CHECKING:
    from liqheat.store import HistoryStore

FindCandles = Callable[[MarketHistory, int, int], Candles | None]
"""Candles of a market's own bars with the takers' part, of a span: takes the market, start_ms and end_ms."""
FindBooks = Callable[[MarketHistory, int, int], list[OrderBookDepth]]
"""Order books of a span, oldest first."""


def find_stored(history: HistoryStore) -> Callable[[str, str, int, int], list[Liquidations]]:
    """A function that looks realised liquidations up: takes venue, symbol, start_ms and end_ms."""

    def find(venue: str, symbol: str, start_ms: int, end_ms: int) -> list[Liquidations]:
        found = store.load_liquidations_of(history, venue, symbol, start_ms, end_ms)
        return [] if found is None else [found]

    return find


def find_in_folder(folder: str | Path) -> Callable[[str, str, int, int], list[Liquidations]]:
    """The same for a folder's ``liq_events_…`` files, each of them read once."""
    known: dict[tuple[str, str], tuple[Liquidations, ...]] = {}

    def find(venue: str, symbol: str, start_ms: int, end_ms: int) -> list[Liquidations]:
        if (venue, symbol) not in known:
            known[venue, symbol], _ = read_folder_events(folder, venue, symbol)
        parts = (one.between(start_ms, end_ms) for one in known[venue, symbol])
        return [part for part in parts if part.time_ms.size]

    return find


def find_stored_candles(history: HistoryStore) -> FindCandles:
    """A function that looks candles up in a store."""

    def find(market: MarketHistory, start_ms: int, end_ms: int) -> Candles | None:
        interval = format_interval(market.interval_ms)
        return store.load_candles_of(history, market.venue, market.symbol, interval, start_ms, end_ms)

    return find


def find_stored_books(history: HistoryStore) -> FindBooks:
    """A function that looks order books up in a store."""

    def find(market: MarketHistory, start_ms: int, end_ms: int) -> list[OrderBookDepth]:
        return store.load_depth_of(history, market.venue, market.symbol, start_ms, end_ms)

    return find


def find_folder_candles(folder: str | Path) -> FindCandles:
    """The same for a folder's files: those that the market was joined from, each of them read once."""
    known: dict[tuple[str, str], Candles | None] = {}

    def find(market: MarketHistory, start_ms: int, end_ms: int) -> Candles | None:
        name = market.venue, market.symbol
        if name not in known:
            loaded = [load().candles for load in store.list_folder_markets(folder, market.symbol, market.venue)]
            known[name] = loaded[0] if len(loaded) == 1 else None
        candles = known[name]
        if candles is None:
            return None
        return candles.select(slice(*np.searchsorted(candles.open_time_ms, [start_ms, end_ms]).tolist()))

    return find
