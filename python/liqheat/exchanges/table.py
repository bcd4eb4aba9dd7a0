"""The venue table: one row for each venue and contract kind. Adding one touches no control flow.

Limits and units were read on 2026-11-22 from the pages named in each row and from ccxt 4.5.90. No limit was measured
live, so paging does not trust them: it asks again for what a short answer left out.
"""

from __future__ import annotations

from liqheat.errors import InputError, UnknownNameError
from liqheat.exchanges.spec import Endpoint, Quantity, VenueSpec, read_contract_kind
from liqheat.records import VENUE_ALIASES, ContractKind

_DAY_MS = 86_400_000
_READ = "2026-11-22"
_OHLC = {"open": 1, "high": 2, "low": 3, "close": 4}

_BINANCE_USDM = "https://developers.binance.com/docs/derivatives/usds-margined-futures/market-data/rest-api"
_BINANCE_COINM = "https://developers.binance.com/docs/derivatives/coin-margined-futures/market-data/rest-api"
_BINANCE_INTERVALS = {name: name for name in ("5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1d")}
_BYBIT = "https://bybit-exchange.github.io/docs/v5/market"
_BYBIT_KLINE = {"5m": "5", "15m": "15", "30m": "30", "1h": "60", "4h": "240", "1d": "D"}
_BYBIT_PERIOD = {"5m": "5min", "15m": "15min", "30m": "30min", "1h": "1h", "4h": "4h", "1d": "1d"}
_OKX = "https://www.okx.com/docs-v5/en"
# Bars of 6 h and more open at 16:00 UTC unless their name ends in "utc".
_OKX_INTERVALS = {"5m": "5m", "15m": "15m", "30m": "30m", "1h": "1H", "2h": "2H", "4h": "4H", "1d": "1Dutc"}


def _binance_candles(
    method: str, doc_url: str, volume: Quantity | None, longest_window_ms: int | None = None
) -> Endpoint:
    return Endpoint(
        method=method,
        page_limit=1000,  # the venue gives 1500 at twice the request weight
        rows_at=(),
        time_at=0,
        prices_at=_OHLC,
        quantities=() if volume is None else (volume,),
        intervals=_BINANCE_INTERVALS,
        market_parameters={"symbol": "id"},
        doc_url=doc_url,
        longest_window_ms=longest_window_ms,
    )


def _bybit_candles(method: str, category: str, doc_url: str, *volume: Quantity) -> Endpoint:
    return Endpoint(
        method=method,
        page_limit=1000,
        rows_at=("result", "list"),
        time_at=0,
        prices_at=_OHLC,
        quantities=volume,
        intervals=_BYBIT_KLINE,
        market_parameters={"symbol": "id"},
        fixed_parameters={"category": category},
        start_parameter="start",
        end_parameter="end",
        doc_url=doc_url,
    )


def _bybit_row(category: ContractKind, quantity_unit: Quantity) -> VenueSpec:
    unit = quantity_unit.unit
    return VenueSpec(
        venue="bybit",
        contract_kind=category,
        ccxt_id="bybit",
        ccxt_options={"fetchMarkets": {"types": [category]}},
        candles=_bybit_candles("publicGetV5MarketKline", category, f"{_BYBIT}/kline", quantity_unit),
        mark=_bybit_candles("publicGetV5MarketMarkPriceKline", category, f"{_BYBIT}/mark-kline"),
        open_interest=Endpoint(
            method="publicGetV5MarketOpenInterest",
            page_limit=200,
            rows_at=("result", "list"),
            time_at="timestamp",
            # openInterest counts BOTH sides; singleOpenInterest came with the page of 2026-06-11.
            quantities=(Quantity("singleOpenInterest", unit), Quantity("openInterest", unit, sides=2)),
            intervals=_BYBIT_PERIOD,
            interval_parameter="intervalTime",
            market_parameters={"symbol": "id"},
            fixed_parameters={"category": category},
            doc_url=f"{_BYBIT}/open-interest",
        ),
        forbidden_means="the venue does not serve this location, or had too many requests from it: wait ten minutes",
        doc_url=_BYBIT,
        date_read=_READ,
    )


