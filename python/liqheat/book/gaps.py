"""Holes in a venue's candles: bridged where they are short, and marked, so that nothing invented is ever shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from liqheat.records import Candles, MarkCandles, OpenInterest

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST_BRIDGE_MS = 6 * 3_600_000
"""Longer holes are not bridged: the history begins after them."""


def bridge_gaps(candles: Candles, interval_ms: int) -> tuple[Candles, NDArray[np.bool_], tuple[str, ...]]:
    """Put candles on a gapless grid.

    Of a hole all that is known is that price went from one close to the next open. The first missing bar does that,
    the others stand still, none has volume: levels between the two prices are swept, no position is opened or closed
    by trading.

    Parameters
    ----------
    candles : Candles
        Strictly increasing times, whole multiples of the interval apart.
    interval_ms : int
        Length of a candle.

    Returns
    -------
    candles : Candles
        From the last hole longer than `LONGEST_BRIDGE_MS` on.
    bridged : (n,) bool
        Which bars no venue reported.
    notes : tuple of str
        What was done, for people; empty where nothing was.

    Examples
    --------
    >>> times = np.array([0, 300_000, 1_200_000]) + 1_767_225_600_000
    >>> flat = np.array([10.0, 11.0, 14.0])
    >>> filled, bridged, notes = bridge_gaps(Candles(times, flat, flat + 1, flat - 1, flat, flat), 300_000)
    >>> filled.high.tolist(), filled.close.tolist(), bridged.tolist()
    ([11.0, 12.0, 14.0, 14.0, 15.0], [10.0, 11.0, 14.0, 14.0, 14.0], [False, False, True, True, False])
    """
    times = candles.open_time_ms
    steps = np.diff(times)
    notes: list[str] = []
    too_long = np.flatnonzero(steps > LONGEST_BRIDGE_MS)
    if too_long.size:
        first = int(too_long[-1]) + 1
        candles = _rows(candles, slice(first, None))
        hours = steps[first - 1] / 3_600_000
        notes.append(f"history begins after a hole of {hours:.1f} h in the candles")
        times, steps = candles.open_time_ms, steps[first:]
    n_bars = int((times[-1] - times[0]) // interval_ms) + 1
    bridged = np.ones(n_bars, dtype=np.bool_)
    places = (times - times[0]) // interval_ms
    bridged[places] = False
    if times.size == n_bars:
        return candles, bridged, tuple(notes)
    # The known bar before each bar of the grid.
    before = np.cumsum(~bridged) - 1
    after_open = candles.open[np.minimum(before + 1, times.size - 1)]
    before_close = candles.close[before]
    is_first = bridged & ~np.concatenate([[False], bridged[:-1]])
    start = np.where(is_first, before_close, after_open)

    def column(known: NDArray[np.float64], missing: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(bridged, missing, known[before])

    notes.append(
        f"{n_bars - times.size} bars that the venue does not have are bridged, without volume, from one close to the "
        f"next open"
    )
    filled = Candles(
        times[0] + np.arange(n_bars, dtype=np.int64) * interval_ms,
        open=column(candles.open, start),
        high=column(candles.high, np.maximum(start, after_open)),
        low=column(candles.low, np.minimum(start, after_open)),
        close=column(candles.close, after_open),
        volume=column(candles.volume, np.zeros(n_bars)),
        source=candles.source,
    )
    return filled, bridged, tuple(notes)


def complete_mark(mark: MarkCandles | None, candles: Candles) -> tuple[MarkCandles | None, tuple[str, ...]]:
    """Mark candles for each of the candles; the trade extremes stand in where the venue has none.

    Returns
    -------
    MarkCandles or None
        At the candles' times; None where no mark is known at all.
    tuple of str
        How many bars have none, for people.
    """
    if mark is None:
        return None, ()
    places = np.searchsorted(mark.open_time_ms, candles.open_time_ms)
    inside = np.minimum(places, mark.open_time_ms.size - 1)
    known = mark.open_time_ms[inside] == candles.open_time_ms
    if not known.any():
        return None, ()
    completed = MarkCandles(
        candles.open_time_ms,
        low=np.where(known, mark.low[inside], candles.low),
        high=np.where(known, mark.high[inside], candles.high),
        source=mark.source,
    )
    missing = int((~known).sum())
    return completed, (f"mark price unknown in {missing} bars: trade extremes trigger there",) if missing else ()


def newest_stretch(open_interest: OpenInterest, longest_ms: int) -> tuple[OpenInterest, tuple[str, ...]]:
    """Open interest from the last hole longer than `longest_ms` on: it is never interpolated across one."""
    steps = np.diff(open_interest.time_ms)
    holes = np.flatnonzero(steps > longest_ms)
    if not holes.size:
        return open_interest, ()
    first = int(holes[-1]) + 1
    note = f"history begins after a hole of {steps[first - 1] / 3_600_000:.1f} h in the open interest"
    kept = slice(first, None)
    return replace(open_interest, time_ms=open_interest.time_ms[kept], quantity=open_interest.quantity[kept]), (note,)


def _rows(candles: Candles, kept: slice) -> Candles:
    names = ("open_time_ms", "open", "high", "low", "close", "volume")
    return replace(candles, taker_buy_volume=None, **{name: getattr(candles, name)[kept] for name in names})
