"""Binance USD-M and COIN-M: oldest first, bounds included; statistics of the last 30 days."""

from __future__ import annotations

from liqheat.records import ContractKind, LongShortMeasure
from liqheat.units import DAY_MS, HOUR_MS
from liqheat.venues._common import IN_STREAM_ONLY, OHLC_BY_LETTER, OHLC_BY_POSITION, READ
from liqheat.venues.capture import LARGEST_PER_SECOND, LATEST_PER_SECOND
from liqheat.venues.requests import BookRequest, Endpoint, Quantity, Snapshot, Unit
from liqheat.venues.spec import VenueSpec
from liqheat.venues.spec_margin import VenueRule
from liqheat.venues.spec_stream import (
    CandlePush,
    DepthPush,
    Executed,
    LiquidationPush,
    MarkPush,
    Poll,
    Push,
    StreamSpec,
)
from liqheat.venues.venue import Venue

_USDM = "https://developers.binance.com/docs/derivatives/usds-margined-futures/market-data/rest-api"
_COINM = "https://developers.binance.com/docs/derivatives/coin-margined-futures/market-data/rest-api"
_PERIODS = {name: name for name in ("5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1d")}
_INTERVALS = {"1m": "1m", "3m": "3m", **_PERIODS}
_FORBIDDEN = "its firewall has blocked this address for asking too much"
_NEEDS_KEY = "it gives them only for a key (leverageBracket)"
_LIMIT = "2400 weight a minute for each address; statistics 1000 requests in 5 minutes"
_SIDE = "side of the closing order: SELL closed a long"


def _candles(method: str, doc_url: str, unit: Unit | None, longest_window_ms: int | None) -> Endpoint:
    return Endpoint(
        method=method,
        page_limit=1000,  # the venue gives 1500 at twice the request weight
        time_at=0,
        values_at=OHLC_BY_POSITION,
        quantities=() if unit is None else (Quantity(5, unit),),
        taker_buy=None if unit is None else Quantity(9, unit),
        intervals=_INTERVALS,
        market_parameters={"symbol": "{id}"},
        doc_url=doc_url,
        longest_window_ms=longest_window_ms,
    )


def _statistic(
    method: str, doc_url: str, coin_margined: bool, value_at: dict[str, str], quantity: Quantity | None = None
) -> Endpoint:
    """Rows of the last 30 days. COIN-M asks by pair and contract type for open interest, by pair for ratios."""
    of_pair = {"contractType": "PERPETUAL"} if coin_margined and quantity is not None else {}
    return Endpoint(
        method=method,
        page_limit=500,
        time_at="timestamp",
        values_at=value_at,
        quantities=() if quantity is None else (quantity,),
        intervals=_PERIODS,
        interval_parameter="period",
        market_parameters={"pair": "{info.pair}"} if coin_margined else {"symbol": "{id}"},
        fixed_parameters=of_pair,
        lookback_ms=30 * DAY_MS,
        doc_url=doc_url,
    )


def _long_short(prefix: str, doc: str, coin_margined: bool) -> dict[LongShortMeasure, Endpoint]:
    # COIN-M alone names the position ratio's part longPosition.
    position = "longPosition" if coin_margined else "longAccount"
    parts: dict[LongShortMeasure, tuple[str, str, str]] = {
        "accounts": ("GlobalLongShortAccountRatio", "Long-Short-Ratio", "longAccount"),
        "top_accounts": ("TopLongShortAccountRatio", "Top-Long-Short-Account-Ratio", "longAccount"),
        "top_positions": ("TopLongShortPositionRatio", "Top-Trader-Long-Short-Ratio", position),
    }
    return {
        measure: _statistic(f"{prefix}DataGet{method}", f"{doc}/{page}", coin_margined, {"long_share": place})
        for measure, (method, page, place) in parts.items()
    }


def _funding(method: str, doc_url: str) -> Endpoint:
    return Endpoint(
        method=method,
        page_limit=1000,
        time_at="fundingTime",
        values_at={"rate": "fundingRate"},
        spacing="irregular",
        typical_step_ms=HOUR_MS,
        interval_parameter="",
        market_parameters={"symbol": "{id}"},
        doc_url=doc_url,
    )


def _depth(method: str, doc_url: str, unit: Unit) -> BookRequest:
    return BookRequest(
        method=method,
        market_parameters={"symbol": "{id}"},
        fixed_parameters={"limit": 1000},
        time_path=("E",),
        bids_at=("bids",),
        asks_at=("asks",),
        unit=unit,
        doc_url=doc_url,
    )


def _interest_now(method: str, doc_url: str, unit: Unit) -> Snapshot:
    return Snapshot(
        method=method,
        market_parameters={"symbol": "{id}"},
        time_at="time",
        quantities=(Quantity("openInterest", unit),),
        doc_url=doc_url,
    )


