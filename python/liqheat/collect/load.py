"""Where histories come from: tables, files, folders, a store, venues. All are joined by `join_history`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

from liqheat import exchanges, margin, store
from liqheat.collect.import_rules import read_file
from liqheat.errors import FileFormatError, LiqheatError, NoDataError, UnknownNameError
from liqheat.history import join_history
from liqheat.records import (
    Candles,
    Contract,
    Liquidations,
    LongShortMeasure,
    MarginTiers,
    MarkCandles,
    MarketHistory,
    OpenInterest,
    OrderBookDepth,
    base_of,
)
from liqheat.units import now_ms, parse_interval_ms
from liqheat.venues import find_venue, read_contract_kind, resolve_alias

if TYPE_CHECKING:
    from liqheat.exchanges import ExchangeFactory
    from liqheat.margin import MarginRule
    from liqheat.store import HistoryStore


Series = TypeVar("Series", Candles, MarkCandles, OpenInterest)


def read_market(
    candles: Any,
    open_interest: Any,
    mark: Any = None,
    *,
    venue: str,
    symbol: str,
    holes: Literal["mend", "refuse"] = "mend",
) -> MarketHistory:
    """Join tables of candles, open interest and mark, or their files, into a checked history; see `build_heatmap`."""
    rule = margin.resolve_margin_rule(margin.rules_of(venue), symbol)
    return join_history(
        _read(candles, store.load_candles, store.read_candles),
        _read(open_interest, store.load_open_interest, store.read_open_interest),
        None if mark is None else _read(mark, store.load_mark_candles, store.read_mark_candles),
        Contract(venue if margin.rules_of(venue) != venue else rule.venue, symbol, rule.contract_kind),
        notes=(rule.note,) if rule.note else (),
        holes=holes,
    )


def _read(table: Any, load: Callable[[Path], Series], read: Callable[[Any], Series]) -> Series:
    return load(table) if isinstance(table, Path) else read(table)


def load_folder_markets(
    folder: str | Path,
    *,
    symbol: str | None = None,
    venue: str | None = None,
    left_out: list[LiqheatError] | None = None,
) -> list[MarketHistory]:
    """Load the contracts of a folder of history files; what was taken stands in each market's notes.

    Parameters
    ----------
    folder : str or Path
        Folder of files that follow the name rule.
    symbol, venue : str, optional
        Only contracts of this ccxt unified symbol, of this venue.
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
    for load in store.list_folder_markets(folder, symbol, venue):
        try:
            found = load()
            rule = margin.resolve_margin_rule(found.venue, found.symbol)
            market = join_history(
                found.candles,
                found.open_interest,
                found.mark,
                Contract(found.venue, found.symbol, found.contract_kind),
                notes=(*found.notes, rule.note) if rule.note else found.notes,
            )
            market = replace(market, candle_venue=found.candle_venue)
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
    rule = margin.resolve_margin_rule(venue, symbol)
    fetched_tiers, notes = _newest_tiers(history, rule)
    market = join_history(
        candles,
        open_interest,
        store.load_mark_of(history, venue, symbol, interval, start_ms, end_ms),
        Contract(venue, symbol, rule.contract_kind),
        interval_ms=parse_interval_ms(interval),
        origin="venue",
        notes=(*notes, *((rule.note,) if rule.note else ())),
    )
    return replace(market, margin_tiers=fetched_tiers)


