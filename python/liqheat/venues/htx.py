"""HTX: open interest alone; what is missing is stated."""

from __future__ import annotations

from liqheat.venues._common import READ
from liqheat.venues.capture import NOTHING
from liqheat.venues.requests import Endpoint, Quantity
from liqheat.venues.spec import VenueSpec
from liqheat.venues.spec_margin import VenueRule
from liqheat.venues.venue import Venue

_HTX = "https://www.htx.com/en-us/opend/newApiPages"
_UNREAD = "it is not read yet"

ROWS = (
    VenueSpec(
        venue="htx",
        contract_kind="linear",
        ccxt_id="htx",
        ccxt_options={"fetchMarkets": {"types": {"spot": False, "linear": True, "inverse": False}}},
        open_interest=Endpoint(
            method="contractPublicGetLinearSwapApiV1SwapHisOpenInterest",
            page_limit=200,
            rows_at=("data", "tick"),
            time_at="ts",
            quantities=(Quantity("volume", "coins"),),
            intervals={"1h": "60min", "4h": "4hour", "12h": "12hour", "1d": "1day"},
            interval_parameter="period",
            start_parameter="",
            end_parameter="",
            limit_parameter="size",
            market_parameters={"contract_code": "{id}"},
            fixed_parameters={"contract_type": "swap", "amount_type": 2},
            lookback_bars=200,
            doc_url=_HTX,
        ),
        missing={
            "candles": "whether its volume counts one side or both is not on file",
            "mark": _UNREAD,
            "open_interest_now": _UNREAD,
            "mark_now": _UNREAD,
            "funding": _UNREAD,
            "accounts": _UNREAD,
            "top_accounts": "its ratios of elite accounts are not read yet",
            "top_positions": "its ratios of elite accounts are not read yet",
            "depth": _UNREAD,
            "margin_tiers": "its ladder by leverage and contracts is not on file",
            "liquidations": "its page of liquidation orders is not read yet",
        },
        rate_limit="240 requests in 3 seconds for each address",
        liquidation_side="side of the closing order: sell closed a long",
        liquidation_price="bankruptcy",
        capture=NOTHING,
        tier_source="none: its adjust factors are not on file",
        doc_url=_HTX,
        date_read=READ,
    ),
)


_HTX_SOURCE = "HTX position endpoint: rate = adjust factor / leverage, one linear and one inverse position"
_HTX_MISSING = "the adjust factor ladder (by leverage and contracts) is not on file"
VENUE = Venue(
    names={"htx": "HTX"},
    rest=ROWS,
    rules=(
        VenueRule("htx", "linear", "unified_linear", 0.0, "mark", _HTX_SOURCE, missing=_HTX_MISSING),
        VenueRule("htx", "inverse", "unified_inverse", 0.0, "mark", _HTX_SOURCE, missing=_HTX_MISSING),
    ),
)
