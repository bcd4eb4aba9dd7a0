"""OKX v5: newest first, bounds left out, sizes in contracts; statistics of the last 1,440 intervals."""

from __future__ import annotations

from liqheat.records import ContractKind
from liqheat.units import DAY_MS, HOUR_MS
from liqheat.venues._common import (
    IN_STREAM_ONLY,
    NO_INVERSE_TIERS,
    OHLC_BY_POSITION,
    READ,
    STREAM_LIST_OHLC,
    UTC_INTERVALS,
)
from liqheat.venues.capture import ONE_ORDER_PER_SECOND
from liqheat.venues.requests import BookRequest, Endpoint, Quantity, Snapshot, TierRequest
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

_DOC = "https://www.okx.com/docs-v5/en"
_PERIODS = {"5m": "5m", "15m": "15m", "30m": "30m", "1h": "1H", "2h": "2H", "4h": "4H", "1d": "1Dutc"}
# Bars of 6 h and more open at 16:00 UTC unless their name ends in "utc".
_INTERVALS = {"1m": "1m", "3m": "3m", **_PERIODS, "6h": "6Hutc", "12h": "12Hutc"}
_STATISTICS = f"{_DOC}/#trading-statistics-rest-api-get"


def _candles(method: str, archive_method: str, page_limit: int, doc_url: str, *volume: Quantity) -> Endpoint:
    return Endpoint(
        method=method,
        archive_method=archive_method,
        archive_after_bars=1439,
        page_limit=page_limit,
        rows_at=("data",),
        time_at=0,
        values_at=OHLC_BY_POSITION,
        quantities=volume,
        intervals=_INTERVALS,
        interval_parameter="bar",
        start_parameter="before",  # rows newer than this
        end_parameter="after",  # rows older than this
        bounds_margin_ms=1,
        market_parameters={"instId": "{id}"},
        doc_url=doc_url,
    )


def _statistic(method: str, page: str, values_at: dict[str, int], *quantities: Quantity) -> Endpoint:
    return Endpoint(
        method=f"publicGetRubikStatContracts{method}",
        page_limit=100,
        rows_at=("data",),
        time_at=0,
        values_at=values_at,
        quantities=quantities,
        intervals=_PERIODS,
        interval_parameter="period",
        start_parameter="begin",
        end_parameter="end",
        bounds_margin_ms=1,
        market_parameters={"instId": "{id}"},
        lookback_bars=1440,
        doc_url=f"{_STATISTICS}-{page}",
    )


def _row(contract_kind: ContractKind, volume: Quantity, interest: Quantity, interest_now: Quantity) -> VenueSpec:
    ratio = {"long_short_ratio": 1}
    return VenueSpec(
        venue="okx",
        contract_kind=contract_kind,
        ccxt_id="okx",
        ccxt_options={"fetchMarkets": {"types": ["swap"]}},
        candles=_candles(
            "publicGetMarketCandles",
            "publicGetMarketHistoryCandles",
            300,
            f"{_DOC}/#order-book-trading-market-data-get-candlesticks",
            volume,
        ),
        mark=_candles(
            "publicGetMarketMarkPriceCandles",
            "publicGetMarketHistoryMarkPriceCandles",
            100,
            f"{_DOC}/#public-data-rest-api-get-mark-price-candlesticks",
        ),
        open_interest=_statistic("OpenInterestHistory", "contract-open-interest-history", {}, interest),
        open_interest_now=Snapshot(
            method="publicGetPublicOpenInterest",
            market_parameters={"instId": "{id}"},
            fixed_parameters={"instType": "SWAP"},
            rows_at=("data", 0),
            time_at="ts",
            quantities=(interest_now,),
            doc_url=f"{_DOC}/#public-data-rest-api-get-open-interest",
        ),
        mark_now=Snapshot(
            method="publicGetPublicMarkPrice",
            market_parameters={"instId": "{id}"},
            fixed_parameters={"instType": "SWAP"},
            rows_at=("data", 0),
            time_at="ts",
            price_at="markPx",
            doc_url=f"{_DOC}/#public-data-rest-api-get-mark-price",
        ),
        funding=Endpoint(
            method="publicGetPublicFundingRateHistory",
            page_limit=100,
            rows_at=("data",),
            time_at="fundingTime",
            values_at={"rate": "realizedRate"},
            spacing="irregular",
            typical_step_ms=HOUR_MS,
            interval_parameter="",
            start_parameter="before",
            end_parameter="after",
            bounds_margin_ms=1,
            market_parameters={"instId": "{id}"},
            lookback_ms=90 * DAY_MS,
            doc_url=f"{_DOC}/#public-data-rest-api-get-funding-rate-history",
        ),
        long_short={
            "accounts": _statistic("LongShortAccountRatioContract", "contract-long-short-ratio", ratio),
            "top_accounts": _statistic(
                "LongShortAccountRatioContractTopTrader",
                "top-traders-contract-long-short-ratio",
                ratio,
            ),
            "top_positions": _statistic(
                "LongShortPositionRatioContractTopTrader",
                "top-traders-contract-long-short-ratio-by-position",
                ratio,
            ),
        },
        depth=BookRequest(
            method="publicGetMarketBooks",
            market_parameters={"instId": "{id}"},
            fixed_parameters={"sz": 400},
            time_path=("data", 0, "ts"),
            bids_at=("data", 0, "bids"),
            asks_at=("data", 0, "asks"),
            unit="contracts",
            doc_url=f"{_DOC}/#order-book-trading-market-data-get-order-book",
        ),
        margin_tiers=TierRequest(
            method="publicGetPublicPositionTiers",
            market_parameters={"instFamily": "{info.instFamily}"},
            fixed_parameters={"instType": "SWAP", "tdMode": "isolated"},
            rows_at=("data",),
            unit="contracts",
            floor_at="minSz",
            cap_at="maxSz",
            rate_at="mmr",
            max_leverage_at="maxLever",
            is_continuous=False,  # a tier's rate applies to the whole position
            doc_url=f"{_DOC}/#public-data-rest-api-get-position-tiers",
        ),
        missing={"liquidations": IN_STREAM_ONLY},
        rate_limit="10 requests in 2 seconds for each address and contract; ratios 5 in 2 seconds",
        liquidation_side="side of the closing order, and posSide of the position",
        liquidation_price="bankruptcy",
        capture=ONE_ORDER_PER_SECOND,
        tier_source="its position-tiers page, no key",
        doc_url=_DOC,
        date_read=READ,
    )


