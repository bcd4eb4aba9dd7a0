"""Run all cases and print one table."""

from __future__ import annotations

import importlib.metadata
import os
import platform

from rich.console import Console
from rich.table import Table

from liqheat import _core
from liqheat.bench import cases
from liqheat.bench.map_cases import bench_map
from liqheat.bench.timing import Result
from liqheat.errors import LiqheatError


def run_benchmarks(*, quick: bool = False) -> list[Result]:
    """Time the hot loops beside numpy and numba, and the HTTP API over loopback.

    Parameters
    ----------
    quick : bool
        Smaller sizes, under a minute.

    Raises
    ------
    LiqheatError
        On a debug build, whose times mean nothing.
    """
    if _core.build_profile != "release":
        raise LiqheatError("benchmarks need a release build; this is a debug build")
    console = Console(width=130)
    console.print(f"liqheat {_core.__version__}, {_versions()}; {platform.machine()}, {os.cpu_count()} cores")
    rounds = 5 if quick else 15
    n_entries = 260_000 if quick else 1_040_000
    results = [
        bench_map(n_entries, rounds, on_ticks=False),
        bench_map(n_entries, rounds, on_ticks=True),
        cases.bench_book(20_000 if quick else 100_000, rounds),
        cases.bench_grid(2_880 if quick else 8_640, rounds),
        cases.bench_aggregate(200_000 if quick else 2_000_000, rounds),
        cases.bench_one_bar(2 if quick else 5),
        *cases.bench_http(10 if quick else 30, 6 if quick else 24),
    ]
    console.print(_table(results))
    if cases.load_numba() is None:
        console.print("numba is not installed: its columns are missing (pip install numba)")
    return results


def _versions() -> str:
    found = []
    for name in ("numpy", "numba"):
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return ", ".join(found)


def _table(results: list[Result]) -> Table:
    table = Table("case", "who", "median", "best", "p95", "÷ ours", title="Release build, one run, taking turns")
    for result in results:
        ours = result.timings[0].median
        for index, timing in enumerate(result.timings):
            last = index == len(result.timings) - 1
            table.add_row(
                f"{result.title}\n[dim]{result.note}[/dim]" if index == 0 else "",
                timing.name,
                *(_duration(seconds) for seconds in (timing.median, timing.best, timing.p95)),
                f"{timing.median / ours:.2f}",
                end_section=last,
            )
    return table


def _duration(seconds: float) -> str:
    for limit, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= limit:
            return f"{seconds / limit:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
