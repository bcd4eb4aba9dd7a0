"""`liqheat liquidations`: what venues reported as force-closed. Realised, not estimated."""

from __future__ import annotations

import csv
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from liqheat.cli.options import StoreUrl
from liqheat.errors import InputError, NoDataError
from liqheat.units import DAY_MS, MINUTE_MS, now_ms, read_moment_ms

if TYPE_CHECKING:
    from liqheat.api import FindLiquidations

COLUMNS = ("time_ms", "receive_ms", "venue", "is_long", "price", "quantity", "notional_usd", "mark_price")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("liquidations")(liquidations)


def liquidations(
    symbol: Annotated[str, typer.Argument(help="ccxt unified symbol, BTC/USDT:USDT.")],
    venue: Annotated[str | None, typer.Option(help="One venue; all that have some by default.")] = None,
    start_ms: Annotated[
        str | None, typer.Option(help="ISO text or milliseconds; the last 24 hours by default.")
    ] = None,
    end_ms: Annotated[str | None, typer.Option(help="As the start.")] = None,
    last: Annotated[int, typer.Option(min=1, help="Rows printed.")] = 50,
    output: Annotated[Path | None, typer.Option(help="Write all of them to a .csv file instead.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of them as JSON lines.")] = False,
    simulated: Annotated[bool, typer.Option(help="Of the simulated market, in place of a store.")] = False,
    store: StoreUrl = None,
) -> None:
    """List realised liquidations, with the rule by which each venue's feed was captured."""
    from liqheat.api import describe_liquidations
    from liqheat.collect import find_stored
    from liqheat.pipeline import SIMULATOR, load_markets
    from liqheat.simulator import find_simulated
    from liqheat.store import HistoryStore, default_store_url

    find: FindLiquidations
    if simulated:
        market = load_markets(SIMULATOR)[0]
        find, venues, newest_ms = find_simulated, [market.venue], market.end_ms
    else:
        history = HistoryStore(store or default_store_url(), read_only=True)
        find, newest_ms = find_stored(history), now_ms() + MINUTE_MS
        venues = sorted({key.venue for key in history.list_series("liquidations", symbol=symbol)})
    end = newest_ms if end_ms is None else read_moment_ms("end_ms", end_ms)
    start = end - DAY_MS if start_ms is None else read_moment_ms("start_ms", start_ms)
    if start >= end:
        raise InputError("start_ms", "must be before end_ms", f"{start} >= {end}")
    batches = [(name, batch) for name in venues if venue in (None, name) for batch in find(name, symbol, start, end)]
    events = sorted(
        (event for name, batch in batches for event in describe_liquidations(name, batch)),
        key=lambda event: int(event["time_ms"]),
    )
    if not events:
        raise NoDataError("liquidations", "must have been recorded in the time asked for", f"none of {symbol}")
    if output is not None:
        _write(output, events)
        typer.echo(f"{output}: {len(events):,} realised liquidations")
    elif as_json:
        for event in events:
            sys.stdout.write(json.dumps(event) + "\n")
    else:
        _print(events, last)
    if not as_json:
        for name, batch in batches:
            typer.echo(f"{name}: {batch.capture}; the price is the {batch.price_means}", err=True)


def _write(path: Path, events: list[dict[str, object]]) -> None:
    if path.suffix.lower() != ".csv":
        raise InputError("output", "must end in .csv", path)
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, (*COLUMNS, "price_means", "capture"))
            writer.writeheader()
            writer.writerows(events)
    except OSError as error:
        raise InputError("output", "must be a writeable path", f"{path}: {error.strerror}") from error


def _print(events: list[dict[str, object]], last: int) -> None:
    from rich.console import Console
    from rich.table import Table

    from liqheat.units import format_usd

    table = Table("time (UTC)", "venue", "position closed", "price", "USD", title=f"{len(events):,} realised")
    for event in events[-last:]:
        moment = datetime.fromtimestamp(int(str(event["time_ms"])) / 1000, UTC)
        side = "long" if event["is_long"] else "short"
        usd = format_usd(float(str(event["notional_usd"])))
        table.add_row(f"{moment:%d %b %H:%M:%S}", str(event["venue"]), side, f"{float(str(event['price'])):,.6g}", usd)
    Console().print(table)
