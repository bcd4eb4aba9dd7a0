"""MEXC: the present alone; what is missing is stated."""

from __future__ import annotations

from liqheat.venues._common import NO_INVERSE_TIERS, NO_PUBLIC_LIQUIDATIONS, READ
from liqheat.venues.capture import NOTHING
from liqheat.venues.requests import BookRequest, Quantity, Snapshot
from liqheat.venues.spec import VenueSpec
from liqheat.venues.spec_margin import VenueRule
from liqheat.venues.venue import Venue

_MEXC = "https://www.mexc.com/api-docs/futures/market-endpoints"
_COLUMNS = "its candles come as one list for each column, which is not read yet"
_NO_RATIO = "it publishes no ratio of accounts"
_UNREAD = "it is not read yet"
_NOW_ONLY = "it publishes only the present open interest, no history"
_MEXC_TICKER = f"{_MEXC}/get-contract-market-data"

ROWS = (
    VenueSpec(
        venue="mexc",
        contract_kind="linear",
        ccxt_id="mexc",
        ccxt_options={"defaultType": "swap"},
        open_interest_now=Snapshot(
            method="contractPublicGetTicker",
            market_parameters={"symbol": "{id}"},
            rows_at=("data",),
            time_at="timestamp",
            quantities=(Quantity("holdVol", "contracts"),),
            doc_url=_MEXC_TICKER,
        ),
        mark_now=Snapshot(
            method="contractPublicGetTicker",
            market_parameters={"symbol": "{id}"},
            rows_at=("data",),
            time_at="timestamp",
            price_at="fairPrice",
            doc_url=_MEXC_TICKER,
        ),
        depth=BookRequest(
            method="contractPublicGetDepthSymbol",
            market_parameters={"symbol": "{id}"},
            time_path=("data", "timestamp"),
            bids_at=("data", "bids"),
            asks_at=("data", "asks"),
            unit="contracts",
            doc_url=f"{_MEXC}/get-contract-depth-information",
        ),
        missing={
            "candles": _COLUMNS,
            "mark": _COLUMNS,
            "open_interest": _NOW_ONLY,
            "funding": _UNREAD,
            "accounts": _NO_RATIO,
            "top_accounts": _NO_RATIO,
            "top_positions": _NO_RATIO,
            "margin_tiers": "it gives a rule in place of a list, which is not read yet",
            "liquidations": NO_PUBLIC_LIQUIDATIONS,
        },
        rate_limit="20 requests in 2 seconds for each page",
        liquidation_side="none",
        liquidation_price="none",
        capture=NOTHING,
        tier_source="shipped table, in part",
        doc_url=_MEXC,
        date_read=READ,
    ),
)


_MEXC_SOURCE = "MEXC liquidation guide; one real position fits mark valuation with the fee"
VENUE = Venue(
    names={"mexc": "MEXC"},
    rest=ROWS,
    rules=(
        VenueRule("mexc", "linear", "unified_linear", 0.0006, "mark", _MEXC_SOURCE),
        VenueRule("mexc", "inverse", "unified_inverse", 0.0006, "mark", _MEXC_SOURCE, missing=NO_INVERSE_TIERS),
        VenueRule(
            "mexc",
            "linear",
            "entry_mm_linear",
            0.0,
            "entry",
            "MEXC liquidation guide, commission excluded",
            margin_mode="isolated",
            era="published guide",
            missing="agreement with real positions, which the current row fits",
        ),
    ),
)
