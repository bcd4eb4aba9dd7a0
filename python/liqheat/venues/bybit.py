"""Bybit v5: newest first, bounds included; open interest counts BOTH sides."""

from __future__ import annotations

from typing import Literal

from liqheat.records import ContractKind
from liqheat.units import HOUR_MS
from liqheat.venues._common import IN_STREAM_ONLY, NO_INVERSE_TIERS, OHLC_BY_NAME, OHLC_BY_POSITION, READ
from liqheat.venues.capture import COMPLETE
from liqheat.venues.requests import BookRequest, Endpoint, Quantity, Snapshot, TierRequest, Unit
from liqheat.venues.spec import VenueSpec
from liqheat.venues.spec_margin import VenueRule
from liqheat.venues.spec_stream import (
    CandlePush,
    DepthPush,
    Executed,
    LiquidationPush,
    MarkPush,
    Push,
    StreamSpec,
)
from liqheat.venues.venue import Venue

_DOC = "https://bybit-exchange.github.io/docs/v5/market"
_KLINE = {
    "1m": "1",
    "3m": "3",
    "5m": "5",
    "15m": "15",
    "30m": "30",
    "1h": "60",
    "2h": "120",
    "4h": "240",
    "6h": "360",
    "12h": "720",
    "1d": "D",
}
_PERIOD = {"5m": "5min", "15m": "15min", "30m": "30min", "1h": "1h", "4h": "4h", "1d": "1d"}
_NO_TOP = "it has no ratio of its largest accounts"
# singleOpenInterest came with the page of 2026-06-11.
_ONE_SIDE_FIRST = (("singleOpenInterest", 1), ("openInterest", 2))


def _candles(method: str, category: str, doc_url: str, *volume: Quantity) -> Endpoint:
    return Endpoint(
        method=method,
        page_limit=1000,
        rows_at=("result", "list"),
        time_at=0,
        values_at=OHLC_BY_POSITION,
        quantities=volume,
        intervals=_KLINE,
        market_parameters={"symbol": "{id}"},
        fixed_parameters={"category": category},
        start_parameter="start",
        end_parameter="end",
        doc_url=doc_url,
    )


def _row(
    category: ContractKind,
    unit: Unit,
    tier_unit: Literal["quote", "coins"],
) -> VenueSpec:
    of_symbol = {"symbol": "{id}"}
    of_category = {"category": category}
    interest = tuple(Quantity(name, unit, sides) for name, sides in _ONE_SIDE_FIRST)
    return VenueSpec(
        venue="bybit",
        contract_kind=category,
        ccxt_id="bybit",
        ccxt_options={"fetchMarkets": {"types": [category]}},
        candles=_candles("publicGetV5MarketKline", category, f"{_DOC}/kline", Quantity(5, unit)),
        mark=_candles("publicGetV5MarketMarkPriceKline", category, f"{_DOC}/mark-kline"),
        open_interest=Endpoint(
            method="publicGetV5MarketOpenInterest",
            page_limit=200,
            rows_at=("result", "list"),
            time_at="timestamp",
            quantities=interest,
            intervals=_PERIOD,
            interval_parameter="intervalTime",
            market_parameters=of_symbol,
            fixed_parameters=of_category,
            doc_url=f"{_DOC}/open-interest",
        ),
        open_interest_now=Snapshot(
            method="publicGetV5MarketTickers",
            rows_at=("result", "list", 0),
            time_path=("time",),
            quantities=interest,
            market_parameters=of_symbol,
            fixed_parameters=of_category,
            doc_url=f"{_DOC}/tickers",
        ),
        mark_now=Snapshot(
            method="publicGetV5MarketTickers",
            rows_at=("result", "list", 0),
            time_path=("time",),
            price_at="markPrice",
            market_parameters=of_symbol,
            fixed_parameters=of_category,
            doc_url=f"{_DOC}/tickers",
        ),
        funding=Endpoint(
            method="publicGetV5MarketFundingHistory",
            page_limit=200,
            rows_at=("result", "list"),
            time_at="fundingRateTimestamp",
            values_at={"rate": "fundingRate"},
            spacing="irregular",
            typical_step_ms=HOUR_MS,
            interval_parameter="",
            market_parameters=of_symbol,
            fixed_parameters=of_category,
            doc_url=f"{_DOC}/history-fund-rate",
        ),
        long_short={
            "accounts": Endpoint(
                method="publicGetV5MarketAccountRatio",
                page_limit=500,
                rows_at=("result", "list"),
                time_at="timestamp",
                values_at={"long_share": "buyRatio"},
                intervals=_PERIOD,
                interval_parameter="period",
                market_parameters=of_symbol,
                fixed_parameters=of_category,
                doc_url=f"{_DOC}/long-short-ratio",
            )
        },
        depth=BookRequest(
            method="publicGetV5MarketOrderbook",
            market_parameters=of_symbol,
            fixed_parameters={**of_category, "limit": 1000},
            time_path=("result", "ts"),
            bids_at=("result", "b"),
            asks_at=("result", "a"),
            unit=unit,
            doc_url=f"{_DOC}/orderbook",
        ),
        margin_tiers=TierRequest(
            method="publicGetV5MarketRiskLimit",
            market_parameters=of_symbol,
            fixed_parameters=of_category,
            rows_at=("result", "list"),
            unit=tier_unit,
            cap_at="riskLimitValue",
            rate_at="maintenanceMargin",
            rate_may_be_percent=True,
            max_leverage_at="maxLeverage",
            amount_at="mmDeduction",
            doc_url=f"{_DOC}/risk-limit",
        ),
        missing={"top_accounts": _NO_TOP, "top_positions": _NO_TOP, "liquidations": IN_STREAM_ONLY},
        forbidden_means="the venue does not serve this location, or had too many requests from it: wait ten minutes",
        rate_limit="600 requests in 5 seconds for each address",
        liquidation_side="side of the POSITION: Buy is a long that was closed",
        liquidation_price="bankruptcy",
        capture=COMPLETE,
        tier_source="its risk-limit page, no key",
        doc_url=_DOC,
        date_read=READ,
    )


