"""The stream table: one row for each venue and contract kind that is followed live. Adding one touches no control flow.

Read on 2026-11-22 from the pages named in each row and from ccxt.pro 4.5.90.
"""

from __future__ import annotations

from liqheat.exchanges.requests import Quantity
from liqheat.exchanges.spec_stream import (
    CandlePush,
    DepthPush,
    Executed,
    LiquidationPush,
    MarkPush,
    Poll,
    Push,
    StreamSpec,
)
from liqheat.records import ContractKind

_READ = "2026-11-22"
_LIST_OHLC = {"open": "1", "high": "2", "low": "3", "close": "4"}
_LETTER_OHLC = {"open": "o", "high": "h", "low": "l", "close": "c"}
_WORD_OHLC = {name: name for name in ("open", "high", "low", "close")}
# Their bars of 6 h and more open at 16:00 UTC otherwise.
_OKX_UTC = {"6h": "6Hutc", "12h": "12Hutc", "1d": "1Dutc"}


def _binance_row(
    venue: str, contract_kind: ContractKind, quantity: Quantity, capture: str, poll: str, doc_url: str
) -> StreamSpec:
    unit = quantity.unit
    return StreamSpec(
        venue=venue,
        contract_kind=contract_kind,
        candles=CandlePush(
            Push("watch_ohlcv", "e", "kline", "k", "s", time_at="t"),
            prices_at=_LETTER_OHLC,
            volume=Quantity("v", unit),
        ),
        mark=MarkPush(Push("watch_mark_price", "e", "markPriceUpdate", "", "s", time_at="E"), price_at="p"),
        liquidations=LiquidationPush(
            Push("watch_liquidations", "e", "forceOrder", "o", "s", time_at="T"),
            side_at="S",
            side_means="order",
            # z and ap are what was filled in all; l, which ccxt takes, only the last fill. An order that has not been
            # filled yet still shows that a position is being closed by force.
            amounts=(
                Executed("ap", Quantity("z", unit), "fill average"),
                Executed("p", Quantity("q", unit), "order price, not filled yet"),
            ),
            capture=capture,
        ),
        depth=DepthPush(unit, limit=500),
        open_interest=Poll(poll, "symbol", "", (Quantity("openInterest", unit),), time_at="time"),
        # One connection for all but the books, so that a quiet feed is known to be alive by the others.
        ccxt_options={"streamLimits": {"linear": 1, "inverse": 1}},
        doc_url=doc_url,
        date_read=_READ,
    )


def _bybit_row(contract_kind: ContractKind, volume: Quantity) -> StreamSpec:
    unit = volume.unit
    by_topic = r".*\.([^.]+)"
    return StreamSpec(
        venue="bybit",
        contract_kind=contract_kind,
        candles=CandlePush(
            Push("watch_ohlcv", "topic", "kline.", "data", "^topic", by_topic, time_at="start"),
            prices_at=_WORD_OHLC,
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
            capture="complete",
        ),
        depth=DepthPush(unit, limit=200),
        doc_url="https://bybit-exchange.github.io/docs/v5/websocket/public/all-liquidation",
        date_read=_READ,
    )


def _okx_row(contract_kind: ContractKind, volume: Quantity, interest: Quantity) -> StreamSpec:
    return StreamSpec(
        venue="okx",
        contract_kind=contract_kind,
        candles=CandlePush(
            Push("watch_ohlcv", "arg.channel", "candle", "data", "^arg.instId", time_at="0"),
            prices_at=_LIST_OHLC,
            volume=volume,
            intervals=_OKX_UTC,
        ),
        mark=MarkPush(
            Push("watch_mark_price", "arg.channel", "mark-price", "data", "instId", time_at="ts"), price_at="markPx"
        ),
        liquidations=LiquidationPush(
            Push(
                "watch_liquidations_for_symbols",
                "arg.channel",
                "liquidation-orders",
                "data",
                "instId",
                time_at="ts",
            ),
            side_at="side",
            side_means="order",
            amounts=(Executed("bkPx", Quantity("sz", "contracts"), "bankruptcy"),),
            capture="at most one order per contract and second",
            details_at="details",
            position_side_at="posSide",
            is_for_all=True,
        ),
        depth=DepthPush("contracts", limit=400),
        open_interest=Poll(
            "publicGetPublicOpenInterest",
            "instId",
            "data",
            (interest,),
            time_at="ts",
            fixed_parameters={"instType": "SWAP"},
        ),
        doc_url="https://www.okx.com/docs-v5/en/#public-data-websocket-liquidation-orders-channel",
        date_read=_READ,
    )


_ROWS = (
    _binance_row(
        "binanceusdm",
        "linear",
        Quantity("", "coins"),
        "largest per second",
        "fapiPublicGetOpenInterest",
        "https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams",
    ),
    _binance_row(
        "binancecoinm",
        "inverse",
        Quantity("", "contracts"),
        "latest per second",
        "dapiPublicGetOpenInterest",
        "https://developers.binance.com/docs/derivatives/coin-margined-futures/websocket-market-streams",
    ),
    _bybit_row("linear", Quantity("volume", "coins")),
    _bybit_row("inverse", Quantity("volume", "usd")),
    _okx_row("linear", Quantity("6", "coins"), Quantity("oiCcy", "coins")),
    _okx_row("inverse", Quantity("5", "contracts"), Quantity("oi", "contracts")),
    StreamSpec(
        venue="hyperliquid",
        contract_kind="linear",
        candles=CandlePush(
            Push("watch_ohlcv", "channel", "candle", "data", "s", time_at="t", market_id_field="baseName"),
            prices_at=_LETTER_OHLC,
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
        date_read=_READ,
    ),
    StreamSpec(
        venue="bitget",
        contract_kind="linear",
        candles=CandlePush(
            Push("watch_ohlcv", "arg.channel", "candle", "data", "^arg.instId", time_at="0"),
            prices_at=_LIST_OHLC,
            volume=Quantity("5", "coins"),
        ),
        mark=MarkPush(
            Push("watch_ticker", "arg.channel", "ticker", "data", "instId", time_at="ts"),
            price_at="markPrice",
            open_interest=(Quantity("holdingAmount", "coins"),),
        ),
        depth=DepthPush("coins"),
        ccxt_options={"timeframes": _OKX_UTC},
        doc_url="https://www.bitget.com/api-doc/contract/websocket/public/Candlesticks-Channel",
        date_read=_READ,
    ),
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
            prices_at=_LETTER_OHLC,
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
        date_read=_READ,
    ),
)

STREAMS: dict[tuple[str, ContractKind], StreamSpec] = {(row.venue, row.contract_kind): row for row in _ROWS}
"""The table; its key is (venue, contract kind)."""
