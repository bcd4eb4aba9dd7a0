"""The venue double: one server for all venues."""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from liqheat.exchanges import RetryPolicy, fetch_history
from liqheat.exchanges.rest.history import VenueHistory
from tests.support.venue_double import binance, bybit, hyperliquid, okx
from tests.support.venue_double.addresses import make_local_exchange
from tests.support.venue_double.binance_stream import BinanceStream
from tests.support.venue_double.bybit_stream import BybitStream
from tests.support.venue_double.faults import Fault
from tests.support.venue_double.hyperliquid_stream import HyperliquidStream
from tests.support.venue_double.limits import Limiter
from tests.support.venue_double.market import Market
from tests.support.venue_double.okx_stream import OkxStream
from tests.support.venue_double.protocol import Query, RefusedRequestError, Routes, View
from tests.support.venue_double.stream_faults import WHOLE_LINK, StreamFault
from tests.support.venue_double.streams import Contract, Hub, Liquidation
from tests.support.venue_double.web import ServerThread

Event = tuple[int | None, bool, float, float]
LINEAR, INVERSE, USDC = "BTC/USDT:USDT", "BTC/USD:BTC", "BTC/USDC:USDC"


class VenueDouble:
    """A server on a free port of 127.0.0.1, on a thread of its own.

    Parameters
    ----------
    market : Market
        What it sells: `SyntheticMarket` (fixed) or `RunningMarket`.
    rate_limits : bool
        Whether it enforces the venues' request limits.
    latency_s : float
        Seconds before each REST answer.
    liquidations_per_s : float
        Random liquidations, at every venue that publishes them.
    market_liquidations : bool
        Whether the market's own liquidations are pushed as they happen.
    stream_speed : float
        How many times as often as the venues' the streams speak.

    Attributes
    ----------
    requests : list of tuple
        Path and query of every request, in order.
    unknown_paths : list of str
        Paths that no protocol serves: a test asserts that there are none.
    waits : list of float
        Seconds that fetches would have slept before repeating a request.
    clock_offset_ms : dict of str to int
        How far a venue lives ahead: its clock and all that it shows.
    sent_liquidations : dict of str to list
        By venue, what at least one client was sent.
    """

    def __init__(
        self,
        market: Market,
        *,
        rate_limits: bool = False,
        latency_s: float = 0.0,
        liquidations_per_s: float = 0.0,
        market_liquidations: bool = False,
        stream_speed: float = 1.0,
    ) -> None:
        self.market: Any = market
        self.requests: list[tuple[str, Query]] = []
        self.unknown_paths: list[str] = []
        self.waits: list[float] = []
        self.clock_offset_ms: dict[str, int] = {}
        self.sent_liquidations: dict[str, list[Liquidation]] = {}
        self.latency_s = latency_s
        self.liquidations_per_s = liquidations_per_s
        self._market_liquidations = market_liquidations
        self._limiter = Limiter() if rate_limits else None
        self._faults: list[Fault] = []
        self._stream_faults: list[StreamFault] = []
        self._lock = threading.Lock()
        self.hub = Hub(self._take_stream_fault, stream_speed)
        self._routes = self._make_protocols()
        self._server = ServerThread(self._handle, self._run, self._drop_links)

    def view(self, venue: str) -> View:
        """The market as a venue shows it."""
        return View(self.market, venue, lambda name: self.clock_offset_ms.get(name, 0))

    def _make_protocols(self) -> Routes:
        names = ("binanceusdm", "binancecoinm", "bybit", "okx", "hyperliquid")
        usdm, coinm, bybit_view, okx_view, hyper = map(self.view, names)
        self.hub.protocols = [
            BinanceStream([Contract(LINEAR, "BTCUSDT", usdm), Contract(INVERSE, "BTCUSD_PERP", coinm)], self.hub),
            BybitStream([Contract(LINEAR, "BTCUSDT", bybit_view), Contract(INVERSE, "BTCUSD", bybit_view)], self.hub),
            OkxStream([Contract(LINEAR, okx.LINEAR, okx_view), Contract(INVERSE, okx.INVERSE, okx_view)], self.hub),
            HyperliquidStream([Contract(USDC, hyperliquid.COIN, hyper)], self.hub),
        ]
        # The streams' own books, so that REST snapshots fit into their chains.
        books = {
            (contract.view.venue, contract.id): protocol.book(contract)
            for protocol in self.hub.protocols
            for contract in protocol.contracts.values()
        }
        return {
            **binance.routes(usdm, books["binanceusdm", "BTCUSDT"], coinm, books["binancecoinm", "BTCUSD_PERP"]),
            **bybit.routes(bybit_view, {kind: books["bybit", name] for kind, name in bybit.SYMBOLS.items()}),
            **okx.routes(okx_view, {name: books["okx", name] for name in (okx.LINEAR, okx.INVERSE)}),
            **hyperliquid.routes(hyper, books["hyperliquid", hyperliquid.COIN]),
        }

    @property
    def base_url(self) -> str:
        """``http://127.0.0.1:PORT``: serves every venue."""
        return f"http://127.0.0.1:{self._server.port}"

    address = base_url

    def misbehave(self, fault: Fault | StreamFault) -> None:
        """Queue a fault; the first that applies to an answer or a message spoils it.

        Faults of whole connections without `after_messages` happen at once where there is a connection.
        """
        if isinstance(fault, Fault):
            with self._lock:
                self._faults.append(fault)
            return
        at_once = fault.kind in WHOLE_LINK and fault.after_messages == 0
        if not (at_once and self._server.call(lambda: self.hub.suffer(fault))):
            with self._lock:
                self._stream_faults.append(fault)

    def heal(self) -> None:
        """Forget the faults that have not happened."""
        with self._lock:
            self._faults.clear()
            self._stream_faults.clear()

    def push_liquidations(
        self,
        venue: str,
        events: Iterable[Event],
        *,
        symbol: str = LINEAR,
        thinned: bool = True,
    ) -> list[Liquidation]:
        """Push liquidations through a venue's stream.

        Parameters
        ----------
        venue : str
            Venue id.
        events : iterable of tuple
            Time (UTC ms; the venue's present for None), whether a long died, price, coins.
        symbol : str
            Contract.
        thinned : bool
            Whether Binance keeps the largest of each second only.

        Returns
        -------
        list of Liquidation
            What a perfect client ends with: those that a client was sent, as rounded by the venue, in its units.
        """
        return self._server.call(lambda: self._push(venue, events, symbol, thinned=thinned))

    def subscriptions(self, venue: str) -> list[str]:
        """Names of a venue's streams that are listened to, over open connections."""
        return self._server.call(lambda: self.hub.subscriptions(venue))

    def wait_subscribed(self, venue: str, name: str, *, count: int = 1, timeout_s: float = 10.0) -> None:
        """Wait until streams whose name contains `name` are listened to."""
        end = time.monotonic() + timeout_s
        while sum(name in found for found in self.subscriptions(venue)) < count:
            if time.monotonic() > end:
                raise TimeoutError(f"nobody subscribed to {name} of {venue}: {self.subscriptions(venue)}")
            time.sleep(0.01)

    def exchange_factory(self, ccxt_id: str, config: dict[str, Any], is_stream: bool = False) -> Any:
        """Make a ccxt (or ccxt.pro) exchange that can reach nothing but this server, without waits between requests."""
        return make_local_exchange(self.base_url, ccxt_id, config, is_stream=is_stream)

    def fetch(self, venue: str = "binance", symbol: str = LINEAR, **named: Any) -> VenueHistory:
        """Fetch two days from here; waits are noted in `waits`, not waited for."""
        retry = RetryPolicy(attempts=4, first_wait_s=1.0, sleep=self.waits.append)
        arguments = {"days": 2, "exchange_factory": self.exchange_factory, "retry": retry, **named}
        return fetch_history(venue, symbol, **arguments)

    def count(self, path: str) -> int:
        """How many requests went to paths that contain `path`."""
        return sum(path in requested for requested, _ in self.requests)

    def __enter__(self) -> VenueDouble:
        self._server.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._server.stop()

    def answer(self, path: str, query: Query, fault: Fault) -> tuple[int, str, dict[str, str]]:
        """Status, body and headers."""
        headers = {"Content-Type": fault.content_type, **fault.headers}
        if fault.body is not None or fault.status != 200:
            return fault.status, fault.body or "", headers
        refused = None if self._limiter is None else self._limiter.refuse(path, query)
        if refused is not None:
            return 429, refused[1], {**headers, "Retry-After": str(refused[0])}
        handler = self._routes.get(path)
        if handler is None:
            self.unknown_paths.append(path)
            return 404, "{}", headers
        try:
            answer = handler(query)
        except RefusedRequestError as refusal:
            return refusal.status, json.dumps(refusal.body), headers
        rows = answer.rows if fault.edit_rows is None else fault.edit_rows(answer.rows)
        return 200, json.dumps(answer.wrap(rows))[: fault.keep_bytes], headers

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self.hub.serve(request)
        url = urlsplit(request.raw_path)
        path, query = url.path, dict(parse_qsl(url.query))
        if request.method == "POST":
            query = await request.json()
            path = f"{path}/{query.get('type')}"
        with self._lock:
            self.requests.append((path, query))
            fault = next((fault for fault in self._faults if fault.applies(path)), Fault(path=""))
        await asyncio.sleep(self.latency_s + fault.delay_s)
        if fault.hang_up:
            if request.transport is not None:
                request.transport.close()
            return web.Response()
        status, text, headers = self.answer(path, query, fault)
        response = web.Response(status=status, body=text.encode(), headers=headers)
        response.force_close()
        return response

    def _take_stream_fault(self, venue: str, name: str, kinds: tuple[str, ...]) -> StreamFault | None:
        with self._lock:
            return next((fault for fault in self._stream_faults if fault.applies(venue, name, kinds)), None)

    async def _run(self) -> None:
        await asyncio.gather(self.hub.run(), self._liquidate())

    async def _liquidate(self) -> None:
        """Push liquidations that nobody asked for, each second's at once."""
        source = random.Random(5)  # noqa: S311
        shown_ms: dict[str, int] = {}
        while True:
            await asyncio.sleep(1.0)
            for venue in ("binanceusdm", "binancecoinm", "bybit", "okx"):
                # Whole seconds, so that none is thinned in two parts.
                now = self.view(venue).now_ms // 1000 * 1000 - 1
                events = []
                if self._market_liquidations:
                    events += self.market.liquidations(venue, shown_ms.get(venue, now), now)
                shown_ms[venue] = now
                if self.liquidations_per_s and self.hub.subscriptions(venue):
                    events += self._make_random(source, venue)
                if events:
                    self._push(venue, events, INVERSE if venue == "binancecoinm" else LINEAR, thinned=True)

    def _make_random(self, source: random.Random, venue: str) -> list[Event]:
        view, rate = self.view(venue), self.liquidations_per_s
        end, last = view.now_ms // 1000 * 1000 - 1, float(view.quote().last)
        return [
            (
                end - source.randrange(1000),
                source.random() < 0.5,
                last * (1 + source.gauss(0, 0.001)),
                min(source.lognormvariate(-1, 1.2), 100.0),
            )
            for _ in range(int(rate) + (source.random() < rate % 1))
        ]

    def _push(self, venue: str, events: Iterable[Event], symbol: str, *, thinned: bool) -> list[Liquidation]:
        now = self.view(venue).now_ms
        made = [
            Liquidation(
                symbol,
                now if time_ms is None else time_ms,
                is_long,
                price,
                coins * price if symbol == INVERSE else coins,
            )
            for time_ms, is_long, price, coins in events
        ]
        sent = self.hub.liquidate(venue, symbol, made, thinned=thinned)
        self.sent_liquidations.setdefault(venue, []).extend(sent)
        return sent

    async def _drop_links(self) -> None:
        for link in list(self.hub.links):
            await link.drop()
