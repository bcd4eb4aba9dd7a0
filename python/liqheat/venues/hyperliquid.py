"""Hyperliquid: every question is a POST to one address; open interest only of the present."""

from __future__ import annotations

from liqheat.units import HOUR_MS
from liqheat.venues._common import OHLC_BY_LETTER, READ
from liqheat.venues.capture import NOTHING
from liqheat.venues.requests import BookRequest, Endpoint, Quantity, Snapshot, TierRequest
from liqheat.venues.spec import VenueSpec
from liqheat.venues.spec_margin import VenueRule
from liqheat.venues.spec_stream import (
    CandlePush,
    DepthPush,
    MarkPush,
    Push,
    StreamSpec,
)
from liqheat.venues.venue import Venue

_DOC = "https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint"
_INTERVALS = {name: name for name in ("1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "8h", "12h", "1d")}
_NO_RATIO = "it publishes no ratio of accounts"

ROWS = (
    VenueSpec(
        venue="hyperliquid",
        contract_kind="linear",
        ccxt_id="hyperliquid",
        ccxt_options={"fetchMarkets": {"types": ["swap"]}},
        candles=Endpoint(
            method="publicPostInfo",
            page_limit=5000,
            time_at="t",
            values_at=OHLC_BY_LETTER,
            quantities=(Quantity("v", "coins"),),
            intervals=_INTERVALS,
            limit_parameter="",
            wrapped_in="req",
            market_parameters={"coin": "{baseName}"},
            fixed_parameters={"type": "candleSnapshot"},
            lookback_bars=5000,
            doc_url=f"{_DOC}#candle-snapshot",
        ),
        open_interest_now=Snapshot(
            method="publicPostInfo",
            fixed_parameters={"type": "metaAndAssetCtxs"},
            rows_at=(1, "{info.baseId}"),
            quantities=(Quantity("openInterest", "coins"),),
            doc_url=f"{_DOC}/perpetuals",
        ),
        mark_now=Snapshot(
            method="publicPostInfo",
            fixed_parameters={"type": "metaAndAssetCtxs"},
            rows_at=(1, "{info.baseId}"),
            price_at="markPx",
            doc_url=f"{_DOC}/perpetuals",
        ),
        funding=Endpoint(
            method="publicPostInfo",
            page_limit=500,
            time_at="time",
            values_at={"rate": "fundingRate"},
            spacing="irregular",
            typical_step_ms=HOUR_MS,
            interval_parameter="",
            limit_parameter="",
            market_parameters={"coin": "{baseName}"},
            fixed_parameters={"type": "fundingHistory"},
            doc_url=f"{_DOC}/perpetuals",
        ),
        depth=BookRequest(
            method="publicPostInfo",
            market_parameters={"coin": "{baseName}"},
            fixed_parameters={"type": "l2Book"},
            time_path=("time",),
            bids_at=("levels", 0),
            asks_at=("levels", 1),
            price_at="px",
            size_at="sz",
            unit="coins",
            doc_url=f"{_DOC}#l2-book-snapshot",
        ),
        margin_tiers=TierRequest(
            method="publicPostInfo",
            market_parameters={"id": "{info.marginTableId}"},
            fixed_parameters={"type": "marginTable"},
            rows_at=("marginTiers",),
            unit="quote",
            floor_at="lowerBound",
            max_leverage_at="maxLeverage",
            doc_url="https://hyperliquid.gitbook.io/hyperliquid-docs/trading/margin-tiers",
        ),
        missing={
            "mark": "it publishes no candles of the mark price",
            "open_interest": "it publishes only the present open interest, no history",
            "accounts": _NO_RATIO,
            "top_accounts": _NO_RATIO,
            "top_positions": _NO_RATIO,
            "liquidations": "it publishes none; they stand in fills on the chain",
        },
        rate_limit="1200 weight a minute for each address",
        liquidation_side="none",
        liquidation_price="none",
        capture=NOTHING,
        tier_source="its margin tables, no key; half of the initial rate",
        doc_url=_DOC,
        date_read=READ,
    ),
)


VENUE = Venue(
    names={"hyperliquid": "Hyperliquid"},
    rest=ROWS,
    streams=(
        StreamSpec(
            venue="hyperliquid",
            contract_kind="linear",
            candles=CandlePush(
                Push("watch_ohlcv", "channel", "candle", "data", "s", time_at="t", market_id_field="baseName"),
                prices_at=OHLC_BY_LETTER,
                volume=Quantity("v", "coins"),
            ),
            mark=MarkPush(
                # The push holds no time.
                Push("watch_ticker", "channel", "activeAssetCtx", "data", "coin", market_id_field="baseName"),
                price_at="ctx.markPx",
                open_interest=(Quantity("ctx.openInterest", "coins"),),
            ),
            depth=DepthPush("coins"),
            doc_url="https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket/subscriptions",
            date_read=READ,
        ),
    ),
    rules=(
        VenueRule(
            "hyperliquid", "linear", "unified_linear", 0.0, "mark", "Hyperliquid docs, liquidations and margin tiers"
        ),
        VenueRule(
            "hyperliquid",
            "linear",
            "cross_equity_mark",
            0.0,
            "mark",
            "Hyperliquid docs, liquidations",
            margin_mode="cross",
            missing="the account's equity and other positions",
        ),
    ),
    file_words={("hyperliquid", "linear"): ("hyperliquid", "linear")},
    settles_in="USDC",
)
