"""Where histories come from: tables, files, folders, venues, the simulator; checked and aligned on the way.

One of the modules that chain stages; see `pipeline`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from liqheat import book, exchanges, margin, simulator, store
from liqheat.errors import FileFormatError, LiqheatError, NoDataError
from liqheat.exchanges import ExchangeFactory
from liqheat.margin import MarginRule
from liqheat.records import Candles, Liquidations, MarginTiers, MarkCandles, MarketHistory, OpenInterest
from liqheat.store import HistoryStore
from liqheat.units import parse_interval_ms

SIMULATED_VENUE = "simulated"
_SIMULATED_RULES = {SIMULATED_VENUE: "binanceusdm", "simulated_b": "bybit", "simulated_c": "okx"}
"""Each simulated venue liquidates much as one real venue does; its tiers are those of the simulator."""


def rules_of(venue: str) -> str:
    """Venue whose liquidation rules apply."""
    return _SIMULATED_RULES.get(venue, venue)


def read_market(candles: Any, open_interest: Any, mark: Any = None, *, venue: str, symbol: str) -> MarketHistory:
    """Join tables of candles, open interest and mark into a checked history; see `build_heatmap`."""
    rule = margin.resolve_margin_rule(rules_of(venue), symbol)
    notes = (rule.note,) if rule.note else ()
    return book.align_market(
        store.read_candles(candles),
        store.read_open_interest(open_interest),
        None if mark is None else store.read_mark_candles(mark),
        venue=venue if venue in _SIMULATED_RULES else rule.venue,
        symbol=symbol,
        contract_kind=rule.contract_kind,
        notes=notes,
    )


def load_market_files(
    candles: Path, open_interest: Path, mark: Path | None = None, *, venue: str, symbol: str
) -> MarketHistory:
    """As `read_market`, from Parquet or CSV files."""
    return read_market(
        store.load_candles(candles),
        store.load_open_interest(open_interest),
        None if mark is None else store.load_mark_candles(mark),
        venue=venue,
        symbol=symbol,
    )


def load_markets(folder: str | Path, *, left_out: list[LiqheatError] | None = None) -> list[MarketHistory]:
    """Load every contract of a folder of history files; what was taken stands in each market's notes.

    Parameters
    ----------
    folder : str or Path
        Folder of files that follow the name rule.
    left_out : list, optional
        Takes the error of each contract that cannot be loaded, and the others are loaded; without it the first such
        error is raised.

    Raises
    ------
    NoDataError
        When the folder holds no contract with candles and open interest.
    InputError
        When a file or a series breaks a rule.
    """
    markets = []
    for load in store.list_folder_markets(folder):
        try:
            found = load()
            rule = margin.resolve_margin_rule(found.venue, found.symbol)
            market = book.align_market(
                found.candles,
                found.open_interest,
                found.mark,
                venue=found.venue,
                symbol=found.symbol,
                contract_kind=found.contract_kind,
                notes=(*found.notes, rule.note) if rule.note else found.notes,
            )
        except LiqheatError as error:
            if left_out is None:
                raise
            left_out.append(error)
        else:
            markets.append(market)
    if not markets and left_out:
        raise left_out[0]
    return markets


def load_store_market(
    history: HistoryStore,
    venue: str,
    symbol: str,
    *,
    interval: str,
    start_ms: int | None = None,
    end_ms: int | None = None,
) -> MarketHistory:
    """Join a contract's stored candles, mark and open interest into a checked history.

    Short holes are bridged and marked; the history begins after the last long one (see `book.bridge_gaps`).

    Raises
    ------
    NoDataError
        When the store lacks candles or open interest, or they do not overlap by two bars.
    """
    candles = store.load_candles_of(history, venue, symbol, interval, start_ms, end_ms)
    open_interest = store.load_open_interest_of(history, venue, symbol, start_ms, end_ms)
    for name, found in (("candles", candles), ("open interest", open_interest)):
        if found is None:
            raise NoDataError(name, "must be in the store", f"none of {symbol} at {venue}")
    assert candles is not None  # noqa: S101  checked above
    assert open_interest is not None  # noqa: S101
    if candles.open_time_ms.size < 2 or open_interest.time_ms.size < 2:
        raise NoDataError("open interest, candles", "must have two rows each", f"{symbol} at {venue}: too few yet")
    mark = store.load_mark_of(history, venue, symbol, interval, start_ms, end_ms)
    fetched_tiers, notes = _newest_tiers(history, margin.resolve_margin_rule(venue, symbol))
    market = _join(venue, symbol, interval, candles, mark, open_interest, notes=notes)
    return replace(market, margin_tiers=fetched_tiers)


def _join(
    venue: str,
    symbol: str,
    interval: str,
    candles: Candles,
    mark: MarkCandles | None,
    open_interest: OpenInterest,
    *,
    notes: tuple[str, ...],
) -> MarketHistory:
    """Bridge short holes, begin after the last long one, and align."""
    rule = margin.resolve_margin_rule(venue, symbol)
    open_interest, interest_notes = book.newest_stretch(open_interest, book.LONGEST_OPEN_INTEREST_GAP_MS)
    candles, bridged, candle_notes = book.bridge_gaps(candles, parse_interval_ms(interval))
    mark, mark_notes = book.complete_mark(mark, candles)
    return book.align_market(
        candles,
        open_interest,
        mark,
        venue=venue,
        symbol=symbol,
        contract_kind=rule.contract_kind,
        origin="venue",
        notes=(*notes, *interest_notes, *candle_notes, *mark_notes, *((rule.note,) if rule.note else ())),
        bridged=bridged,
    )


def _newest_tiers(history: HistoryStore, rule: MarginRule) -> tuple[MarginTiers | None, tuple[str, ...]]:
    """The venue's own tiers where they were fetched and hold together, else the shipped table; with their age."""
    fetched = store.load_newest_margin_tiers_of(history, rule.venue, rule.symbol)
    refused: tuple[str, ...] = ()
    if fetched is not None:
        try:
            rule = margin.apply_fetched_tiers(rule, fetched)
        except FileFormatError as error:
            fetched, refused = None, (f"fetched margin tiers were refused: {error}",)
    return fetched, (*refused, margin.describe_tiers(rule, time.time_ns() // 1_000_000))


def load_store_markets(
    history: HistoryStore,
    *,
    symbol: str | None = None,
    interval: str | None = None,
    left_out: list[LiqheatError] | None = None,
) -> list[MarketHistory]:
    """Every contract of a store that has candles and open interest; of several intervals the one with most bars.

    Raises
    ------
    NoDataError
        When there is none; errors of single contracts go to `left_out` where it is given.
    """
    longest: dict[tuple[str, str], tuple[int, str]] = {}
    for key in history.list_series("candles", symbol=symbol):
        span = history.span_ms(key)
        if span is not None and interval in (None, key.interval):
            option = ((span[1] - span[0]) // parse_interval_ms(key.interval), key.interval)
            longest[key.symbol, key.venue] = max(longest.get((key.symbol, key.venue), option), option)
    markets = []
    for (found_symbol, venue), (_, found_interval) in sorted(longest.items()):
        try:
            markets.append(load_store_market(history, venue, found_symbol, interval=found_interval))
        except LiqheatError as error:
            if left_out is None:
                raise
            left_out.append(error)
    if not markets:
        raise NoDataError("store", "must hold a contract with candles and open interest", history.disk)
    return markets


def find_simulated(venue: str, symbol: str, start_ms: int, end_ms: int) -> list[Liquidations]:
    """Liquidations that the simulated market's venue published; none for any other."""
    simulated = simulator.load_simulated_market()
    if (venue, symbol) != (simulated.history.venue, simulated.history.symbol):
        return []
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
            capture="complete",
            source="simulated",
        )
    ]


def find_stored(history: HistoryStore) -> Callable[[str, str, int, int], list[Liquidations]]:
    """A function that looks realised liquidations up: takes venue, symbol, start_ms and end_ms."""

    def find(venue: str, symbol: str, start_ms: int, end_ms: int) -> list[Liquidations]:
        found = store.load_liquidations_of(history, venue, symbol, start_ms, end_ms)
        return [] if found is None else [found]

    return find


def fetch_market(
    venue: str,
    symbol: str,
    *,
    interval: str = "5m",
    days: float = 30,
    exchange_factory: ExchangeFactory | None = None,
) -> MarketHistory:
    """Fetch a contract's history from its venue, checked and joined; nothing is stored.

    Parameters
    ----------
    venue, symbol : str
        Venue id (``binance`` is resolved by the symbol) and ccxt unified symbol.
    interval : str
        Candle length, ``5m`` or longer.
    days : float
        How far back; the venue's own limit may be nearer, and is noted.
    exchange_factory : callable, optional
        Makes the ccxt exchange.

    Raises
    ------
    VenueError
        When the venue refuses, or answers with something unusable.
    NoDataError
        When it has no candles or no open interest in that time.
    """
    fetched = exchanges.fetch_history(venue, symbol, interval=interval, days=days, exchange_factory=exchange_factory)
    return _join(
        fetched.venue, symbol, interval, fetched.candles, fetched.mark, fetched.open_interest, notes=fetched.notes
    )


def simulated_markets() -> list[MarketHistory]:
    """The embedded market: simulated, deterministic, cached on disk. It needs no network and no data."""
    return [simulator.load_simulated_market().history]