def _okx_candles(method: str, archive_method: str, page_limit: int, doc_url: str, *volume: Quantity) -> Endpoint:
    return Endpoint(
        method=method,
        archive_method=archive_method,
        archive_after_bars=1439,
        page_limit=page_limit,
        rows_at=("data",),
        time_at=0,
        prices_at=_OHLC,
        quantities=volume,
        intervals=_OKX_INTERVALS,
        interval_parameter="bar",
        start_parameter="before",  # rows newer than this
        end_parameter="after",  # rows older than this
        bounds_margin_ms=1,
        market_parameters={"instId": "id"},
        doc_url=doc_url,
    )


def _okx_row(contract_kind: ContractKind, volume: Quantity, interest: Quantity) -> VenueSpec:
    return VenueSpec(
        venue="okx",
        contract_kind=contract_kind,
        ccxt_id="okx",
        ccxt_options={"fetchMarkets": {"types": ["swap"]}},
        candles=_okx_candles(
            "publicGetMarketCandles",
            "publicGetMarketHistoryCandles",
            300,
            f"{_OKX}/#order-book-trading-market-data-get-candlesticks",
            volume,
        ),
        mark=_okx_candles(
            "publicGetMarketMarkPriceCandles",
            "publicGetMarketHistoryMarkPriceCandles",
            100,
            f"{_OKX}/#public-data-rest-api-get-mark-price-candlesticks",
        ),
        open_interest=Endpoint(
            method="publicGetRubikStatContractsOpenInterestHistory",
            page_limit=100,
            rows_at=("data",),
            time_at=0,
            quantities=(interest,),
            intervals=_OKX_INTERVALS,
            interval_parameter="period",
            start_parameter="begin",
            end_parameter="end",
            bounds_margin_ms=1,
            market_parameters={"instId": "id"},
            lookback_bars=1440,
            doc_url=f"{_OKX}/#trading-statistics-rest-api-get-contract-open-interest-history",
        ),
        doc_url=_OKX,
        date_read=_READ,
    )


def _unread_row(venue: str, doc_url: str, missing: str, contract_kind: ContractKind = "linear") -> VenueSpec:
    return VenueSpec(venue, contract_kind, ccxt_id=venue, doc_url=doc_url, date_read=_READ, missing=missing)


