"""`liqheat accuracy`: how right the map is. The command line of liqheat finds it by its entry point."""

from __future__ import annotations

import typer

from liqheat_lab.cli import article, compare, events, panel, report, scores, simulate


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(
        name="accuracy",
        help="How right the map is: calibrate it, score it out of sample.",
        no_args_is_help=True,
    )
    for module in (scores, panel, article, compare, events, report, simulate):
        module.register(group)
    app.add_typer(group)
