"""What people must know about fetched rows: where they begin and end, and what is missing."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from liqheat.records.arrays import TimeArray


def format_utc(time_ms: int) -> str:
    """Time as people write it.

    Examples
    --------
    >>> format_utc(1_770_249_600_000)
    '2026-02-05 00:00 UTC'
    """
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def describe_series(times: TimeArray, asked: tuple[int, int], step_ms: int, wall: str = "") -> list[str]:
    """Describe where a series is not what was asked for.

    Parameters
    ----------
    times : (n,) int64
        Increasing, UTC milliseconds.
    asked : tuple of int
        First and last time asked for.
    step_ms : int
        Distance of neighbours where none is missing.
    wall : str
        Why the series cannot begin where asked; empty where it can.

    Returns
    -------
    list of str
        Empty where nothing is missing.

    Examples
    --------
    >>> start = 1_770_249_600_000
    >>> describe_series(np.array([start, start + 600_000]), (start, start + 600_000), 300_000)
    ['1 of 3 rows missing in 1 gap, the first after 2026-02-05 00:00 UTC']
    """
    if times.size == 0:
        return ["none in the time asked for" + (f": {wall}" if wall else "")]
    notes = []
    first, last = int(times[0]), int(times[-1])
    if first > asked[0]:
        reason = f": {wall}" if wall else ""
        notes.append(f"begins at {format_utc(first)}, not at {format_utc(asked[0])} as asked{reason}")
    steps = np.diff(times)
    gaps = np.flatnonzero(steps > step_ms)
    if gaps.size:
        n_missing = int((steps[gaps] // step_ms - 1).sum())
        n_rows = (last - first) // step_ms + 1
        after = format_utc(int(times[gaps[0]]))
        words = "gap" if gaps.size == 1 else "gaps"
        notes.append(f"{n_missing} of {n_rows} rows missing in {gaps.size} {words}, the first after {after}")
    if last < asked[1]:
        notes.append(f"ends at {format_utc(last)}, not at {format_utc(asked[1])} as asked")
    return notes
