"""Streams against a server that misbehaves: states, recovery without a restart, and nothing left behind."""

from __future__ import annotations

import asyncio
import gc
import logging

import pytest

from liqheat.records import FeedStatus, Liquidations, MarkPrice
from tests.support.stream_server import SYMBOL, T0, Followed, StreamServer

BYBIT = "/v5/public/linear"
BROKEN_FRAMES = [
    pytest.param("{not json", id="no JSON"),
    pytest.param("[1, 2", id="cut JSON"),
    pytest.param("hello", id="plain text"),
    pytest.param("[]", id="empty list"),
    pytest.param("null", id="null"),
    pytest.param('{"topic": "allLiquidation.BTCUSDT"}', id="no data"),
    pytest.param('{"topic": "allLiquidation.BTCUSDT", "data": [{"s": "BTCUSDT"}]}', id="no side"),
    pytest.param('{"topic": "allLiquidation.BTCUSDT", "data": "BTCUSDT"}', id="data of another kind"),
    pytest.param(b"\xff\xfe\x00", id="binary"),
]


def batch(number: int, **more: str) -> dict[str, object]:
    row = {"T": T0 + number, "s": "BTCUSDT", "S": "Sell", "v": "0.5", "p": "100", **more}
    return {"topic": "allLiquidation.BTCUSDT", "type": "snapshot", "ts": T0, "data": [row]}


def times(followed: Followed) -> list[int]:
    return [int(time) - T0 for batch in followed.payloads(Liquidations) for time in batch.time_ms]


def play(scenario, venue: str = "bybit", **named):
    """Run a scenario with one stream; afterwards nothing may be left: no task, no socket, no warning."""
    logged: list[logging.LogRecord] = []
    troubles: list[object] = []

    async def run():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: troubles.append(context))
        async with StreamServer() as server:
            before = asyncio.all_tasks()
            async with Followed(server, venue, **{"feeds": ("liquidations",), **named}) as followed:
                await scenario(server, followed)
            served = {task for task in asyncio.all_tasks() - before if "web_protocol" in repr(task)}
            assert asyncio.all_tasks() - before - served == set()
        return followed

    handler = logging.Handler()
    handler.emit = logged.append
    logging.getLogger().addHandler(handler)
    try:
        followed = asyncio.run(run())
        gc.collect()
    finally:
        logging.getLogger().removeHandler(handler)
    assert [record.getMessage() for record in logged if record.levelno >= logging.WARNING] == []
    assert troubles == []
    return followed


async def is_live(server: StreamServer, followed: Followed, word: str = "allLiquidation", times: int = 1) -> None:
    await followed.until(lambda: server.n_asked(word) >= times and followed.states("liquidations")[-1] == "live")


@pytest.mark.parametrize("beginning", [b"", b'\x81\x7e\x04\x00{"topic": "allLiq'], ids=["abort", "mid-frame"])
def test_a_lost_connection_is_opened_again(beginning):
    async def scenario(server, followed):
        await is_live(server, followed)
        for number in range(3):
            await server.push(BYBIT, batch(number))
            await followed.until(lambda number=number: number in times(followed))
            server.cut(BYBIT, beginning)
            await followed.until(lambda: followed.states("liquidations")[-1] == "failed")
            await is_live(server, followed, times=number + 2)
        await server.push(BYBIT, batch(9))
        await followed.until(lambda: 9 in times(followed))

    followed = play(scenario)
    assert times(followed) == [0, 1, 2, 9]
    assert followed.states("liquidations") == ["waiting", "live", *["failed", "live"] * 3]
    failed = next(status for status in followed.payloads(FeedStatus) if status.state == "failed")
    assert failed.detail.startswith("bybit closed the connection")


@pytest.mark.parametrize("frame", BROKEN_FRAMES)
def test_what_cannot_be_read_does_not_end_a_feed(frame):
    async def scenario(server, followed):
        await is_live(server, followed)
        await server.push(BYBIT, batch(1))
        await followed.until(lambda: 1 in times(followed))
        if isinstance(frame, bytes):
            for _, socket in server.sockets:
                await socket.send_bytes(frame)
        else:
            await server.push(BYBIT, frame)
        await server.push(BYBIT, batch(2))
        await followed.until(lambda: 2 in times(followed))
        if frame not in ("hello", "[]", "null"):  # these say nothing, so nothing is lost
            await followed.until(lambda: "1 could not be read" in followed.last("liquidations").detail)

    followed = play(scenario, stall_s=2)
    assert followed.states("liquidations") == ["waiting", "live"]


