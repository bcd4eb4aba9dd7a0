"""Streams that break: each fault, on the wire and as a client meets it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from tests.support.double_clients import LINEAR, watch
from tests.support.venue_double import StreamFault, VenueDouble

TRADES = {"op": "subscribe", "req_id": "1", "args": ["publicTrade.BTCUSDT"]}
BOOK = {"op": "subscribe", "req_id": "2", "args": ["orderbook.50.BTCUSDT"]}


def talk(double: VenueDouble, use: Callable[[aiohttp.ClientWebSocketResponse], Awaitable[Any]]) -> Any:
    """Speak to Bybit's stream without a library of the venue."""

    async def run() -> Any:
        url = f"{double.base_url}/v5/public/linear"
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
            return await asyncio.wait_for(use(socket), 10)

    return asyncio.run(run())


async def begin(socket: aiohttp.ClientWebSocketResponse, *requests: dict[str, Any]) -> None:
    """Subscribe; the acknowledgements are read."""
    for request in requests:
        await socket.send_json(request)
        assert (await socket.receive_json(timeout=3))["success"] is True


def test_disconnect_at_once(fast):
    async def use(socket: aiohttp.ClientWebSocketResponse) -> Any:
        await begin(socket, TRADES)
        await asyncio.to_thread(fast.misbehave, StreamFault.disconnect("bybit"))
        while (message := await socket.receive(timeout=3)).type == aiohttp.WSMsgType.TEXT:
            pass
        return message.type, message.data

    assert talk(fast, use) == (aiohttp.WSMsgType.CLOSE, 1001)


def test_disconnect_after_messages(fast):
    fast.misbehave(StreamFault.disconnect("bybit", "publicTrade", after_messages=3))

    async def use(socket: aiohttp.ClientWebSocketResponse) -> int:
        await begin(socket, TRADES)
        count = 0
        while (await socket.receive(timeout=3)).type == aiohttp.WSMsgType.TEXT:
            count += 1
        return count

    assert talk(fast, use) == 3


def test_cut_in_mid_frame(fast):
    fast.misbehave(StreamFault.cut_mid_frame("bybit", after_messages=2))

    async def run() -> bytes:
        """Read the bytes as they come: the last frame must be shorter than it says."""
        address = fast.base_url.removeprefix("http://")
        host, port = address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        head = f"GET /v5/public/linear HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        writer.write((head + key + "\r\n").encode())
        await reader.readuntil(b"\r\n\r\n")
        body = json.dumps(TRADES).encode()
        writer.write(bytes([0x81, 0x80 | len(body), 0, 0, 0, 0]) + body)
        found = await asyncio.wait_for(reader.read(-1), 5)
        writer.close()
        await writer.wait_closed()
        return found

    data, frames = asyncio.run(run()), 0
    while data:
        length, start = data[1], 2
        if length == 126:
            length, start = int.from_bytes(data[2:4], "big"), 4
        if len(data) < start + length:
            break
        data, frames = data[start + length :], frames + 1
    assert frames == 3, "the acknowledgement and two messages"
    assert data, "nothing of a third message came"


@pytest.mark.parametrize("fault", [StreamFault.disconnect, StreamFault.cut_mid_frame], ids=["close", "cut"])
@pytest.mark.parametrize("venue", ["binanceusdm", "bybit", "okx", "hyperliquid"])
def test_ccxt_notices_an_end_and_comes_back(fast, venue, fault):
    symbol = "BTC/USDC:USDC" if venue == "hyperliquid" else LINEAR

    async def use(exchange: Any) -> None:
        import ccxt

        await exchange.watch_trades(symbol)
        await asyncio.to_thread(fast.misbehave, fault(venue))
        while fast.hub.handshakes.count(fast.hub.handshakes[0]) < 2:
            # An end while nobody waits is no error to ccxt: it connects again and says nothing.
            with contextlib.suppress(ccxt.NetworkError):
                await exchange.watch_trades(symbol)
        await exchange.watch_trades(symbol)

    watch(fast, venue, use)


def test_a_stall_says_nothing_and_ends(fast):
    async def use(socket: aiohttp.ClientWebSocketResponse) -> float:
        await begin(socket, TRADES)
        await socket.receive(timeout=3)
        await asyncio.to_thread(fast.misbehave, StreamFault.stall("bybit", duration_s=0.8))
        began, longest, last = time.monotonic(), 0.0, time.monotonic()
        while time.monotonic() - began < 1.3:
            await socket.send_str('{"op":"ping"}')
            await socket.receive(timeout=3)
            longest, last = max(longest, time.monotonic() - last), time.monotonic()
        assert not socket.closed
        return longest

    assert talk(fast, use) > 0.5
    assert fast.subscriptions("bybit") == []


