"""`liqheat accuracy panel`: the held view against real positions, where they are public."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from liqheat_lab.panel.panel import PanelScores


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("panel")(panel)


def panel(
    positions: Annotated[Path, typer.Option("--positions", help="Table of positions, snapshot by snapshot.")],
    data: Annotated[
        Path, typer.Option("--data", help="Folder of candles_… and oi_… files, as `serve --data` reads it.")
    ],
    first_half: Annotated[
        bool, typer.Option("--first-half", help="Score the half that the prior was learned on: no evidence.")
    ] = False,
    learn: Annotated[
        Path | None,
        typer.Option(
            "--learn", help="Learn the held view's distances on the first half into this .json; score nothing."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score the held view and its controls on the second half of a panel of real positions."""
    from liqheat.pipeline import load_markets
    from liqheat_lab.page.parts import write_report
    from liqheat_lab.panel.held import learn_held_prior
    from liqheat_lab.panel.panel import score_panel, split_of
    from liqheat_lab.panel.positions import load_panel
    from liqheat_lab.panel.prior import write_held_prior

    if learn is not None:
        found_panel = load_panel(positions)
        coins = sorted({market.base for market in load_markets(data)})
        prior = learn_held_prior(found_panel, coins, end_ms=split_of(found_panel))
        write_report(learn, write_held_prior(prior), "learn")
        typer.echo(f"{learn}: learned of {', '.join(coins)} on the first half")
        return
    found = score_panel(load_panel(positions), load_markets(data), half="first" if first_half else "second")
    if as_json:
        typer.echo(json.dumps(found.to_json(), indent=1))
        return
    _print(found)


def _print(found: PanelScores) -> None:
    low, median, high = found.traders
    typer.echo(f"{found.half} half of the panel, {low} to {high} traders listed in a snapshot (median {median})")
    typer.echo("correlation with the real map beyond each map's own distance profile, 95 % interval over days:")
    for coin, bands in found.scores.items():
        for band, maps in bands.items():
            some = next(iter(maps.values()))
            typer.echo(f"{coin} {band}, {some.n_snapshots} snapshots on {some.n_days} days")
            for name, scores in maps.items():
                figure = scores.cluster_corr
                typer.echo(f"  {name:14} {figure.value:+.3f} [{figure.low:+.3f}, {figure.high:+.3f}]")
    for note in found.notes:
        typer.echo(f"note: {note}")
