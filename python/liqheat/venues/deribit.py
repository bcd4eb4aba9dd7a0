"""Deribit: the present alone; what is missing is stated."""

from __future__ import annotations

from liqheat.units import HOUR_MS
from liqheat.venues._common import READ
from liqheat.venues.capture import NOTHING
from liqheat.venues.requests import BookRequest, Endpoint, Quantity, Snapshot
from liqheat.venues.spec import VenueSpec
from liqheat.venues.spec_margin import VenueRule
from liqheat.venues.venue import Venue

_DERIBIT = "https://docs.deribit.com/api-reference/market-data"
_COLUMNS = "its candles come as one list for each column, which is not read yet"
_NO_RATIO = "it publishes no ratio of accounts"
_NOW_ONLY = "it publishes only the present open interest, no history"
_DERIBIT_BOOK = "publicGetGetOrderBook"
_DERIBIT_OF = {"instrument_name": "{id}"}
_DERIBIT_PAGE = f"{_DERIBIT}/public-get_order_book"

ROWS = (
    VenueSpec(
        venue="deribit",
        contract_kind="inverse",
        ccxt_id="deribit",
        open_interest_now=Snapshot(
            method=_DERIBIT_BOOK,
            market_parameters=_DERIBIT_OF,
            fixed_parameters={"depth": 1},
            rows_at=("result",),
            time_at="timestamp",
            quantities=(Quantity("open_interest", "usd"),),
            doc_url=_DERIBIT_PAGE,
        ),
        mark_now=Snapshot(
            method=_DERIBIT_BOOK,
            market_parameters=_DERIBIT_OF,
            fixed_parameters={"depth": 1},
            rows_at=("result",),
            time_at="timestamp",
            price_at="mark_price",
            doc_url=_DERIBIT_PAGE,
        ),
        funding=Endpoint(
            method="publicGetGetFundingRateHistory",
            page_limit=700,
            rows_at=("result",),
            time_at="timestamp",
            values_at={"rate": "interest_1h"},
            spacing="irregular",
            typical_step_ms=HOUR_MS,
            interval_parameter="",
            start_parameter="start_timestamp",
            end_parameter="end_timestamp",
            limit_parameter="",
            market_parameters=_DERIBIT_OF,
            doc_url=f"{_DERIBIT}/public-get_funding_rate_history",
        ),
        depth=BookRequest(
            method=_DERIBIT_BOOK,
            market_parameters=_DERIBIT_OF,
            fixed_parameters={"depth": 1000},
            time_path=("result", "timestamp"),
            bids_at=("result", "bids"),
            asks_at=("result", "asks"),
            unit="usd",
            doc_url=_DERIBIT_PAGE,
        ),
        missing={
            "candles": _COLUMNS,
            "mark": "it publishes no candles of the mark price",
            "open_interest": _NOW_ONLY,
            "accounts": _NO_RATIO,
            "top_accounts": _NO_RATIO,
            "top_positions": _NO_RATIO,
            "margin_tiers": "it has no tiers: its rate grows with the size of a position",
            "liquidations": "its trades carry a mark of liquidations, which is not read yet",
        },
        rate_limit="20 requests a second for each address",
        liquidation_side="none",
        liquidation_price="none",
        capture=NOTHING,
        tier_source="none: its rate grows with the size of a position",
        doc_url="https://docs.deribit.com",
        date_read=READ,
    ),
)


_DERIBIT = "Deribit support 25944738177565"
_DERIBIT_MISSING = "the venue has no tiers: its rate grows with position size, which this table cannot hold"
VENUE = Venue(
    names={"deribit": "Deribit"},
    rest=ROWS,
    rules=(
        VenueRule("deribit", "linear", "unified_linear", 0.0, "mark", _DERIBIT, missing=_DERIBIT_MISSING),
        VenueRule("deribit", "inverse", "unified_inverse", 0.0, "mark", _DERIBIT, missing=_DERIBIT_MISSING),
    ),
)
