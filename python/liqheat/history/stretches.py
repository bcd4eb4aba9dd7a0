"""Stretches of a history between holes too long to bridge: which one is kept, and what is said of the others."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Literal

import numpy as np

from liqheat.history.align import LONGEST_OPEN_INTEREST_GAP_MS
from liqheat.history.gaps import LONGEST_BRIDGE_MS
from liqheat.records import Candles, OpenInterest
from liqheat.records.arrays import TimeArray
from liqheat.units import HOUR_MS

Keep = Literal["newest", "longest"]
"""A map of today needs the newest stretch; a score needs as many hours as there are."""


def keep_stretch(
    candles: Candles, open_interest: OpenInterest, interval_ms: int, keep: Keep = "newest"
) -> tuple[Candles, OpenInterest, tuple[str, ...]]:
    """Candles and open interest of one stretch: a book does not survive a hole that is too long to bridge.

    Parameters
    ----------
    candles : Candles
        Strictly increasing times.
    open_interest : OpenInterest
        Strictly increasing times. It is never interpolated across a hole.
    interval_ms : int
        Length of a candle.
    keep : {'newest', 'longest'}
        Which stretch; the longest is the one with most time that both series cover.

    Returns
    -------
    Candles, OpenInterest
        The same where there is no such hole.
    tuple of str
        What was left out, for people.
    """
    opens, stamps = candles.open_time_ms, open_interest.time_ms
    usual_ms = int(np.median(np.diff(stamps))) if stamps.size > 1 else interval_ms
    bars = _stretches(opens, max(LONGEST_BRIDGE_MS, interval_ms))
    known = _stretches(stamps, max(LONGEST_OPEN_INTEREST_GAP_MS, 3 * usual_ms))
    if len(bars) == len(known) == 1:
        return candles, open_interest, ()
    if keep == "newest":
        # One row alone makes no bar: a feed that has just come back is waited for.
        rows, inside = (
            next((part for part in reversed(parts) if part.stop - part.start > 1), parts[-1]) for parts in (bars, known)
        )
        notes = tuple(
            f"history begins after a hole of {(times[first] - times[first - 1]) / HOUR_MS:.1f} h in the {name}"
            for name, times, first in (("open interest", stamps, inside.start), ("candles", opens, rows.start))
            if first > 0
        )
    else:

        def shared_ms(pair: tuple[slice, slice]) -> int:
            own, other = pair
            end_ms = min(int(opens[own.stop - 1]) + interval_ms, int(stamps[other.stop - 1]))
            return end_ms - max(int(opens[own.start]), int(stamps[other.start]))

        rows, inside = max(((own, other) for own in bars for other in known), key=shared_ms)
        notes = (
            f"{len(bars) + len(known) - 2} holes in candles and open interest are too long to bridge: only the longest "
            f"stretch is read, {shared_ms((rows, inside)) / HOUR_MS:,.0f} h",
        )
    kept = replace(open_interest, time_ms=stamps[inside], quantity=open_interest.quantity[inside])
    return candles.select(rows), kept, notes


def hold_stamps(open_interest: OpenInterest, candles: Candles) -> tuple[OpenInterest, tuple[str, ...]]:
    """Open interest as it was known at the close of each bar: the last stamp, never a line to the next one.

    A bar between two stamps would else know the later one before it was published.

    Returns
    -------
    OpenInterest
        The same where every bar closes on a stamp.
    tuple of str
        What was done, for people.
    """
    stamps = open_interest.time_ms
    closes = candles.open_time_ms + int(np.diff(candles.open_time_ms).min(initial=24 * HOUR_MS))
    inside = closes[(closes >= stamps[0]) & (closes <= stamps[-1])]
    between = inside[~np.isin(inside, stamps)]
    if not between.size:
        return open_interest, ()
    last = np.searchsorted(stamps, between, side="right") - 1
    times = np.concatenate([stamps, between])
    quantity = np.concatenate([open_interest.quantity, open_interest.quantity[last]])
    order = np.argsort(times, kind="stable")
    note = f"open interest stays at its last stamp in {between.size} bars that close between stamps"
    return replace(open_interest, time_ms=times[order], quantity=quantity[order]), (note,)


def _stretches(times: TimeArray, longest_ms: int) -> list[slice]:
    """Rows between steps longer than `longest_ms`."""
    ends = np.flatnonzero(np.diff(times) > longest_ms) + 1
    return [slice(first, last) for first, last in pairwise([0, *ends.tolist(), times.size])]