ROWS = (
    VenueSpec(
        venue="binanceusdm",
        contract_kind="linear",
        ccxt_id="binanceusdm",
        candles=_candles("fapiPublicGetKlines", f"{_USDM}/Kline-Candlestick-Data", "coins", None),
        mark=_candles("fapiPublicGetMarkPriceKlines", f"{_USDM}/Mark-Price-Kline-Candlestick-Data", None, None),
        open_interest=_statistic(
            "fapiDataGetOpenInterestHist",
            f"{_USDM}/Open-Interest-Statistics",
            False,
            {},
            Quantity("sumOpenInterest", "coins"),
        ),
        open_interest_now=_interest_now("fapiPublicGetOpenInterest", f"{_USDM}/Open-Interest", "coins"),
        mark_now=Snapshot(
            method="fapiPublicGetPremiumIndex",
            market_parameters={"symbol": "{id}"},
            time_at="time",
            price_at="markPrice",
            doc_url=f"{_USDM}/Mark-Price",
        ),
        funding=_funding("fapiPublicGetFundingRate", f"{_USDM}/Get-Funding-Rate-History"),
        long_short=_long_short("fapi", _USDM, False),
        depth=_depth("fapiPublicGetDepth", f"{_USDM}/Order-Book", "coins"),
        missing={"margin_tiers": _NEEDS_KEY, "liquidations": IN_STREAM_ONLY},
        forbidden_means=_FORBIDDEN,
        forbidden_may_be_region=False,
        rate_limit=_LIMIT,
        liquidation_side=_SIDE,
        liquidation_price="fill average",
        capture=LARGEST_PER_SECOND,
        tier_source="shipped table; the venue's own need a key",
        doc_url=_USDM,
        date_read=READ,
    ),
    VenueSpec(
        venue="binancecoinm",
        contract_kind="inverse",
        ccxt_id="binancecoinm",
        candles=_candles("dapiPublicGetKlines", f"{_COINM}/Kline-Candlestick-Data", "contracts", 200 * DAY_MS),
        mark=_candles(
            "dapiPublicGetMarkPriceKlines", f"{_COINM}/Mark-Price-Kline-Candlestick-Data", None, 200 * DAY_MS
        ),
        open_interest=_statistic(
            "dapiDataGetOpenInterestHist",
            f"{_COINM}/Open-Interest-Statistics",
            True,
            {},
            # sumOpenInterestValue is in COINS, not in USD.
            Quantity("sumOpenInterest", "contracts"),
        ),
        open_interest_now=_interest_now("dapiPublicGetOpenInterest", f"{_COINM}/Open-Interest", "contracts"),
        mark_now=Snapshot(
            method="dapiPublicGetPremiumIndex",
            market_parameters={"symbol": "{id}"},
            rows_at=(0,),
            time_at="time",
            price_at="markPrice",
            doc_url=f"{_COINM}/Index-Price-and-Mark-Price",
        ),
        funding=_funding("dapiPublicGetFundingRate", f"{_COINM}/Get-Funding-Rate-History-of-Perpetual-Futures"),
        long_short=_long_short("dapi", _COINM, True),
        depth=_depth("dapiPublicGetDepth", f"{_COINM}/Order-Book", "contracts"),
        missing={"margin_tiers": _NEEDS_KEY, "liquidations": IN_STREAM_ONLY},
        forbidden_means=_FORBIDDEN,
        forbidden_may_be_region=False,
        rate_limit=_LIMIT,
        liquidation_side=_SIDE,
        liquidation_price="fill average",
        capture=LATEST_PER_SECOND,
        tier_source="shipped table; the venue's own need a key",
        doc_url=_COINM,
        date_read=READ,
    ),
)


def _stream(
    venue: str, contract_kind: ContractKind, quantity: Quantity, capture: str, poll: str, doc_url: str
) -> StreamSpec:
    unit = quantity.unit
    return StreamSpec(
        venue=venue,
        contract_kind=contract_kind,
        candles=CandlePush(
            Push("watch_ohlcv", "e", "kline", "k", "s", time_at="t"),
            prices_at=OHLC_BY_LETTER,
            volume=Quantity("v", unit),
        ),
        mark=MarkPush(Push("watch_mark_price", "e", "markPriceUpdate", "", "s", time_at="E"), price_at="p"),
        liquidations=LiquidationPush(
            Push("watch_liquidations", "e", "forceOrder", "o", "s", time_at="T"),
            side_at="S",
            side_means="order",
            # z and ap are what was filled in all; l, which ccxt takes, only the last fill. An order that has not been
            # filled yet still shows that a position is being closed by force.
            amounts=(
                Executed("ap", Quantity("z", unit), "fill average"),
                Executed("p", Quantity("q", unit), "order price, not filled yet"),
            ),
            capture=capture,
        ),
        depth=DepthPush(unit, limit=500),
        open_interest=Poll(poll, "symbol", "", (Quantity("openInterest", unit),), time_at="time"),
        # One connection for all but the books, so that a quiet feed is known to be alive by the others.
        ccxt_options={"streamLimits": {"linear": 1, "inverse": 1}},
        doc_url=doc_url,
        date_read=READ,
    )


KLINE_COLUMNS = (
    "open_time",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "close_time",
    "quote_volume",
    "count",
    "taker_buy_volume",
    "taker_buy_quote_volume",
    "ignore",
)
"""Older kline files of the Binance data portal have no header; these are their columns."""
VENUE = Venue(
    names={"binanceusdm": "Binance", "binancecoinm": "Binance COIN-M"},
    rest=ROWS,
    streams=(
        _stream(
            "binanceusdm",
            "linear",
            Quantity("", "coins"),
            LARGEST_PER_SECOND,
            "fapiPublicGetOpenInterest",
            "https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams",
        ),
        _stream(
            "binancecoinm",
            "inverse",
            Quantity("", "contracts"),
            LATEST_PER_SECOND,
            "dapiPublicGetOpenInterest",
            "https://developers.binance.com/docs/derivatives/coin-margined-futures/websocket-market-streams",
        ),
    ),
    rules=(
        VenueRule(
            "binanceusdm", "linear", "unified_linear", 0.0, "mark", "Binance support b3c689c1f50a44cabb3a84e663b81d93"
        ),
        VenueRule("binancecoinm", "inverse", "unified_inverse", 0.0, "mark", "Binance support ceccfcfb"),
    ),
    file_words={("binance", "um"): ("binanceusdm", "linear"), ("binance", "cm"): ("binancecoinm", "inverse")},
    aliases={("binance", "linear"): "binanceusdm", ("binance", "inverse"): "binancecoinm"},
)
