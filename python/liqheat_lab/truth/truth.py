"""Maps against a truth that is known position by position: a panel of real positions, or the simulator's own book.

All figures here judge the map's shape and size; none says when a level will be reached.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqheat.errors import InputError, NoDataError
from liqheat.flow import days_of, draw_days, summarise
from liqheat.records import Interval, MapProfiles
from liqheat.records.arrays import FloatArray, IndexArray

NEAREST = 0.002
"""Log distance within which cells are left out of the cluster correlation: 20 bp from the price everything is fresh."""
DEVIATION_RANGE = (-1.0, 6.0)
"""Relative deviations from a map's own mean are clipped to this: one whale in an empty cell must not decide."""
FLOOR_SHARE = 0.02
"""Share of a map spread evenly before a Kullback-Leibler gain is taken, so that an empty cell costs no infinity."""
N_RESAMPLES = 500
_NO_VARIANCE = 1e-18

Snapshots = slice | NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TruthScores:
    """How near a map came to the truth, with 95 % intervals from resampled days.

    Attributes
    ----------
    name : str
        Which map.
    n_snapshots, n_days : int
        Scored snapshots, and UTC days that they lie on.
    corr : Interval
        Mean over snapshots and sides of the Pearson correlation across cells. Decided by the distance profile: any
        map that thins out as the truth does scores high.
    cluster_corr : Interval
        Correlation of relative deviations from each map's own mean at that side and distance, weighted by the truth's
        mean; see `cluster_correlation`. Zero for a map that never changes with distance.
    w1_pct : Interval
        Mean first Wasserstein distance between the two maps' shares by distance, in percent of the price.
    information_gain : Interval
        Mean over snapshots and sides of the nats by which the map beats the truth's own mean by distance in the train
        snapshots, per unit of true mass.
    mass_ratio : Interval
        Mass of the map over mass of the truth, both within the cells.
    """

    name: str
    n_snapshots: int
    n_days: int
    corr: Interval
    cluster_corr: Interval
    w1_pct: Interval
    information_gain: Interval
    mass_ratio: Interval


