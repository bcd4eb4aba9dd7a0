"""dYdX v4: times as ISO 8601; each candle carries the open interest at its start."""

from __future__ import annotations

from liqheat.units import HOUR_MS
from liqheat.venues._common import NO_PUBLIC_LIQUIDATIONS, OHLC_BY_NAME, READ
from liqheat.venues.capture import NOTHING
from liqheat.venues.requests import BookRequest, Endpoint, Quantity, Snapshot, TierRequest
from liqheat.venues.spec import VenueSpec
from liqheat.venues.spec_margin import VenueRule
from liqheat.venues.venue import Venue

_DOC = "https://docs.dydx.xyz/indexer-client/http"
_INTERVALS = {
    "1m": "1MIN",
    "5m": "5MINS",
    "15m": "15MINS",
    "30m": "30MINS",
    "1h": "1HOUR",
    "4h": "4HOURS",
    "1d": "1DAY",
}
_NO_RATIO = "it publishes no ratio of accounts"
_NO_MARK = "positions are valued at an oracle price, of which it publishes no candles"


def _candles(values_at: dict[str, str], quantity: Quantity) -> Endpoint:
    return Endpoint(
        method="indexerGetCandlesPerpetualMarketsMarket",
        page_limit=1000,
        rows_at=("candles",),
        time_at="startedAt",
        time_unit="iso",
        values_at=values_at,
        quantities=(quantity,),
        intervals=_INTERVALS,
        interval_parameter="resolution",
        start_parameter="fromISO",
        end_parameter="toISO",
        request_time_unit="iso",
        bounds_margin_ms=1,  # whether bounds are included is not stated
        market_parameters={"market": "{id}"},
        doc_url=f"{_DOC}#get-candles",
    )


def _market(price_at: str | None, *quantities: Quantity) -> Snapshot:
    return Snapshot(
        method="indexerGetPerpetualMarkets",
        market_parameters={"ticker": "{id}"},
        rows_at=("markets", "{id}"),
        price_at=price_at,
        quantities=quantities,
        doc_url=f"{_DOC}#get-perpetual-markets",
    )


ROWS = (
    VenueSpec(
        venue="dydx",
        contract_kind="linear",
        ccxt_id="dydx",
        candles=_candles(OHLC_BY_NAME, Quantity("baseTokenVolume", "coins")),
        open_interest=_candles({}, Quantity("startingOpenInterest", "coins")),
        open_interest_now=_market(None, Quantity("openInterest", "coins")),
        mark_now=_market("oraclePrice"),
        funding=Endpoint(
            method="indexerGetHistoricalFundingMarket",
            page_limit=100,
            rows_at=("historicalFunding",),
            time_at="effectiveAt",
            time_unit="iso",
            values_at={"rate": "rate"},
            spacing="irregular",
            typical_step_ms=HOUR_MS,
            interval_parameter="",
            start_parameter="",
            end_parameter="effectiveBeforeOrAt",
            request_time_unit="iso",
            market_parameters={"market": "{id}"},
            doc_url=f"{_DOC}#get-historical-funding",
        ),
        depth=BookRequest(
            method="indexerGetOrderbooksPerpetualMarketMarket",
            market_parameters={"market": "{id}"},
            bids_at=("bids",),
            asks_at=("asks",),
            price_at="price",
            size_at="size",
            unit="coins",
            doc_url=f"{_DOC}#get-perpetual-market-orderbook",
        ),
        margin_tiers=TierRequest(
            method="indexerGetPerpetualMarkets",
            market_parameters={"ticker": "{id}"},
            rows_at=("markets", "{id}"),
            unit="quote",
            rate_at="maintenanceMarginFraction",
            initial_rate_at="initialMarginFraction",
            doc_url=f"{_DOC}#get-perpetual-markets",
        ),
        missing={
            "mark": _NO_MARK,
            "accounts": _NO_RATIO,
            "top_accounts": _NO_RATIO,
            "top_positions": _NO_RATIO,
            "liquidations": NO_PUBLIC_LIQUIDATIONS,
        },
        clock=Snapshot(
            method="indexerGetTime",
            time_unit="iso",
            time_path=("iso",),
            doc_url=f"{_DOC}#get-time",
        ),
        rate_limit="100 requests in 10 seconds for each address",
        liquidation_side="none",
        liquidation_price="none",
        capture=NOTHING,
        tier_source="its list of markets, no key; one tier",
        doc_url=_DOC,
        date_read=READ,
    ),
)


VENUE = Venue(
    names={"dydx": "dYdX"},
    rest=ROWS,
    rules=(
        VenueRule(
            "dydx", "linear", "unified_linear", 0.0, "oracle", "dYdX v4-web calculators/subaccount.ts (commit 2248cb63)"
        ),
        VenueRule(
            "dydx",
            "linear",
            "cross_equity_mark",
            0.0,
            "oracle",
            "dYdX v4-web calculators/subaccount.ts (commit 2248cb63)",
            margin_mode="cross",
            missing="the subaccount's equity and other positions",
        ),
    ),
    file_words={("dydx", "linear"): ("dydx", "linear")},
    settles_in="USDC",
)
