"""WebSocket connections: who listens to what, and the loop that speaks to them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from aiohttp import WSMsgType, web

from tests.support.venue_double.books import LEVELS, Book, Levels, LiveBook
from tests.support.venue_double.market import Bar
from tests.support.venue_double.protocol import View
from tests.support.venue_double.stream_faults import PER_MESSAGE, WHOLE_LINK, StreamFault

TICK_S = 0.03


@dataclass(frozen=True)
class Contract:
    """A contract at a venue: unified symbol, the venue's id, and the market behind it."""

    symbol: str
    id: str
    view: View

    @property
    def is_inverse(self) -> bool:
        return self.symbol.endswith(":BTC")


@dataclass(frozen=True)
class Liquidation:
    """A liquidated position: quantity in the contract's own unit, coins (linear) or USD (inverse)."""

    symbol: str
    time_ms: int
    is_long: bool
    price: float
    quantity: float


@dataclass(eq=False)
class Topic:
    """A stream that somebody listens to."""

    name: str
    feed: str
    contract: Contract
    interval_ms: int = 0
    argument: Any = None
    links: set[Link] = field(default_factory=set)
    due_s: float = 0.0
    shown_ms: int = 0
    shown_book: Book | None = None

    def advance_candles(self) -> list[tuple[Bar, bool]]:
        """Bars since the last call, each with whether it has closed."""
        view = self.contract.view
        now = view.now_ms
        start = self.shown_ms or now // self.interval_ms * self.interval_ms
        bars = view.bars(self.interval_ms, start, now, 500)
        self.shown_ms = bars[-1].time_ms if bars else start
        return [(bar, bar.time_ms + self.interval_ms <= now) for bar in bars]

    def begin_book(self, book: LiveBook, depth: int = LEVELS) -> Book:
        """Give the book as listeners know it; the present one where there were none."""
        if self.shown_book is None:
            self.shown_book = book.now(depth)
        return self.shown_book

    def advance_book(self, book: LiveBook, depth: int = LEVELS) -> tuple[Levels, Levels, int, int]:
        """Changed bids and asks since the last call, the number before and the number now."""
        before = self.begin_book(book, depth)
        self.shown_book = book.now(depth)
        return (*self.shown_book.changes_since(before), before.number, self.shown_book.number)


