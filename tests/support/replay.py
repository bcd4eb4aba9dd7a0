"""Exchanges whose requests are answered by a function of this process: venues that the double does not speak for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from liqheat.exchanges import RetryPolicy, VenueClient
from liqheat.exchanges.rest.client import make_exchange
from liqheat.venues.table import VENUES

Handler = Callable[[dict[str, Any]], Any]


class Replay:
    """Answers by path; `requests` holds path and parameters of every request, in order.

    Handlers are found by the end of the path; a POST's parameters are its body, and its path gets ``#`` and the type.
    """

    def __init__(self, handlers: dict[str, Handler]) -> None:
        self.handlers = handlers
        self.requests: list[tuple[str, dict[str, Any]]] = []

    def exchange_factory(self, ccxt_id: str, config: dict[str, Any], is_stream: bool = False) -> Any:
        assert not is_stream
        exchange = make_exchange(ccxt_id, {**config, "enableRateLimit": False})
        exchange.fetch = self._fetch
        return exchange

    def client(self, venue: str, kind: str = "linear") -> VenueClient:
        return VenueClient(VENUES[venue, kind], self.exchange_factory, RetryPolicy(attempts=1))

    def count(self, path: str) -> int:
        return sum(asked.endswith(path) for asked, _ in self.requests)

    def _fetch(self, url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:
        del headers
        parts = urlsplit(url)
        query: dict[str, Any] = dict(parse_qsl(parts.query))
        path = parts.path
        if method == "POST":
            query = json.loads(body)
            path = f"{path}#{query.get('type')}"
        self.requests.append((path, query))
        handler = next((found for end, found in self.handlers.items() if path.endswith(end)), None)
        assert handler is not None, f"no answer to {path} {query}"
        return json.loads(json.dumps(handler(query)))
