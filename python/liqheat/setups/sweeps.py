"""Clusters that were swept: what was reported inside each, beside what was expected before the price came near."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from liqheat.errors import InputError
from liqheat.flow import at_horizon, follow_path, interval_starts, touch_forecast, usd_to
from liqheat.records import HORIZONS_MS, Cluster, Estimate, Horizon, LiquidationLabels, MarketHistory, Sweep
from liqheat.records.arrays import FloatArray, TimeArray
from liqheat.setups.clusters import extract_clusters
from liqheat.setups.density import SIDES
from liqheat.setups.looks import Looks
from liqheat.setups.touches import forecast_clusters
from liqheat.units import DAY_MS, Moment, format_interval, read_moment_ms

SWEPT_WITHIN: Horizon = "4h"
"""Horizon of the forecasts: a cluster is crossed so soon after the look before it was reached, or it is not told."""


def find_sweeps(
    estimate: Estimate,
    labels: LiquidationLabels,
    *,
    start_ms: Moment | None = None,
    as_of_ms: Moment | None = None,
) -> tuple[Sweep, ...]:
    """Find the clusters that the price crossed, with what was expected and what was reported.

    At the start of each interval of the labels the map is frozen. A cluster of it counts if the price reaches it in
    that interval and crosses it within 4 hours. What a frozen map shows of a zone that is being swept is not told anew.

    Parameters
    ----------
    estimate : Estimate
        What `estimate_flow` returned.
    labels : LiquidationLabels
        What was liquidated, by interval; whole hours, or the bars where those are longer.
    start_ms, as_of_ms : int, datetime, date or str, optional
        Of sweeps; a day before the last bar that closed by `as_of_ms`, the newest by default.

    Returns
    -------
    tuple of Sweep
        Oldest first. An interval whose liquidations are not known ends the path: nothing is told beyond it.

    Raises
    ------
    InputError
        When the estimate is not of expected liquidations, or the labels are finer than its bars.
    NoDataError
        When no bar had closed by then.
    """
    market = estimate.market
    if labels.interval_ms % market.interval_ms:
        raise InputError(
            "labels", f"must be of whole bars of {format_interval(market.interval_ms)}", labels.interval_ms
        )
    estimate = at_horizon(estimate, SWEPT_WITHIN)
    end_ms = touch_forecast(estimate, as_of_ms=as_of_ms).as_of_ms
    since_ms = end_ms - DAY_MS if start_ms is None else read_moment_ms("start_ms", start_ms)
    n_ahead = max(HORIZONS_MS[SWEPT_WITHIN] // labels.interval_ms, 1)
    path = _read_path(market, labels, since_ms - n_ahead * labels.interval_ms, end_ms)
    first_ms, step = since_ms - (n_ahead + 1) * labels.interval_ms, format_interval(labels.interval_ms)
    looks = Looks(estimate, first_ms, end_ms, step, "none", None)
    found: list[Sweep] = []
    for row, time_ms in enumerate(path.start_ms.tolist()):
        if time_ms not in looks.ends_ms:
            continue
        clusters = extract_clusters(looks.curves(time_ms))
        ahead = slice(row, row + n_ahead)
        swept = [one for one in clusters if _is_swept(one, path, ahead) and not _is_known(one, time_ms, found)]
        found += _tell(estimate, swept, path, ahead)
    return tuple(sorted((one for one in found if since_ms <= one.time_ms < end_ms), key=lambda one: one.time_ms))


@dataclass(frozen=True, slots=True, eq=False)
class _Path:
    """Intervals in a row with their log extremes (n,) and USD (n, 2), and the bars that they are made of."""

    start_ms: TimeArray
    low: FloatArray
    high: FloatArray
    usd: FloatArray
    market: MarketHistory


def _read_path(market: MarketHistory, labels: LiquidationLabels, start_ms: int, end_ms: int) -> _Path:
    first_bar, end_bar = np.searchsorted(market.open_time_ms, [start_ms, end_ms]).tolist()
    own = market.select(slice(min(first_bar, end_bar - 1), end_bar))
    starts, first = interval_starts(own.open_time_ms, labels.interval_ms)
    usd = np.full((starts.size, 2), np.nan)
    _, ours, theirs = np.intersect1d(starts, labels.start_ms, return_indices=True)
    usd[ours] = labels.usd[theirs]
    # An interval that has not ended yet has no sum.
    usd[starts + labels.interval_ms > end_ms] = np.nan
    low, high = np.log(np.minimum.reduceat(own.low, first)), np.log(np.maximum.reduceat(own.high, first))
    return _Path(starts, low, high, usd, own)


def _ends(cluster: Cluster) -> tuple[float, float]:
    """Log distances of the near and the far edge from the price then."""
    near = abs(math.log(cluster.near_edge / cluster.reference_price))
    return near, abs(math.log(cluster.far_edge / cluster.reference_price))


def _follow(cluster: Cluster, path: _Path, ahead: slice) -> tuple[FloatArray, FloatArray]:
    side = SIDES.index(cluster.side)
    price = math.log(cluster.reference_price)
    return follow_path(price, path.low[ahead], path.high[ahead], path.usd[ahead], side)


def _is_swept(cluster: Cluster, path: _Path, ahead: slice) -> bool:
    went, _ = _follow(cluster, path, ahead)
    near, far = _ends(cluster)
    return went.size > 1 and bool(went[1] > near) and bool(went[-1] >= far)


def _is_known(cluster: Cluster, time_ms: int, found: Sequence[Sweep]) -> bool:
    """Whether it is the rest of one that is being swept."""
    return any(
        one.side == cluster.side
        and one.time_ms >= time_ms
        and one.low_price < cluster.high_price
        and one.high_price > cluster.low_price
        for one in found
    )


def _tell(estimate: Estimate, swept: Sequence[Cluster], path: _Path, ahead: slice) -> list[Sweep]:
    if not swept:
        return []
    time_ms = int(path.start_ms[ahead.start])
    told = []
    for cluster, touch in zip(
        swept, forecast_clusters(estimate, swept, horizon=SWEPT_WITHIN, as_of_ms=time_ms), strict=True
    ):
        if touch.inside_usd is None or touch.inside_band_80 is None:
            continue
        to_near, to_far = usd_to(*_follow(cluster, path, ahead), np.array(_ends(cluster)), everything=False)
        told.append(
            Sweep(
                time_ms=_crossed_ms(cluster, path.market, time_ms),
                forecast_ms=time_ms,
                side=cluster.side,
                low_price=cluster.low_price,
                high_price=cluster.high_price,
                reported_usd=float(to_far - to_near),
                expected_usd=touch.inside_usd,
                band_80=touch.inside_band_80,
                in_sample=touch.in_sample,
            )
        )
    return told


def _crossed_ms(cluster: Cluster, market: MarketHistory, time_ms: int) -> int:
    """Start of the bar that reached the far edge."""
    is_past = market.low <= cluster.far_edge if cluster.side == "long" else market.high >= cluster.far_edge
    return int(market.open_time_ms[np.flatnonzero(is_past & (market.open_time_ms >= time_ms))[0]])
