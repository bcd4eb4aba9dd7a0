"""Maps against the simulator's hidden truth: tests of code and metrics, never accuracy.

Whoever writes both the simulator and the estimator marks their own work.
"""

from __future__ import annotations

import numpy as np

from liqheat.errors import InputError, NoDataError
from liqheat.flow import by_distance
from liqheat.records import CELL_WIDTH, MapProfiles
from liqheat.simulator import SimulatedTruth
from liqheat.units import DAY_MS
from liqheat_lab.truth.truth import (
    TruthScores,
    cluster_correlation,
    permuted_snapshots,
    score_truth,
    side_swapped,
    stale,
)

N_CELLS = 80
STALE_REACH = 2.5
"""The old map is read this many times farther than it is scored: levels move nearer as the price moves to them."""
BURN_IN_DAYS = 4


def simulated_truth_profiles(truth: SimulatedTruth, n_cells: int = N_CELLS) -> MapProfiles:
    """The hidden positions by distance from the mark price, at the close of each hour.

    Longs below and shorts above the mark, by liquidation price, valued there in USD.

    Parameters
    ----------
    truth : SimulatedTruth
        Hidden truth of a run; its buckets are as wide as the cells.
    n_cells : int
        Cells of 10 bp on each side.
    """
    edges = np.log(truth.price_edges)
    price = np.log(truth.mark_price)
    usd = np.stack(
        [by_distance(edges, column, price, side, n_cells) for side, column in enumerate(truth.held_notional_usd())],
        axis=1,
    )
    return MapProfiles("truth", truth.time_ms.astype(np.int64), truth.mark_price.copy(), usd, CELL_WIDTH)


def split_ms(length_ms: int) -> float:
    """Where the train half ends and the test half begins: halfway between the burn-in and the end."""
    return (BURN_IN_DAYS * DAY_MS + length_ms) / 2


def align_profiles(estimate: MapProfiles, truth: MapProfiles) -> tuple[MapProfiles, MapProfiles]:
    """Both maps at the hours that both have, in as many cells as both have.

    Raises
    ------
    NoDataError
        When they share no hour.
    InputError
        When their cells differ in width.
    """
    if not np.isclose(estimate.cell_width, truth.cell_width, rtol=1e-9):
        raise InputError("estimate.cell_width", f"must be the truth's {truth.cell_width:g}", estimate.cell_width)
    _, ours, theirs = np.intersect1d(estimate.time_ms, truth.time_ms, return_indices=True)
    if not ours.size:
        raise NoDataError("estimate.time_ms", "must share an hour with the truth", estimate.name)
    n_cells = min(estimate.usd.shape[2], truth.usd.shape[2])
    found = [
        MapProfiles(one.name, one.time_ms[rows], one.close[rows], one.usd[rows, :, :n_cells], one.cell_width)
        for one, rows in ((estimate, ours), (truth, theirs))
    ]
    return found[0], found[1]


def score_gates(estimate: MapProfiles, truth: SimulatedTruth, *, n_resamples: int = 500) -> dict[str, TruthScores]:
    """Truth scores of a map and its controls on the second half of a simulated run.

    Parameters
    ----------
    estimate : MapProfiles
        Hourly, cells of 10 bp; 200 of them where the old map is to be read as far as it is needed.
    truth : SimulatedTruth
        Of the same run.
    n_resamples : int
        Day-block bootstrap.

    Returns
    -------
    dict
        ``map``, ``side_swapped``, ``permuted``, ``shifted_7d`` (where the run is long enough), ``stale_24h``; of the
        hidden map itself ``true_24h_old`` (what merely knowing that levels persist is worth) and ``true_shifted_7d``
        (how far from nothing the control lies by itself).

    Raises
    ------
    NoDataError
        When less than two days are left after four days of burn-in.
    """
    wide, true = align_profiles(estimate, simulated_truth_profiles(truth, round(N_CELLS * STALE_REACH)))
    n_cells = min(N_CELLS, wide.usd.shape[2])

    def cut(profiles: MapProfiles) -> MapProfiles:
        usd = np.ascontiguousarray(profiles.usd[:, :, :n_cells])
        return MapProfiles(profiles.name, profiles.time_ms, profiles.close, usd, profiles.cell_width)

    after = true.time_ms - true.time_ms[0]
    half_ms = split_ms(int(after[-1]))
    train, test = (after >= BURN_IN_DAYS * DAY_MS) & (after < half_ms), after >= half_ms
    if int(after[-1]) < (BURN_IN_DAYS + 2) * DAY_MS:
        raise NoDataError("truth", f"must last {BURN_IN_DAYS + 2} days", f"{after[-1] / DAY_MS:.1f} days")
    near, scored = cut(wide), cut(true)
    maps = {
        "map": near,
        "side_swapped": side_swapped(near),
        "permuted": permuted_snapshots(near),
        "stale_24h": cut(stale(wide)),
        "true_24h_old": cut(stale(true)),
    }
    hours = round(7 * DAY_MS / max(int(np.median(np.diff(true.time_ms))), 1))
    if 0 < hours < int(test.argmax()):
        for name, one in (("shifted_7d", near), ("true_shifted_7d", scored)):
            shifted = np.roll(one.usd, hours, axis=0)
            maps[name] = MapProfiles(name, one.time_ms, one.close, shifted, one.cell_width)
    found = {}
    for name, one in maps.items():
        # Old maps begin a day late, within the burn-in.
        usd = np.nan_to_num(one.usd)
        clean = MapProfiles(name, one.time_ms, one.close, usd, one.cell_width)
        found[name] = score_truth(clean, scored, train, test, n_resamples=n_resamples)
    return found


def score_other(other: MapProfiles, truth: SimulatedTruth) -> float:
    """Cluster score of another run's map in the test half: a control, it knows nothing of this one."""
    theirs, true = align_profiles(other, simulated_truth_profiles(truth))
    after = true.time_ms - true.time_ms[0]
    test = after >= split_ms(int(after[-1]))
    return cluster_correlation(theirs.usd[test], true.usd[test], true.cell_width)
