"""Realised liquidations beside the estimate: what a cluster had, what fired, what remains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from liqheat.errors import InputError
from liqheat.records import ClusterRemainder, LiquidationLabels, Liquidations, TrackedCluster
from liqheat.units import DAY_MS
from liqheat.venues import COMPLETE

Events = Mapping[str, Liquidations]
"""Realised liquidations by venue."""


def remaining_clusters(
    clusters: Sequence[TrackedCluster], liquidations: Events, *, start_ms: int | None = None
) -> tuple[ClusterRemainder, ...]:
    """What each cluster had, what venues published of it, and what the book still holds there.

    An event belongs to a cluster of its side if the price that triggered it lies within the widest edges that the
    cluster had in its life; where those of two clusters overlap it counts for both. That price is the mark where it is
    known, the published price otherwise (at some venues that is the bankruptcy price, beyond the trigger).

    Parameters
    ----------
    clusters : sequence of TrackedCluster
        Living or dead.
    liquidations : mapping of venue to Liquidations
        Realised events.
    start_ms : int, optional
        Count from here; from each cluster's birth otherwise.
    """
    capture = tuple(sorted({events.capture for events in liquidations.values()}))
    found = []
    for one in clusters:
        since = one.birth_ms if start_ms is None else max(start_ms, one.birth_ms)
        until = np.inf if one.death_ms is None else one.death_ms
        realised, count = 0.0, 0
        for events in liquidations.values():
            price = _trigger_price(events)
            inside = (
                (events.is_long == (one.cluster.side == "long"))
                & (events.time_ms >= since)
                & (events.time_ms < until)
                & (price >= one.widest_low_price)
                & (price <= one.widest_high_price)
            )
            realised += float(events.notional_usd[inside].sum())
            count += int(inside.sum())
        # A cluster that was partly swept held more than it does now.
        flow = one.whole_usd * one.cluster.flow_share
        found.append(
            ClusterRemainder(
                cluster_id=one.cluster_id,
                forced_flow_usd=flow,
                realised_usd=realised,
                remaining_usd=one.cluster.mass_usd * one.cluster.flow_share if one.death is None else 0.0,
                realised_share=realised / flow if flow > 0 else None,
                n_events=count,
                capture=capture,
            )
        )
    return tuple(found)


def mean_daily_liquidations(
    liquidations: Events, now_ms: int, *, days: int = 30, capture_rates: Mapping[str, float] | None = None
) -> tuple[float, bool]:
    """Mean daily realised liquidations over the trailing days, both sides, and whether the figure is whole.

    Parameters
    ----------
    liquidations : mapping of venue to Liquidations
        Realised events.
    now_ms : int
        End of the span, UTC epoch milliseconds.
    days : int
        Length of the span; shorter where the events begin later.
    capture_rates : mapping of str to float, optional
        Share of all liquidated notional that a venue's feed shows, above 0 and at most 1.

    Returns
    -------
    usd : float
        Mean a day.
    is_whole : bool
        False where a feed is thinned and its rate is not known: the figure is then a lower bound.
    """
    if days < 1:
        raise InputError("days", "must be at least 1", days)
    rates = capture_rates or {}
    if not all(0 < rate <= 1 for rate in rates.values()):
        raise InputError("capture_rates", "must be above 0 and at most 1", dict(rates))
    total, is_whole, first_ms = 0.0, bool(liquidations), now_ms
    for venue, events in liquidations.items():
        inside = (events.time_ms >= now_ms - days * DAY_MS) & (events.time_ms < now_ms)
        total += float(events.notional_usd[inside].sum()) / rates.get(venue, 1.0)
        is_whole &= events.capture == COMPLETE or venue in rates
        if inside.any():
            first_ms = min(first_ms, int(events.time_ms[inside].min()))
    span_days = max((now_ms - first_ms) / DAY_MS, 1.0)
    return total / span_days, is_whole


def mean_daily_totals(labels: LiquidationLabels | None, end_ms: int, *, days: int = 30) -> tuple[float, bool]:
    """Mean daily USD of totals by interval over the trailing days, both sides, and whether a day of them is known.

    Parameters
    ----------
    labels : LiquidationLabels or None
        Realised liquidations by interval; intervals that are not known count neither as dollars nor as time.
    end_ms : int
        End of the span, UTC epoch milliseconds: no interval that ends later is read.
    days : int
        Length of the span; shorter where the totals begin later.
    """
    if labels is None:
        return 0.0, False
    inside = (labels.start_ms >= end_ms - days * DAY_MS) & (labels.start_ms + labels.interval_ms <= end_ms)
    usd = labels.usd[inside & np.all(np.isfinite(labels.usd), axis=1)]
    known_days = len(usd) * labels.interval_ms / DAY_MS
    return (float(usd.sum()) / known_days, True) if known_days >= 1.0 else (0.0, False)


def _trigger_price(events: Liquidations) -> NDArray[np.float64]:
    return np.where(np.isfinite(events.mark_price), events.mark_price, events.price)