def test_what_falls_into_a_stall_was_not_sent(fast):
    async def use(socket: aiohttp.ClientWebSocketResponse) -> tuple[Any, Any]:
        await begin(socket, {"op": "subscribe", "args": ["allLiquidation.BTCUSDT"]})
        await asyncio.to_thread(fast.misbehave, StreamFault.stall("bybit", duration_s=0.3))
        lost = await asyncio.to_thread(fast.push_liquidations, "bybit", [(None, True, 1000.0, 1.0)])
        await asyncio.sleep(0.4)
        kept = await asyncio.to_thread(fast.push_liquidations, "bybit", [(None, True, 2000.0, 1.0)])
        message = await socket.receive_json(timeout=3)
        assert [row["p"] for row in message["data"]] == ["2000.00"]
        return lost, kept

    lost, kept = talk(fast, use)
    assert lost == []
    assert len(kept) == 1


def identifiers(double: VenueDouble, count: int) -> list[int]:
    async def use(socket: aiohttp.ClientWebSocketResponse) -> list[int]:
        await begin(socket, TRADES)
        return [int((await socket.receive_json(timeout=3))["data"][0]["i"]) for _ in range(count)]

    return talk(double, use)


def test_duplicate_reorder_and_lose(fast):
    first = identifiers(fast, 4)
    assert first == list(range(first[0], first[0] + 4))
    fast.misbehave(StreamFault.duplicate("bybit", "publicTrade", times=2))
    found = identifiers(fast, 5)
    assert [number - found[0] for number in found] == [0, 0, 1, 1, 2]
    fast.misbehave(StreamFault.reorder("bybit", "publicTrade", after_messages=1))
    found = identifiers(fast, 4)
    assert [number - found[0] for number in found] == [0, 2, 1, 3]
    fast.misbehave(StreamFault.lose("bybit", "publicTrade", after_messages=1, times=2))
    found = identifiers(fast, 3)
    assert [number - found[0] for number in found] == [0, 3, 4]


def test_garbage_comes_before_a_message(fast):
    fast.misbehave(StreamFault.garbage("bybit", "publicTrade", body="<html>"))

    async def use(socket: aiohttp.ClientWebSocketResponse) -> list[str]:
        await begin(socket, TRADES)
        return [await socket.receive_str(timeout=3) for _ in range(2)]

    garbage, message = talk(fast, use)
    assert garbage == "<html>"
    assert json.loads(message)["topic"] == "publicTrade.BTCUSDT"


@pytest.mark.parametrize(
    ("fault", "status", "retry_after"),
    [
        (StreamFault.refuse_handshake("bybit", 451, body="restricted location"), 451, None),
        (StreamFault.refuse_handshake("bybit", 403), 403, None),
        (StreamFault.refuse_handshake("bybit", 429, retry_after="3"), 429, "3"),
        (StreamFault.html_handshake("bybit"), 200, None),
    ],
    ids=["451", "403", "429", "html"],
)
def test_refused_handshakes(fast, fault, status, retry_after):
    fast.misbehave(fault)

    async def idle(socket: aiohttp.ClientWebSocketResponse) -> None:
        await begin(socket, TRADES)

    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        talk(fast, idle)
    assert caught.value.status == status
    assert caught.value.headers is not None
    assert caught.value.headers.get("Retry-After") == retry_after
    talk(fast, idle)


@pytest.mark.parametrize("venue", ["binanceusdm", "bybit", "okx", "hyperliquid"])
def test_refused_subscriptions_are_told_in_the_venues_words(fast, venue):
    requests = {
        "binanceusdm": ("/market/ws/1", {"method": "%s", "params": ["btcusdt@aggTrade"], "id": 1}),
        "bybit": ("/v5/public/linear", {"op": "%s", "args": ["publicTrade.BTCUSDT"]}),
        "okx": ("/ws/v5/public", {"op": "%s", "args": [{"channel": "trades", "instId": "BTC-USDT-SWAP"}]}),
        "hyperliquid": ("/ws", {"method": "%s", "subscription": {"type": "trades", "coin": "BTC"}}),
    }
    path, request = requests[venue]

    async def ask(socket: aiohttp.ClientWebSocketResponse, word: str) -> dict[str, Any]:
        await socket.send_str(json.dumps(request) % (word.upper() if venue == "binanceusdm" else word))
        while True:
            answer: dict[str, Any] = await socket.receive_json(timeout=3)
            if not {"data", "e"} & set(answer) or answer.get("channel") in ("error", "subscriptionResponse"):
                return answer

    async def run() -> list[dict[str, Any]]:
        async with aiohttp.ClientSession() as session, session.ws_connect(fast.base_url + path) as socket:
            fast.misbehave(StreamFault.refuse_subscription(venue))
            answers = [await ask(socket, "subscribe"), await ask(socket, "subscribe")]
            fast.misbehave(StreamFault.refuse_unsubscription(venue))
            return [*answers, await ask(socket, "unsubscribe"), await ask(socket, "unsubscribe")]

    def is_error(answer: dict[str, Any]) -> bool:
        return (
            "error" in answer
            or answer.get("success") is False
            or "error"
            in (
                answer.get("event"),
                answer.get("channel"),
            )
        )

    answers = asyncio.run(run())
    assert [is_error(answer) for answer in answers] == [True, False, True, False]


def test_faults_can_be_forgotten(fast):
    fast.misbehave(StreamFault.refuse_handshake("bybit", 503, times=1000))
    fast.heal()

    async def idle(socket: aiohttp.ClientWebSocketResponse) -> None:
        await begin(socket, BOOK)

    talk(fast, idle)
