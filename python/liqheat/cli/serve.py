"""`liqheat serve`: the page and the HTTP API on a local address."""

from __future__ import annotations

import signal
import socket
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from liqheat.cli.options import (
    DEFAULT_VENUES,
    StoreUrl,
    VenueNames,
    VenueUrls,
    find_labels,
    models_folder,
    open_live,
    read_calendar,
    read_sessions,
)
from liqheat.errors import InputError, LiqheatError

if TYPE_CHECKING:
    from flask import Flask

    from liqheat.api import FindLiquidations
    from liqheat.collect import FindBooks, FindCandles, LiveMarkets
    from liqheat.records import MarketHistory

DEFAULT_PORT = 8420
SERVER_THREADS = 20
"""Each open page holds one for its stream."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    data: Annotated[
        str | None, typer.Option(help="Folder of history files, or a store; without it a simulated market.")
    ] = None,
    live: Annotated[str | None, typer.Option(help="Follow this symbol at its venues: BTC/USDT:USDT.")] = None,
    venues: VenueNames = DEFAULT_VENUES,
    days: Annotated[float, typer.Option(help="With --live: history to fetch, nearest first.")] = 30.0,
    interval: Annotated[str, typer.Option(help="With --live: candle length.")] = "5m",
    host: Annotated[str, typer.Option(help="Address to bind; loopback unless told otherwise.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help=f"Port; {DEFAULT_PORT} or a free one by default, 0 for any.")] = None,
    leverage_mix: Annotated[str, typer.Option(help="classic, uniform or a .json file.")] = "classic",
    track: Annotated[
        str | None, typer.Option(help="With --live: venues asked hourly for open interest, to state what is covered.")
    ] = None,
    calendar: Annotated[
        Path | None, typer.Option(help="Your own events beside FOMC and CPI, .ics or .csv, for setups.")
    ] = None,
    session: Annotated[
        list[str] | None,
        typer.Option(help="A session in place of the usual three: 'Dubai=Asia/Dubai 10:00-15:00'; repeatable."),
    ] = None,
    store: StoreUrl = None,
    venue_url: VenueUrls = None,
) -> None:
    """Serve the heatmap."""
    from liqheat.api import create_app
    from liqheat.collect import ForecastLog, embedded_model, find_stored, find_stored_books, find_stored_candles
    from liqheat.flow import DailyRefit
    from liqheat.simulator import find_simulated_depth

    host = host.strip("[]")
    if live is not None and data is not None:
        raise InputError("live, data", "must not be given together: --store says where live history is kept", data)
    settings: dict[str, Any] = {"calendar": read_calendar(calendar), "sessions": read_sessions(session)}
    if live is None:
        listening = _bind(host, port)
        markets, liquidations = _load(data)
        app = create_app(
            markets,
            host=host,
            leverage_mix=leverage_mix,
            liquidations=liquidations,
            **settings,
        )
        service = app.extensions["liqheat"]
        service.flows.find_labels = partial(find_labels, data)
        if data is None:
            service.flows.find_model = lambda market: (embedded_model(market), "")
            service.find_depth = find_simulated_depth
        service.find_candles, service.find_books = _find_order_flow(data)
        _run(app, listening, host)
        return
    source = open_live(live, venues, days=days, interval=interval, store=store, venue_url=venue_url, tracked=track)
    listening = _bind(host, port)
    kept = source.collector.history
    stored = find_stored(kept)
    refit = DailyRefit(source.markets, stored, folder=models_folder(store), tell=partial(typer.echo, err=True))
    app = create_app(
        [],
        host=host,
        leverage_mix=leverage_mix,
        live=source,
        liquidations=stored,
        **settings,
    )
    service = app.extensions["liqheat"]
    service.flows.find_model = refit.find_model
    service.find_candles, service.find_books = find_stored_candles(kept), find_stored_books(kept)
    forecasts = ForecastLog(kept, lambda market: service.expected([market]), tell=partial(typer.echo, err=True))
    source.subscribe_markets(forecasts.on_market)
    typer.echo(f"Following {live} at {', '.join(source.collector.contracts)}; history in {kept.disk}")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, partial(_end_streams, source))
    source.start()
    refit.start()
    stopped = threading.Event()
    watcher = threading.Thread(target=_tell_progress, args=(source, stopped), daemon=True)
    watcher.start()
    try:
        _run(app, listening, host)
    finally:
        stopped.set()
        refit.stop()
        source.stop()


def _end_streams(source: LiveMarkets, *_: object) -> None:
    """End the streams of open pages before the server waits for its threads."""
    source.broadcast.close()
    raise KeyboardInterrupt


def _load(data: str | None) -> tuple[list[MarketHistory], FindLiquidations | None]:
    from liqheat.collect import embedded_model, find_in_folder, find_stored
    from liqheat.pipeline import SIMULATOR, load_markets
    from liqheat.simulator import find_simulated
    from liqheat.store import HistoryStore, is_store

    left_out: list[LiqheatError] = []
    liquidations: FindLiquidations | None = None
    if data is None:
        typer.echo("No --data given: simulating a market (a few seconds the first time).")
        markets, liquidations = load_markets(SIMULATOR), find_simulated
        # Its parameters are made with it: the first page must not wait for them.
        embedded_model(markets[0])
    elif is_store(data):
        history = HistoryStore(data, read_only=True)
        markets, liquidations = load_markets(history, left_out=left_out), find_stored(history)
    else:
        markets = load_markets(data, left_out=left_out)
        liquidations = find_in_folder(data)
    for error in left_out:
        typer.secho(f"left out: {error}", fg=typer.colors.YELLOW, err=True)
    for market in markets:
        typer.echo(f"{market.symbol} on {market.venue}: {market.n_bars} bars, {market.origin}")
        for note in market.notes:
            typer.echo(f"  {note}")
    return markets, liquidations


def _find_order_flow(data: str | None) -> tuple[FindCandles, FindBooks]:
    """Where candles with the takers' part, and order books of some time, are looked up."""
    from liqheat.collect import find_folder_candles, find_stored_books, find_stored_candles
    from liqheat.simulator import find_simulated_books, find_simulated_candles
    from liqheat.store import HistoryStore, is_store

    if data is None:
        return find_simulated_candles, find_simulated_books
    if is_store(data):
        history = HistoryStore(data, read_only=True)
        return find_stored_candles(history), find_stored_books(history)
    return find_folder_candles(data), lambda *_: []


