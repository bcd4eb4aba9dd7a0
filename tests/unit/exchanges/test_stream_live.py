"""Streams against a server that behaves: what is pushed arrives once, in our units."""

from __future__ import annotations

import asyncio
import math

import numpy as np
import pytest

from liqheat.errors import InputError
from liqheat.exchanges.stream.follow import StreamPace, VenueStream
from liqheat.records import Liquidations, MarkPrice, OpenCandle, OpenInterestNow, OrderBookDepth
from liqheat.venues.table import find_venue
from tests.support.stream_server import SYMBOL, T0, Followed, StreamServer

N_EACH = 400


def binance_order(number: int) -> dict[str, object]:
    side = "SELL" if number % 2 else "BUY"
    order = {"s": "BTCUSDT", "S": side, "q": "9", "p": "90", "ap": "100", "X": "FILLED", "l": "1", "z": "2"}
    return {"e": "forceOrder", "E": T0 + number, "o": {**order, "T": T0 + number}}


def bybit_batch(first: int, n: int) -> dict[str, object]:
    rows = [
        {"T": T0 + number, "s": "BTCUSDT", "S": "Buy" if number % 2 else "Sell", "v": "0.5", "p": "100"}
        for number in range(first, first + n)
    ]
    return {"topic": "allLiquidation.BTCUSDT", "type": "snapshot", "ts": T0 + first, "data": rows}


def okx_orders(first: int, n: int) -> dict[str, object]:
    details = [
        {"bkPx": "100", "posSide": "net", "side": "sell" if number % 2 else "buy", "sz": "300", "ts": str(T0 + number)}
        for number in range(first, first + n)
    ]
    elements = [
        {"instId": "BTC-USDT-SWAP", "instType": "SWAP", "details": details},
        {"instId": "DOGE-USDT-SWAP", "instType": "SWAP", "details": details},
    ]
    return {"arg": {"channel": "liquidation-orders", "instType": "SWAP"}, "data": elements}


def test_no_liquidation_of_a_burst_is_lost():
    """Three venues at once push more than ccxt.pro hands on, in single messages and in batches."""

    async def play():
        async with StreamServer() as server:
            named = {"feeds": ("liquidations",)}
            async with (
                Followed(server, "binanceusdm", **named) as binance,
                Followed(server, "bybit", **named) as bybit,
                Followed(server, "okx", **named) as okx,
            ):
                for followed in (binance, bybit, okx):
                    await followed.until(lambda followed=followed: followed.states("liquidations")[-1] == "live")
                for number in range(N_EACH):
                    await server.push("/market/ws", binance_order(number))
                for first in range(0, N_EACH, 20):
                    await server.push("/v5/public/linear", bybit_batch(first, 20))
                    await server.push("/ws/v5/public", okx_orders(first, 20))
                await server.push("/v5/public/linear", bybit_batch(0, 20))  # repeated: the store drops it by its keys
                for followed, n in ((binance, N_EACH), (bybit, N_EACH + 20), (okx, N_EACH)):
                    await followed.until(lambda followed=followed, n=n: count(followed) >= n)
                await asyncio.sleep(0.1)
                return binance, bybit, okx

    binance, bybit, okx = asyncio.run(play())
    assert [count(followed) for followed in (binance, bybit, okx)] == [N_EACH, N_EACH + 20, N_EACH]
    for followed, quantity, capture, meaning in (
        (binance, 2.0, "largest per second", "fill average"),
        (bybit, 0.5, "complete", "bankruptcy"),
        (okx, 3.0, "at most one order per contract and second", "bankruptcy"),
    ):
        batches = followed.payloads(Liquidations)
        times = np.concatenate([batch.time_ms for batch in batches])
        keys = {key for batch in batches for key in zip(batch.time_ms, batch.is_long, batch.ordinal, strict=True)}
        assert len(keys) == N_EACH
        np.testing.assert_array_equal(np.unique(times), T0 + np.arange(N_EACH))
        assert all(((batch.time_ms - T0) % 2 == batch.is_long).all() for batch in batches)
        assert all((batch.quantity == quantity).all() for batch in batches)
        assert all((batch.notional_usd == quantity * 100).all() for batch in batches)
        assert {(batch.capture, batch.price_means) for batch in batches} == {(capture, meaning)}
        assert {event.symbol for event in followed.events} == {SYMBOL}