def test_a_bad_row_does_not_take_the_good_ones_with_it():
    async def scenario(server, followed):
        await is_live(server, followed)
        rows = [row for number in (1, 2, 3) for row in batch(number, **({"v": "x"} if number == 2 else {}))["data"]]
        await server.push(BYBIT, {**batch(0), "data": rows})
        await followed.until(lambda: len(times(followed)) == 2)

    assert times(play(scenario)) == [1, 3]


def test_silence_of_a_candle_feed_is_noticed_and_mended():
    kline = {"start": T0, "open": "100", "high": "110", "low": "90", "close": "105", "volume": "1"}
    message = {"topic": "kline.5.BTCUSDT", "type": "snapshot", "ts": T0, "data": [kline]}

    async def scenario(server, followed):
        await followed.until(lambda: server.n_asked("kline") == 1)
        await server.push(BYBIT, message)
        await followed.until(lambda: followed.states("candles")[-1] == "live")
        await followed.until(lambda: followed.states("candles")[-1] == "stale")
        await followed.until(lambda: server.n_asked("kline") == 2)
        await server.push(BYBIT, message)
        await followed.until(lambda: followed.states("candles")[-1] == "live")

    followed = play(scenario, feeds=("candles", "liquidations"), stall_s=0.4)
    assert followed.states("candles")[:4] == ["waiting", "live", "stale", "live"]
    assert "nothing came for 0.4 s" in next(s.detail for s in followed.payloads(FeedStatus) if s.state == "stale")


def test_a_quiet_liquidation_feed_is_no_stall_while_the_connection_answers():
    async def scenario(server, followed):
        await is_live(server, followed)
        await asyncio.sleep(1.5)
        await server.push(BYBIT, batch(1))
        await followed.until(lambda: 1 in times(followed))

    followed = play(scenario, stall_s=0.3)
    assert followed.states("liquidations") == ["waiting", "live"]


@pytest.mark.parametrize("venue", ["binanceusdm", "bybit", "okx"])
def test_a_connection_that_answers_no_heartbeat_is_opened_again(venue):
    word = {"binanceusdm": "forceOrder", "bybit": "allLiquidation", "okx": "liquidation-orders"}[venue]

    async def scenario(server, followed):
        await is_live(server, followed, word)
        server.is_mute = True
        await followed.until(lambda: followed.states("liquidations")[-1] == "stale")
        server.is_mute = False
        await is_live(server, followed, word, times=2)

    assert play(scenario, venue, stall_s=0.6).states("liquidations")[:4] == ["waiting", "live", "stale", "live"]


@pytest.mark.parametrize("path", ["/v5/market", BYBIT], ids=["markets", "handshake"])
@pytest.mark.parametrize(("status", "state"), [(451, "refused"), (403, "refused"), (500, "failed"), (429, "failed")])
def test_a_refusal_is_said_and_tried_again(path, status, state):
    async def scenario(server, followed):
        server.status[path] = status
        await followed.until(lambda: followed.states("liquidations")[-1] == state)
        del server.status[path]
        await is_live(server, followed)

    followed = play(scenario, refused_wait_s=0.1)
    assert followed.states("liquidations") == ["waiting", state, "live"]
    told = next(status for status in followed.payloads(FeedStatus) if status.state == state)
    assert str(status) in told.detail
    assert "://" not in told.detail


def test_a_venue_that_cannot_be_reached_is_tried_again_later_and_later():
    async def scenario(server, followed):
        await is_live(server, followed)
        server.status[BYBIT] = 500
        began = asyncio.get_running_loop().time()
        before = server.n_handshakes
        server.cut(BYBIT)
        await asyncio.sleep(1.0)
        del server.status[BYBIT]
        await is_live(server, followed, times=2)
        assert server.n_handshakes == before + 1
        assert asyncio.get_running_loop().time() - began < 3

    assert play(scenario).states("liquidations") == ["waiting", "live", "failed", "live"]


