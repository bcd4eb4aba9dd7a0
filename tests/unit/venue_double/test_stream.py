"""Streams, read by ccxt.pro."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

from tests.support.double_clients import INVERSE, LINEAR, each_contract, watch
from tests.support.venue_double import RunningMarket, VenueDouble
from tests.support.venue_double.books import level_usd

MINUTE_MS = 60_000


@each_contract
def test_candles_close_with_what_rest_says(venue, symbol):
    """The last form of each candle is the closed one, and none is left out."""
    with VenueDouble(RunningMarket(history_days=1, future_days=1, speed=180), stream_speed=5) as double:

        async def use(exchange: Any) -> dict[int, list[float]]:
            seen: dict[int, list[float]] = {}
            while len(seen) < 4:
                for row in await exchange.watch_ohlcv(symbol, "1m"):
                    seen[row[0]] = row
            return seen

        seen = watch(double, venue, use)
        times = sorted(seen)
        assert times == list(range(times[0], times[-1] + 1, MINUTE_MS))
        view = double.view(venue)
        for time_ms in times[:-1]:
            (bar,) = view.bars(MINUTE_MS, time_ms, time_ms)
            assert seen[time_ms][1:5] == [float(bar.open), float(bar.high), float(bar.low), float(bar.close)]
            if venue in ("binanceusdm", "okx", "hyperliquid"):
                assert seen[time_ms][5] == float(bar.volume)


@each_contract
def test_books_stay_true_while_the_price_moves(fast, venue, symbol):
    async def use(exchange: Any) -> dict[str, Any]:
        for _ in range(15):
            book = await exchange.watch_order_book(symbol, 50 if venue == "bybit" else None)
        return {**book, "contract": exchange.market(symbol)}

    book = watch(fast, venue, use)
    market, last = book["contract"], float(fast.view(venue).quote().last)
    best_bid, best_ask = book["bids"][0][0], book["asks"][0][0]
    assert best_ask - best_bid == pytest.approx(10.0)
    assert abs(best_bid - last) < 400
    for side in ("bids", "asks"):
        assert len(book[side]) >= 20
        for price, amount, *_ in book[side][:15]:
            size = amount * market["contractSize"]
            worth = size if market["inverse"] else size * price
            assert worth == pytest.approx(level_usd(fast.view(venue)), rel=0.003)


@each_contract
def test_trades_and_the_state(fast, venue, symbol):
    async def use(exchange: Any) -> tuple[Any, Any]:
        trades = await exchange.watch_trades(symbol)
        marked = exchange.has.get("watchMarkPrice")
        ticker = await (exchange.watch_mark_price if marked else exchange.watch_ticker)(symbol)
        for _ in range(2):
            ticker = await (exchange.watch_mark_price if marked else exchange.watch_ticker)(symbol)
        return trades, ticker

    trades, ticker = watch(fast, venue, use)
    quote = fast.view(venue).quote()
    assert trades[-1]["price"] == pytest.approx(float(quote.last), rel=0.01)
    mark = ticker["markPrice"] or float(ticker["info"]["markPx"])
    assert mark == pytest.approx(float(quote.mark), rel=0.01)
    if venue in ("bybit", "hyperliquid"):
        assert float(ticker["info"]["openInterest"]) > 0


@each_contract
def test_what_is_no_longer_wanted_ends(fast, venue, symbol):
    async def use(exchange: Any) -> None:
        await exchange.watch_trades(symbol)
        assert await asyncio.to_thread(fast.subscriptions, venue)
        with contextlib.suppress(Exception):
            # ccxt ends the waiting futures with an error of its own.
            await exchange.un_watch_trades(symbol)
        for _ in range(100):
            if not await asyncio.to_thread(fast.subscriptions, venue):
                return
            await asyncio.sleep(0.02)
        raise AssertionError(fast.subscriptions(venue))

    watch(fast, venue, use)


def test_several_clients_see_the_same_candles(fast):
    async def both(exchange: Any) -> tuple[Any, Any]:
        other = fast.exchange_factory("bybit", {"options": exchange.options}, is_stream=True)
        try:
            await other.load_markets()
            found = await asyncio.gather(exchange.watch_order_book(LINEAR, 50), other.watch_order_book(LINEAR, 50))
            assert len(await asyncio.to_thread(fast.subscriptions, "bybit")) == 2
            return found[0]["bids"][0], found[1]["bids"][0]
        finally:
            await other.close()

    first, second = watch(fast, "bybit", both)
    assert first[1] == pytest.approx(second[1], rel=0.01)


def test_an_unknown_stream_is_refused(fast):
    async def use(exchange: Any) -> None:
        url = f"{fast.base_url.replace('http', 'ws')}/v5/public/linear"
        with pytest.raises(Exception, match="handler not found"):
            await exchange.watch_topics(url, ["x"], ["orderbook.7.BTCUSDT"])
        with pytest.raises(Exception, match="handler not found"):
            await exchange.watch_topics(url, ["y"], ["kline.1.BTCUSD"])

    watch(fast, "bybit", use)


@pytest.mark.parametrize("venue", ["binanceusdm", "bybit", "okx", "hyperliquid"])
def test_pings_are_answered(fast, venue):
    import aiohttp

    path = {"binanceusdm": "/market/ws/0", "bybit": "/v5/public/linear", "okx": "/ws/v5/public", "hyperliquid": "/ws"}
    text = {"bybit": '{"op":"ping"}', "okx": "ping", "hyperliquid": '{"method":"ping"}'}

    async def run() -> None:
        async with aiohttp.ClientSession() as session, session.ws_connect(fast.base_url + path[venue]) as socket:
            await socket.ping()
            if venue in text:
                await socket.send_str(text[venue])
                assert "pong" in (await socket.receive_str(timeout=3))

    asyncio.run(run())
    assert (venue, path[venue]) in fast.hub.handshakes


def test_contracts_of_both_kinds_on_one_venue(fast):
    async def use(exchange: Any) -> tuple[Any, Any]:
        return await asyncio.gather(exchange.watch_order_book(LINEAR), exchange.watch_order_book(INVERSE))

    linear, inverse = watch(fast, "okx", use)
    assert linear["bids"][0][1] != inverse["bids"][0][1]