def count(followed: Followed) -> int:
    return sum(len(batch.time_ms) for batch in followed.payloads(Liquidations))


def test_a_liquidation_knows_the_mark_of_its_moment_and_when_it_came():
    async def play():
        async with StreamServer() as server:
            followed = Followed(server, "binanceusdm")
            followed.stream._clock = lambda: T0 + 77
            async with followed:
                return await pushed(server, followed)

    async def pushed(server, followed):
        await followed.until(lambda: server.n_asked("markPrice") == 1 and server.n_asked("forceOrder") == 1)
        await server.push("/market/ws", binance_order(1))
        await server.push("/market/ws", {"e": "markPriceUpdate", "E": T0 + 5, "s": "BTCUSDT", "p": "101.5"})
        await server.push("/market/ws", binance_order(2))
        await followed.until(lambda: count(followed) == 2)
        return followed

    followed = asyncio.run(play())
    first, second = followed.payloads(Liquidations)
    assert math.isnan(first.mark_price[0])
    assert second.mark_price.tolist() == [101.5]
    assert second.time_ms.tolist() == [T0 + 2]
    assert second.receive_ms.tolist() == [T0 + 77]
    assert followed.payloads(MarkPrice) == [MarkPrice(T0 + 5, T0 + 77, 101.5)]


def kline(open_ms: int, close: str, volume: str) -> dict[str, object]:
    bar = {"t": open_ms, "s": "BTCUSDT", "i": "5m", "o": "100", "h": "110", "l": "90", "c": close, "v": volume}
    return {"e": "kline", "E": open_ms + 1, "s": "BTCUSDT", "k": bar}


def test_the_open_candle_never_goes_backwards():
    async def play():
        async with StreamServer() as server, Followed(server, "binanceusdm", feeds=("candles",)) as followed:
            await followed.until(lambda: server.n_asked("kline_5m") == 1)
            for message in (
                kline(T0, "101", "5"),
                kline(T0, "102", "4"),  # an older state of the same candle
                kline(T0, "103", "6"),
                kline(T0 + 300_000, "104", "1"),
                kline(T0, "105", "9"),  # an older candle
                kline(T0 + 300_000, "106", "1"),
            ):
                await server.push("/market/ws", message)
            await followed.until(lambda: len(followed.payloads(OpenCandle)) >= 4)
            return followed.payloads(OpenCandle)

    candles = asyncio.run(play())
    assert [(candle.open_time_ms - T0, candle.close) for candle in candles] == [
        (0, 101.0), (0, 103.0), (300_000, 104.0), (300_000, 106.0),
    ]  # fmt: skip
    assert candles[0].interval_ms == 300_000


def test_open_interest_is_polled_where_it_is_not_pushed_and_one_sided_where_it_is():
    ticker = {"topic": "tickers.BTCUSDT", "type": "snapshot", "ts": T0}

    async def play():
        async with (
            StreamServer() as server,
            Followed(server, "okx", feeds=("open_interest",)) as okx,
            Followed(server, "binanceusdm", feeds=("open_interest",)) as binance,
            Followed(server, "bybit", feeds=("mark", "open_interest")) as bybit,
        ):
            await bybit.until(lambda: server.n_asked("tickers.BTCUSDT") == 1)
            data = {"symbol": "BTCUSDT", "markPrice": "99", "openInterest": "50"}
            await server.push("/v5", {**ticker, "data": data})
            await server.push("/v5", {**ticker, "type": "delta", "data": {"symbol": "BTCUSDT", "bid1Size": "1"}})
            for followed in (okx, binance, bybit):
                await followed.until(lambda followed=followed: bool(followed.payloads(OpenInterestNow)))
            return okx, binance, bybit

    okx, binance, bybit = asyncio.run(play())
    assert [followed.payloads(OpenInterestNow)[0].quantity for followed in (okx, binance, bybit)] == [
        28000,
        85000.5,
        25,
    ]
    assert okx.payloads(OpenInterestNow)[0].time_ms == T0
    assert [mark.price for mark in bybit.payloads(MarkPrice)] == [99.0]
    assert bybit.last("open_interest").state == "live"


