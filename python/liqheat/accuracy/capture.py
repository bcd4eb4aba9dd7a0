"""Streams that publish one liquidation a second: which one they keep, how much of the total, and labels out of events.

Some venues push at most one order a second. What share of the notional that is cannot be seen at such a venue; it is
estimated by thinning a complete stream of another venue in the same way. Totals are then divided by it. Only products
of this share with a map's weights are identified, so it scales labels and never a claim about traders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from liqheat.accuracy.bootstrap import bootstrap_ratio, days_of
from liqheat.accuracy.correlation import partial_spearman
from liqheat.errors import InputError, NoDataError
from liqheat.records import Interval, LiquidationLabels
from liqheat.records.arrays import FloatArray, TimeArray
from liqheat.units import HOUR_MS, MINUTE_MS

SECOND_MS = 1000
Thinning = Literal["none", "largest", "last"]
LARGEST_RANK_CORRELATION = 0.15
"""Above this correlation of an order's size with the number of busy seconds around it, the largest is kept: a second
with more orders has a larger largest one, but not a larger last one."""
FEWEST_EVENTS = 200
KEPT_BY_RULE: dict[str, Literal["largest", "last"]] = {
    "largest per second": "largest",
    "latest per second": "last",
    "at most one order per contract and second": "last",
}
"""Which order of a second a stream keeps, by the capture rule that is stored with it; ``last`` where it is not said."""


@dataclass(frozen=True, slots=True)
class EventFeed:
    """One venue's liquidations, one by one.

    Attributes
    ----------
    venue : str
        Venue id.
    time_ms : (n,) int64
        Time of the event (not of its receipt), UTC milliseconds, increasing.
    is_long : (n,) bool
        Whether a long position was closed.
    usd : (n,) float64
        Notional.
    capture_rate : float
        Share of the true notional that the stream publishes, above 0 and at most 1.
    outages_ms : tuple of (int, int)
        Stretches without the stream, half-open.
    """

    venue: str
    time_ms: TimeArray
    is_long: NDArray[np.bool_]
    usd: FloatArray
    capture_rate: float = 1.0
    outages_ms: tuple[tuple[int, int], ...] = ()


def thin_events(time_ms: TimeArray, usd: FloatArray, keep: Literal["largest", "last"]) -> NDArray[np.bool_]:
    """Which events a stream of one order a second would publish, (n,) bool.

    Examples
    --------
    >>> thin_events(np.array([0, 400, 900, 2000]), np.array([1.0, 5.0, 2.0, 3.0]), "largest").tolist()
    [False, True, False, True]
    """
    if keep not in ("largest", "last"):
        raise InputError("keep", "must be largest or last", keep)
    second = np.asarray(time_ms) // SECOND_MS
    rank = usd if keep == "largest" else np.arange(second.size, dtype=np.float64)
    order = np.lexsort((rank, second))
    is_kept = np.append(np.diff(second[order]) != 0, np.ones(min(1, order.size), np.bool_))
    kept = np.zeros(second.size, np.bool_)
    kept[order[is_kept]] = True
    return kept


def estimate_capture(
    time_ms: TimeArray, is_long: NDArray[np.bool_], usd: FloatArray, keep: Literal["largest", "last"]
) -> Interval:
    """Share of notional that a thinned stream would publish of a complete one, with its interval over days.

    Both sides share a second's place, as they do in the streams.

    Raises
    ------
    NoDataError
        When the stream holds fewer than 200 events.
    """
    if time_ms.size < FEWEST_EVENTS or is_long.size != time_ms.size:
        raise NoDataError("events", f"must be at least {FEWEST_EVENTS}, with a side each", time_ms.size)
    kept = thin_events(time_ms, usd, keep)
    return bootstrap_ratio(np.where(kept, usd, 0.0), usd, days_of(time_ms))


def detect_thinning(time_ms: TimeArray, usd: FloatArray) -> Thinning:
    """Whether a stream is thinned, and which order of a second it keeps.

    A stream with two orders in one second is not thinned. Otherwise sizes are compared with the number of busy seconds
    in the same minute.

    Raises
    ------
    NoDataError
        When the stream holds fewer than 200 events: nothing can be told.
    """
    if time_ms.size < FEWEST_EVENTS:
        raise NoDataError("events", f"must be at least {FEWEST_EVENTS}", time_ms.size)
    second = time_ms // SECOND_MS
    if np.any(np.diff(second) == 0):
        return "none"
    _, minute, busy = np.unique(time_ms // MINUTE_MS, return_inverse=True, return_counts=True)
    correlation = partial_spearman(usd, busy[minute].astype(np.float64))
    return "largest" if correlation > LARGEST_RANK_CORRELATION else "last"


def label_events(
    feeds: Sequence[EventFeed], start_ms: int, end_ms: int, interval_ms: int = HOUR_MS
) -> LiquidationLabels:
    """Labels out of the events of several venues, each divided by its capture rate.

    An interval that any venue's outage touches is missing: for every map alike.

    Parameters
    ----------
    feeds : sequence of EventFeed
        The venues whose liquidations are summed.
    start_ms, end_ms : int
        Time that the feeds cover; only whole intervals within it are labelled.
    interval_ms : int
        Length of a label's interval.

    Raises
    ------
    InputError
        When there is no feed, a capture rate is not in (0, 1], or a notional is negative.
    NoDataError
        When no whole interval lies in the time.
    """
    if not feeds:
        raise InputError("feeds", "must hold at least one venue", 0)
    first, last = -(-start_ms // interval_ms), end_ms // interval_ms
    if last <= first:
        raise NoDataError("start_ms, end_ms", f"must span a whole interval of {interval_ms} ms", (start_ms, end_ms))
    usd = np.zeros((last - first, 2))
    missing = np.zeros(last - first, np.bool_)
    notes = []
    for feed in feeds:
        if not 0.0 < feed.capture_rate <= 1.0:
            raise InputError("capture_rate", "must be above 0 and at most 1", feed.capture_rate)
        if np.any(feed.usd < 0) or not np.all(np.isfinite(feed.usd)):
            raise InputError("usd", "must be finite and at least 0", f"{feed.venue}: {feed.usd.min()}")
        row = feed.time_ms // interval_ms - first
        inside = (row >= 0) & (row < usd.shape[0])
        side = np.where(feed.is_long, 0, 1)
        np.add.at(usd, (row[inside], side[inside]), feed.usd[inside] / feed.capture_rate)
        for outage_start, outage_end in feed.outages_ms:
            missing[max(outage_start // interval_ms - first, 0) : max(-(-outage_end // interval_ms) - first, 0)] = True
        if feed.capture_rate < 1.0:
            notes.append(f"{feed.venue} publishes about {feed.capture_rate:.0%} of its liquidations: divided by it")
    usd[missing] = np.nan
    if missing.any():
        notes.append(f"{int(missing.sum())} intervals with a stream down are left out for every map alike")
    starts = (first + np.arange(usd.shape[0], dtype=np.int64)) * interval_ms
    return LiquidationLabels(interval_ms, starts, usd, tuple(feed.venue for feed in feeds), tuple(notes))
