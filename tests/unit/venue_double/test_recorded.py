"""The double beside what was recorded from the venues: the same fields, the same shapes."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.venue_double import ReplayVenue, recorded_answers

REST = [
    # path, file, where its object stands; fields that are newer than the recording
    ("/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=2", "binance/nautilus/klines_response", (0,), ()),
    ("/fapi/v1/premiumIndex?symbol=BTCUSDT", "binance/nautilus/py__http_futures_market_premium_index", (), ()),
    ("/fapi/v1/depth?symbol=BTCUSDT&limit=5", "binance/nautilus/py__http_futures_market_depth", (), ()),
    ("/fapi/v1/openInterest?symbol=BTCUSDT", "binance/nautilus/py__http_futures_market_open_interest", (), ()),
    (
        "/futures/data/openInterestHist?symbol=BTCUSDT&period=5m",
        "binance/nautilus/py__http_futures_market_open_interest_historical",
        (0,),
        (),
    ),
    (
        "/futures/data/topLongShortPositionRatio?symbol=BTCUSDT&period=5m",
        "binance/nautilus/py__http_futures_market_top_long_short_position_ratio",
        (0,),
        (),
    ),
    (
        "/futures/data/takerlongshortRatio?symbol=BTCUSDT&period=5m",
        "binance/nautilus/py__http_futures_market_taker_long_short_ratio",
        (0,),
        (),
    ),
    (
        "/v5/market/kline?category=linear&symbol=BTCUSDT&interval=1",
        "bybit/nautilus/http_get_klines_linear",
        ("result", "list", 0),
        (),
    ),
    (
        "/v5/market/funding/history?category=linear&symbol=BTCUSDT",
        "bybit/nautilus/http_get_funding_history",
        ("result", "list", 0),
        (),
    ),
    (
        "/v5/market/orderbook?category=linear&symbol=BTCUSDT",
        "bybit/nautilus/http_get_orderbook",
        ("result",),
        (),
    ),
    (
        "/v5/market/instruments-info?category=linear",
        "bybit/nautilus/http_get_instruments_linear",
        ("result", "list", 0),
        (),
    ),
    (
        "/api/v5/public/instruments?instType=SWAP",
        "okx/nautilus/http_get_instruments_swap",
        ("data", 0),
        (),
    ),
    ("/api/v5/public/mark-price?instId=BTC-USDT-SWAP", "okx/nautilus/http_get_mark_price", ("data", 0), ()),
    ("/api/v5/public/position-tiers?instFamily=BTC-USDT", "okx/nautilus/http_get_position_tiers", ("data", 0), ()),
    (
        "/api/v5/public/funding-rate-history?instId=BTC-USDT-SWAP",
        "okx/nautilus/http_get_funding_rate_history",
        ("data", 0),
        ("nextFundingTime", "nextFundingRate", "method"),
    ),
    ("/api/v5/market/candles?instId=BTC-USDT-SWAP", "okx/nautilus/http_get_candlesticks", ("data", 0), ()),
    ("/api/v5/market/books?instId=BTC-USDT-SWAP", "okx/nautilus/http_get_order_book", ("data", 0), ("seqId",)),
]
STREAMS = [
    (
        "/market/ws/0",
        {"method": "SUBSCRIBE", "params": ["btcusdt@kline_1m"], "id": 1},
        "binance/nautilus/kline_stream_open",
    ),
    (
        "/market/ws/0",
        {"method": "SUBSCRIBE", "params": ["btcusdt@markPrice@1s"], "id": 1},
        "binance/nautilus/mark_price_stream",
    ),
    (
        "/public/ws/0",
        {"method": "SUBSCRIBE", "params": ["btcusdt@depth"], "id": 1},
        "binance/nautilus/depth_update_stream",
    ),
    (
        "/market/ws/0",
        {"method": "SUBSCRIBE", "params": ["btcusdt@forceOrder"], "id": 1},
        "binance/nautilus/liquidation_stream",
    ),
    ("/v5/public/linear", {"op": "subscribe", "args": ["kline.5.BTCUSDT"]}, "bybit/nautilus/ws_kline"),
    ("/v5/public/linear", {"op": "subscribe", "args": ["tickers.BTCUSDT"]}, "bybit/nautilus/ws_ticker_linear"),
    (
        "/v5/public/linear",
        {"op": "subscribe", "args": ["orderbook.50.BTCUSDT"]},
        "bybit/nautilus/ws_orderbook_snapshot",
    ),
    (
        "/ws/v5/business",
        {"op": "subscribe", "args": [{"channel": "candle1m", "instId": "BTC-USDT-SWAP"}]},
        "okx/nautilus/ws_candle",
    ),
    (
        "/ws/v5/public",
        {"op": "subscribe", "args": [{"channel": "tickers", "instId": "BTC-USDT-SWAP"}]},
        "okx/nautilus/ws_tickers",
    ),
    (
        "/ws/v5/public",
        {"op": "subscribe", "args": [{"channel": "books", "instId": "BTC-USDT-SWAP"}]},
        "okx/nautilus/ws_books_snapshot",
    ),
    (
        "/ws",
        {"method": "subscribe", "subscription": {"type": "l2Book", "coin": "BTC"}},
        "hyperliquid/nautilus/ws_book_data",
    ),
]
NEWER = {"singleOpenInterest", "cts", "instId", "seqId", "prevSeqId"}
"""Fields that the venues added after the recordings, as ccxt 4.5.90 reads them."""


def shape_beyond(ours: Any, theirs: Any, allowed: set[str], at: str = "") -> list[str]:
    """Where ours has a field or a type that theirs has not."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        wrong = [f"{at}.{name} is unknown" for name in set(ours) - set(theirs) - allowed]
        return wrong + [
            text
            for name in set(ours) & set(theirs)
            for text in shape_beyond(ours[name], theirs[name], allowed, f"{at}.{name}")
        ]
    if isinstance(ours, list) and isinstance(theirs, list):
        if not ours or not theirs:
            return []
        if not isinstance(ours[0], dict | list):
            longer = [f"{at} has {len(ours)} entries, not {len(theirs)}"] if len(ours) > len(theirs) else []
            return longer + [
                text
                for index, (mine, true) in enumerate(zip(ours, theirs, strict=False))
                for text in shape_beyond(mine, true, allowed, f"{at}[{index}]")
            ]
        return shape_beyond(ours[0], theirs[0], allowed, f"{at}[0]")
    if at.endswith(".timestamp") and str(theirs).isdecimal():
        # Binance's pages give its statistics' times now in quotes, now without.
        theirs = int(theirs) if isinstance(ours, int) else theirs
    numbers = isinstance(ours, int | float) and isinstance(theirs, int | float)
    return [] if numbers or type(ours) is type(theirs) else [f"{at}: {ours!r} beside {theirs!r}"]