def test_a_refused_subscription_is_said_and_asked_again():
    async def scenario(server, followed):
        await followed.until(lambda: server.n_asked("allLiquidation") == 1)
        refusal = {"success": False, "ret_msg": "error:handler not found", "op": "subscribe"}
        await server.push(BYBIT, {**refusal, "req_id": server.asked[-1]["req_id"]})
        await followed.until(lambda: "handler not found" in followed.last("liquidations").detail)
        await is_live(server, followed, times=2)

    assert play(scenario).states("liquidations")[-2:] == ["failed", "live"]


def test_an_unlisted_contract_is_said_and_the_others_are_followed():
    async def run():
        async with StreamServer() as server:
            symbols = (SYMBOL, "PEPE/USDT:USDT")
            async with Followed(server, "okx", *symbols, feeds=("liquidations",)) as followed:
                await followed.until(lambda: {event.payload.state for event in followed.events} >= {"failed", "live"})
        return followed

    last = {event.symbol: event.payload for event in asyncio.run(run()).events}
    assert (last[SYMBOL].state, last["PEPE/USDT:USDT"].state) == ("live", "failed")
    assert "lists no" in last["PEPE/USDT:USDT"].detail


def test_what_the_taker_raises_ends_the_stream():
    """A full disk must not look like a venue's failure, nor be lost inside ccxt."""

    def take(event):
        if isinstance(event.payload, MarkPrice):
            raise OSError("disk full")

    async def scenario(server, followed):
        await followed.until(lambda: server.n_asked("tickers") == 1)
        data = {"symbol": "BTCUSDT", "markPrice": "99", "openInterest": "50"}
        await server.push(BYBIT, {"topic": "tickers.BTCUSDT", "type": "snapshot", "ts": T0, "data": data})
        with pytest.raises(OSError, match="disk full"):
            await followed._task
        followed._task = asyncio.get_running_loop().create_task(asyncio.sleep(0))

    play(scenario, feeds=("mark",), on_event=take)


@pytest.mark.parametrize("venue", ["binanceusdm", "bybit", "okx"])
@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.3])
def test_cancelling_leaves_nothing_at_any_moment(venue, seconds):
    async def scenario(_server, _followed):
        await asyncio.sleep(seconds)

    play(scenario, venue, feeds=("candles", "mark", "open_interest", "depth", "liquidations"))


def test_cancelling_does_not_wait_for_a_venue_that_has_gone_silent():
    async def scenario(server, followed):
        await is_live(server, followed)
        server.is_mute = True
        # A server that never answers the closing handshake.
        for _, socket in server.sockets:
            socket._req.transport.pause_reading()

    async def timed():
        began = asyncio.get_running_loop().time()
        async with StreamServer() as server:
            async with Followed(server, "bybit", feeds=("liquidations",)) as followed:
                await scenario(server, followed)
            return asyncio.get_running_loop().time() - began

    assert asyncio.run(timed()) < 4


def test_cancelling_between_attempts_leaves_no_sleeping_dial():
    """ccxt would wait up to half a minute of its own before it opens a connection, whoever still wants it."""

    async def scenario(server, followed):
        server.status[BYBIT] = 500
        await followed.until(lambda: followed.states("liquidations")[-1] == "failed")
        await asyncio.sleep(1.6)

    play(scenario)


def test_cancelling_while_a_silent_connection_is_given_up_leaves_nothing():
    async def scenario(server, followed):
        await is_live(server, followed)
        server.is_mute = True
        for _, socket in server.sockets:
            socket._req.transport.pause_reading()
        await followed.until(lambda: followed.states("liquidations")[-1] == "stale")

    play(scenario, stall_s=0.4)


def test_days_open_at_midnight_utc():
    async def scenario(server, followed):
        await followed.until(lambda: server.n_asked("candle1Dutc") == 1)
        await followed.until(lambda: server.n_asked("liquidation-orders") == 1)

    play(scenario, "okx", interval="1d", feeds=("candles", "liquidations"))
