"""Timing: warm up, measure memory, take turns, report the median and the best."""

from __future__ import annotations

import ctypes
import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

COPY = "plain copy of the same bytes"
PAUSE_S = 0.01
"""Between turns: some libraries' threads wait busily for more work, and would take a core from the next."""
_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass(frozen=True, slots=True)
class Contestant:
    """One way to do the work of a case.

    Attributes
    ----------
    name : str
        Who.
    threads : int
        How many it works on.
    run : callable
        Does the work once, into buffers that are there already where it can.
    """

    name: str
    threads: int
    run: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Timing:
    """What one contestant took.

    Attributes
    ----------
    name : str
        Who.
    threads : int
        How many it worked on.
    median, best, p95 : float
        Seconds of one call.
    memory_bytes : int or None
        Peak of resident memory above what there was before the call; None where the system does not tell.
    """

    name: str
    threads: int
    median: float
    best: float
    p95: float
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One case.

    Attributes
    ----------
    key : str
        Stable name.
    title, note : str
        What is timed, how much of it, and what was compared before.
    timings : list of Timing
        Ours first.
    bytes_moved : int or None
        Bytes that must be read and written at least.
    """

    key: str
    title: str
    note: str
    timings: list[Timing]
    bytes_moved: int | None = None


def race(contestants: Sequence[Contestant], rounds: int, bytes_moved: int | None = None) -> list[Timing]:
    """Time contestants in turns, so that noise hits all alike; in each turn one runs, and runs again under the clock.

    With `bytes_moved` a plain copy that reads and writes as many bytes together takes part.
    """
    every = list(contestants)
    if bytes_moved is not None:
        source = np.ones(max(bytes_moved // 2, 1), np.uint8)
        target = np.zeros_like(source)
        every.append(Contestant(COPY, 1, lambda: np.copyto(target, source)))
    for one in every:
        one.run()
    memory = [measure_memory(one.run) for one in every]
    seconds: list[list[float]] = [[] for _ in every]
    for _ in range(rounds):
        for one, taken in zip(every, seconds, strict=True):
            time.sleep(PAUSE_S)
            one.run()  # not timed: caches and threads are then its own
            start = time.perf_counter()
            one.run()
            taken.append(time.perf_counter() - start)
    return [
        replace(summarise(one.name, taken, one.threads), memory_bytes=used)
        for one, taken, used in zip(every, seconds, memory, strict=True)
    ]


def summarise(name: str, seconds: Sequence[float], threads: int = 1) -> Timing:
    """Median, best and 95th percentile of a series."""
    ordered = sorted(seconds)
    p95 = ordered[min(round(0.95 * (len(ordered) - 1)), len(ordered) - 1)]
    return Timing(name, threads, statistics.median(ordered), ordered[0], p95)


def measure_memory(run: Callable[[], object]) -> int | None:
    """Peak of resident memory during a call, above what there was before; None where the system does not tell."""
    gc.collect()
    # What was freed goes back to the system: only then does its next use count.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    try:
        _CLEAR.write_text("5")  # the peak begins anew
        before = _resident("VmRSS")
        run()
        return max(_resident("VmHWM") - before, 0)
    except OSError:
        return None


def _resident(name: str) -> int:
    for line in _STATUS.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise OSError(f"{_STATUS} does not tell {name}")