def load(shared: Path, name: str) -> Any:
    return json.loads((shared / "fixtures" / f"{name}.json").read_text())


@pytest.mark.parametrize(("path", "name", "keys", "newer"), REST, ids=[row[1].rpartition("/")[2] for row in REST])
def test_rest_answers_have_the_recorded_shape(still, shared, path, name, keys, newer):
    with urllib.request.urlopen(still.base_url + path, timeout=5) as answer:  # noqa: S310
        ours = json.loads(answer.read())
    theirs = load(shared, name)
    for key in keys:
        ours, theirs = ours[key], theirs[key]
    assert shape_beyond(ours, theirs, {*newer, *NEWER}) == []


@pytest.mark.parametrize(("path", "request_", "name"), STREAMS, ids=[row[2].rpartition("/")[2] for row in STREAMS])
def test_stream_messages_have_the_recorded_shape(fast, shared, path, request_, name):
    async def run() -> Any:
        async with aiohttp.ClientSession() as session, session.ws_connect(fast.base_url + path) as socket:
            await socket.send_json(request_)
            await socket.receive_json(timeout=3)
            if "liquidation" in name:
                await asyncio.to_thread(fast.push_liquidations, "binanceusdm", [(None, True, 1000.0, 1.0)])
            return await socket.receive_json(timeout=3)

    ours, theirs = asyncio.run(run()), load(shared, name)
    if set(ours) == {"channel", "data"} and "channel" not in theirs:
        ours = ours["data"]
    assert shape_beyond(ours, theirs, NEWER) == []


@pytest.mark.parametrize(
    ("venue", "symbol"), [("dydx", "BTC/USDC:USDC"), ("krakenfutures", "BTC/USD:BTC"), ("deribit", "BTC/USD:BTC")]
)
def test_ccxt_reads_recorded_answers(shared, venue, symbol):
    with ReplayVenue(recorded_answers(shared, venue)) as replay:
        exchange = replay.exchange_factory(venue, {})
        exchange.load_markets()
        book = exchange.fetch_order_book(symbol)
        assert book["bids"][0][0] < book["asks"][0][0]
        if venue != "deribit":
            assert exchange.fetch_ohlcv(symbol, "1m")
            assert exchange.fetch_funding_rate_history(symbol)
    assert replay.unknown_paths == []
