"""Realised liquidations as labels: from vendors' totals to one checked series by interval and side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqheat.errors import InputError, NoDataError
from liqheat.flow.capture import FEWEST_EVENTS, estimate_capture
from liqheat.records import (
    Candles,
    LiquidationLabels,
    Liquidations,
    LiquidationTotals,
    MarketHistory,
)
from liqheat.records.arrays import FloatArray, IndexArray
from liqheat.units import DAY_MS, HOUR_MS, MINUTE_MS
from liqheat.venues import COMPLETE, KEPT_BY_RULE

TRACKED_MS = 60 * DAY_MS
"""Realised liquidations that the scale is tracked over: four times its longest half-life."""
FROZEN_FEED_HOURS = 24
"""A side that is exactly zero for this long is a feed that died, not a calm market."""


def build_labels(totals: Sequence[LiquidationTotals], interval_ms: int = HOUR_MS) -> LiquidationLabels:
    """Merge vendors' totals into labels of one interval: the largest sum where several tell of the same interval.

    A vendor's totals may be truncated or restated, so where several rows, series or finer intervals that cover it
    whole tell of the same interval, the larger sum counts, for each side by itself. Intervals with nothing on either
    side are missing, and so is a whole day with nothing on one side: vendors write zeros where they have no data.

    Parameters
    ----------
    totals : sequence of LiquidationTotals
        Series of one symbol and one set of venues, at `interval_ms` or a divisor of it.
    interval_ms : int
        Length of a label's interval.

    Returns
    -------
    LiquidationLabels
        From the first interval told of to the last, without gaps; NaN where nothing is known.

    Raises
    ------
    InputError
        When there are no totals, an interval does not divide `interval_ms`, or a sum is negative or infinite.

    Examples
    --------
    >>> def totals(hours, longs, shorts):
    ...     usd = [np.array(longs), np.array(shorts)]
    ...     return LiquidationTotals(np.array(hours) * HOUR_MS, HOUR_MS, *usd, *usd, venues="")
    >>> first, restated = totals([0, 1, 2], [5.0, 0.0, 2.0], [1.0, 0.0, 9.0]), totals([2], [7.0], [8.0])
    >>> build_labels([first, restated]).usd.tolist()
    [[5.0, 1.0], [nan, nan], [7.0, 9.0]]
    """
    if not totals:
        raise InputError("totals", "must hold at least one series", 0)
    for one in totals:
        if one.interval_ms <= 0 or interval_ms % one.interval_ms:
            raise InputError("totals.interval_ms", f"must divide {interval_ms}", one.interval_ms)
        for name in ("long_usd", "short_usd"):
            values = getattr(one, name)
            bad = (values < 0) | np.isinf(values)
            if np.any(bad):
                raise InputError(f"totals.{name}", "must not be negative or infinite", float(values[bad][0]))
    first = min(int(one.time_ms.min()) for one in totals) // interval_ms
    last = max(int(one.time_ms.max()) for one in totals) // interval_ms
    usd = np.full((last - first + 1, 2), np.nan)
    n_raised = n_repeated = 0
    for one in sorted(totals, key=lambda one: -one.interval_ms):
        sums, repeated = _sum_whole(one, first, usd.shape[0], interval_ms)
        n_repeated += repeated
        n_raised += int(np.sum(np.any(sums > 1.05 * usd, axis=1)))
        usd = np.fmax(usd, sums)
    empty = np.all(usd == 0, axis=1)
    usd[empty] = np.nan
    dead = _frozen(usd, FROZEN_FEED_HOURS * HOUR_MS // interval_ms)
    usd[dead] = np.nan
    notes = [f"{one.interval_ms // 60_000}-minute totals of {one.venues or 'unnamed venues'}" for one in totals]
    if len(totals) > 1:
        notes.append(
            f"where totals tell of the same interval the larger counts: {n_raised} intervals raised by more than 5 %"
        )
    if n_repeated:
        notes.append(f"{n_repeated} rows of totals repeat an interval: the larger counts")
    if empty.any():
        notes.append(f"{int(empty.sum())} intervals with nothing on either side count as missing")
    if dead.any():
        notes.append(f"{int(dead.sum())} intervals of days with one side exactly zero count as missing")
    start_ms = (first + np.arange(usd.shape[0], dtype=np.int64)) * interval_ms
    named = {venue for one in totals for venue in one.venues.split("+") if venue}
    sources = tuple(one.source for one in totals)
    return LiquidationLabels(interval_ms, start_ms, usd, sources, tuple(notes), tuple(sorted(named)))


def _sum_whole(totals: LiquidationTotals, first: int, n: int, interval_ms: int) -> tuple[FloatArray, int]:
    """Sums by interval, NaN where not every part of it is known; and how many rows repeat a part."""
    usd = np.stack([totals.long_usd, totals.short_usd], axis=1)
    known = np.all(np.isfinite(usd), axis=1)
    slots, place = np.unique(totals.time_ms[known] // totals.interval_ms, return_inverse=True)
    largest = np.zeros((slots.size, 2))
    np.maximum.at(largest, place, usd[known])
    index = slots * totals.interval_ms // interval_ms - first
    sums = np.zeros((n, 2))
    np.add.at(sums, index, largest)
    parts = np.bincount(index, minlength=n)
    sums[parts < interval_ms // totals.interval_ms] = np.nan
    return sums, int(known.sum()) - slots.size


def _frozen(usd: FloatArray, length: int) -> NDArray[np.bool_]:
    """Intervals inside a run of at least `length` that are zero or unknown on one side while never above it."""
    dead = np.zeros(usd.shape[0], np.bool_)
    for side in (0, 1):
        quiet = ~(usd[:, side] > 0)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(np.int8), [0]])))
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            if end - start >= length:
                dead[start:end] = True
    told: NDArray[np.bool_] = dead & np.any(np.isfinite(usd), axis=1)
    return told


def label_events(
    batches: Sequence[Liquidations],
    end_ms: int,
    *,
    start_ms: int | None = None,
    interval_ms: int = HOUR_MS,
    reference: Sequence[Liquidations] = (),
) -> LiquidationLabels | None:
    """Labels of a venue's liquidation streams, up to a time; None where what they hold of the total is not known.

    A stream of one order a second is divided by the share of notional that it would have published of a complete
    stream, `reference`.

    An interval without any event is taken as missing: a stream that was down looks the same as a calm hour, and hours
    without a single liquidation hardly exist in the markets that are fitted on.

    Parameters
    ----------
    batches : sequence of Liquidations
        As the store keeps them. Where one is complete, those that show only a part are left out.
    end_ms : int
        Only whole intervals that ended by then, UTC milliseconds.
    start_ms : int, optional
        Only intervals that start at or after it.
    interval_ms : int
        Length of an interval.
    reference : sequence of Liquidations, optional
        The same contract's complete streams at other venues, at the same time.
    """
    taken = [one for one in batches if one.capture == COMPLETE and one.time_ms.size]
    rates = [1.0] * len(taken)
    if not taken:
        taken = [one for one in batches if one.capture in KEPT_BY_RULE and one.time_ms.size]
        rates = [_capture_rate(one.capture, reference) for one in taken]
        if not rates or 0.0 in rates:
            return None
    times = np.concatenate([one.time_ms for one in taken])
    sides = np.where(np.concatenate([one.is_long for one in taken]), 0, 1)
    notional = np.concatenate([one.notional_usd / rate for one, rate in zip(taken, rates, strict=True)])
    last = end_ms // interval_ms
    # The first interval may have begun before the stream did.
    begin = int(times.min()) // interval_ms + 1
    begin = begin if start_ms is None else max(begin, -(-start_ms // interval_ms))
    if last <= begin:
        return None
    usd = np.zeros((last - begin, 2))
    index = times // interval_ms - begin
    inside = (index >= 0) & (index < usd.shape[0]) & np.isfinite(notional)
    np.add.at(usd, (index[inside], sides[inside]), notional[inside])
    usd[~np.any(usd > 0, axis=1)] = np.nan
    sources = tuple(dict.fromkeys(one.source for one in taken))
    start: IndexArray = (begin + np.arange(usd.shape[0], dtype=np.int64)) * interval_ms
    notes = tuple(
        f"{one.capture}: divided by {rate:.2f}, its share of a complete stream thinned alike"
        for one, rate in zip(taken, rates, strict=True)
        if rate < 1.0
    )
    return LiquidationLabels(interval_ms, start, usd, sources, notes)


def find_realised(
    market: MarketHistory, find_liquidations: Callable[[str, str, int, int], list[Liquidations]]
) -> LiquidationLabels | None:
    """Labels of what a market's own venue published lately: what its scale is tracked by.

    Parameters
    ----------
    market : MarketHistory
        Whose.
    find_liquidations : callable
        Takes venue, symbol, start_ms and end_ms.
    """
    events = find_liquidations(market.venue, market.symbol, market.end_ms - TRACKED_MS, market.end_ms)
    return label_events(events, market.end_ms)


def _capture_rate(rule: str, reference: Sequence[Liquidations]) -> float:
    """Share of notional that a rule would publish of the busiest complete stream; 0 where too little is known."""
    complete = [one for one in reference if one.capture == COMPLETE]
    busiest = max(complete, key=lambda one: one.time_ms.size, default=None)
    if busiest is None or busiest.time_ms.size < FEWEST_EVENTS:
        return 0.0
    usd = np.nan_to_num(busiest.notional_usd)
    return estimate_capture(busiest.time_ms, busiest.is_long, usd, KEPT_BY_RULE[rule]).value


@dataclass(frozen=True, slots=True)
class LabelledMarket:
    """A market and what was liquidated in it.

    Attributes
    ----------
    market : MarketHistory
        Bars with open interest.
    candles : Candles
        All bars with prices, those before the open interest begins included: how fresh a price is depends on them.
    labels : LiquidationLabels
        By hour, or by the bars where those are longer.
    fine_labels : LiquidationLabels or None
        By half-hour, where the data has them.
    notes : tuple of str
        Sources and repairs.
    """

    market: MarketHistory
    candles: Candles
    labels: LiquidationLabels
    fine_labels: LiquidationLabels | None
    notes: tuple[str, ...]


def join_labels(market: MarketHistory, candles: Candles, totals: list[LiquidationTotals]) -> LabelledMarket:
    """Put a market and the totals of its liquidations together.

    Raises
    ------
    NoDataError
        When no interval with liquidations overlaps the market.
    """
    interval_ms = max(HOUR_MS, market.interval_ms, min(one.interval_ms for one in totals))
    labels = build_labels([one for one in totals if interval_ms % one.interval_ms == 0], interval_ms)
    half = [one for one in totals if one.interval_ms == 30 * MINUTE_MS and market.interval_ms <= 30 * MINUTE_MS]
    fine = build_labels(half, 30 * MINUTE_MS) if half else None
    inside = (labels.start_ms >= market.open_time_ms[0]) & (labels.start_ms + interval_ms <= market.end_ms)
    if not np.any(inside & np.isfinite(labels.usd[:, 0])):
        rule = "must overlap the market's bars, and be above 0 somewhere there"
        raise NoDataError("liquidations", rule, ", ".join(labels.sources))
    return LabelledMarket(market, candles, labels, fine, (*market.notes, *labels.notes))
