"""Clusters from exact columns: smooth, take local maxima, cut at half height or in a valley, join what nearly touches.

The article names clusters and their edges, and gives no way to find them: this one is ours, told with its formulas in
the README of this folder.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import NoneType
from typing import NamedTuple

import numpy as np

from liqheat.errors import InputError, check_type
from liqheat.records import Cluster, Column, PositionSide
from liqheat.records.arrays import FloatArray
from liqheat.setups.density import GRID_STEP, SIDES, NotionalCurves, as_curves

SMOOTHING = 20e-4
"""Full width of the triangular kernel at half its height, log price (20 bp)."""
MERGE_GAP = 30e-4
"""Runs that end at half their height, nearer to each other than this, are one (30 bp, edge to edge)."""
HALF_HEIGHT = 0.5
VALLEY = 0.75
"""Two maxima are two clusters where it falls below this part of the lower one between them."""
LEAST_PEAK = 0.02
"""Maxima below this share of a side's highest are no clusters: nothing would come of them but clutter."""
MOST_CLUSTERS = 24
"""Largest clusters kept on each side."""
PEAK_PLATEAU = 0.98
UNCALIBRATED_FLOW_SHARE = 0.75
"""Rule R10: what is assumed of the held notional to become forced flow before there is a calibration."""

_Measured = tuple[float, float, float, float]
"""Low and high edge, peak and centre: log prices."""


class _Run(NamedTuple):
    """Edges and peak (log prices) of a maximum's run, its height, and which edges lie in a valley before another."""

    low: float
    high: float
    peak: float
    height: float
    is_low_valley: bool
    is_high_valley: bool


def extract_clusters(
    columns: Column | Mapping[str, Column] | NotionalCurves,
    *,
    flow_share: float = UNCALIBRATED_FLOW_SHARE,
    support: Mapping[float, float] | None = None,
    backed: NotionalCurves | None = None,
) -> tuple[Cluster, ...]:
    """Find the clusters of a book at one moment.

    Parameters
    ----------
    columns : Column, or mapping of venue to Column
        Exact figures, USD by side, leverage band and price bucket. Buckets may differ between venues.
    flow_share : float
        Share of the held notional expected to be force-closed, 0..1; of a flow it is 1.
    support : mapping of float to float, optional
        Share of each leverage band's estimate that sweeps in training back, 0..1.
    backed : NotionalCurves, optional
        The part of the same curves that they back, in its place: finer than by band.

    Returns
    -------
    tuple of Cluster
        Longs below the price, then shorts above it, each nearest first. Estimated.

    Raises
    ------
    InputError
        When a column breaks a rule, or a share lies outside 0..1.

    Examples
    --------
    >>> edges = np.arange(90_000.0, 96_001.0, 100.0)
    >>> usd = np.zeros((2, 1, 60))
    >>> usd[0, 0, 5:20] = 20e6
    >>> column = Column(0, 300_000, edges, np.array([25.0]), usd, 93_500.0)
    >>> cluster, = extract_clusters(column)
    >>> cluster.side, round(cluster.near_edge, -1), round(cluster.far_edge, -1), f"{cluster.held_notional_usd:.3g}"
    ('long', 92000.0, 90500.0, '3e+08')
    """
    check_type("support", support, (Mapping, NoneType), "must map leverages to shares")
    if not 0.0 <= flow_share <= 1.0:
        raise InputError("flow_share", "must be from 0 to 1", flow_share)
    if support is not None and not all(0.0 <= share <= 1.0 for share in support.values()):
        raise InputError("support", "must be from 0 to 1 for each band", dict(support))
    curves = as_curves(columns)
    flow_share = 1.0 if curves.quantity == "flow" else flow_share
    found: list[Cluster] = []
    for side in SIDES:
        clusters = [_measure(curves, side, run, flow_share, support, backed) for run in _find_runs(curves, side)]
        clusters = sorted(clusters, key=lambda cluster: -cluster.mass_usd)[:MOST_CLUSTERS]
        found += sorted(clusters, key=lambda cluster: cluster.distance(curves.price))
    return tuple(found)


