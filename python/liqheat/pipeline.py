"""The whole story on one page: a market opened, its book estimated, a heatmap drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from types import NoneType
from typing import Any

from liqheat import simulator, store
from liqheat.book import BUCKET_RATIO, Backend, estimate_book
from liqheat.collect import (
    embedded_parameters,
    fetch_depth,
    fetch_market,
    load_folder_events,
    load_folder_markets,
    load_published,
    load_store_markets,
    read_market,
)
from liqheat.errors import InputError, LiqheatError, NoDataError, UnknownNameError, check_type
from liqheat.exchanges import ExchangeFactory
from liqheat.flow import estimate_flow
from liqheat.heatmap import Heatmap, as_request, draw_heatmap, finest_state_ratio
from liqheat.records import LeverageMix, Market, MarketHistory, ViewRequest
from liqheat.simulator import SimulatedMarket
from liqheat.store import HistoryStore
from liqheat.units import parse_interval_ms
from liqheat.venues import VENUE_ALIASES, VENUES, resolve_alias

SIMULATOR = "simulator"
Source = str | Path | HistoryStore | SimulatedMarket | Sequence[Any]
"""Where a market comes from; see `open_market`."""


def open_market(
    source: Source = SIMULATOR,
    *,
    symbol: str | None = None,
    venue: str | None = None,
    interval: str | None = None,
    days: float | None = None,
    exchange_factory: ExchangeFactory | None = None,
) -> Market:
    """Open one contract of a source: its history, joined and checked, and what was published beside it.

    Every source is joined in one way. Holes of up to 6 hours are bridged without volume; the history begins after the
    last longer one. What was taken, bridged or left out stands in the notes.

    Parameters
    ----------
    source : str, Path, HistoryStore, SimulatedMarket or sequence
        ``"simulator"``; a simulated market; a store (folder, URL or `HistoryStore`); a folder of history files; a venue
        id such as ``"bybit"``, to fetch from; or tables or their files, ``(candles, open_interest)`` or
        ``(candles, open_interest, mark)``, which need `symbol` and `venue`.
    symbol : str, optional
        ccxt unified symbol, ``BTC/USDT:USDT``. It may be left out where the source has one only.
    venue : str, optional
        Venue id. Of several venues of the symbol the first is taken; the notes name the others.
    interval : str, optional
        Candle length. A store has several: by default that with most bars. A venue is asked for it, ``5m`` by default.
        Of other sources the bars are joined to it.
    days : float, optional
        Of a venue alone: how far back, 30 by default.
    exchange_factory : callable, optional
        Of a venue alone: makes the ccxt exchange.

    Returns
    -------
    Market
        ``history`` for `estimate_book`, ``liquidations`` with their ``capture``, ``totals``, ``depth``, ``notes``.

    Raises
    ------
    InputError
        When an argument or a series breaks a rule, or several symbols are there and none is named.
    UnknownNameError
        When the source has no such symbol, venue or interval.
    NoDataError
        When the source has no contract with candles and open interest.
    VenueError
        When a venue refuses, or answers with something unusable.

    Examples
    --------
    >>> import liqheat
    >>> market = liqheat.open_market("simulator")
    >>> market.capture, market.history.origin
    (('complete',), 'simulated')
    >>> liqheat.estimate_book(market.history).swept_usd.shape[1:]
    (2, 5)
    """
    if isinstance(source, str) and source in _venue_names():
        return _fetch(source, symbol, venue, interval or "5m", 30.0 if days is None else days, exchange_factory)
    for name, value in (("days", days), ("exchange_factory", exchange_factory)):
        if value is not None:
            raise InputError(name, "must be given to fetch from a venue only", value)
    if not isinstance(source, str | Path | HistoryStore | SimulatedMarket):
        return _read_tables(source, symbol, venue, interval)
    if isinstance(source, str | Path):
        _check_place(source)
    left_out: list[LiqheatError] = []
    markets = load_markets(source, symbol=symbol, venue=venue, interval=interval, left_out=left_out)
    return _add_published(source, _choose(markets, symbol, left_out))


def load_markets(
    source: str | Path | HistoryStore | SimulatedMarket,
    *,
    symbol: str | None = None,
    venue: str | None = None,
    interval: str | None = None,
    left_out: list[LiqheatError] | None = None,
) -> list[MarketHistory]:
    """The histories of every contract of a source that holds several; see `open_market`.

    Parameters
    ----------
    source : str, Path, HistoryStore or SimulatedMarket
        As in `open_market`, venues and tables aside.
    symbol, venue : str, optional
        Only contracts of this symbol, of this venue.
    interval : str, optional
        As in `open_market`.
    left_out : list, optional
        Takes the error of each contract that cannot be loaded, and the others are loaded.

    Raises
    ------
    UnknownNameError
        When the source has no such symbol, venue or interval.
    NoDataError
        When there is no contract with candles and open interest.
    InputError
        When a file or a series breaks a rule.
    """
    rule = f"must be {SIMULATOR}, a store, a folder or a SimulatedMarket"
    check_type("source", source, (str, Path, HistoryStore, SimulatedMarket), rule)
    for name, value in (("symbol", symbol), ("venue", venue)):
        check_type(name, value, (str, NoneType), "must be text")
    check_type("left_out", left_out, (list, NoneType), "must be a list")
    try:
        found = _load(source, symbol, venue, interval, left_out)
    except NoDataError:
        if left_out:
            raise left_out[0] from None
        if symbol is None and venue is None:
            raise
        found = []
    if not found:
        if left_out:
            raise left_out[0]
        # Loaded without the names: a source that has nothing at all says so itself, else a name was wrong.
        raise _unknown(_load(source, None, None, None, []), symbol, venue)
    return found


def _load(
    source: str | Path | HistoryStore | SimulatedMarket,
    symbol: str | None,
    venue: str | None,
    interval: str | None,
    left_out: list[LiqheatError] | None,
) -> list[MarketHistory]:
    if isinstance(source, SimulatedMarket) or source == SIMULATOR:
        own = source if isinstance(source, SimulatedMarket) else simulator.load_simulated_market()
        history = own.history
        is_named = symbol in (None, history.symbol) and venue in (None, history.venue)
        return [_in_bars_of(history, interval)] if is_named else []
    place = _store_or_folder(source)
    if isinstance(place, HistoryStore):
        return load_store_markets(place, symbol=symbol, venue=venue, interval=interval, left_out=left_out)
    found = load_folder_markets(place, symbol=symbol, venue=venue, left_out=left_out)
    return [_in_bars_of(history, interval) for history in found]


def build_heatmap(
    candles: Any,
    open_interest: Any,
    mark: Any = None,
    request: ViewRequest | None = None,
    *,
    leverage_mix: str | Path | LeverageMix = "classic",
    model: str | Path | None = None,
    backend: Backend = "rust",
    **query: Any,
) -> Heatmap:
    """Build a liquidation heatmap from candles and open interest.

    Parameters
    ----------
    candles : table
        Trade candles without gaps: numpy, pandas, polars, Arrow, a dict of columns, or ccxt's rows. Volume and open
        interest are in coins for linear contracts, in USD for inverse ones.
    open_interest : table
        Open interest, ONE side, at instants.
    mark : table, optional
        Mark price candles at the candles' interval or finer; without them the trade extremes trigger.
    request : ViewRequest, optional
        What is asked for. Its ``venue`` and ``symbol`` say whose liquidation formula applies: ``binance`` and
        ``BTC/USDT:USDT``, say. ``quantity="flow"`` uses the calibrated law, ``held`` (the default) the mix.
    leverage_mix : str, Path or LeverageMix
        Of held notional: ``classic``, ``uniform``, a JSON file, or a mix.
    model : str or Path, optional
        With ``quantity="flow"``: calibrated parameters in place of the shipped ones.
    backend : {'rust', 'numpy'}
        Both give the same bits.
    **query
        In place of a request, its names: ``venue="binance", symbol="BTC/USDT:USDT", interval="1h"``.

    Returns
    -------
    Heatmap
        With ``values_usd`` (buckets, columns), ``price_edges``, ``time_edges_ms``, ``profile()``, ``column(t)``,
        ``to_pandas()`` and ``save(path)``. Estimated held notional, uncalibrated; or expected forced flow, untracked.

    Raises
    ------
    InputError
        When an argument breaks a rule; the error names it, the rule and the value.

    Examples
    --------
    >>> import numpy as np, liqheat
    >>> time_ms = 1_767_225_600_000 + np.arange(288) * 300_000
    >>> close = 95_000 + 800 * np.sin(np.arange(288) / 30)
    >>> candles = {"open_time_ms": time_ms, "open": close, "high": close + 60, "low": close - 60, "close": close,
    ...            "volume": np.full(288, 400.0)}
    >>> open_interest = {"time_ms": time_ms + 300_000, "quantity": np.full(288, 90_000.0)}
    >>> heat = liqheat.build_heatmap(candles, open_interest, venue="binance", symbol="BTC/USDT:USDT")
    >>> heat.values_usd.shape == (heat.price_edges.size - 1, 288)
    True
    """
    request = as_request(request, query)
    for name, value in (("venue", request.venue), ("symbol", request.symbol)):
        if value is None:
            raise InputError(name, "must be given: it says whose liquidation formula applies", value)
    market = read_market(
        candles, open_interest, mark, venue=str(request.venue), symbol=str(request.symbol), holes="refuse"
    )
    ratio = finest_state_ratio(request.bucket_width, float(market.high.max()), BUCKET_RATIO)
    if request.quantity == "flow":
        estimate = estimate_flow(market, model, bucket_ratio=ratio, backend=backend)
    elif model is not None:
        raise InputError("model", 'must be given with quantity="flow" only', model)
    else:
        estimate = estimate_book(market, leverage_mix=leverage_mix, bucket_ratio=ratio, backend=backend)
    return draw_heatmap(estimate, request, backend=backend)


def _venue_names() -> list[str]:
    return sorted({name for name, _ in (*VENUES, *VENUE_ALIASES)})


def _store_or_folder(source: str | Path | HistoryStore) -> HistoryStore | Path:
    """What stands at a place."""
    if isinstance(source, HistoryStore):
        return source
    return HistoryStore(source, read_only=True) if store.is_store(source) else Path(source)


def _check_place(source: str | Path) -> None:
    if str(source) and (source == SIMULATOR or Path(source).is_dir() or store.is_store(source)):
        return
    near = get_close_matches(str(source).lower(), _venue_names(), n=1)
    meant = f" (nearest: {near[0]})" if near else ""
    rule = f"must be {SIMULATOR}, a store, an existing folder, a venue id{meant}, or tables"
    raise InputError("source", rule, source)


def _in_bars_of(history: MarketHistory, interval: str | None) -> MarketHistory:
    interval_ms = history.interval_ms if interval is None else parse_interval_ms(interval)
    return history if interval_ms == history.interval_ms else history.resample(interval_ms)


def _fetch(
    source: str,
    symbol: str | None,
    venue: str | None,
    interval: str,
    days: float,
    exchange_factory: ExchangeFactory | None,
) -> Market:
    if symbol is None:
        raise InputError("symbol", "must be given to fetch from a venue, like BTC/USDT:USDT", symbol)
    if not isinstance(days, int | float):
        raise InputError("days", "must be a number", days)
    history = fetch_market(source, symbol, interval=interval, days=days, exchange_factory=exchange_factory)
    if venue is not None and history.venue != resolve_alias(venue, history.contract_kind):
        raise InputError("venue", f"must be {source}, the source, or left out", venue)
    depth, notes = fetch_depth(history.venue, symbol, exchange_factory=exchange_factory)
    told = (*notes, "no liquidations: they come with what was recorded, not with what is fetched")
    return Market(replace(history, notes=(*history.notes, *told)), depth=depth)


def _read_tables(source: Sequence[Any], symbol: str | None, venue: str | None, interval: str | None) -> Market:
    is_sequence = isinstance(source, Sequence) and not isinstance(source, bytes | dict)
    if not is_sequence or len(source) not in (2, 3) or source[0] is None or source[1] is None:
        rule = (
            f"must be {SIMULATOR}, a store, a folder, a venue id, a SimulatedMarket, or the tables "
            "(candles, open_interest) or (candles, open_interest, mark)"
        )
        raise InputError("source", rule, type(source).__name__)
    if symbol is None or venue is None:
        name = "symbol" if symbol is None else "venue"
        raise InputError(name, "must be given with tables: it says whose liquidation formula applies", None)
    tables = (Path(table) if isinstance(table, str) else table for table in source)
    return Market(_in_bars_of(read_market(*tables, venue=venue, symbol=symbol), interval))


def _choose(markets: Sequence[MarketHistory], symbol: str | None, left_out: Sequence[LiqheatError]) -> MarketHistory:
    """The first market; what else the source has of its symbol stands in the notes."""
    symbols = sorted({market.symbol for market in markets})
    if symbol is None and len(symbols) > 1:
        raise InputError("symbol", f"must be given: the source has {', '.join(symbols)}", symbol)
    chosen, *others = markets
    notes = [f"also of {one.symbol} in the source: {one.venue}" for one in others]
    return replace(chosen, notes=(*chosen.notes, *notes, *(f"left out: {error}" for error in left_out)))


def _unknown(markets: Sequence[MarketHistory], symbol: str | None, venue: str | None) -> UnknownNameError:
    of_symbol = [market for market in markets if symbol in (None, market.symbol)]
    if not of_symbol:
        known = ", ".join(sorted({market.symbol for market in markets}))
        return UnknownNameError("symbol", f"must be one of {known}", symbol)
    return UnknownNameError("venue", f"must be one of {', '.join(market.venue for market in of_symbol)}", venue)


def _add_published(source: str | Path | HistoryStore | SimulatedMarket, history: MarketHistory) -> Market:
    """What the source has beside a history, and within it."""
    span = (int(history.open_time_ms[0]), history.end_ms)
    if isinstance(source, SimulatedMarket) or source == SIMULATOR:
        simulated = source if isinstance(source, SimulatedMarket) else simulator.load_simulated_market()
        events = tuple(simulator.published_liquidations(simulated, *span))
        own = embedded_parameters(history)
        return Market(history, events, depth=tuple(simulator.published_depth(simulated)), parameters=own)
    place = _store_or_folder(source)
    if isinstance(place, HistoryStore):
        return Market(history, **load_published(place, history))
    events, notes = load_folder_events(place, history)
    totals = [part.between(*span) for part in store.load_folder_totals(place, history.base)]
    told = replace(history, notes=(*history.notes, *notes))
    return Market(told, events, tuple(part for part in totals if part.time_ms.size))