def load_store_markets(
    history: HistoryStore,
    *,
    symbol: str | None = None,
    venue: str | None = None,
    interval: str | None = None,
    left_out: list[LiqheatError] | None = None,
) -> list[MarketHistory]:
    """Every contract of a store that has candles and open interest; of several intervals the one with most bars.

    Parameters
    ----------
    history : HistoryStore
        Where they are.
    symbol, venue, interval : str, optional
        Only contracts of this symbol, of this venue, with candles of this length.
    left_out : list, optional
        Takes the errors of contracts that cannot be joined. Without it those of contracts that lack candles or open
        interest stand in the notes of the others of their symbol, and any other error is raised.

    Raises
    ------
    NoDataError
        When there is none; errors of single contracts go to `left_out` where it is given.
    """
    longest: dict[tuple[str, str], tuple[int, str]] = {}
    intervals = set()
    for key in history.list_series("candles", symbol=symbol):
        span = history.span_ms(key)
        if span is None or (venue is not None and key.venue != resolve_alias(venue, read_contract_kind(key.symbol))):
            continue
        intervals.add(key.interval)
        if interval in (None, key.interval):
            option = ((span[1] - span[0]) // parse_interval_ms(key.interval), key.interval)
            longest[key.symbol, key.venue] = max(longest.get((key.symbol, key.venue), option), option)
    if intervals and not longest:
        raise UnknownNameError("interval", f"must be one of {', '.join(sorted(intervals))}", interval)
    markets: list[MarketHistory] = []
    lacking: dict[str, list[LiqheatError]] = {}
    for (found_symbol, found_venue), (_, found_interval) in sorted(longest.items()):
        try:
            markets.append(load_store_market(history, found_venue, found_symbol, interval=found_interval))
        except LiqheatError as error:
            if left_out is not None:
                left_out.append(error)
            elif isinstance(error, NoDataError):
                lacking.setdefault(found_symbol, []).append(error)
            else:
                raise
    if not markets:
        if lacking:
            raise next(iter(lacking.values()))[0]
        raise NoDataError("store", "must hold a contract with candles and open interest", history.disk)
    told = {name: tuple(f"left out: {error}" for error in errors) for name, errors in lacking.items()}
    return [replace(market, notes=(*market.notes, *told.get(market.symbol, ()))) for market in markets]


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
    rule = margin.resolve_margin_rule(fetched.venue, symbol)
    return join_history(
        fetched.candles,
        fetched.open_interest,
        fetched.mark,
        Contract(fetched.venue, symbol, rule.contract_kind),
        interval_ms=parse_interval_ms(interval),
        origin="venue",
        notes=(*fetched.notes, *((rule.note,) if rule.note else ())),
    )


def fetch_depth(
    venue: str, symbol: str, *, exchange_factory: ExchangeFactory | None = None
) -> tuple[tuple[OrderBookDepth, ...], tuple[str, ...]]:
    """The order book of this moment, and what to tell where the venue does not give it."""
    try:
        with exchanges.VenueClient(find_venue(venue, symbol), exchange_factory) as client:
            return (client.fetch_depth(symbol),), ()
    except LiqheatError as error:
        return (), (f"no order book: {error}",)


def load_folder_events(folder: str | Path, history: MarketHistory) -> tuple[tuple[Liquidations, ...], tuple[str, ...]]:
    """Single liquidations of a history's contract in a folder's ``liq_events_…`` files, and what of them was not taken.

    Returns
    -------
    tuple of Liquidations
        One batch for each file, within the history.
    tuple of str
        Files that no rule knows or that are damaged, for people.
    """
    events, notes = read_folder_events(folder, history.venue, history.symbol)
    start_ms, end_ms = int(history.open_time_ms[0]), history.end_ms
    return tuple(part for one in events if (part := one.between(start_ms, end_ms)).time_ms.size), notes


def read_folder_events(folder: str | Path, venue: str, symbol: str) -> tuple[tuple[Liquidations, ...], tuple[str, ...]]:
    """As `load_folder_events`, of whatever time."""
    found, notes = [], []
    for path in sorted(Path(folder).glob("liq_events_*")):
        recognised = read_file(path, lambda name: name == symbol)
        if recognised is None:
            notes.append(f"not taken: {path.name} (no known layout of liquidations)")
            continue
        try:
            found += [one.record for one in recognised[1] if one.venue == venue]
        except LiqheatError as error:
            notes.append(f"not taken: {path.name} ({error})")
    return tuple(record for record in found if isinstance(record, Liquidations)), tuple(notes)


def load_published(kept: HistoryStore, history: MarketHistory) -> dict[str, Any]:
    """What a store has beside a history of its contract, and within it: the other fields of a `Market`, by name."""
    place, span = (history.venue, history.symbol), (int(history.open_time_ms[0]), history.end_ms)
    events = store.load_liquidations_of(kept, *place, *span)
    totals = [
        part
        for key in kept.list_series("liquidation_totals")
        if base_of(key.symbol) == history.base
        for part in store.load_liquidation_totals_of(kept, key.venue, key.symbol, None, None, *span)
    ]
    ratios = (store.load_long_short_of(kept, *place, measure, *span) for measure in get_args(LongShortMeasure))
    return {
        "liquidations": () if events is None else (events,),
        "totals": tuple(totals),
        "depth": tuple(store.load_depth_of(kept, *place, *span)),
        "funding": store.load_funding_of(kept, *place, *span),
        "long_short": tuple(part for part in ratios if part is not None),
    }


def _newest_tiers(history: HistoryStore, rule: MarginRule) -> tuple[MarginTiers | None, tuple[str, ...]]:
    """The venue's own tiers where they were fetched and hold together, else the shipped table; with their age."""
    fetched = store.load_newest_margin_tiers_of(history, rule.venue, rule.symbol)
    refused: tuple[str, ...] = ()
    if fetched is not None:
        try:
            rule = margin.apply_fetched_tiers(rule, fetched)
        except FileFormatError as error:
            fetched, refused = None, (f"fetched margin tiers were refused: {error}",)
    return fetched, (*refused, margin.describe_tiers(rule, now_ms()))
