"""`create_app`: the HTTP API and the page, from a few markets."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request
from pydantic import ValidationError

from liqheat.api.flows import FindLiquidations
from liqheat.api.openapi import build_openapi
from liqheat.api.pages import add_pages
from liqheat.api.problems import query_error, register_problem_handlers
from liqheat.api.published import load_published
from liqheat.api.responses import respond_json
from liqheat.api.routes import ROUTES, Route
from liqheat.api.schemas import Asked
from liqheat.api.service import MarketService
from liqheat.collect import LiveMarkets
from liqheat.errors import InputError
from liqheat.records import CalendarSeries, LeverageMix, MarketHistory, ViewRequest
from liqheat.setups import DEFAULT_SESSIONS, Session

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; connect-src 'self'; style-src 'self'; script-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
LONGEST_QUERY = 2_000


def create_app(
    markets: Sequence[MarketHistory],
    *,
    host: str = "127.0.0.1",
    leverage_mix: str | Path | LeverageMix = "classic",
    live: LiveMarkets | None = None,
    liquidations: FindLiquidations | None = None,
    calendar: Sequence[CalendarSeries] = (),
    sessions: Sequence[Session] = DEFAULT_SESSIONS,
    accuracy: str | Path | None = None,
) -> Flask:
    """Create the Flask application.

    Parameters
    ----------
    markets : sequence of MarketHistory
        What is served; the first is shown first. May be empty where `live` brings them.
    host : str
        Address that the server will bind. On a loopback address only loopback names are accepted as Host, so that
        a web page elsewhere cannot reach the API through a name of its own.
    leverage_mix : str, Path or LeverageMix
        Leverage mix of every book.
    live : LiveMarkets, optional
        Markets that grow; start and stop it outside.
    liquidations : callable, optional
        Finds realised liquidations: takes venue, symbol, start_ms and end_ms.
    calendar : sequence of CalendarSeries
        The user's own events, beside the shipped FOMC and CPI dates.
    sessions : sequence of Session
        Trading sessions of the briefs.
    accuracy : str or Path, optional
        Folder of the accuracy page and its figures; what was packaged with this version by default.

    Returns
    -------
    Flask
        Serve it with any WSGI server. Its service is ``app.extensions["liqheat"]``: `find_model` and `find_labels` of
        its ``flows`` may be set, which find a market's own parameters and totals of realised liquidations, and its
        `find_depth`, `find_candles` and `find_books`, which find order books and what takers did.
    """
    app = Flask("liqheat", static_folder=None)
    if is_loopback(host):
        app.before_request(_refuse_foreign_hosts)
    app.config["MAX_CONTENT_LENGTH"] = 1024
    service = app.extensions["liqheat"] = MarketService(markets, leverage_mix, live=live, liquidations=liquidations)
    service.calendar, service.sessions = tuple(calendar), tuple(sessions)
    if accuracy is not None:
        folder = Path(accuracy)
        if not (folder / "accuracy.json").is_file():
            raise InputError("accuracy", "must be a folder that holds accuracy.json and its pages", accuracy)
        service.published = partial(load_published, folder)
    register_problem_handlers(app)
    for route in ROUTES:
        app.add_url_rule(route.path, route.path, _view_function(route, service), methods=["GET"])
    app.add_url_rule("/openapi.json", "openapi", lambda: respond_json(json.dumps(build_openapi())), methods=["GET"])
    add_pages(app)
    app.before_request(_bound_query)
    app.after_request(_add_security_headers)
    if service.markets:
        # The first request must not wait for the first book.
        service.estimate(service.markets[:1])
    return app


def is_loopback(host: str) -> bool:
    """Whether an address to bind is reachable from this machine only.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _view_function(route: Route, service: MarketService) -> Callable[[], Response]:
    def answer() -> Response:
        repeated = [name for name, values in request.args.lists() if len(values) > 1]
        if repeated:
            raise InputError(repeated[0], "must be given once", request.args.getlist(repeated[0]))
        # Digits of a time are milliseconds, however few: a day is written with strokes.
        given: dict[str, Any] = {
            name: int(text) if name.endswith("_ms") and text.isascii() and text.isdigit() and len(text) < 20 else text
            for name, text in request.args.items()
        }
        view = ViewRequest(**{name: given.pop(name) for name in route.asks if name in given})
        try:
            more = route.more.model_validate(given)
        except ValidationError as error:
            raise query_error(error) from error
        return route.handle(service, Asked(replace(view, quantity=view.quantity or "held"), more))

    return answer


def _refuse_foreign_hosts() -> None:
    name = urlsplit(f"//{request.host}").hostname or ""
    if not is_loopback(name):
        raise InputError("Host", "must be a name of this machine: the server listens on loopback", request.host[:200])


def _bound_query() -> None:
    if len(request.query_string) > LONGEST_QUERY:
        raise InputError("query", f"must be at most {LONGEST_QUERY} bytes", f"{len(request.query_string)} bytes")


def _add_security_headers(response: Response) -> Response:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    return response