def test_order_books_come_in_usd_with_the_venues_time():
    book = {"asks": [["101", "3", "0", "1"]], "bids": [["99", "2", "0", "1"], ["98", "4", "0", "1"]]}
    channel = {"channel": "books", "instId": "BTC-USDT-SWAP"}

    async def play():
        async with StreamServer() as server, Followed(server, "okx", feeds=("depth",), depth_s=0.05) as followed:
            await followed.until(lambda: server.n_asked('"books"') == 1)
            data = {**book, "ts": str(T0), "seqId": 1, "prevSeqId": -1}
            await server.push("/ws/v5/public", {"arg": channel, "action": "snapshot", "data": [data]})
            await followed.until(lambda: len(followed.payloads(OrderBookDepth)) == 1)
            await asyncio.sleep(0.06)
            change = {"asks": [], "bids": [["99", "0", "0", "0"]], "ts": str(T0 + 9), "seqId": 2, "prevSeqId": 1}
            await server.push("/ws/v5/public", {"arg": channel, "action": "update", "data": [change]})
            await followed.until(lambda: len(followed.payloads(OrderBookDepth)) == 2)
            # A gap: ccxt notices by the sequence and has to ask for the book again.
            gap = {**change, "seqId": 9, "prevSeqId": 7}
            await server.push("/ws/v5/public", {"arg": channel, "action": "update", "data": [gap]})
            await followed.until(lambda: followed.states("depth")[-1] == "failed")
            detail = followed.last("depth").detail
            await followed.until(lambda: server.n_asked("unsubscribe") == 1)
            return followed, detail

    followed, detail = asyncio.run(play())
    first, second = followed.payloads(OrderBookDepth)
    assert (first.time_ms, second.time_ms) == (T0, T0 + 9)
    np.testing.assert_allclose(first.bid_usd, [2 * 0.01 * 99, 4 * 0.01 * 98])
    np.testing.assert_allclose(first.ask_usd, [3 * 0.01 * 101])
    assert second.bid_price.tolist() == [98.0]
    assert "gap in the order book" in detail


def test_ccxt_keeps_nothing_of_what_is_read_here():
    exchanges = []

    async def play():
        async with StreamServer() as server:

            def factory(*arguments, **named):
                exchanges.append(server.factory(*arguments, **named))
                return exchanges[-1]

            followed = Followed(server, "binanceusdm")
            followed.stream._factory = factory
            async with followed:
                await followed.until(lambda: server.n_asked("SUBSCRIBE") == 4)
                for number in range(50):
                    await server.push("/market/ws", binance_order(number))
                    await server.push("/market/ws", kline(T0 + number * 300_000, "100", "1"))
                await followed.until(lambda: count(followed) == 50)
                (exchange,) = exchanges
                return exchange.liquidations, dict(exchange.ohlcvs), len(followed.payloads(OpenCandle))

    assert asyncio.run(play()) == (None, {}, 50)


def test_what_cannot_be_followed_is_said_at_once():
    spec = find_venue("binanceusdm", SYMBOL)
    arguments = {"interval": "5m", "on_event": print}
    with pytest.raises(InputError, match="followed live"):
        VenueStream(find_venue("mexc", SYMBOL), [SYMBOL], **arguments)
    with pytest.raises(InputError, match="feeds"):
        VenueStream(spec, [SYMBOL], **arguments, feeds=("trades",))
    with pytest.raises(InputError, match="symbols"):
        VenueStream(spec, [], **arguments)
    with pytest.raises(InputError, match="stall_s"):
        StreamPace(stall_s=0)