class Link:
    """One client's connection."""

    def __init__(self, hub: Hub, venue: str, path: str, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.venue, self.path = venue, path
        self.topics: dict[str, Topic] = {}
        self._hub, self._socket, self._request = hub, socket, request
        self._queue: asyncio.Queue[str | Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._silent_until = 0.0
        self._held: str | None = None
        self._ended = False
        self.is_ending = False

    @property
    def is_silent(self) -> bool:
        return self._ended or time.monotonic() < self._silent_until

    def say(self, message: Any) -> None:
        """Answer a request; faults of data messages do not concern it."""
        if not self.is_silent:
            self._queue.put_nowait(message if isinstance(message, str) else json.dumps(message))

    def publish(self, name: str, text: str) -> bool:
        """Send a data message; whether the client will get it."""
        if self.is_silent:
            return False
        fault = self._hub.take_fault(self.venue, name, PER_MESSAGE)
        kind = "" if fault is None else fault.kind
        if fault is not None and kind in WHOLE_LINK:
            self.suffer(fault, text)
        if kind in (*WHOLE_LINK, "lose"):
            return False
        if kind == "reorder" and self._held is None:
            self._held = text
            return True
        if fault is not None and kind == "garbage":
            self._queue.put_nowait(fault.body)
        for part in (text, text if kind == "duplicate" else None, self._held):
            if part is not None:
                self._queue.put_nowait(part)
        self._held = None
        return True

    def suffer(self, fault: StreamFault, text: str = '{"half":"of a message"}') -> None:
        """Let a fault of the whole connection happen."""
        if fault.kind == "stall":
            self._silent_until = float("inf") if fault.duration_s is None else time.monotonic() + fault.duration_s
            return
        self._ended = self.is_ending = True
        self._queue.put_nowait(self._close if fault.kind == "disconnect" else lambda: self._cut(text))

    async def _close(self) -> None:
        await self._socket.close(code=1001, message=b"going away", drain=False)

    async def _cut(self, text: str) -> None:
        transport = self._request.transport
        if transport is not None:
            body = text.encode()[:65_000].ljust(200)
            transport.write(b"\x81\x7e" + len(body).to_bytes(2, "big") + body[: len(body) // 2])
            transport.close()

    async def drop(self) -> None:
        """End without a word."""
        self._ended = True
        if self._request.transport is not None:
            self._request.transport.abort()

    async def write(self) -> None:
        """Send what is queued until the connection ends."""
        while True:
            item = await self._queue.get()
            try:
                if not isinstance(item, str):
                    await item()
                    return
                await self._socket.send_str(item)
            except (ConnectionError, RuntimeError):
                self._ended = True
                return

    async def read(self, protocol: StreamProtocol) -> None:
        """Answer requests until the connection ends."""
        async for message in self._socket:
            if message.type == WSMsgType.PING and not self.is_silent:
                await self._socket.pong(message.data)
            elif message.type == WSMsgType.TEXT and not self.is_silent:
                protocol.receive(self, message.data)


class StreamProtocol:
    """How a venue's stream speaks; a subclass for each."""

    venues: tuple[str, ...] = ()
    cadence_s: ClassVar = {"candle": 0.25, "mark": 1.0, "depth": 0.1, "trades": 0.3, "ticker": 0.2}

    def __init__(self, contracts: Iterable[Contract], hub: Hub) -> None:
        self.contracts = {contract.id: contract for contract in contracts}
        self.hub = hub
        self._books: dict[str, LiveBook] = {}
        self._trade_id = 7_000_000

    def venue_of(self, path: str) -> str | None:
        """Name the venue that a path belongs to; None where it is another protocol's."""
        raise NotImplementedError

    def receive(self, link: Link, text: str) -> None:
        """Answer a client's request."""
        raise NotImplementedError

    def welcome(self, topic: Topic) -> list[Any]:
        """Messages for a client that begins to listen."""
        del topic
        return []

    def produce(self, topic: Topic) -> list[Any]:
        """Messages that are due for everybody who listens."""
        raise NotImplementedError

    def liquidation_messages(
        self, contract: Contract, events: list[Liquidation], *, thinned: bool
    ) -> list[tuple[tuple[str, ...], Any, list[Liquidation]]]:
        """Make messages of liquidations: topics that carry each, the message, what a client should read in it."""
        raise NotImplementedError

    def book(self, contract: Contract) -> LiveBook:
        """Find or begin a contract's book."""
        if contract.id not in self._books:
            self._books[contract.id] = LiveBook(contract.view)
        return self._books[contract.id]

    def next_trade_id(self) -> int:
        """Number the trades."""
        self._trade_id += 1
        return self._trade_id

    def subscribe(self, link: Link, topic: Topic) -> None:
        """Note a listener and greet it."""
        for message in self.hub.join(link, topic, self):
            link.publish(topic.name, json.dumps(message))


class Hub:
    """All connections of one server."""

    def __init__(self, take_fault: Callable[[str, str, tuple[str, ...]], StreamFault | None], speed: float) -> None:
        self.take_fault = take_fault
        self._speed = speed
        self.protocols: list[StreamProtocol] = []
        self.links: list[Link] = []
        self.handshakes: list[tuple[str, str]] = []
        self._topics: dict[str, tuple[StreamProtocol, Topic]] = {}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Take a connection and hold it until it ends."""
        path = request.path
        found = ((protocol, protocol.venue_of(path)) for protocol in self.protocols)
        protocol, venue = next(((protocol, venue) for protocol, venue in found if venue), (None, None))
        if protocol is None or venue is None:
            return web.Response(status=404)
        self.handshakes.append((venue, path))
        fault = self.take_fault(venue, path, ("refuse",))
        if fault is not None:
            return web.Response(status=fault.status, text=fault.body, headers=fault.headers)
        socket = web.WebSocketResponse(autoping=False, timeout=1.0)
        await socket.prepare(request)
        link = Link(self, venue, path, socket, request)
        self.links.append(link)
        writer = asyncio.create_task(link.write())
        try:
            await link.read(protocol)
        finally:
            if link.is_ending:
                # Its last words are on their way.
                await asyncio.wait({writer}, timeout=2)
            writer.cancel()
            self.links.remove(link)
            for topic in list(link.topics.values()):
                self.leave(link, topic.name)
        return socket

    def join(self, link: Link, topic: Topic, protocol: StreamProtocol) -> list[Any]:
        """Add a listener; what greets it."""
        topic = self._topics.setdefault(f"{link.venue} {topic.name}", (protocol, topic))[1]
        if not topic.links:
            topic.shown_ms, topic.shown_book = 0, None
        topic.links.add(link)
        link.topics[topic.name] = topic
        return protocol.welcome(topic)

    def leave(self, link: Link, name: str) -> bool:
        """Remove a listener; whether it was one."""
        topic = link.topics.pop(name, None)
        if topic is not None:
            topic.links.discard(link)
            if not topic.links:
                self._topics.pop(f"{link.venue} {name}", None)
        return topic is not None

    async def run(self) -> None:
        """Speak for ever."""
        while True:
            now = time.monotonic()
            for protocol, topic in list(self._topics.values()):
                cadence = protocol.cadence_s.get(topic.feed)
                if cadence is None or now < topic.due_s or not topic.links:
                    continue
                topic.due_s = now + cadence / self._speed
                for message in protocol.produce(topic):
                    self._send(topic, json.dumps(message))
            await asyncio.sleep(TICK_S)

    def liquidate(self, venue: str, symbol: str, events: list[Liquidation], *, thinned: bool) -> list[Liquidation]:
        """Push liquidations; those that at least one client was sent."""
        sent: list[Liquidation] = []
        for protocol in self.protocols:
            for contract in protocol.contracts.values():
                if contract.view.venue != venue or contract.symbol != symbol:
                    continue
                for names, message, rows in protocol.liquidation_messages(contract, events, thinned=thinned):
                    text = json.dumps(message)
                    topics = [self._topics[key][1] for name in names if (key := f"{venue} {name}") in self._topics]
                    if sum(self._send(topic, text) for topic in topics):
                        sent += rows
        return sent

    def subscriptions(self, venue: str) -> list[str]:
        """Names of what is listened to."""
        return sorted(name for link in self.links if link.venue == venue for name in link.topics)

    def suffer(self, fault: StreamFault) -> bool:
        """Let a fault of whole connections happen at once; whether there was one to suffer."""
        hit = [
            link
            for link in self.links
            if link.venue == fault.venue and any(fault.channel in name for name in (link.path, *link.topics))
        ]
        for link in hit:
            link.suffer(fault)
        return bool(hit)

    def _send(self, topic: Topic, text: str) -> bool:
        return sum(link.publish(topic.name, text) for link in list(topic.links)) > 0
