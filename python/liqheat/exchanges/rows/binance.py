"""Binance USD-M and COIN-M: oldest first, bounds included; statistics of the last 30 days."""

from __future__ import annotations

from liqheat.exchanges.requests import BookRequest, Endpoint, Quantity, Snapshot, Unit
from liqheat.exchanges.rows._common import DAY_MS, HOUR_MS, IN_STREAM_ONLY, OHLC_BY_POSITION, READ
from liqheat.exchanges.spec import VenueSpec
from liqheat.records import LongShortMeasure

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
        capture="largest per second",
        margin_formula="unified_linear",
        tier_source="shipped table; the venue's own need a key",
        maximum_leverage=150.0,
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
        capture="latest per second",
        margin_formula="unified_inverse",
        tier_source="shipped table; the venue's own need a key",
        maximum_leverage=125.0,
        doc_url=_COINM,
        date_read=READ,
    ),
)
