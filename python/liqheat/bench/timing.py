"""Timing: warm up, take turns, report the median and the best."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of one contestant.

    Attributes
    ----------
    name : str
        Who.
    median, best, p95 : float
        Seconds of one call.
    """

    name: str
    median: float
    best: float
    p95: float


@dataclass(frozen=True, slots=True)
class Result:
    """One case: contestants, ours first, and what was compared."""

    title: str
    timings: list[Timing]
    note: str


def race(contestants: dict[str, Callable[[], object]], rounds: int) -> list[Timing]:
    """Time contestants in turns, so that noise hits all alike; each has run once before the clock starts."""
    for run in contestants.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    return [summarise(name, values) for name, values in seconds.items()]


def summarise(name: str, seconds: Sequence[float]) -> Timing:
    """Median, best and 95th percentile of a series."""
    ordered = sorted(seconds)
    p95 = ordered[min(round(0.95 * (len(ordered) - 1)), len(ordered) - 1)]
    return Timing(name, statistics.median(ordered), ordered[0], p95)
