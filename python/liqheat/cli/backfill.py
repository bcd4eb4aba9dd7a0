"""`liqheat backfill`: history from venues into the store; run again, it fetches what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from liqheat.cli.options import DEFAULT_VENUES, StoreUrl, VenueNames, VenueUrls, open_store, read_factory, split_names

if TYPE_CHECKING:
    from rich.progress import Progress

    from liqheat.collect import VenueOutcome
    from liqheat.store import HistoryStore


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("backfill")(backfill)


def backfill(
    symbols: Annotated[list[str], typer.Argument(help="ccxt unified symbols, BTC/USDT:USDT.")],
    venues: VenueNames = DEFAULT_VENUES,
    days: Annotated[float, typer.Option(help="How far back; a venue's own limit may be nearer.")] = 30.0,
    interval: Annotated[str, typer.Option(help="Candle length.")] = "5m",
    archives: Annotated[
        bool, typer.Option(help="Take Binance's daily archives for what lies behind its limit.")
    ] = True,
    archive_url: Annotated[
        str | None, typer.Option(help="Another address of the archives; needed with --venue-url, which turns them off.")
    ] = None,
    accept_contract_size: Annotated[
        bool, typer.Option(help="Go on where a venue changed the size of its contract; old rows stay as they are.")
    ] = False,
    store: StoreUrl = None,
    venue_url: VenueUrls = None,
) -> None:
    """Fetch candles, mark candles, open interest, funding and long/short ratios."""
    import time

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
    from rich.table import Table

    from liqheat import collect
    from liqheat.exchanges import VenueClient
    from liqheat.venues import find_venue, symbol_at

    history = open_store(store)
    factory = read_factory(venue_url)
    names = split_names("venues", venues)
    specs = {
        (spec.venue, spec.contract_kind): spec
        for symbol in symbols
        for name in names
        for spec in [find_venue(name, symbol_at(name, symbol))]
    }
    clients = [VenueClient(spec, factory) for spec in specs.values()]
    began = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[tuple[str, str], TaskID] = {}

        def show(progress: collect.Progress) -> None:
            key = (progress.venue, progress.symbol)
            if key not in tasks:
                tasks[key] = bars.add_task("", total=progress.total)
            words = f"{progress.venue} {progress.symbol}: {progress.part}"
            bars.update(tasks[key], completed=progress.done, total=progress.total, description=words)

        try:
            outcomes = collect.backfill(
                history,
                clients,
                symbols,
                days=days,
                interval=interval,
                progress=show,
                accept_contract_size=accept_contract_size,
            )
        finally:
            for client in clients:
                client.close()
        if archives and (factory is None or archive_url is not None):
            for outcome in outcomes:
                _add_archives(history, outcome, days, interval, archive_url, bars)
    console = Console()
    table = Table("venue", "symbol", "state", "new rows", "seconds", title=str(history.disk))
    for outcome in outcomes:
        rows = ", ".join(f"{count:,} {kind}" for kind, count in outcome.rows.items() if count)
        # A venue that failed did not say what there is.
        none = "none: all there" if outcome.state == "live" else "none"
        table.add_row(outcome.venue, outcome.symbol, outcome.state, rows or none, f"{outcome.seconds:.1f}")
    console.print(table)
    for outcome in outcomes:
        for text in (outcome.detail, *outcome.notes):
            if text:
                console.print(f"{outcome.venue}: {text}", highlight=False, soft_wrap=True)
    total = sum(sum(outcome.rows.values()) for outcome in outcomes)
    has_failed = bool(outcomes) and all(outcome.state != "live" for outcome in outcomes)
    hint = f" Draw them: liqheat serve --data {history.disk}" if total or not has_failed else ""
    typer.echo(f"{total:,} new rows in {time.monotonic() - began:.1f} s.{hint}")
    if has_failed:
        raise typer.Exit(1)


def _add_archives(
    history: HistoryStore, outcome: VenueOutcome, days: float, interval: str, archive_url: str | None, bars: Progress
) -> None:
    """Add what lies behind the venue's limit; what the archives lack goes to the outcome's notes."""
    from liqheat import collect
    from liqheat.errors import LiqheatError
    from liqheat.exchanges import PORTAL_URL, ArchiveSource

    task = bars.add_task(f"{outcome.venue} {outcome.symbol}: archives", total=None)
    try:
        summary = collect.add_archives(
            history,
            outcome.venue,
            outcome.symbol,
            days=days,
            interval=interval,
            source=ArchiveSource(archive_url or PORTAL_URL),
            progress=lambda name, done, total: bars.update(task, description=name, completed=done, total=total),
        )
    except LiqheatError as error:
        outcome.notes.append(f"archives: {error}")
        return
    finally:
        bars.remove_task(task)
    if summary is None:
        return
    outcome.rows["from archives"] = summary.count.inserted + summary.count.updated
    outcome.notes += [f"archive {file.path}: {file.reason}" for file in summary.left_out[:3]]
    if len(summary.left_out) > 3:
        outcome.notes.append(f"archives: {len(summary.left_out) - 3} more days could not be taken")
