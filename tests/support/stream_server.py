"""A WebSocket server on this machine that pushes what a test tells it to, and can misbehave in every way."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import WSMsgType, web

from liqheat.exchanges import RetryPolicy
from liqheat.exchanges.stream.follow import StreamPace, VenueStream
from liqheat.records import FeedEvent, FeedStatus
from liqheat.venues.table import find_venue

T0 = 1_767_225_600_000
SYMBOL = "BTC/USDT:USDT"
FAST = RetryPolicy(first_wait_s=0.02, longest_wait_s=0.1)
WAITS = {field.name for field in dataclasses.fields(StreamPace)}
_BINANCE = {
    "contractType": "PERPETUAL",
    "deliveryDate": 4133404800000,
    "onboardDate": 1569398400000,
    "baseAsset": "BTC",
    "pricePrecision": 2,
    "quantityPrecision": 3,
    "filters": [
        {"filterType": "PRICE_FILTER", "minPrice": "0.10", "maxPrice": "4529764", "tickSize": "0.10"},
        {"filterType": "LOT_SIZE", "minQty": "0.001", "maxQty": "1000", "stepSize": "0.001"},
    ],
}
_USDM = {**_BINANCE, "symbol": "BTCUSDT", "pair": "BTCUSDT", "status": "TRADING", "quoteAsset": "USDT"}
_COINM = {**_BINANCE, "symbol": "BTCUSD_PERP", "pair": "BTCUSD", "contractStatus": "TRADING", "quoteAsset": "USD"}
_BYBIT = {
    "symbol": "BTCUSDT",
    "contractType": "LinearPerpetual",
    "status": "Trading",
    "baseCoin": "BTC",
    "quoteCoin": "USDT",
    "settleCoin": "USDT",
    "launchTime": "1585526400000",
    "deliveryTime": "0",
    "priceScale": "2",
    "leverageFilter": {"minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"},
    "priceFilter": {"minPrice": "0.10", "maxPrice": "1999999.80", "tickSize": "0.10"},
    "lotSizeFilter": {"maxOrderQty": "1190.000", "minOrderQty": "0.001", "qtyStep": "0.001"},
    "fundingInterval": 480,
}


def _okx(instrument: str, kind: str, size: str, unit: str, settle: str) -> dict[str, str]:
    family = instrument.removesuffix("-SWAP")
    return {
        "instId": instrument,
        "instType": "SWAP",
        "ctType": kind,
        "ctVal": size,
        "ctValCcy": unit,
        "instFamily": family,
        "uly": family,
        "settleCcy": settle,
        "lever": "100",
        "listTime": "1573557408000",
        "lotSz": "0.01",
        "minSz": "0.01",
        "state": "live",
        "tickSz": "0.1",
        "expTime": "",
        "baseCcy": "",
        "quoteCcy": "",
    }


_OKX = [
    _okx("BTC-USDT-SWAP", "linear", "0.01", "BTC", "USDT"),
    _okx("ETH-USDT-SWAP", "linear", "0.1", "ETH", "USDT"),
]
_LEVELS = {"bids": [["99.0", "2"], ["98.0", "4"]], "asks": [["101.0", "3"], ["102.0", "5"]]}


def _rest(path: str, query: Mapping[str, str]) -> Any:
    bybit = [] if query.get("status") == "PreLaunch" or query.get("category") != "linear" else [_BYBIT]
    return {
        "/fapi/v1/exchangeInfo": {"symbols": [{**_USDM, "marginAsset": "USDT"}]},
        "/dapi/v1/exchangeInfo": {"symbols": [{**_COINM, "marginAsset": "BTC", "contractSize": 100}]},
        "/fapi/v1/depth": {"lastUpdateId": 1000, "E": T0, "T": T0, **_LEVELS},
        "/fapi/v1/openInterest": {"symbol": "BTCUSDT", "openInterest": "85000.5", "time": T0},
        "/v5/market/instruments-info": {"retCode": 0, "result": {"category": "linear", "list": bybit}},
        "/api/v5/public/instruments": {"code": "0", "data": _OKX},
        "/api/v5/public/open-interest": {
            "code": "0",
            "data": [{"instId": "BTC-USDT-SWAP", "oi": "2800000", "oiCcy": "28000", "ts": str(T0)}],
        },
    }.get(path)


class StreamServer:
    """REST answers enough to load markets; sockets are kept by path.

    Attributes
    ----------
    asked : list
        Messages of clients, in order.
    status : dict
        HTTP status by beginning of path: what a request or a handshake is refused with.
    is_mute : bool
        Neither pongs nor answers any more.
    """

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.status: dict[str, int] = {}
        self.is_mute = False
        self.n_handshakes = 0
        self.sockets: list[tuple[str, web.WebSocketResponse]] = []
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def __aenter__(self) -> StreamServer:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.05)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        for _, socket in self.sockets:
            transport = socket._req.transport if socket._req is not None else None
            if transport is not None:
                transport.abort()
        if self._runner is not None:
            await self._runner.cleanup()

    def factory(self, ccxt_id: str, config: dict[str, Any], is_stream: bool = False) -> Any:
        """Make an exchange that can reach nothing but this server."""
        from liqheat.exchanges.rest.client import make_exchange

        exchange = make_exchange(ccxt_id, {**config, "enableRateLimit": False}, is_stream)

        def rewrite(value: Any) -> Any:
            if isinstance(value, dict):
                return {key: rewrite(inner) for key, inner in value.items()}
            if isinstance(value, str) and "://" in value:
                scheme, rest = value.split("://", 1)
                base = f"{'ws' if scheme.startswith('ws') else 'http'}://127.0.0.1:{self.port}"
                return base + (f"/{rest.partition('/')[2]}" if "/" in rest else "")
            return value

        exchange.urls = rewrite(exchange.urls)
        return exchange

    async def push(self, path: str, message: Any) -> None:
        """Send a message, or a text as it is, to every socket whose path begins so."""
        text = message if isinstance(message, str) else json.dumps(message)
        for known, socket in self.sockets:
            if known.startswith(path) and not socket.closed:
                await socket.send_str(text)

    def cut(self, path: str = "/", beginning: bytes = b"") -> None:
        """End connections without a goodbye, perhaps after the beginning of a frame."""
        for known, socket in list(self.sockets):
            if known.startswith(path) and socket._req is not None and socket._req.transport is not None:
                if beginning:
                    socket._req.transport.write(beginning)
                    socket._req.transport.close()
                else:
                    socket._req.transport.abort()
                self.sockets.remove((known, socket))

    def n_asked(self, word: str) -> int:
        """How many messages of clients hold a word."""
        return sum(word in json.dumps(message) for message in self.asked)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        for beginning, status in self.status.items():
            if request.path.startswith(beginning):
                return web.json_response({"code": 0, "msg": "Service unavailable"}, status=status)
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._serve_socket(request)
        found = _rest(request.path, request.query)
        return web.json_response(found if found is not None else {}, status=200 if found is not None else 404)

    async def _serve_socket(self, request: web.Request) -> web.WebSocketResponse:
        self.n_handshakes += 1
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self.sockets.append((request.path, socket))
        with contextlib.suppress(ConnectionError):
            async for frame in socket:
                if self.is_mute:
                    continue
                if frame.type == WSMsgType.PING:
                    await socket.pong(frame.data)
                elif frame.type == WSMsgType.TEXT:
                    await self._reply(socket, frame.data)
        return socket

    async def _reply(self, socket: web.WebSocketResponse, text: str) -> None:
        if text == "ping":
            await socket.send_str("pong")
            return
        message = json.loads(text)
        self.asked.append(message)
        if message.get("method") == "SUBSCRIBE":
            await socket.send_json({"result": None, "id": message["id"]})
        elif message.get("op") == "ping":
            await socket.send_json({"success": True, "ret_msg": "pong", "op": "ping"})
        elif message.get("op") == "subscribe" and isinstance(message["args"][0], str):
            await socket.send_json({"success": True, "req_id": message.get("req_id"), "op": "subscribe"})
        elif message.get("op") == "subscribe":
            for argument in message["args"]:
                await socket.send_json({"event": "subscribe", "arg": argument})


class Followed:
    """A running stream and everything that it has said."""

    def __init__(self, server: StreamServer, venue: str, *symbols: str, **named: Any) -> None:
        self.events: list[FeedEvent] = []
        waits = {name: named.pop(name) for name in WAITS if name in named}
        self.stream = VenueStream(
            find_venue(venue, (symbols or (SYMBOL,))[0]),
            symbols or (SYMBOL,),
            exchange_factory=server.factory,
            pace=StreamPace(**{"stall_s": 30, "poll_s": 0.1, "retry": FAST, **waits}),
            **{"interval": "5m", "on_event": self.events.append, **named},
        )
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Followed:
        self._task = asyncio.get_running_loop().create_task(self.stream.run())
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    def payloads(self, kind: type[Any]) -> list[Any]:
        return [event.payload for event in self.events if isinstance(event.payload, kind)]

    def states(self, feed: str) -> list[str]:
        """States of a feed in order, each once where it repeats."""
        found = [status.state for status in self.payloads(FeedStatus) if status.feed == feed]
        return [state for at, state in enumerate(found) if at == 0 or state != found[at - 1]] or ["waiting"]

    def last(self, feed: str) -> FeedStatus:
        return next(status for status in reversed(self.payloads(FeedStatus)) if status.feed == feed)

    async def until(self, condition: Callable[[], bool], seconds: float = 8.0) -> None:
        """Wait until something is so; the events say what happened instead."""
        assert self._task is not None
        end = asyncio.get_running_loop().time() + seconds
        while not condition():
            if self._task.done():
                self._task.result()
            said = [
                (event.payload.feed, event.payload.state, event.payload.detail)
                for event in self.events
                if isinstance(event.payload, FeedStatus)
            ]
            assert asyncio.get_running_loop().time() < end, said[-12:]
            await asyncio.sleep(0.01)
