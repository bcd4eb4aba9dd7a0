"""Bitget and Gate through ccxt.pro against a server: channels, units, and bars that open on the grid."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from liqheat.records import MarkPrice, OpenCandle, OpenInterestNow, OrderBookDepth
from tests.support.stream_server import SYMBOL, T0, Followed, StreamServer

MARKET = {
    "symbol": SYMBOL, "base": "BTC", "quote": "USDT", "settle": "USDT", "baseId": "BTC", "quoteId": "USDT",
    "settleId": "USDT", "type": "swap", "spot": False, "swap": True, "future": False, "option": False, "contract": True,
    "linear": True, "inverse": False, "active": True, "info": {}, "precision": {"price": 0.1, "amount": 0.001},
    "limits": {"amount": {}, "price": {}, "cost": {}, "leverage": {}},
}  # fmt: skip


class Known(StreamServer):
    """A server whose exchange knows its only market beforehand."""

    def __init__(self, market_id: str, contract_size: float) -> None:
        super().__init__()
        self.market = {**MARKET, "id": market_id, "contractSize": contract_size}

    def factory(self, ccxt_id: str, config: dict[str, Any], is_stream: bool = False) -> Any:
        exchange = super().factory(ccxt_id, config, is_stream)
        exchange.set_markets([self.market])
        return exchange


def bitget(channel: str, rows: list[Any]) -> dict[str, Any]:
    argument = {"instType": "USDT-FUTURES", "channel": channel, "instId": "BTCUSDT"}
    return {"action": "snapshot", "arg": argument, "data": rows, "ts": T0}


def gate(channel: str, result: Any) -> dict[str, Any]:
    return {"time": T0 // 1000, "time_ms": T0, "channel": f"futures.{channel}", "event": "update", "result": result}


DAY = 86_400_000


@pytest.mark.parametrize("venue", ["bitget", "gate"])
def test_candles_marks_and_books(venue):
    size = {"bitget": 1.0, "gate": 0.0001}[venue]
    path = {"bitget": "/v2/ws/public", "gate": "/v4/ws/usdt"}[venue]
    if venue == "bitget":
        bars = [[str(T0 - DAY), "1", "2", "1", "2", "5", "1", "1"], [str(T0), "100", "110", "90", "105", "7", "1", "1"]]
        pushes = [
            bitget("candle1Dutc", bars),
            bitget("ticker", [{"instId": "BTCUSDT", "markPrice": "99.5", "holdingAmount": "50", "ts": str(T0)}]),
            bitget("books", [{"bids": [["99", "2"]], "asks": [["101", "3"]], "checksum": 0, "ts": str(T0)}]),
        ]
        words = ("candle1Dutc", "ticker", "books")
    else:
        bar = {"t": T0 // 1000, "v": 70_000, "o": "100", "h": "110", "l": "90", "c": "105", "n": "1d_BTC_USDT"}
        pushes = [
            gate("candlesticks", [bar]),
            gate("tickers", [{"contract": "BTC_USDT", "mark_price": "99.5", "total_size": "500000"}]),
        ]
        words = ("candlesticks", "tickers")

    async def play():
        server = Known({"bitget": "BTCUSDT", "gate": "BTC_USDT"}[venue], size)
        async with (
            server,
            Followed(server, venue, interval="1d", feeds=("candles", "mark", "open_interest", "depth")) as f,
        ):
            await f.until(lambda: all(server.n_asked(word) for word in words))
            for message in pushes:
                await server.push(path, message)
            wanted = (OpenCandle, MarkPrice, OpenInterestNow, *((OrderBookDepth,) if venue == "bitget" else ()))
            await f.until(lambda: all(f.payloads(kind) for kind in wanted))
            return f

    followed = asyncio.run(play())
    (candle,) = followed.payloads(OpenCandle)
    assert (candle.open_time_ms, candle.close, candle.volume) == (T0, 105.0, pytest.approx(7.0))
    assert [(mark.price, mark.time_ms) for mark in followed.payloads(MarkPrice)] == [(99.5, T0)]
    assert followed.payloads(OpenInterestNow)[0].quantity == pytest.approx(50)
    for depth in followed.payloads(OrderBookDepth):
        np.testing.assert_allclose((depth.bid_usd[0], depth.ask_usd[0]), (2 * 99, 3 * 101))
