"""Kraken Futures, linear perpetuals (PF_): sizes in coins; open interest only of the present."""

from __future__ import annotations

from liqheat.units import HOUR_MS
from liqheat.venues._common import OHLC_BY_NAME, READ
from liqheat.venues.capture import NOTHING
from liqheat.venues.requests import BookRequest, Endpoint, Quantity, Snapshot
from liqheat.venues.spec import VenueSpec
from liqheat.venues.spec_margin import VenueRule
from liqheat.venues.venue import Venue

_DOC = "https://docs.kraken.com/api/docs/futures-api"
_INTERVALS = {name: name for name in ("1m", "5m", "15m", "30m", "1h", "4h", "12h", "1d")}
_NO_RATIO = "it publishes no ratio of accounts"


def _candles(price_type: str, *volume: Quantity) -> Endpoint:
    return Endpoint(
        method="chartsGetPriceTypeSymbolInterval",
        page_limit=2000,
        rows_at=("candles",),
        time_at="time",
        values_at=OHLC_BY_NAME,
        quantities=volume,
        intervals=_INTERVALS,
        start_parameter="from",
        end_parameter="to",
        limit_parameter="",
        request_time_unit="s",
        market_parameters={"symbol": "{id}"},
        fixed_parameters={"price_type": price_type},
        doc_url="https://docs.kraken.com/api-reference/candles/market-candles",
    )


def _ticker(price_at: str | None, *quantities: Quantity) -> Snapshot:
    return Snapshot(
        method="publicGetTickersSymbol",
        market_parameters={"symbol": "{id}"},
        rows_at=("ticker",),
        time_unit="iso",
        time_path=("serverTime",),
        price_at=price_at,
        quantities=quantities,
        doc_url=f"{_DOC}/trading/get-ticker",
    )


ROWS = (
    VenueSpec(
        venue="krakenfutures",
        contract_kind="linear",
        ccxt_id="krakenfutures",
        candles=_candles("trade", Quantity("volume", "coins")),
        mark=_candles("mark"),
        open_interest_now=_ticker(None, Quantity("openInterest", "coins")),
        mark_now=_ticker("markPrice"),
        funding=Endpoint(
            method="publicGetHistoricalfundingrates",
            page_limit=10_000,
            rows_at=("rates",),
            time_at="timestamp",
            time_unit="iso",
            # fundingRate is an amount of money for one contract.
            values_at={"rate": "relativeFundingRate"},
            spacing="irregular",
            typical_step_ms=HOUR_MS,
            interval_parameter="",
            start_parameter="",
            end_parameter="",
            limit_parameter="",
            market_parameters={"symbol": "{id}"},
            doc_url=f"{_DOC}/trading/historical-funding-rates",
        ),
        depth=BookRequest(
            method="publicGetOrderbook",
            market_parameters={"symbol": "{id}"},
            time_unit="iso",
            time_path=("serverTime",),
            bids_at=("orderBook", "bids"),
            asks_at=("orderBook", "asks"),
            unit="coins",
            doc_url=f"{_DOC}/trading/get-orderbook",
        ),
        missing={
            "open_interest": "it publishes only the present open interest, no history",
            "accounts": _NO_RATIO,
            "top_accounts": _NO_RATIO,
            "top_positions": _NO_RATIO,
            "margin_tiers": "the margin levels in its list of instruments are not read yet",
            "liquidations": "they stand among its executions (2022 on), which are not read yet",
        },
        clock=Snapshot(
            method="publicGetTickers",
            time_unit="iso",
            time_path=("serverTime",),
            doc_url=f"{_DOC}/trading/get-tickers",
        ),
        rate_limit="500 weight in 10 seconds",
        liquidation_side="none",
        liquidation_price="none",
        capture=NOTHING,
        tier_source="none: its margin levels are not on file",
        doc_url=_DOC,
        date_read=READ,
    ),
)


_KRAKEN = "Kraken Futures instruments endpoint, marginLevels"
_KRAKEN_MISSING = "the margin levels (maintenance = half of initial margin) are not on file"
VENUE = Venue(
    names={"krakenfutures": "Kraken"},
    rest=ROWS,
    rules=(
        VenueRule("krakenfutures", "linear", "unified_linear", 0.0, "mark", _KRAKEN, missing=_KRAKEN_MISSING),
        VenueRule("krakenfutures", "inverse", "unified_inverse", 0.0, "mark", _KRAKEN, missing=_KRAKEN_MISSING),
    ),
)