ROWS = (
    _row("linear", "coins", "quote"),
    _row("inverse", "usd", "coins"),
)


def _stream(contract_kind: ContractKind, volume: Quantity) -> StreamSpec:
    unit = volume.unit
    by_topic = r".*\.([^.]+)"
    return StreamSpec(
        venue="bybit",
        contract_kind=contract_kind,
        candles=CandlePush(
            Push("watch_ohlcv", "topic", "kline.", "data", "^topic", by_topic, time_at="start"),
            prices_at=OHLC_BY_NAME,
            volume=volume,
        ),
        mark=MarkPush(
            Push("watch_ticker", "topic", "tickers.", "data", "symbol", time_at="^ts"),
            price_at="markPrice",
            # openInterest counts BOTH sides; singleOpenInterest came with the page of 2026-06-11.
            open_interest=(Quantity("singleOpenInterest", unit), Quantity("openInterest", unit, sides=2)),
            is_partial=True,
        ),
        liquidations=LiquidationPush(
            Push("watch_liquidations", "topic", "allLiquidation.", "data", "s", time_at="T"),
            side_at="S",
            side_means="position",
            amounts=(Executed("p", Quantity("v", unit), "bankruptcy"),),
            capture=COMPLETE,
        ),
        depth=DepthPush(unit, limit=200),
        doc_url="https://bybit-exchange.github.io/docs/v5/websocket/public/all-liquidation",
        date_read=READ,
    )


_BYBIT = "Bybit help, Liquidation Price Calculation under Isolated Mode (UTA), 2026-05-27"
VENUE = Venue(
    names={"bybit": "Bybit"},
    rest=ROWS,
    streams=(
        _stream("linear", Quantity("volume", "coins")),
        _stream("inverse", Quantity("volume", "usd")),
    ),
    rules=(
        VenueRule("bybit", "linear", "unified_linear", 0.0, "mark", _BYBIT),
        VenueRule("bybit", "inverse", "unified_inverse", 0.0, "mark", _BYBIT, missing=NO_INVERSE_TIERS),
        VenueRule(
            "bybit",
            "linear",
            "entry_mm_linear",
            0.0,
            "entry",
            "Bybit help pages before mid-2025",
            margin_mode="isolated",
            era="before 2025-07",
            missing="tiers of that time",
        ),
    ),
    file_words={("bybit", "linear"): ("bybit", "linear"), ("bybit", "inverse"): ("bybit", "inverse")},
)
