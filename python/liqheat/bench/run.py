"""Run the cases one after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from liqheat import _core
from liqheat.bench import book_cases, http_cases, map_cases, window_cases
from liqheat.bench.report import describe_run
from liqheat.bench.timing import Result
from liqheat.bench.versus import load_versus
from liqheat.errors import LiqheatError, UnknownNameError

Case = Callable[[], Result | list[Result]]


def list_cases(*, quick: bool = False, versus: str | None = None) -> dict[str, Case]:
    """Every case by its name, ready to run."""
    opponent = None if versus is None else load_versus(versus)
    rounds = 5 if quick else 15
    n = 260_000 if quick else 1_040_000
    return {
        "prices": lambda: map_cases.bench_prices(n, rounds),
        "venue_prices": lambda: map_cases.bench_venue_prices(200_000 if quick else 1_000_000, rounds),
        "fused_random": lambda: map_cases.bench_map(n, rounds, on_ticks=False, versus=opponent),
        "fused_ticks": lambda: map_cases.bench_map(n, rounds, on_ticks=True, versus=opponent),
        "fused_venues": lambda: map_cases.bench_map_of_venues(n, rounds),
        "positions": lambda: map_cases.bench_positions(200_000 if quick else 2_000_000, rounds),
        "book": lambda: book_cases.bench_book(20_000 if quick else 100_000, rounds),
        "grid": lambda: book_cases.bench_grid(2_880 if quick else 8_640, rounds),
        "windows": lambda: window_cases.bench_windows((3_000, 30_000, 300_000), rounds),
        "levels": lambda: book_cases.bench_levels(2_880 if quick else 8_640, rounds),
        "one_bar": lambda: book_cases.bench_bar(2 if quick else 5),
        "path": lambda: book_cases.bench_path(2_880 if quick else 8_640, rounds),
        "looks": lambda: book_cases.bench_looks(10 if quick else 40),
        "http": lambda: http_cases.bench_http(10 if quick else 30, 6 if quick else 24),
    }


def run_benchmarks(
    *, quick: bool = False, only: Sequence[str] | None = None, versus: str | None = None
) -> dict[str, Any]:
    """Time the hot loops beside numpy, numba and histogram libraries, and the HTTP API over loopback.

    Parameters
    ----------
    quick : bool
        Smaller sizes, about a minute.
    only : sequence of str, optional
        Names of `list_cases`; all by default.
    versus : str, optional
        ``module:function`` that takes part in the fused map; see `liqheat.bench.versus`.

    Returns
    -------
    dict
        What `report.describe_run` says of the run.

    Raises
    ------
    LiqheatError
        On a debug build, whose times mean nothing; or when a name is unknown.
    """
    if _core.build_profile != "release":
        raise LiqheatError("benchmarks need a release build; this is a debug build")
    cases = list_cases(quick=quick, versus=versus)
    results: list[Result] = []
    for name in cases if only is None else only:
        if name not in cases:
            raise UnknownNameError("only", f"must be of {', '.join(cases)}", name)
        found = cases[name]()
        results += found if isinstance(found, list) else [found]
    return describe_run(results, quick=quick)
