"""Where two maps of one market agree, and the prices where they differ most. No judge of which is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from liqheat.errors import InputError, NoDataError
from liqheat.flow import bootstrap_ratio, days_of
from liqheat.records import Interval, MapProfiles

if TYPE_CHECKING:
    from liqheat.records.arrays import FloatArray

REACHES = (0.01, 0.02, 0.05)
"""Distances from the price within which the share of a map is told."""
N_DIFFERENCES = 10
FEWEST_TIMES = 24
"""Profiles from which a map's usual profile by distance can be told."""


@dataclass(frozen=True, slots=True)
class PriceDifference:
    """A cell in which two maps differ.

    Attributes
    ----------
    side : str
        ``long`` below the price, ``short`` above it.
    price_low, price_high : float
        Borders of the cell.
    ours_share, theirs_share : float
        Share of each map's mass within the compared distance.
    """

    side: str
    price_low: float
    price_high: float
    ours_share: float
    theirs_share: float


@dataclass(frozen=True, slots=True)
class MapDifference:
    """How alike two maps are over the times that both have.

    Attributes
    ----------
    ours, theirs : str
        Names of the maps.
    n_times, start_ms, end_ms : int
        Profiles that both have, and the first and last time.
    rank_correlation : Interval
        Mean over times of Spearman's rank correlation of the cells; mostly how alike they fall off with distance.
    rank_correlation_without_distance : Interval or None
        The same with each cell's mean rank over time taken out, so that distance alone earns nothing; None where there
        are fewer than 24 times.
    mass_within : dict
        ``{"1%": {"ours": …, "theirs": …}, …}``: share of each map's mass that lies within a distance of the price,
        mean over times; of what lies within the compared distance.
    compared_distance : float
        Log distance to which the maps are compared.
    largest_differences : tuple of PriceDifference
        At the last time, largest first.
    """

    ours: str
    theirs: str
    n_times: int
    start_ms: int
    end_ms: int
    rank_correlation: Interval
    rank_correlation_without_distance: Interval | None
    mass_within: dict[str, dict[str, float]]
    compared_distance: float
    largest_differences: tuple[PriceDifference, ...]


def compare_profiles(ours: MapProfiles, theirs: MapProfiles) -> MapDifference:
    """Compare two maps by distance at the times that both have.

    Parameters
    ----------
    ours, theirs : MapProfiles
        Of one market, with one cell width; the shorter reach of the two is compared.

    Returns
    -------
    MapDifference
        Intervals are of resampled days.

    Raises
    ------
    InputError
        When their cells differ in width, or their prices at the same times.
    NoDataError
        When they share no time at which both have any mass.

    Examples
    --------
    >>> usd = np.tile(np.arange(4.0, 0.0, -1.0), (2, 2, 1))
    >>> one = MapProfiles("a", np.array([0, 3_600_000]), np.array([100.0, 100.0]), usd)
    >>> compare_profiles(one, one).rank_correlation.value
    1.0
    """
    if ours.cell_width != theirs.cell_width:
        raise InputError("theirs.cell_width", f"must be {ours.cell_width}, as ours", theirs.cell_width)
    shared, at_ours, at_theirs = np.intersect1d(ours.time_ms, theirs.time_ms, return_indices=True)
    n_cells = min(ours.usd.shape[2], theirs.usd.shape[2])
    both = [
        profiles.usd[at, :, :n_cells].reshape(at.size, 2 * n_cells)
        for profiles, at in ((ours, at_ours), (theirs, at_theirs))
    ]
    filled = (both[0].sum(axis=1) > 0) & (both[1].sum(axis=1) > 0)
    if not filled.any():
        rule = f"must share a time with {ours.name} at which both hold anything"
        raise NoDataError("theirs", rule, f"{shared.size} times, {theirs.name} empty or ours")
    close, their_close = ours.close[at_ours][filled], theirs.close[at_theirs][filled]
    factor = float(np.median(their_close / close))
    if abs(factor - 1.0) > 0.05:
        raise InputError("theirs.close", "must be the price that ours has at the same times", f"a factor of {factor:g}")
    time_ms = shared[filled]
    shares = [mass[filled] / mass[filled].sum(axis=1, keepdims=True) for mass in both]
    ranks = [rank_rows(share) for share in shares]
    without = None
    if time_ms.size >= FEWEST_TIMES:
        without = _mean_correlation(ranks[0] - ranks[0].mean(axis=0), ranks[1] - ranks[1].mean(axis=0), time_ms)
    reach = n_cells * ours.cell_width
    return MapDifference(
        ours=ours.name,
        theirs=theirs.name,
        n_times=int(time_ms.size),
        start_ms=int(time_ms[0]),
        end_ms=int(time_ms[-1]),
        rank_correlation=_mean_correlation(ranks[0], ranks[1], time_ms),
        rank_correlation_without_distance=without,
        mass_within={
            f"{limit:.0%}": {
                name: _within(share, n_cells, limit, ours.cell_width)
                for name, share in zip(("ours", "theirs"), shares, strict=True)
            }
            for limit in REACHES
            if np.log1p(limit) <= reach
        },
        compared_distance=reach,
        largest_differences=_largest(shares[0][-1], shares[1][-1], float(close[-1]), n_cells, ours.cell_width),
    )


def rank_rows(values: FloatArray) -> FloatArray:
    """Rank of each value within its row, from 0; equal values share their mean rank.

    Examples
    --------
    >>> rank_rows(np.array([[5.0, 1.0, 1.0, 9.0]])).tolist()
    [[2.0, 0.5, 0.5, 3.0]]
    """
    ranks = np.empty(values.shape)
    for row, ranked in zip(values, ranks, strict=True):
        _, index, counts = np.unique(row, return_inverse=True, return_counts=True)
        last = np.cumsum(counts)
        ranked[:] = (last - (counts + 1) / 2)[index]
    return ranks


def _mean_correlation(one: FloatArray, other: FloatArray, time_ms: FloatArray) -> Interval:
    one, other = (rows - rows.mean(axis=1, keepdims=True) for rows in (one, other))
    spread = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    correlation = np.divide((one * other).sum(axis=1), spread, out=np.full(spread.shape, np.nan), where=spread > 0)
    return bootstrap_ratio(correlation, np.ones(correlation.shape), days_of(time_ms))


def _within(shares: FloatArray, n_cells: int, limit: float, cell_width: float) -> float:
    """Mean share of the cells within a relative distance; the cell that it falls into counts in part."""
    found = 0.0
    for side, distance in enumerate((-np.log1p(-limit), np.log1p(limit))):
        mean = shares[:, side * n_cells : (side + 1) * n_cells].mean(axis=0)
        below = np.concatenate([[0.0], np.cumsum(mean)])
        found += float(np.interp(distance / cell_width, np.arange(n_cells + 1), below))
    return found


def _largest(
    ours: FloatArray, theirs: FloatArray, close: float, n_cells: int, cell_width: float
) -> tuple[PriceDifference, ...]:
    found = []
    for at in np.argsort(-np.abs(ours - theirs), kind="stable")[:N_DIFFERENCES].tolist():
        side, cell = divmod(at, n_cells)
        direction = 1.0 if side else -1.0
        low, high = sorted(close * float(np.exp(direction * step * cell_width)) for step in (cell, cell + 1))
        found.append(PriceDifference(("long", "short")[side], low, high, float(ours[at]), float(theirs[at])))
    return tuple(found)