ROWS = (
    _row("linear", Quantity(6, "coins"), Quantity(2, "coins"), Quantity("oiCcy", "coins")),
    _row("inverse", Quantity(5, "contracts"), Quantity(1, "contracts"), Quantity("oi", "contracts")),
)


def _stream(contract_kind: ContractKind, volume: Quantity, interest: Quantity) -> StreamSpec:
    return StreamSpec(
        venue="okx",
        contract_kind=contract_kind,
        candles=CandlePush(
            Push("watch_ohlcv", "arg.channel", "candle", "data", "^arg.instId", time_at="0"),
            prices_at=STREAM_LIST_OHLC,
            volume=volume,
            intervals=UTC_INTERVALS,
        ),
        mark=MarkPush(
            Push("watch_mark_price", "arg.channel", "mark-price", "data", "instId", time_at="ts"), price_at="markPx"
        ),
        liquidations=LiquidationPush(
            Push(
                "watch_liquidations_for_symbols",
                "arg.channel",
                "liquidation-orders",
                "data",
                "instId",
                time_at="ts",
            ),
            side_at="side",
            side_means="order",
            amounts=(Executed("bkPx", Quantity("sz", "contracts"), "bankruptcy"),),
            capture=ONE_ORDER_PER_SECOND,
            details_at="details",
            position_side_at="posSide",
            is_for_all=True,
        ),
        depth=DepthPush("contracts", limit=400),
        open_interest=Poll(
            "publicGetPublicOpenInterest",
            "instId",
            "data",
            (interest,),
            time_at="ts",
            fixed_parameters={"instType": "SWAP"},
        ),
        doc_url="https://www.okx.com/docs-v5/en/#public-data-websocket-liquidation-orders-channel",
        date_read=READ,
    )


_OKX = "two positions of OKX's own account endpoint; taker fee 0.05 % added"
VENUE = Venue(
    names={"okx": "OKX"},
    rest=ROWS,
    streams=(
        _stream("linear", Quantity("6", "coins"), Quantity("oiCcy", "coins")),
        _stream("inverse", Quantity("5", "contracts"), Quantity("oi", "contracts")),
    ),
    rules=(
        VenueRule("okx", "linear", "unified_linear", 0.0005, "mark", _OKX),
        VenueRule("okx", "inverse", "unified_inverse", 0.0005, "mark", _OKX, missing=NO_INVERSE_TIERS),
    ),
    file_words={("okx", "linear"): ("okx", "linear"), ("okx", "inverse"): ("okx", "inverse")},
)
