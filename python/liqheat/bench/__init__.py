"""Benchmarks that anyone can run from an installed wheel: equality first, then times side by side in one run."""

from liqheat.bench.report import format_duration, make_table, save_plot
from liqheat.bench.run import list_cases, run_benchmarks

__all__ = ["format_duration", "list_cases", "make_table", "run_benchmarks", "save_plot"]
