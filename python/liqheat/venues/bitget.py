"""Bitget v2: candles end at their end time, sizes in coins; open interest only of the present."""

from __future__ import annotations

from liqheat.units import DAY_MS, HOUR_MS
from liqheat.venues._common import (
    NO_INVERSE_TIERS,
    NO_PUBLIC_LIQUIDATIONS,
    OHLC_BY_POSITION,
    READ,
    STREAM_LIST_OHLC,
    UTC_INTERVALS,
)
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

_DOC = "https://www.bitget.com/api-doc/contract"
_INTERVALS = {
    **{name: name for name in ("1m", "3m", "5m", "15m", "30m")},
    **{name: name.upper() for name in ("1h", "2h", "4h")},
    # Without "utc" bars of 6 h and more open at 16:00 UTC.
    **{name: f"{name.upper()}utc" for name in ("6h", "12h", "1d")},
}
_OF_SYMBOL = {"symbol": "{id}"}
_USDT = {"productType": "USDT-FUTURES"}


def _candles(method: str, page: str, fixed: dict[str, object], *volume: Quantity, archive: str = "") -> Endpoint:
    return Endpoint(
        method=f"publicMixGetV2MixMarket{method}",
        archive_method=f"publicMixGetV2MixMarket{archive}" if archive else "",
        archive_after_bars=1000 if archive else 0,  # the recent page holds 30 days, less for short candles
        page_limit=200,  # of the archive; the recent page gives 1000
        rows_at=("data",),
        time_at=0,
        values_at=OHLC_BY_POSITION,
        quantities=volume,
        intervals=_INTERVALS,
        interval_parameter="granularity",
        market_parameters=_OF_SYMBOL,
        fixed_parameters={**_USDT, **fixed},
        bounds_margin_ms=1,  # whether bounds are included is not stated; what lies outside is left out here
        longest_window_ms=90 * DAY_MS,
        doc_url=f"{_DOC}/market/{page}",
    )


ROWS = (
    VenueSpec(
        venue="bitget",
        contract_kind="linear",
        ccxt_id="bitget",
        ccxt_options={"fetchMarkets": {"types": ["swap"]}},
        candles=_candles("Candles", "Get-Candle-Data", {}, Quantity(5, "coins"), archive="HistoryCandles"),
        mark=_candles("HistoryMarkCandles", "Get-History-Mark-Candle-Data", {}),
        open_interest_now=Snapshot(
            method="publicMixGetV2MixMarketOpenInterest",
            market_parameters=_OF_SYMBOL,
            fixed_parameters=_USDT,
            rows_at=("data", "openInterestList", 0),
            time_path=("data", "ts"),
            quantities=(Quantity("size", "coins"),),
            doc_url=f"{_DOC}/market/Get-Open-Interest",
        ),
        mark_now=Snapshot(
            method="publicMixGetV2MixMarketSymbolPrice",
            market_parameters=_OF_SYMBOL,
            fixed_parameters=_USDT,
            rows_at=("data", 0),
            time_at="ts",
            price_at="markPrice",
            doc_url=f"{_DOC}/market/Get-Symbol-Price",
        ),
        funding=Endpoint(
            method="publicMixGetV2MixMarketHistoryFundRate",
            page_limit=100,
            rows_at=("data",),
            time_at="fundingTime",
            values_at={"rate": "fundingRate"},
            spacing="irregular",
            typical_step_ms=HOUR_MS,
            interval_parameter="",
            start_parameter="",
            end_parameter="",
            limit_parameter="pageSize",
            page_parameter="pageNo",
            market_parameters=_OF_SYMBOL,
            fixed_parameters=_USDT,
            doc_url=f"{_DOC}/market/Get-History-Funding-Rate",
        ),
        long_short={
            "accounts": Endpoint(
                method="publicMixGetV2MixMarketAccountLongShort",
                page_limit=500,
                rows_at=("data",),
                time_at="ts",
                values_at={"long_share": "longAccountRatio"},
                intervals={name: name for name in ("5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1d")},
                interval_parameter="period",
                start_parameter="",
                end_parameter="",
                limit_parameter="",
                market_parameters=_OF_SYMBOL,
                doc_url="https://www.bitget.com/api-doc/common/apidata/Account-Long-Short",
            )
        },
        depth=BookRequest(
            method="publicMixGetV2MixMarketMergeDepth",
            market_parameters=_OF_SYMBOL,
            fixed_parameters={**_USDT, "limit": "max"},
            time_path=("data", "ts"),
            bids_at=("data", "bids"),
            asks_at=("data", "asks"),
            unit="coins",
            doc_url=f"{_DOC}/market/Get-Merge-Depth",
        ),
        margin_tiers=TierRequest(
            method="publicMixGetV2MixMarketQueryPositionLever",
            market_parameters=_OF_SYMBOL,
            fixed_parameters=_USDT,
            rows_at=("data",),
            unit="quote",
            floor_at="startUnit",
            cap_at="endUnit",
            rate_at="keepMarginRate",
            max_leverage_at="leverage",
            doc_url=f"{_DOC}/position/Get-Query-Position-Lever",
        ),
        missing={
            "open_interest": "it publishes only the present open interest, no history",
            "top_accounts": "it has no ratio of its largest accounts",
            "top_positions": "its position ratio needs a key",
            "liquidations": NO_PUBLIC_LIQUIDATIONS,
        },
        rate_limit="20 requests a second for each address; ratios 1 a second",
        liquidation_side="none",
        liquidation_price="none",
        capture=NOTHING,
        tier_source="its position tiers, no key; amounts follow from the rates",
        doc_url=f"{_DOC}/market/Get-Open-Interest",
        date_read=READ,
    ),
)


_BITGET = "Bitget support 12560603808759, 2025-09-18"
VENUE = Venue(
    names={"bitget": "Bitget"},
    rest=ROWS,
    streams=(
        StreamSpec(
            venue="bitget",
            contract_kind="linear",
            candles=CandlePush(
                Push("watch_ohlcv", "arg.channel", "candle", "data", "^arg.instId", time_at="0"),
                prices_at=STREAM_LIST_OHLC,
                volume=Quantity("5", "coins"),
            ),
            mark=MarkPush(
                Push("watch_ticker", "arg.channel", "ticker", "data", "instId", time_at="ts"),
                price_at="markPrice",
                open_interest=(Quantity("holdingAmount", "coins"),),
            ),
            depth=DepthPush("coins"),
            ccxt_options={"timeframes": UTC_INTERVALS},
            doc_url="https://www.bitget.com/api-doc/contract/websocket/public/Candlesticks-Channel",
            date_read=READ,
        ),
    ),
    rules=(
        VenueRule("bitget", "linear", "unified_linear", 0.0006, "mark", _BITGET),
        VenueRule("bitget", "inverse", "unified_inverse", 0.0006, "mark", _BITGET, missing=NO_INVERSE_TIERS),
    ),
    file_words={("bitget", "linear"): ("bitget", "linear")},
)