_ROWS = (
    VenueSpec(
        venue="binanceusdm",
        contract_kind="linear",
        ccxt_id="binanceusdm",
        candles=_binance_candles(
            "fapiPublicGetKlines", f"{_BINANCE_USDM}/Kline-Candlestick-Data", Quantity(5, "coins")
        ),
        mark=_binance_candles(
            "fapiPublicGetMarkPriceKlines", f"{_BINANCE_USDM}/Mark-Price-Kline-Candlestick-Data", None
        ),
        open_interest=Endpoint(
            method="fapiDataGetOpenInterestHist",
            page_limit=500,
            rows_at=(),
            time_at="timestamp",
            quantities=(Quantity("sumOpenInterest", "coins"),),
            intervals=_BINANCE_INTERVALS,
            interval_parameter="period",
            market_parameters={"symbol": "id"},
            lookback_ms=30 * _DAY_MS,
            doc_url=f"{_BINANCE_USDM}/Open-Interest-Statistics",
        ),
        doc_url=_BINANCE_USDM,
        date_read=_READ,
    ),
    VenueSpec(
        venue="binancecoinm",
        contract_kind="inverse",
        ccxt_id="binancecoinm",
        candles=_binance_candles(
            "dapiPublicGetKlines",
            f"{_BINANCE_COINM}/Kline-Candlestick-Data",
            Quantity(5, "contracts"),
            longest_window_ms=200 * _DAY_MS,
        ),
        mark=_binance_candles(
            "dapiPublicGetMarkPriceKlines",
            f"{_BINANCE_COINM}/Mark-Price-Kline-Candlestick-Data",
            None,
            longest_window_ms=200 * _DAY_MS,
        ),
        open_interest=Endpoint(
            method="dapiDataGetOpenInterestHist",
            page_limit=500,
            rows_at=(),
            time_at="timestamp",
            # sumOpenInterestValue is in COINS, not in USD.
            quantities=(Quantity("sumOpenInterest", "contracts"),),
            intervals=_BINANCE_INTERVALS,
            interval_parameter="period",
            market_parameters={"pair": "info.pair"},
            fixed_parameters={"contractType": "PERPETUAL"},
            lookback_ms=30 * _DAY_MS,
            doc_url=f"{_BINANCE_COINM}/Open-Interest-Statistics",
        ),
        doc_url=_BINANCE_COINM,
        date_read=_READ,
    ),
    _bybit_row("linear", Quantity(5, "coins")),
    _bybit_row("inverse", Quantity(5, "usd")),
    _okx_row("linear", volume=Quantity(6, "coins"), interest=Quantity(2, "coins")),
    _okx_row("inverse", volume=Quantity(5, "contracts"), interest=Quantity(1, "contracts")),
    _unread_row(
        "bitget",
        "https://www.bitget.com/api-doc/contract/market/Get-Open-Interest",
        "it publishes only the present open interest, no history",
    ),
    _unread_row(
        "hyperliquid",
        "https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint",
        "it publishes only the present open interest, no history",
    ),
    _unread_row(
        "mexc", "https://mexcdevelop.github.io/apidocs/contract_v1_en", "it publishes only the present open interest"
    ),
    _unread_row("deribit", "https://docs.deribit.com", "it publishes only the present open interest", "inverse"),
    _unread_row("krakenfutures", "https://docs.kraken.com/api", "it publishes only the present open interest"),
    _unread_row(
        "gate",
        "https://www.gate.io/docs/developers/apiv4",
        "its open-interest history (contract_stats, 100 rows a page) is not read yet",
    ),
    _unread_row(
        "kucoinfutures",
        "https://www.kucoin.com/docs-new",
        "its open-interest history (200 rows a page) is not read yet",
    ),
    _unread_row(
        "htx", "https://www.htx.com/en-us/opend/newApiPages", "its open-interest history is hourly and not read yet"
    ),
    _unread_row(
        "dydx",
        "https://docs.dydx.exchange/api_integration-indexer/indexer_api",
        "its open interest stands in its candles (startingOpenInterest), which are not read yet",
    ),
)

VENUES: dict[tuple[str, ContractKind], VenueSpec] = {(row.venue, row.contract_kind): row for row in _ROWS}
"""The table; its key is (venue, contract kind)."""


def find_venue(venue: str, symbol: str) -> VenueSpec:
    """Find the row that serves a symbol.

    Parameters
    ----------
    venue : str
        Venue id, or ``binance``.
    symbol : str
        ccxt unified symbol of a perpetual.

    Raises
    ------
    UnknownNameError
        When the venue is not in the table; the error lists those that are.
    InputError
        When the symbol has another form, or the venue has no row for its contract kind.

    Examples
    --------
    >>> find_venue("binance", "BTC/USD:BTC").venue
    'binancecoinm'
    """
    names = {name for name, _ in (*VENUES, *VENUE_ALIASES)}
    if venue not in names:
        raise UnknownNameError("venue", f"must be one of {', '.join(sorted(names))}", venue)
    contract_kind = read_contract_kind(symbol)
    row = VENUES.get((VENUE_ALIASES.get((venue, contract_kind), venue), contract_kind))
    if row is None:
        offered = " or ".join(kind for name, kind in VENUES if name == venue)
        raise InputError("symbol", f"must be of a contract kind in the table of {venue}: {offered}", symbol)
    return row
