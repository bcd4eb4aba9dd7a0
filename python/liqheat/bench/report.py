"""What a run found: as a table, as JSON, and as a plot."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.table import Table

from liqheat import _core
from liqheat.bench.opponents import OPTIONAL
from liqheat.bench.timing import Result

_PLOTTED = (0.03, 1_000.0)
"""Times as long as ours between which bars are drawn, in every case alike."""


def describe_run(results: Sequence[Result], *, quick: bool) -> dict[str, Any]:
    """Everything of a run, with what it ran on, ready for JSON."""
    return {
        "liqheat": _core.__version__,
        "commit": _commit(),
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": _versions(),
        "quick": quick,
        "results": [asdict(result) for result in results],
    }


def make_table(run: Mapping[str, Any]) -> Table:
    """One row for each contestant, ours first."""
    title = f"liqheat {run['liqheat']} at {run['commit'] or 'no commit'}, release build, {run['machine']}; taking turns"
    table = Table("case", "who", "threads", "median", "best", "p95", "÷ ours", "memory", title=title)
    for result in run["results"]:
        timings = result["timings"]
        for index, timing in enumerate(timings):
            memory = timing["memory_bytes"]
            table.add_row(
                f"{result['title']}\n[dim]{_note(result)}[/dim]" if index == 0 else "",
                timing["name"],
                str(timing["threads"]),
                *(format_duration(timing[name]) for name in ("median", "best", "p95")),
                f"{timing['median'] / timings[0]['median']:.2f}",
                "" if memory is None else f"{memory / 1e6:.1f} MB",
                end_section=index == len(timings) - 1,
            )
    versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
    missing = [name for name in OPTIONAL if name not in run["versions"]]
    table.caption = versions + (f"; not installed: {', '.join(missing)}" if missing else "")
    return table


def save_plot(run: Mapping[str, Any], path: Path) -> None:
    """Bars of every case that has opponents: how many times as long as ours each takes, on a logarithmic axis."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    cases = [
        result
        for result in run["results"]
        if len(result["timings"]) > 1 and result["timings"][0]["name"].startswith("liqheat")
    ]
    figure = Figure(figsize=(10, 0.34 * sum(len(case["timings"]) + 1 for case in cases)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(cases), 1, height_ratios=[len(case["timings"]) + 1 for case in cases], squeeze=False)
    for one, case in zip(axes[:, 0], cases, strict=True):
        ours = case["timings"][0]["median"]
        names = [f"{timing['name']} ({timing['threads']})" for timing in case["timings"]]
        ratios = [timing["median"] / ours for timing in case["timings"]]
        colours = ["#ff9f43" if name.startswith("liqheat") else "#6b7a90" for name in names]
        rows = range(len(names))
        one.barh(rows, ratios, color=colours)
        one.set_yticks(rows, names, fontsize=7)
        for row, (ratio, timing) in enumerate(zip(ratios, case["timings"], strict=True)):
            label = f" {format_duration(timing['median'])}, {ratio:.3g}×"
            one.text(max(ratio, _PLOTTED[0]), row, label, va="center", fontsize=6)
        one.set_xscale("log")
        one.set_xlim(*_PLOTTED)
        one.invert_yaxis()
        one.axvline(1.0, color="#ff9f43", linewidth=0.8)
        one.set_title(f"{case['title']}: ours {format_duration(ours)}", loc="left", fontsize=8)
        one.tick_params(axis="x", labelsize=7)
    figure.savefig(path, dpi=110)


def format_duration(seconds: float) -> str:
    """Seconds to three digits in the unit that fits.

    Examples
    --------
    >>> format_duration(0.00123), format_duration(2.5e-8)
    ('1.23 ms', '25 ns')
    """
    for limit, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= limit:
            return f"{seconds / limit:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def _note(result: Mapping[str, Any]) -> str:
    moved = result["bytes_moved"]
    return result["note"] if moved is None else f"{result['note']}; {moved / 1e6:,.1f} MB"


def _versions() -> dict[str, str]:
    found = {"numpy": importlib.metadata.version("numpy")}
    for name in OPTIONAL:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _commit() -> str | None:
    """The commit of the checkout that the package lies in; None of an installed one."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=10"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return said.stdout.strip() or None
