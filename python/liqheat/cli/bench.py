"""`liqheat bench`: the core beside numpy and numba, equality first."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bench")(bench)


def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Smaller sizes: under a minute.")] = False,
) -> None:
    """Time the hot loops against the best opponents installed here."""
    from liqheat.bench import run_benchmarks

    run_benchmarks(quick=quick)
