"""Gate v4: times in seconds, sizes in contracts; one page of statistics has open interest and all ratios."""

from __future__ import annotations

from liqheat.units import HOUR_MS
from liqheat.venues._common import NO_INVERSE_TIERS, OHLC_BY_LETTER, READ
from liqheat.venues.capture import LAST_HOUR_POLLED
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

_DOC = "https://www.gate.com/docs/developers/apiv4/en"
_PERIODS = {name: name for name in ("5m", "15m", "30m", "1h", "4h", "1d")}
_INTERVALS = {"1m": "1m", **_PERIODS}
_USDT = {"settle": "usdt"}


def _candles(contract: str, *volume: Quantity) -> Endpoint:
    return Endpoint(
        method="publicFuturesGetSettleCandlesticks",
        page_limit=1999,
        time_at="t",
        time_unit="s",
        values_at=OHLC_BY_LETTER,
        quantities=volume,
        intervals=_INTERVALS,
        start_parameter="from",
        end_parameter="to",
        limit_parameter="",  # refused beside from and to
        request_time_unit="s",
        market_parameters={"contract": contract},
        fixed_parameters=_USDT,
        doc_url=f"{_DOC}/#futures-market-k-line-chart",
    )


def _statistic(values_at: dict[str, str], *quantities: Quantity) -> Endpoint:
    return Endpoint(
        method="publicFuturesGetSettleContractStats",
        page_limit=100,
        time_at="time",
        time_unit="s",
        values_at=values_at,
        quantities=quantities,
        intervals=_PERIODS,
        start_parameter="from",
        end_parameter="",
        request_time_unit="s",
        market_parameters={"contract": "{id}"},
        fixed_parameters=_USDT,
        doc_url=f"{_DOC}/#futures-statistics",
    )


ROWS = (
    VenueSpec(
        venue="gate",
        contract_kind="linear",
        ccxt_id="gate",
        ccxt_options={
            "fetchMarkets": {"types": ["swap"]},
            "swap": {"fetchMarkets": {"settlementCurrencies": ["usdt"]}},
        },
        candles=_candles("{id}", Quantity("v", "contracts")),
        mark=_candles("mark_{id}"),
        open_interest=_statistic({}, Quantity("open_interest", "contracts")),
        open_interest_now=Snapshot(
            method="publicFuturesGetSettleContractsContract",
            market_parameters={"contract": "{id}"},
            fixed_parameters=_USDT,
            # The total of long positions, so one side.
            quantities=(Quantity("position_size", "contracts"),),
            doc_url=f"{_DOC}/#get-a-single-contract",
        ),
        mark_now=Snapshot(
            method="publicFuturesGetSettleContractsContract",
            market_parameters={"contract": "{id}"},
            fixed_parameters=_USDT,
            price_at="mark_price",
            doc_url=f"{_DOC}/#get-a-single-contract",
        ),
        funding=Endpoint(
            method="publicFuturesGetSettleFundingRate",
            page_limit=1000,
            time_at="t",
            time_unit="s",
            values_at={"rate": "r"},
            spacing="irregular",
            typical_step_ms=HOUR_MS,
            interval_parameter="",
            start_parameter="from",
            end_parameter="to",
            request_time_unit="s",
            market_parameters={"contract": "{id}"},
            fixed_parameters=_USDT,
            doc_url=f"{_DOC}/#funding-rate-history",
        ),
        long_short={
            "accounts": _statistic({"long_short_ratio": "lsr_account"}),
            "top_accounts": _statistic({"long_short_ratio": "top_lsr_account"}),
            "top_positions": _statistic({"long_short_ratio": "top_lsr_size"}),
        },
        depth=BookRequest(
            method="publicFuturesGetSettleOrderBook",
            market_parameters={"contract": "{id}"},
            fixed_parameters={**_USDT, "limit": 300},
            time_path=("current",),
            time_unit="s",
            bids_at=("bids",),
            asks_at=("asks",),
            price_at="p",
            size_at="s",
            unit="contracts",
            doc_url=f"{_DOC}/#futures-order-book",
        ),
        margin_tiers=TierRequest(
            method="publicFuturesGetSettleRiskLimitTiers",
            market_parameters={"contract": "{id}"},
            fixed_parameters=_USDT,
            unit="quote",
            cap_at="risk_limit",
            rate_at="maintenance_rate",
            max_leverage_at="leverage_max",
            amount_at="deduction",
            doc_url=f"{_DOC}/#query-risk-limit-tiers",
        ),
        liquidations=Endpoint(
            # The unified method sends milliseconds where the venue wants seconds.
            method="publicFuturesGetSettleLiqOrders",
            page_limit=1000,
            time_at="time",
            time_unit="s",
            values_at={"size": "size", "price": "fill_price"},
            spacing="events",
            typical_step_ms=1000,
            interval_parameter="",
            start_parameter="from",
            end_parameter="to",
            request_time_unit="s",
            market_parameters={"contract": "{id}"},
            fixed_parameters=_USDT,
            lookback_ms=HOUR_MS,
            longest_window_ms=HOUR_MS,
            doc_url=f"{_DOC}/#query-liquidation-order-history",
        ),
        missing={},
        rate_limit="200 requests in 10 seconds for each page and address",
        liquidation_side="sign of the POSITION: above 0 is a long that was closed",
        liquidation_price="fill average",
        capture=LAST_HOUR_POLLED,
        tier_source="its risk-limit tiers, no key",
        doc_url=_DOC,
        date_read=READ,
    ),
)


_GATE = "Gate help 27724"
VENUE = Venue(
    names={"gate": "Gate"},
    rest=ROWS,
    streams=(
        StreamSpec(
            venue="gate",
            contract_kind="linear",
            candles=CandlePush(
                Push(
                    "watch_ohlcv",
                    "channel",
                    "futures.candlesticks",
                    "result",
                    "n",
                    r"[^_]+_(.+)",
                    time_at="t",
                    time_unit_ms=1000,
                    also={"event": "update"},
                ),
                prices_at=OHLC_BY_LETTER,
                volume=Quantity("v", "contracts"),
            ),
            mark=MarkPush(
                Push(
                    "watch_ticker",
                    "channel",
                    "futures.tickers",
                    "result",
                    "contract",
                    time_at="^time",
                    time_unit_ms=1000,
                    also={"event": "update"},
                ),
                price_at="mark_price",
                open_interest=(Quantity("total_size", "contracts"),),
            ),
            depth=DepthPush("contracts", limit=100),
            doc_url="https://www.gate.com/docs/developers/futures/ws/en/",
            date_read=READ,
        ),
    ),
    rules=(
        VenueRule("gate", "linear", "unified_linear", 0.00075, "mark", _GATE),
        VenueRule("gate", "inverse", "unified_inverse", 0.00075, "mark", _GATE, missing=NO_INVERSE_TIERS),
    ),
    file_words={("gate", "linear"): ("gate", "linear")},
)
