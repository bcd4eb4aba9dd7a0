"""`liqheat accuracy events`: maps scored against single liquidations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("events")(events)


def events(
    data: Annotated[Path, typer.Option("--data", help="Folder of candles_… and oi_… files.")],
    file: Annotated[Path, typer.Option("--events", help="File of single liquidations, liq_events_<venue>_….")],
    symbols: Annotated[list[str] | None, typer.Option("--symbol", help="One of them; all by default.")] = None,
    model: Annotated[str | None, typer.Option("--model", help="Shipped parameters by name, or a .json file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score which 5-minute bar of the hour, and which of the reached prices, liquidations came from."""
    from liqheat.flow import load_model
    from liqheat_lab.scores.event_scores import score_event_file
    from liqheat_lab.smooth import load_smooth

    found = score_event_file(
        data, file, load_smooth() if model is None else load_model(model), symbols=tuple(symbols or ())
    )
    if as_json:
        typer.echo(json.dumps(found, indent=1))
    else:
        _print(found)


def _print(found: dict[str, Any]) -> None:
    typer.echo(
        f"{', '.join(found['symbols'])}: {found['days']} days, {found['hours']:,} hours, {found['events']:,} events, "
        f"{found['events_usd'] / 1e6:,.1f} M USD"
    )
    typer.echo("which bar of the hour: gain of the map and its background, nats per dollar-weighted event")
    for name, gain in found["which_bar"]["gains"].items():
        best = "  (the best without a map)" if name == found["which_bar"]["best"] else ""
        typer.echo(f"  over {name:10} {_interval(gain)}{best}")
    for symbol, rivals in found["which_price"].items():
        typer.echo(f"which price within reach, {symbol}: area under the curve by ring, by snapshot")
        for name, pairs in rivals.items():
            typer.echo(f"  {name:10} {_interval(pairs['ring'])}   {_interval(pairs['snapshot'])}")
    for note in found["notes"]:
        typer.echo(f"note: {note}", err=True)


def _interval(figure: dict[str, float | None]) -> str:
    value, low, high = (figure[name] for name in ("value", "low", "high"))
    if value is None:
        return "no figure"
    return f"{value:.3f}" if low is None else f"{value:.3f} [{low:.3f}, {high:.3f}]"
