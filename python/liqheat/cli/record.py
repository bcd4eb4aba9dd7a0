"""`liqheat record`: listen to venues and keep what they publish, until stopped."""

from __future__ import annotations

import contextlib
import signal
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from liqheat.cli.options import DEFAULT_VENUES, StoreUrl, VenueNames, VenueUrls, models_folder, open_live

if TYPE_CHECKING:
    from liqheat.collect import LiveMarkets
    from liqheat.flow import DailyRefit
    from liqheat.records import Estimate, MarketHistory


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
    """Record what venues publish and push: candles, open interest, depth, liquidations; and each hour's forecasts."""
    import time

    from rich.console import Console
    from rich.live import Live

    from liqheat.cli.status import describe_contracts

    live = open_live(symbol, venues, days=days, interval=interval, store=store, venue_url=venue_url)
    refit = keep_forecasts(live, store)
    # A stop that is asked for politely must write what waits.
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))
    live.start()
    refit.start()
    ends = None if seconds is None else time.monotonic() + seconds
    try:
        with contextlib.suppress(KeyboardInterrupt), Live(console=Console(stderr=True), auto_refresh=False) as screen:
            while ends is None or time.monotonic() < ends:
                screen.update(describe_contracts(live), refresh=True)
                live.collector.wait(1.0)
    finally:
        refit.stop()
        live.stop()
    typer.echo(f"{live.collector.recorder.n_written:,} streamed rows kept in {live.collector.history.disk}")
    if live.collector.recorder.n_given_up:
        typer.secho(f"{live.collector.recorder.n_given_up:,} rows given up: the store took none", fg=typer.colors.RED)
        raise typer.Exit(1)


def keep_forecasts(live: LiveMarkets, store: str | None) -> DailyRefit:
    """Keep each hour's forecasts, by parameters that are refitted daily; the refit is not started yet."""
    from liqheat.collect import ForecastLog, find_stored
    from liqheat.errors import InputError
    from liqheat.flow import DailyRefit, estimate_flow, find_realised

    history = live.collector.history
    stored, tell = find_stored(history), partial(typer.echo, err=True)
    refit = DailyRefit(live.markets, stored, folder=models_folder(store), tell=tell)

    def find_estimate(market: MarketHistory) -> Estimate | None:
        try:
            return estimate_flow(market, refit.find_model(market)[0], realised=find_realised(market, stored))
        except InputError:
            return None

    live.subscribe_markets(ForecastLog(history, find_estimate, tell=tell).on_market)
    return refit
