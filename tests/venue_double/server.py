"""The HTTP server, and the rewiring that keeps ccxt on this machine."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from liqheat.exchanges import RetryPolicy, VenueHistory, fetch_history

from . import binance, bybit, okx
from .faults import Fault
from .market import SyntheticMarket
from .protocol import Query, RefusedRequestError, Routes

PROTOCOLS = (binance, bybit, okx)


def point_at(exchange: Any, address: str) -> Any:
    """Rewrite every address of a ccxt exchange, at any depth, to one server; the paths stay.

    All of them, not only those that a test expects to be used: what is not rewritten reaches the venue.
    """

    def rewrite(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: rewrite(inner) for key, inner in value.items()}
        if isinstance(value, str) and "://" in value:
            scheme, rest = value.split("://", 1)
            base = address.replace("http://", "ws://") if scheme.startswith("ws") else address
            return base + (f"/{rest.partition('/')[2]}" if "/" in rest else "")
        return value

    exchange.urls = rewrite(exchange.urls)
    return exchange


class VenueDouble:
    """A server on a free port of 127.0.0.1, on a thread of its own.

    Attributes
    ----------
    requests : list of tuple
        Path and query of every request, in order.
    unknown_paths : list of str
        Paths that no protocol serves: a test asserts that there are none.
    waits : list of float
        Seconds that fetches would have slept before repeating a request.
    """

    def __init__(self, market: SyntheticMarket) -> None:
        self.market = market
        self.requests: list[tuple[str, Query]] = []
        self.unknown_paths: list[str] = []
        self.waits: list[float] = []
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._routes: Routes = {}
        for protocol in PROTOCOLS:
            self._routes |= protocol.routes(market)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._make_handler())
        self._server.daemon_threads = True
        # A short poll: closing waits for it.
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def misbehave(self, fault: Fault) -> None:
        """Queue a fault; the first that applies to a request spoils its answer."""
        with self._lock:
            self._faults.append(fault)

    def exchange_factory(self, ccxt_id: str, config: dict[str, Any]) -> Any:
        """Make a ccxt exchange that can reach nothing but this server, without waits between requests."""
        import ccxt

        exchange = getattr(ccxt, ccxt_id)({**config, "enableRateLimit": False, "timeout": 5_000})
        return point_at(exchange, self.address)

    def fetch(self, venue: str = "binance", symbol: str = "BTC/USDT:USDT", **named: Any) -> VenueHistory:
        """Fetch two days from here; waits are noted in `waits`, not waited for."""
        retry = RetryPolicy(attempts=4, first_wait_s=1.0, sleep=self.waits.append)
        arguments = {"days": 2, "exchange_factory": self.exchange_factory, "retry": retry, **named}
        return fetch_history(venue, symbol, **arguments)

    def count(self, path: str) -> int:
        """How many requests went to paths that contain `path`."""
        return sum(path in requested for requested, _ in self.requests)

    def __enter__(self) -> VenueDouble:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str, query: Query) -> tuple[int, str, dict[str, str]] | None:
        """Status, body and headers; None to hang up."""
        with self._lock:
            self.requests.append((path, query))
            fault = next((fault for fault in self._faults if fault.applies(path)), Fault(path=""))
        if fault.hang_up:
            return None
        headers = {"Content-Type": fault.content_type, **fault.headers}
        if fault.body is not None or fault.status != 200:
            return fault.status, fault.body or "", headers
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

    def _make_handler(self) -> type[BaseHTTPRequestHandler]:
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                url = urlsplit(self.path)
                found = double.answer(url.path, dict(parse_qsl(url.query)))
                self.close_connection = True
                if found is None:
                    return
                status, text, headers = found
                body = text.encode()
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body)), "Connection": "close"}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *_arguments: object) -> None:
                """Say nothing: tests read `VenueDouble.requests`."""

        return Handler
