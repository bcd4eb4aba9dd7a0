"""`liqheat record`: listen to venues and keep what they publish, until stopped."""

from __future__ import annotations

import contextlib
import signal
from typing import Annotated

import typer

from liqheat.cli.options import DEFAULT_VENUES, StoreUrl, VenueNames, VenueUrls, open_live


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("record")(record)


def record(
    symbol: Annotated[str, typer.Argument(help="ccxt unified symbol, BTC/USDT:USDT.")],
    venues: VenueNames = DEFAULT_VENUES,
    days: Annotated[float, typer.Option(help="History to complete first.")] = 2.0,
    interval: Annotated[str, typer.Option(help="Candle length.")] = "5m",
    seconds: Annotated[float | None, typer.Option(help="Stop after so long; Ctrl+C stops, too.")] = None,
    store: StoreUrl = None,
    venue_url: VenueUrls = None,
) -> None:
    """Record candles, open interest, mark, order book depth and every liquidation that the venues push."""
    import time

    from rich.console import Console
    from rich.live import Live

    from liqheat.cli.status import describe_contracts

    live = open_live(symbol, venues, days=days, interval=interval, store=store, venue_url=venue_url)
    # A stop that is asked for politely must write what waits.
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))
    live.start()
    ends = None if seconds is None else time.monotonic() + seconds
    try:
        with contextlib.suppress(KeyboardInterrupt), Live(console=Console(stderr=True), auto_refresh=False) as screen:
            while ends is None or time.monotonic() < ends:
                screen.update(describe_contracts(live), refresh=True)
                live.collector.wait(1.0)
    finally:
        live.stop()
    typer.echo(f"{live.collector.recorder.n_written:,} streamed rows kept in {live.collector.history.disk}")
    if live.collector.recorder.n_given_up:
        typer.secho(f"{live.collector.recorder.n_given_up:,} rows given up: the store took none", fg=typer.colors.RED)
        raise typer.Exit(1)
