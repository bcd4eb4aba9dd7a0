"""Benchmarks that anyone can run from an installed wheel: equality first, then times side by side in one run."""

from liqheat.bench.run import run_benchmarks

__all__ = ["run_benchmarks"]
