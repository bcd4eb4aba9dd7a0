"""`liqheat venues`: what each venue offers, and what it does not."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("venues")(venues)


def venues(
    as_json: Annotated[bool, typer.Option("--json", help="Every column of every row, as JSON.")] = False,
) -> None:
    """Show what each venue publishes, as far as it is read."""
    from liqheat.exchanges import COLUMNS, list_capabilities

    rows = list_capabilities()
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*COLUMNS, title="Venues", caption="`liqheat venues --json` has every column and the reasons.")
    for row in rows:
        table.add_row(*(make(row) for make in COLUMNS.values()))
    console = Console()
    # Piped output has no width of its own; a table squeezed into 80 columns cannot be read.
    if not console.is_terminal:
        console = Console(width=260)
    console.print(table)