def _run(app: Flask, listening: socket.socket, host: str) -> None:
    import waitress

    from liqheat.api import is_loopback

    if not is_loopback(host):
        typer.secho(f"Anyone who can reach {host} can read this server.", fg=typer.colors.YELLOW, err=True)
    server = waitress.create_server(app, sockets=[listening], threads=SERVER_THREADS, ident=None)
    shown = f"[{host}]" if ":" in host else host
    typer.echo(f"liqheat is at http://{shown}:{listening.getsockname()[1]}/ (Ctrl+C stops it)")
    server.run()


def _tell_progress(source: LiveMarkets, stopped: threading.Event) -> None:
    """Say in the terminal when a venue changes state, and each tenth of its backfill."""
    subscription = source.broadcast.subscribe()
    said: dict[str, str] = {}
    while not stopped.is_set() and not subscription.is_closed:
        subscription.wait(1.0)
        for contract in source.contracts:
            words = f"{contract.venue}: {contract.state}"
            if contract.progress is not None:
                tenths = 10 * contract.progress.done // max(contract.progress.total, 1)
                words += f" {10 * tenths} %"
            if contract.detail:
                words += f" - {contract.detail}"
            if said.get(contract.venue) != words:
                said[contract.venue] = words
                typer.echo(words, err=True)
        if source.offers() and any(contract.state == "refused" for contract in source.contracts):
            words = f"Other venues of {source.followed.symbol}: {', '.join(source.offers())} (--venues)"
            if said.get("") != words:
                said[""] = words
                typer.echo(words, err=True)


def _bind(host: str, port: int | None) -> socket.socket:
    if port is not None and not 0 <= port <= 65_535:
        raise InputError("port", "must be from 0 to 65535", port)
    try:
        family = socket.getaddrinfo(host, None)[0][0]
    except (socket.gaierror, UnicodeError) as error:
        raise InputError("host", "must be an address of this machine", f"{host}: {error}"[:200]) from error
    wanted = [DEFAULT_PORT, 0] if port is None else [port]
    for candidate in wanted:
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, candidate))
        except OSError as error:
            listening.close()
            if candidate == wanted[-1]:
                found = f"{host}:{candidate}: {error.strerror}"
                raise InputError("host, port", "must be an address that is free", found) from error
        else:
            return listening
    raise AssertionError("unreachable: the last candidate binds or raises")
