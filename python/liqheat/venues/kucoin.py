"""KuCoin: candles and open interest, no liquidations."""

from __future__ import annotations

from liqheat.venues._common import NO_INVERSE_TIERS, NO_PUBLIC_LIQUIDATIONS, READ
from liqheat.venues.capture import NOTHING
from liqheat.venues.requests import BookRequest, Endpoint, Quantity, Snapshot
from liqheat.venues.spec import VenueSpec
from liqheat.venues.spec_margin import VenueRule
from liqheat.venues.venue import Venue

_KUCOIN = "https://www.kucoin.com/docs-new/rest"
_NO_RATIO = "it publishes no ratio of accounts"
_UNREAD = "it is not read yet"

ROWS = (
    VenueSpec(
        venue="kucoinfutures",
        contract_kind="linear",
        ccxt_id="kucoinfutures",
        candles=Endpoint(
            method="futuresPublicGetKlineQuery",
            page_limit=200,
            rows_at=("data",),
            time_at=0,
            values_at={"open": 1, "high": 2, "low": 3, "close": 4},
            quantities=(Quantity(5, "contracts"),),
            intervals={
                "1m": "1",
                "5m": "5",
                "15m": "15",
                "30m": "30",
                "1h": "60",
                "2h": "120",
                "4h": "240",
                "12h": "720",
                "1d": "1440",
            },
            interval_parameter="granularity",
            start_parameter="from",
            end_parameter="to",
            limit_parameter="",
            market_parameters={"symbol": "{id}"},
            doc_url=f"{_KUCOIN}/futures-trading/market-data/get-klines",
        ),
        open_interest=Endpoint(
            method="utaGetMarketOpenInterest",
            page_limit=200,
            rows_at=("data",),
            time_at="ts",
            quantities=(Quantity("openInterest", "contracts"),),
            intervals={
                "5m": "5min",
                "15m": "15min",
                "30m": "30min",
                "1h": "1hour",
                "4h": "4hour",
                "1d": "1day",
            },
            start_parameter="startAt",
            end_parameter="endAt",
            limit_parameter="pageSize",
            market_parameters={"symbol": "{id}"},
            doc_url=f"{_KUCOIN}/ua/get-futures-open-interset",
        ),
        open_interest_now=Snapshot(
            method="futuresPublicGetContractsSymbol",
            market_parameters={"symbol": "{id}"},
            rows_at=("data",),
            quantities=(Quantity("openInterest", "contracts"),),
            doc_url=f"{_KUCOIN}/futures-trading/market-data/get-symbol",
        ),
        mark_now=Snapshot(
            method="futuresPublicGetContractsSymbol",
            market_parameters={"symbol": "{id}"},
            rows_at=("data",),
            price_at="markPrice",
            doc_url=f"{_KUCOIN}/futures-trading/market-data/get-symbol",
        ),
        depth=BookRequest(
            method="futuresPublicGetLevel2Depth100",
            market_parameters={"symbol": "{id}"},
            bids_at=("data", "bids"),
            asks_at=("data", "asks"),
            unit="contracts",
            doc_url=f"{_KUCOIN}/futures-trading/market-data/get-part-orderbook",
        ),
        missing={
            "mark": _UNREAD,
            "funding": _UNREAD,
            "accounts": _NO_RATIO,
            "top_accounts": _NO_RATIO,
            "top_positions": _NO_RATIO,
            "margin_tiers": "its page of risk limits is not read yet",
            "liquidations": NO_PUBLIC_LIQUIDATIONS,
        },
        rate_limit="2000 weight in 30 seconds for each address",
        liquidation_side="none",
        liquidation_price="none",
        capture=NOTHING,
        tier_source="shipped table, in part",
        doc_url=f"{_KUCOIN}/futures-trading/introduction",
        date_read=READ,
    ),
)


_KUCOIN_SOURCE = "KuCoin announcement of 2025-05-20, support 26694703491737"
VENUE = Venue(
    names={"kucoinfutures": "KuCoin"},
    rest=ROWS,
    rules=(
        VenueRule("kucoinfutures", "linear", "unified_linear", 0.0006, "mark", _KUCOIN_SOURCE),
        VenueRule(
            "kucoinfutures", "inverse", "unified_inverse", 0.0006, "mark", _KUCOIN_SOURCE, missing=NO_INVERSE_TIERS
        ),
        VenueRule(
            "kucoinfutures",
            "linear",
            "kucoin_cross_amr",
            0.0006,
            "mark",
            "KuCoin support 35084431335065; shown to the trader, while the account's risk rate of 100 % triggers",
            margin_mode="cross",
            missing="the account's other positions",
        ),
        VenueRule(
            "kucoinfutures",
            "linear",
            "entry_mm_linear",
            0.0,
            "entry",
            "KuCoin support 4408061803033",
            margin_mode="isolated",
            era="before 2025-05-22",
            missing="tiers of that time",
        ),
        VenueRule(
            "kucoinfutures",
            "linear",
            "entry_mm_abs",
            0.0,
            "entry",
            "KuCoin position endpoint: posMargin, posMaint",
            margin_mode="isolated",
            era="before 2025-05-22, maintenance as reported",
            missing="the maintenance margin that the venue reports with the position",
        ),
    ),
    file_words={("kucoin", "linear"): ("kucoinfutures", "linear")},
)
