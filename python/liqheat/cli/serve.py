"""`liqheat serve`: the page and the HTTP API on a local address."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated

import typer

from liqheat.errors import InputError, LiqheatError

DEFAULT_PORT = 8420
SERVER_THREADS = 8


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    data: Annotated[Path | None, typer.Option(help="Folder of history files; without it a simulated market.")] = None,
    host: Annotated[str, typer.Option(help="Address to bind; loopback unless told otherwise.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help=f"Port; {DEFAULT_PORT} or a free one by default, 0 for any.")] = None,
    leverage_mix: Annotated[str, typer.Option(help="classic, uniform or a .json file.")] = "classic",
) -> None:
    """Serve the heatmap."""
    import waitress

    from liqheat import pipeline
    from liqheat.api import create_app, is_loopback

    host = host.strip("[]")
    listening = _bind(host, port)
    if data is None:
        typer.echo("No --data given: simulating a market (a few seconds the first time).")
        markets = pipeline.simulated_markets()
    else:
        left_out: list[LiqheatError] = []
        markets = pipeline.load_markets(data, left_out=left_out)
        for error in left_out:
            typer.secho(f"left out: {error}", fg=typer.colors.YELLOW, err=True)
    for market in markets:
        typer.echo(f"{market.symbol} on {market.venue}: {market.n_bars} bars, {market.origin}")
        for note in market.notes:
            typer.echo(f"  {note}")
    app = create_app(markets, host=host, leverage_mix=leverage_mix)
    if not is_loopback(host):
        typer.secho(f"Anyone who can reach {host} can read this server.", fg=typer.colors.YELLOW, err=True)
    server = waitress.create_server(app, sockets=[listening], threads=SERVER_THREADS, ident=None)
    shown = f"[{host}]" if ":" in host else host
    typer.echo(f"liqheat is at http://{shown}:{listening.getsockname()[1]}/ (Ctrl+C stops it)")
    server.run()


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
