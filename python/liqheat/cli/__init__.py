"""The `liqheat` command. Errors that we raise on purpose end in one line and exit code 2, never in a traceback."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points
from typing import Annotated

import typer

from liqheat.cli import backfill, bench, heatmap, imports, liquidations, record, serve, setups, store, venues
from liqheat.errors import LiqheatError

app = typer.Typer(
    name="liqheat",
    help="The open liquidation heatmap: where leveraged positions would be force-closed, estimated and drawn.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (serve, heatmap, setups, liquidations, backfill, record, imports, venues, store, bench):
    module.register(app)
# Other packages add theirs; the laboratory's `accuracy` comes this way.
for command in entry_points(group="liqheat.commands"):
    try:
        command.load()(app)
    except Exception as error:
        # A broken addition must not take the other commands with it.
        typer.secho(f"liqheat: the command {command.name} is left out: {error}", err=True, fg=typer.colors.YELLOW)


def _print_version(wanted: bool) -> None:
    if wanted:
        from liqheat import __version__

        typer.echo(f"liqheat {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


def main() -> None:
    """Run the command line."""
    try:
        app()
    except LiqheatError as error:
        typer.secho(f"liqheat: {error}", err=True, fg=typer.colors.RED)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
