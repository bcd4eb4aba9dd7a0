"""`liqheat fetch`: history from a venue into files that `liqheat serve --data` reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("fetch")(fetch)


def fetch(
    symbol: Annotated[str, typer.Argument(help="ccxt unified symbol, BTC/USDT:USDT.")],
    venue: Annotated[str, typer.Option(help="binance, bybit, okx, …")],
    days: Annotated[float, typer.Option(help="How far back; the venue's own limit may be nearer.")] = 30.0,
    interval: Annotated[str, typer.Option(help="Candle length.")] = "5m",
    output: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("data"),
) -> None:
    """Fetch candles, mark candles and open interest."""
    from rich.console import Console

    from liqheat import pipeline

    with Console(stderr=True).status(f"Fetching {symbol} from {venue}") as status:
        fetched = pipeline.fetch_to_folder(
            venue, symbol, output, interval=interval, days=days, progress=lambda text: status.update(text)
        )
    for path in fetched.paths:
        typer.echo(str(path))
    for note in fetched.notes:
        typer.echo(f"  {note}")
    typer.echo(f"Draw them: liqheat serve --data {output}")