def score_truth(
    estimate: MapProfiles,
    truth: MapProfiles,
    train: Snapshots,
    test: Snapshots,
    *,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> TruthScores:
    """Score a map against the true one.

    Parameters
    ----------
    estimate, truth : MapProfiles
        Profiles at the same times and of the same cells.
    train : slice or (s,) bool
        Snapshots that the oracle's distance profile is the mean of; the estimate is not looked at there.
    test : slice or (s,) bool
        Snapshots that are scored.
    n_resamples, seed : int
        Day-block bootstrap: whole UTC days are drawn, and every figure, means by distance included, is made anew.

    Returns
    -------
    TruthScores
        Sides without any true mass in a snapshot are left out of all but `mass_ratio` and `cluster_corr`.

    Raises
    ------
    InputError
        When times, cells or widths differ, or a value is negative or not finite.
    NoDataError
        When no snapshot is chosen, or the truth is empty in them.
    """
    _check_pair(estimate, truth)
    rows = _rows("test", test, truth.time_ms.size)
    known = _rows("train", train, truth.time_ms.size)
    ours, true = estimate.usd[rows], truth.usd[rows]
    if not true.sum() > 0:
        raise NoDataError("truth", "must hold mass in the test snapshots", true.shape)
    found_days, day = np.unique(days_of(truth.time_ms[rows]), return_inverse=True)
    draws = draw_days(found_days.size, n_resamples, seed).astype(np.float64)
    is_held = true.sum(axis=2) > 0
    oracle = truth.usd[known].mean(axis=0)

    def mean_of(values: FloatArray) -> Interval:
        tops = np.bincount(day, np.where(is_held, values, 0.0).sum(axis=1), found_days.size)
        bottoms = np.bincount(day, is_held.sum(axis=1), found_days.size)
        with np.errstate(invalid="ignore"):
            return summarise(float(tops.sum() / bottoms.sum()), (draws @ tops) / (draws @ bottoms))

    mass = [np.bincount(day, one.sum(axis=(1, 2)), found_days.size) for one in (ours, true)]
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = summarise(float(mass[0].sum() / mass[1].sum()), (draws @ mass[0]) / (draws @ mass[1]))
    width = truth.cell_width
    samples = np.array([cluster_correlation(ours, true, width, counts[day]) for counts in draws])
    return TruthScores(
        name=estimate.name,
        n_snapshots=int(rows.size),
        n_days=int(found_days.size),
        corr=mean_of(_pearson(ours, true)),
        cluster_corr=summarise(cluster_correlation(ours, true, width), samples),
        w1_pct=mean_of(_wasserstein(ours, true) * width * 100.0),
        information_gain=mean_of(_gain(ours, true, oracle)),
        mass_ratio=ratio,
    )


def cluster_correlation(
    estimate: FloatArray, truth: FloatArray, cell_width: float, counts: FloatArray | None = None
) -> float:
    """Correlate what two maps say beyond their own distance profiles.

    Each map is divided by its own mean over the snapshots at that side and distance, 1 is taken off and the rest is
    clipped to `DEVIATION_RANGE`; cells that end within `NEAREST` are left out; the correlation over all snapshots,
    sides and cells is weighted by the truth's mean. Scaling either map changes nothing, a map that is the same in
    every snapshot scores exactly 0, and cells where a map never has mass count as no deviation.

    Parameters
    ----------
    estimate, truth : (s, 2, m) float64
        USD, or any unit of its own for each.
    cell_width : float
        Log width of a cell.
    counts : (s,) float64, optional
        How often each snapshot counts.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> truth = rng.gamma(1.0, size=(40, 2, 80))
    >>> round(cluster_correlation(3 * truth, truth, 0.001), 9)
    1.0
    >>> cluster_correlation(np.ones_like(truth), truth, 0.001)
    0.0
    """
    first = int(np.floor(NEAREST / cell_width + 1e-9))
    often = np.ones(len(truth)) if counts is None else counts
    keep = often > 0
    often = often[keep, None, None] / often.sum()
    ours, _ = _deviations(estimate[keep][:, :, first:], often)
    true, mean = _deviations(truth[keep][:, :, first:], often)
    weights = often * mean
    total = weights.sum()
    if not total > 0:
        return 0.0
    ours = ours - (weights * ours).sum() / total
    true = true - (weights * true).sum() / total
    variances = (weights * ours * ours).sum() / total, (weights * true * true).sum() / total
    if min(variances) < _NO_VARIANCE:
        return 0.0
    return float((weights * ours * true).sum() / total / np.sqrt(variances[0] * variances[1]))


def side_swapped(profiles: MapProfiles) -> MapProfiles:
    """Longs above the price and shorts below: a map that knows only distance loses nothing, ours must."""
    return _with_usd(profiles, "side_swapped", profiles.usd[:, ::-1])


def permuted_snapshots(profiles: MapProfiles, seed: int = 0) -> MapProfiles:
    """The same profiles in random order of time."""
    order = np.random.default_rng(seed).permutation(len(profiles.usd))
    return _with_usd(profiles, "permuted", profiles.usd[order])


def stale(profiles: MapProfiles, hours: float = 24.0, tolerance_hours: float = 0.5) -> MapProfiles:
    """The map of some hours ago, held at fixed prices and cut anew by distance from the new price.

    Levels that the price has passed are gone; what lay beyond the old map's last cell is unknown and counts as empty.

    Parameters
    ----------
    profiles : MapProfiles
        Rising in time.
    hours : float
        Age of the map.
    tolerance_hours : float
        How far from that age the nearest snapshot may be.

    Returns
    -------
    MapProfiles
        NaN in snapshots that have no map of that age.
    """
    age_ms, tolerance_ms = round(hours * 3_600_000), round(tolerance_hours * 3_600_000)
    steps = np.arange(profiles.usd.shape[2] + 1) * profiles.cell_width
    log_price = np.log(profiles.close)
    usd = np.full_like(profiles.usd, np.nan)
    for now, time_ms in enumerate(profiles.time_ms):
        then = int(np.argmin(np.abs(profiles.time_ms - (time_ms - age_ms))))
        if abs(int(profiles.time_ms[then]) - (int(time_ms) - age_ms)) > tolerance_ms:
            continue
        moved = log_price[now] - log_price[then]
        for side, sign in ((0, -1.0), (1, 1.0)):
            mass = np.concatenate([[0.0], np.cumsum(profiles.usd[then, side])])
            usd[now, side] = np.diff(np.interp(steps + sign * moved, steps, mass))
    return _with_usd(profiles, f"{hours:g} h old", usd)


def _deviations(usd: FloatArray, often: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Relative deviations from the mean by side and distance, and that mean."""
    mean = (often * usd).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = np.where(mean > 0, usd / mean - 1.0, 0.0)
    # A map that never changes must score exactly nothing, and its mean is off by a rounding error.
    relative[np.abs(relative) < 1e-9] = 0.0
    return np.clip(relative, *DEVIATION_RANGE), mean


def _pearson(ours: FloatArray, true: FloatArray) -> FloatArray:
    """Correlation across cells, (s, 2); 0 where either has no variance."""
    a, b = ours - ours.mean(axis=2, keepdims=True), true - true.mean(axis=2, keepdims=True)
    scale = np.sqrt((a * a).sum(axis=2) * (b * b).sum(axis=2))
    with np.errstate(invalid="ignore", divide="ignore"):
        found: FloatArray = np.where(scale > 0, (a * b).sum(axis=2) / scale, 0.0)
    return found


def _shares(usd: FloatArray) -> FloatArray:
    """Shares by cell; even where there is no mass."""
    total = usd.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: FloatArray = np.where(total > 0, usd / total, 1.0 / usd.shape[-1])
    return found


def _wasserstein(ours: FloatArray, true: FloatArray) -> FloatArray:
    """First Wasserstein distance of shares in cells, (s, 2)."""
    found: FloatArray = np.abs(np.cumsum(_shares(ours) - _shares(true), axis=2)).sum(axis=2)
    return found


def _gain(ours: FloatArray, true: FloatArray, oracle: FloatArray) -> FloatArray:
    """Nats over the oracle's static profile, (s, 2)."""
    even = FLOOR_SHARE / true.shape[2]
    map_shares, static = (1.0 - FLOOR_SHARE) * _shares(ours) + even, (1.0 - FLOOR_SHARE) * _shares(oracle) + even
    found: FloatArray = (_shares(true) * np.log(map_shares / static)).sum(axis=2)
    return found


def _with_usd(profiles: MapProfiles, name: str, usd: FloatArray) -> MapProfiles:
    return MapProfiles(name, profiles.time_ms, profiles.close, np.ascontiguousarray(usd), profiles.cell_width)


def _check_pair(estimate: MapProfiles, truth: MapProfiles) -> None:
    if estimate.usd.shape != truth.usd.shape or truth.usd.ndim != 3:
        raise InputError("estimate.usd", f"must have the truth's shape {truth.usd.shape}", estimate.usd.shape)
    if not np.array_equal(estimate.time_ms, truth.time_ms):
        raise InputError("estimate.time_ms", "must be the truth's", "other times")
    if not np.isclose(estimate.cell_width, truth.cell_width, rtol=1e-9):
        raise InputError("estimate.cell_width", f"must be the truth's {truth.cell_width:g}", estimate.cell_width)
    for profiles in (estimate, truth):
        if not np.all(np.isfinite(profiles.usd)) or np.any(profiles.usd < 0):
            raise InputError("usd", "must be finite and at least 0", profiles.name)


def _rows(argument: str, chosen: Snapshots, n: int) -> IndexArray:
    rows: IndexArray = np.arange(n)[chosen]
    if not rows.size:
        raise NoDataError(argument, "must choose at least one snapshot", f"none of {n}")
    return rows