def _find_runs(curves: NotionalCurves, side: PositionSide) -> list[_Measured]:
    """Edges, peak and centre of each cluster, by rising price."""
    first, usd = curves.on_grid(side)
    if usd.sum() <= 0:
        return []
    half_base = round(SMOOTHING / GRID_STEP)
    kernel = np.bartlett(2 * half_base + 1)
    smooth = np.convolve(usd, kernel / kernel.sum())
    # The full convolution begins half a kernel early, so mass at the end of the axis keeps its whole shape.
    origin = (first - half_base + 0.5) * GRID_STEP
    middle = smooth[1:-1]
    tops = 1 + np.flatnonzero((middle > smooth[:-2]) & (middle >= smooth[2:]) & (middle >= LEAST_PEAK * smooth.max()))
    cells: list[float] = smooth.tolist()
    runs = [run for top in tops.tolist() if (run := _cut(cells, top, origin)) is not None]
    joined: list[_Run] = []
    for run in sorted(runs):
        last = joined[-1] if joined else None
        is_parted = last is None or last.is_high_valley or run.is_low_valley
        if last is None or is_parted or run.low - last.high >= MERGE_GAP:
            joined.append(run)
            continue
        higher, end = max(last, run, key=lambda one: one.height), max(last, run, key=lambda one: one.high)
        joined[-1] = _Run(last.low, end.high, higher.peak, higher.height, last.is_low_valley, end.is_high_valley)
    middles: FloatArray = (np.arange(first, first + usd.size, dtype=np.float64) + 0.5) * GRID_STEP
    return [(one.low, one.high, one.peak, _centre(middles, usd, one.low, one.high)) for one in joined]


def _centre(middles: FloatArray, usd: FloatArray, low: float, high: float) -> float:
    inside = slice(*np.searchsorted(middles, [low, high]))
    total = float(usd[inside].sum())
    return float(usd[inside] @ middles[inside]) / total if total > 0 else (low + high) / 2


def _cut(smooth: list[float], top: int, origin: float) -> _Run | None:
    """The run around a maximum that stays at half its height; None on the shoulder of a higher maximum.

    Plain numbers: most maxima are left after a few cells, which is less than one call of numpy.
    """
    height, plateau = smooth[top], PEAK_PLATEAU * smooth[top]
    low, high = _walk(smooth, top, -1), _walk(smooth, top, 1)
    if low is None or high is None:
        return None
    # A flat top has no one highest cell that other buckets would agree on: its middle is the peak.
    before, after = top - 1, top + 1
    while smooth[before] >= plateau:
        before -= 1
    while smooth[after] >= plateau:
        after += 1
    start, end, peak = (origin + at * GRID_STEP for at in (low[0], high[0], (before + after) / 2))
    return _Run(start, end, peak, height, low[1], high[1])


def _walk(smooth: list[float], top: int, step: int) -> tuple[float, bool] | None:
    """Where the run of a maximum ends to one side, and whether in a valley; None where a higher one is beyond none.

    It ends where it falls to half the height, else at the bottom of the valley before another maximum.
    """
    height = smooth[top]
    level, lowest, bottom, at = HALF_HEIGHT * height, height, top, top + step
    while smooth[at] >= level:
        if smooth[at] < lowest:
            lowest, bottom = smooth[at], at
        elif lowest <= VALLEY * min(smooth[at], height):
            return float(bottom), True
        elif smooth[at] > height or (step < 0 and smooth[at] >= height):
            return None
        at += step
    share = (level - smooth[at]) / (smooth[at - step] - smooth[at])
    return at - step * share, False


def _measure(
    curves: NotionalCurves,
    side: PositionSide,
    run: _Measured,
    flow_share: float,
    support: Mapping[float, float] | None,
    backed_curves: NotionalCurves | None,
) -> Cluster:
    low, high, peak, centre = (math.exp(value) for value in run)
    # Smoothing reaches past the price, where this side has no levels.
    low, high = (low, min(high, curves.price)) if side == "long" else (max(low, curves.price), high)
    split = curves.split_between(side, low, high)
    mass = float(split.sum())
    bands = split.sum(axis=0)
    venues = sorted(zip(curves.columns, split.sum(axis=1).tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
    backed = None
    if support is not None and mass > 0:
        backed = float(
            sum(usd * support.get(band, 0.0) for band, usd in zip(curves.leverages, bands, strict=True)) / mass
        )
    if backed_curves is not None and mass > 0:
        backed = min(backed_curves.usd_between(side, low, high) / mass, 1.0)
    return Cluster(
        side=side,
        time_ms=curves.time_ms,
        reference_price=curves.price,
        low_price=low,
        high_price=high,
        peak_price=min(max(peak, low), high),
        centre_price=min(max(centre, low), high),
        held_notional_usd=mass if curves.quantity == "held" else math.nan,
        forced_flow_usd=mass * flow_share,
        flow_share=flow_share,
        leverage_usd=tuple((band, float(usd)) for band, usd in zip(curves.leverages, bands, strict=True) if usd > 0),
        venue_usd=tuple((venue, usd) for venue, usd in venues if usd > 0),
        support=backed,
        quantity=curves.quantity,
    )
