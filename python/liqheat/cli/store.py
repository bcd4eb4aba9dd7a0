"""`liqheat store`: check, complete and tidy the history on disk."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from liqheat.cli.options import StoreUrl

if TYPE_CHECKING:
    from liqheat.store import HistoryStore

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
KindOption = Annotated[str | None, typer.Option(help="candles, mark, open_interest, …")]
VenueOption = Annotated[str | None, typer.Option(help="binanceusdm, bybit, okx, …")]
SymbolOption = Annotated[str | None, typer.Option(help="ccxt unified symbol, BTC/USDT:USDT.")]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(name="store", help="Check, complete and tidy the history on disk.", no_args_is_help=True)
    group.command("verify")(verify)
    group.command("gaps")(gaps)
    group.command("compact")(compact)
    group.command("journal")(journal)
    app.add_typer(group)


def verify(store: StoreUrl = None, as_json: JsonOption = False) -> None:
    """Compare every file with its checksum; exit code 1 when something is not as it was written."""
    opened = _open(store, read_only=True)
    problems = opened.verify()
    aside = opened.quarantined
    series = opened.list_series()
    rows = sum(opened.count_rows(key) for key in series)
    if as_json:
        found = [_series_json(problem.key) | _problem_json(problem) for problem in problems]
        put_aside = [_series_json(problem.key) | _problem_json(problem) for problem in aside]
        _print_json({"series": len(series), "rows": rows, "problems": found, "quarantined": put_aside})
    else:
        typer.echo(f"{len(series)} series, {rows:,} rows in {opened.disk}: {len(problems)} problems")
        for problem in problems:
            typer.secho(f"  {problem}" + (f" ({problem.rows:,} rows)" if problem.rows else ""), fg=typer.colors.RED)
        for problem in aside:
            typer.echo(f"  {problem}")
    if problems:
        raise typer.Exit(1)


def gaps(
    store: StoreUrl = None,
    kind: KindOption = None,
    venue: VenueOption = None,
    symbol: SymbolOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the times between a series' first and last row at which rows are missing."""
    from rich.console import Console
    from rich.table import Table

    from liqheat.store import KINDS
    from liqheat.units import parse_interval_ms

    opened = _open(store, read_only=True)
    found: list[dict[str, Any]] = []
    table = Table("series", "venue", "symbol", box=None)
    for title in ("from (UTC)", "to (UTC)", "missing"):
        table.add_column(title, no_wrap=True)
    for key in opened.list_series(kind, venue, symbol):
        step = parse_interval_ms(key.interval) if key.interval else KINDS[key.kind].step_ms
        span = opened.span_ms(key)
        if step is None or span is None:
            continue
        for gap in opened.find_gaps(key, span[0], span[1] + 1):
            numbers = {"start_ms": gap.start_ms, "end_ms": gap.end_ms, "n_missing": gap.n_missing}
            found.append(_series_json(key) | numbers)
            series = " ".join(filter(None, (key.kind, key.interval)))
            times = (_time_text(gap.start_ms), _time_text(gap.end_ms))
            table.add_row(series, key.venue, key.symbol, *times, f"{gap.n_missing:,}")
    if as_json:
        _print_json({"gaps": found})
    elif found:
        Console().print(table)
    else:
        typer.echo("No gaps.")


def compact(
    store: StoreUrl = None,
    kind: KindOption = None,
    venue: VenueOption = None,
    symbol: SymbolOption = None,
    as_json: JsonOption = False,
) -> None:
    """Join the small files of each day; safe while a recorder runs."""
    opened = _open(store, read_only=False)
    done = [(key, opened.compact(key)) for key in opened.list_series(kind, venue, symbol)]
    before, after = sum(count.files_before for _, count in done), sum(count.files_after for _, count in done)
    if as_json:
        _print_json({"files_before": before, "files_after": after})
    else:
        typer.echo(f"{before} files became {after}." if before else "Nothing to join.")


def journal(
    store: StoreUrl = None,
    limit: Annotated[int, typer.Option(min=1, help="Entries shown.")] = 50,
    kind: Annotated[str | None, typer.Option(help="correction, margin tiers, refused, …")] = None,
    as_json: JsonOption = False,
) -> None:
    """What the feeds noticed: refusals, reconnects, corrections, changed margin tiers; newest first."""
    from dataclasses import asdict

    from liqheat.cli.options import open_journal

    opened = open_journal(store)
    entries = [] if opened is None else opened.read(limit, kind)
    if as_json:
        _print_json({"entries": [asdict(entry) for entry in entries]})
        return
    for entry in entries:
        moment = datetime.fromtimestamp(entry.time_ms / 1000, UTC)
        typer.echo(f"{moment:%Y-%m-%d %H:%M:%S} UTC  {entry.venue} {entry.symbol}  {entry.kind}: {entry.text}")


def _open(url: str | None, *, read_only: bool) -> HistoryStore:
    from liqheat.store import HistoryStore, default_store_url

    return HistoryStore(url or default_store_url(), read_only=read_only, create=False)


def _series_json(key: Any) -> dict[str, Any]:
    return {"kind": key.kind, "interval": key.interval, "venue": key.venue, "symbol": key.symbol}


def _problem_json(problem: Any) -> dict[str, Any]:
    return {"path": problem.path, "what": problem.what, "rows": problem.rows}


def _print_json(content: dict[str, Any]) -> None:
    typer.echo(json.dumps(content, indent=2))


def _time_text(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
