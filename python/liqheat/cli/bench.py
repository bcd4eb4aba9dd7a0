"""`liqheat bench`: the core beside numpy, numba and histogram libraries, equality first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bench")(bench)


def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Smaller sizes: about a minute.")] = False,
    only: Annotated[str | None, typer.Option(help="Names of cases, with commas between; all by default.")] = None,
    versus: Annotated[
        str | None, typer.Option(help="module:function of yours that takes part in the fused map.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write what was found to this file.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Write a picture of it to this .png file.")] = None,
) -> None:
    """Time the hot loops against the best opponents installed here."""
    from rich.console import Console

    from liqheat.bench import make_table, run_benchmarks, save_plot

    names = None if only is None else [name.strip() for name in only.split(",")]
    run = run_benchmarks(quick=quick, only=names, versus=versus)
    Console(width=160).print(make_table(run))
    if json_file is not None:
        json_file.write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")
    if plot is not None:
        save_plot(run, plot)
