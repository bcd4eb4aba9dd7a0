"""Holes in a venue's candles: bridged where they are short, and marked, so that nothing invented is ever shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from liqheat.records import Candles, MarkCandles
from liqheat.units import HOUR_MS

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST_BRIDGE_MS = 6 * HOUR_MS
"""Longer holes are not bridged: they split a history."""


def bridge_gaps(candles: Candles, interval_ms: int) -> tuple[Candles, NDArray[np.bool_], tuple[str, ...]]:
    """Put candles on a gapless grid.

    Of a hole all that is known is that price went from one close to the next open. The first missing bar does that,
    the others stand still, none has volume: levels between the two prices are swept, no position is opened or closed
    by trading.

    Parameters
    ----------
    candles : Candles
        Strictly increasing times, whole multiples of the interval apart, without a hole that is too long to bridge.
    interval_ms : int
        Length of a candle.

    Returns
    -------
    candles : Candles
        One for each interval.
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
    n_bars = int((times[-1] - times[0]) // interval_ms) + 1
    bridged = np.ones(n_bars, dtype=np.bool_)
    places = (times - times[0]) // interval_ms
    bridged[places] = False
    if times.size == n_bars:
        return candles, bridged, ()
    # The known bar before each bar of the grid.
    before = np.cumsum(~bridged) - 1
    after_open = candles.open[np.minimum(before + 1, times.size - 1)]
    before_close = candles.close[before]
    is_first = bridged & ~np.concatenate([[False], bridged[:-1]])
    start = np.where(is_first, before_close, after_open)

    def column(known: NDArray[np.float64], missing: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(bridged, missing, known[before])

    note = (
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
    return filled, bridged, (note,)


def complete_mark(
    mark: MarkCandles | None, candles: Candles, interval_ms: int
) -> tuple[MarkCandles | None, tuple[str, ...]]:
    """Mark candles for each of the candles; the trade extremes stand in where the venue has none.

    Parameters
    ----------
    mark : MarkCandles or None
        At the candles' interval or a part of it; one that does not divide it is left as it is, to be refused.
    candles : Candles
        One for each interval.
    interval_ms : int
        Length of a candle.

    Returns
    -------
    MarkCandles or None
        At the candles' times; None where no mark is known at all.
    tuple of str
        How many bars have none, for people.
    """
    if mark is None or not mark.open_time_ms.size:
        return None, ()
    steps = np.diff(mark.open_time_ms)
    # One candle alone does not say how long it is.
    step_ms = int(steps.min()) if steps.size else interval_ms
    if step_ms <= 0 or interval_ms % step_ms:
        return mark, ()
    per_bar = interval_ms // step_ms
    wanted = (candles.open_time_ms[:, None] + np.arange(per_bar) * step_ms).ravel()
    places = np.minimum(np.searchsorted(mark.open_time_ms, wanted), mark.open_time_ms.size - 1)
    known = (mark.open_time_ms[places] == wanted).reshape(-1, per_bar).all(axis=1)
    if not known.any():
        return None, ("the mark that was given covers none of the candles",)
    completed = MarkCandles(
        candles.open_time_ms,
        low=np.where(known, mark.low[places].reshape(-1, per_bar).min(axis=1), candles.low),
        high=np.where(known, mark.high[places].reshape(-1, per_bar).max(axis=1), candles.high),
        source=mark.source,
    )
    missing = int((~known).sum())
    return completed, (f"mark price unknown in {missing} bars: trade extremes trigger there",) if missing else ()
