"""Recorded answers of venues that have no protocol here, by path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from tests.support.venue_double.addresses import make_local_exchange
from tests.support.venue_double.faults import Fault
from tests.support.venue_double.protocol import Query
from tests.support.venue_double.web import ServerThread


class ReplayVenue:
    """Serves recorded REST answers on a free port of 127.0.0.1.

    Parameters
    ----------
    answers : mapping of str to object
        By end of the path: a file of JSON (a `Path`), text, or what JSON is made from. Of several ends that fit, the
        longest answers. One that is callable is given the query.

    Attributes
    ----------
    requests : list of tuple
        Path and query (or JSON body) of every request, in order.
    unknown_paths : list of str
        Paths without a recorded answer.
    """

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.requests: list[tuple[str, Query]] = []
        self.unknown_paths: list[str] = []
        self._answers = dict(answers)
        self._faults: list[Fault] = []
        self._server = ServerThread(self._handle)

    @property
    def base_url(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self._server.port}"

    def misbehave(self, fault: Fault) -> None:
        """Queue a fault; row edits apply to the recorded JSON."""
        self._faults.append(fault)

    def exchange_factory(self, ccxt_id: str, config: dict[str, Any], is_stream: bool = False) -> Any:
        """Make a ccxt exchange that can reach nothing but this server."""
        if is_stream:
            raise ValueError("recorded answers are of REST only")
        return make_local_exchange(self.base_url, ccxt_id, config, is_stream=False)

    def __enter__(self) -> ReplayVenue:
        self._server.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._server.stop()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        url = urlsplit(request.raw_path)
        query: Query = dict(parse_qsl(url.query))
        if request.method == "POST" and request.can_read_body:
            query = await request.json()
        self.requests.append((url.path, query))
        fault = next((fault for fault in self._faults if fault.applies(url.path)), Fault(path=""))
        status, text = self._answer(url.path, query, fault)
        headers = {"Content-Type": fault.content_type, **fault.headers}
        response = web.Response(status=status, body=text.encode()[: fault.keep_bytes], headers=headers)
        response.force_close()
        return response

    def _answer(self, path: str, query: Query, fault: Fault) -> tuple[int, str]:
        if fault.body is not None or fault.status != 200:
            return fault.status, fault.body or ""
        found = max((end for end in self._answers if path.endswith(end)), key=len, default=None)
        if found is None:
            self.unknown_paths.append(path)
            return 404, "{}"
        answer = self._answers[found]
        answer = answer(query) if callable(answer) else answer
        text = answer.read_text() if isinstance(answer, Path) else answer
        if not isinstance(text, str):
            text = json.dumps(text)
        return 200, text if fault.edit_rows is None else json.dumps(fault.edit_rows(json.loads(text)))


_RECORDED = {
    "dydx": {
        "/v4/perpetualMarkets": "http_get_perpetual_markets",
        "/v4/candles/perpetualMarkets/BTC-USD": "http_get_candles",
        "/v4/historicalFunding/BTC-USD": "http_get_historical_funding",
        "/v4/orderbooks/perpetualMarket/BTC-USD": "http_get_orderbook",
    },
    "krakenfutures": {
        "/instruments": "http_futures_instruments",
        "/tickers": "http_futures_tickers",
        "/orderbook": "http_futures_orderbook",
        "/historicalfundingrates": "http_futures_historical_funding_rates",
        "/historical-funding-rates": "http_futures_historical_funding_rates",
        "/trade/PI_XBTUSD/1m": "http_futures_candles_trade",
        "/mark/PI_XBTUSD/1m": "http_futures_candles_mark",
    },
    "deribit": {
        "/public/get_instruments": "http_get_instruments",
        "/public/get_order_book": "http_get_order_book",
    },
}


def recorded_answers(shared: Path, venue: str) -> dict[str, Any]:
    """Files recorded from a venue, by the paths that it serves them at.

    Parameters
    ----------
    shared : Path
        The folder of real data.
    venue : str
        ``dydx``, ``krakenfutures`` or ``deribit``; the others have no recorded REST answers.
    """
    folder = shared / "fixtures" / venue.removesuffix("futures") / "nautilus"
    answers: dict[str, Any] = {path: folder / f"{name}.json" for path, name in _RECORDED[venue].items()}
    if venue == "dydx":
        # What was recorded is wrapped in a request's number and state.
        answers = {path: json.loads(file.read_text())["result"] for path, file in answers.items()}
    if venue == "deribit":
        answers["/public/get_currencies"] = {"result": [{"currency": "BTC", "currency_long": "Bitcoin"}]}
    return answers
