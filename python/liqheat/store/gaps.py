"""Times at which rows are expected and none is stored."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from liqheat.errors import InputError
from liqheat.records.arrays import TimeArray
from liqheat.store.outcomes import Gap

_WEEK_MS = 7 * 86_400_000
_FIRST_MONDAY_MS = 4 * 86_400_000
_TOLERANCE = 1.5
"""Snapshots this many steps apart are late; further apart, some are missing."""


def check_range(start_ms: int, end_ms: int) -> None:
    """Refuse an empty range."""
    if end_ms <= start_ms:
        raise InputError("end_ms", f"must be after start_ms {start_ms}", end_ms)


def slot_gaps(times: TimeArray, start_ms: int, end_ms: int, step_ms: int) -> list[Gap]:
    """Gaps of candles: every bar that opens within ``[start_ms, end_ms)`` is expected.

    Bars open at multiples of the step in UTC, weeks on Monday.

    Examples
    --------
    >>> slot_gaps(np.array([0, 60_000, 240_000]), 0, 300_000, 60_000)
    [Gap(start_ms=120000, end_ms=240000, n_missing=2)]
    """
    check_range(start_ms, end_ms)
    phase = _FIRST_MONDAY_MS if step_ms % _WEEK_MS == 0 else 0
    first = -((phase - start_ms) // step_ms)
    stop = -((phase - end_ms) // step_ms)
    missing = np.setdiff1d(np.arange(first, stop), (times - phase) // step_ms)
    if not missing.size:
        return []
    groups = np.split(missing, np.flatnonzero(np.diff(missing) > 1) + 1)
    return [
        Gap(int(group[0]) * step_ms + phase, (int(group[-1]) + 1) * step_ms + phase, int(group.size))
        for group in groups
    ]


def spacing_gaps(times: TimeArray, start_ms: int, end_ms: int, step_ms: int) -> list[Gap]:
    """Gaps of snapshots that are taken about every step, not at exact times.

    A distance of more than one and a half steps is a gap. At both ends of the range a snapshot is expected at the
    first and the last multiple of the step.

    Examples
    --------
    >>> spacing_gaps(np.array([300_000, 610_000, 1_500_000]), 300_000, 1_800_000, 300_000)
    [Gap(start_ms=910000, end_ms=1500000, n_missing=2)]
    """
    check_range(start_ms, end_ms)
    first, last = -(-start_ms // step_ms), (end_ms - 1) // step_ms
    if last < first:
        return []
    inside = np.unique(times[(times >= start_ms) & (times < end_ms)])
    stamps = np.concatenate([[(first - 1) * step_ms], inside, [(last + 1) * step_ms]])
    gaps = []
    for index in np.flatnonzero(np.diff(stamps) > _TOLERANCE * step_ms):
        before, after = int(stamps[index]), int(stamps[index + 1])
        n_missing = max(round((after - before) / step_ms) - 1, 1)
        gaps.append(Gap(max(before + step_ms, start_ms), min(after, end_ms), n_missing))
    return gaps


def union_of_gaps(lists: Sequence[Sequence[Gap]]) -> list[Gap]:
    """Gaps of several series as one list without overlaps; missing rows are added."""
    union: list[Gap] = []
    for gap in sorted((gap for gaps in lists for gap in gaps), key=lambda gap: gap.start_ms):
        if union and gap.start_ms < union[-1].end_ms:
            last = union[-1]
            union[-1] = Gap(last.start_ms, max(last.end_ms, gap.end_ms), last.n_missing + gap.n_missing)
        else:
            union.append(gap)
    return union
