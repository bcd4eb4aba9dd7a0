"""Can a map tell which of the cells that the price reached were liquidated most? Given reach, never of reach itself.

Cells near the price are reached more often and hold more of what is liquidated: any map that is bright near the price
scores well when all cells count. So only cells that the path crossed whole count, and a cell is compared with cells of
the same side at the same distance alone.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from liqheat.errors import InputError
from liqheat.flow import draw_days, summarise
from liqheat.records import Candles, Interval, MapProfiles, MarketHistory
from liqheat.records.arrays import FloatArray, IndexArray, TimeArray
from liqheat.units import HOUR_MS

Pairs = Literal["ring", "snapshot"]
"""Which cells are compared: those of one side and 20 bp ring at any time, or those of one side and snapshot."""

RING_CELLS = 2
"""Cells in a ring: 20 bp."""
MOST_FRESH_HOURS = 720
_EDGE = 1e-9
"""Log distance below which a path counts as having reached an edge: rounding, not price."""

BoolArray = NDArray[np.bool_]


def reached_cells(profiles: MapProfiles, market: MarketHistory, horizon_ms: int = HOUR_MS) -> BoolArray:
    """Which cells the mark crossed whole after each profile was known and within the horizon.

    Parameters
    ----------
    profiles : MapProfiles
        Maps of ``s`` times, ``m`` cells a side.
    market : MarketHistory
        Its bars; only those that open at or after a profile's time count for it, never the bar that it closes with.
    horizon_ms : int
        A whole number of bars.

    Returns
    -------
    (s, 2, m) bool
        False throughout where the bars do not cover the horizon.

    Raises
    ------
    InputError
        When the horizon is not a whole number of bars.
    """
    n_bars = horizon_ms // market.interval_ms
    if n_bars < 1 or horizon_ms % market.interval_ms:
        raise InputError("horizon_ms", f"must be a whole number of bars of {market.interval_ms} ms", horizon_ms)
    first = np.searchsorted(market.open_time_ms, profiles.time_ms)
    far_edges = (np.arange(profiles.usd.shape[2]) + 1) * profiles.cell_width
    reached = np.zeros(profiles.usd.shape, np.bool_)
    for index, bar in enumerate(first):
        if bar + n_bars > market.open_time_ms.size or market.open_time_ms[bar] != profiles.time_ms[index]:
            continue
        window = slice(bar, bar + n_bars)
        down = np.log(profiles.close[index] / market.mark_low[window].min())
        up = np.log(market.mark_high[window].max() / profiles.close[index])
        reached[index] = far_edges <= np.array([[down], [up]]) + _EDGE
    return reached


def realised_by_cell(
    profiles: MapProfiles,
    time_ms: TimeArray,
    is_long: BoolArray,
    trigger_low: FloatArray,
    trigger_high: FloatArray,
    usd: FloatArray,
    horizon_ms: int = HOUR_MS,
) -> FloatArray:
    """Liquidated USD by cell within the horizon after each profile.

    Parameters
    ----------
    profiles : MapProfiles
        Maps of ``s`` times.
    time_ms : (n,) int64
        When each liquidation happened at the venue (not when it was received), increasing. One at a profile's own time
        happened after it.
    is_long : (n,) bool
        Side of the position.
    trigger_low, trigger_high : (n,) float64
        Range of mark prices within which it was triggered; equal where the price is known. See `recover_triggers`:
        a bankruptcy price is not a trigger.
    usd : (n,) float64
        Notional, spread evenly in log price over the range.
    horizon_ms : int
        How long after a profile.

    Returns
    -------
    (s, 2, m) float64
        What was triggered on the near side of the price, or beyond the last cell, is in no cell.

    Raises
    ------
    InputError
        When the times are not in order.
    """
    if np.any(np.diff(time_ms) < 0):
        raise InputError("time_ms", "must not fall", int(np.flatnonzero(np.diff(time_ms) < 0)[0]))
    edges = np.arange(profiles.usd.shape[2] + 1) * profiles.cell_width
    starts = np.searchsorted(time_ms, profiles.time_ms)
    stops = np.searchsorted(time_ms, profiles.time_ms + horizon_ms)
    realised = np.zeros(profiles.usd.shape)
    for index in np.flatnonzero(stops > starts):
        own = slice(starts[index], stops[index])
        for side in (0, 1):
            rows = is_long[own] == (side == 0)
            sign = 1.0 if side else -1.0
            ends = [sign * np.log(price[own][rows] / profiles.close[index]) for price in (trigger_low, trigger_high)]
            near, far = np.minimum(*ends)[:, None], np.maximum(*ends)[:, None]
            # A point has no width: it falls into the cell that holds it, edges belonging to the farther cell.
            point = far - near < _EDGE
            below = np.where(point, edges > near + _EDGE, np.clip((edges - near) / np.maximum(far - near, _EDGE), 0, 1))
            realised[index, side] = usd[own][rows] @ np.diff(below, axis=1)
    return realised


def freshness_hours(profiles: MapProfiles, candles: Candles, most_hours: int = MOST_FRESH_HOURS) -> FloatArray:
    """Hours since the price was last as far out as each cell: the rival that needs neither leverage nor open interest.

    Parameters
    ----------
    profiles : MapProfiles
        Whose cells; their notional is not looked at.
    candles : Candles
        Bars with an even step; those that close after a profile's time are not looked at.
    most_hours : int
        Where looking back ends.

    Returns
    -------
    (s, 2, m) float64
        To the middle of a cell; `most_hours` where the price was not there within that time.
    """
    step_ms = int(candles.open_time_ms[1] - candles.open_time_ms[0])
    most = most_hours * HOUR_MS // step_ms
    middles = (np.arange(profiles.usd.shape[2]) + 0.5) * profiles.cell_width
    stops = np.searchsorted(candles.open_time_ms + step_ms, profiles.time_ms, side="right")
    fresh = np.full(profiles.usd.shape, float(most_hours))
    for index, stop in enumerate(stops):
        back = slice(max(stop - most, 0), stop)
        for side, extreme in enumerate((candles.low, candles.high)):
            out = np.log(extreme[back][::-1] / profiles.close[index]) * (1.0 if side else -1.0)
            farthest = np.maximum.accumulate(out)
            bars = np.searchsorted(farthest, middles)
            known = bars < farthest.size
            fresh[index, side, known] = bars[known] * step_ms / HOUR_MS
    return fresh


def earlier_mean(profiles: MapProfiles, least: int = 24, most: int | None = None) -> FloatArray:
    """Mean profile of what was known before each time: the static rival, and what an excess is measured against.

    Parameters
    ----------
    profiles : MapProfiles
        Maps of ``s`` times, in order.
    least : int
        Profiles before the first mean; NaN until then.
    most : int, optional
        Only the last so many; all earlier ones by default.

    Returns
    -------
    (s, 2, m) float64
        Of profiles strictly before, so that no later one can change it.
    """
    total = np.concatenate([np.zeros((1, *profiles.usd.shape[1:])), np.cumsum(profiles.usd, axis=0)])
    index = np.arange(len(profiles.usd))
    start = np.zeros_like(index) if most is None else np.maximum(index - most, 0)
    count = (index - start)[:, None, None]
    mean = (total[index] - total[start]) / np.maximum(count, 1)
    return np.where(count >= least, mean, np.nan)


def auc_given_reach(
    score: FloatArray,
    realised: FloatArray,
    reached: BoolArray,
    days: IndexArray,
    *,
    pairs: Pairs = "ring",
    n_resamples: int = 500,
    seed: int = 0,
) -> Interval:
    """Chance that of two reached cells the score is higher for the one with more liquidations; ties count half.

    Parameters
    ----------
    score : (s, 2, m) float64
        Higher means more liquidations expected; cells without a score are left out.
    realised : (s, 2, m) float64
        What was liquidated, or hidden truth; a cell counts as liquidated when it lies above the median of its group.
    reached : (s, 2, m) bool
        Cells crossed whole.
    days : (s,) int64
        Day of each snapshot.
    pairs : {'ring', 'snapshot'}
        Compare within one side and 20 bp ring, or within one side and snapshot.
    n_resamples, seed : int
        Of the day-block bootstrap.

    Returns
    -------
    Interval
        0.5 is no skill; NaN where no group has both kinds.
    """
    when, side, cell = np.nonzero(reached & np.isfinite(score) & np.isfinite(realised))
    if not when.size:
        return Interval(np.nan, np.nan, np.nan)
    group = (cell // RING_CELLS if pairs == "ring" else when) * 2 + side
    values = realised[when, side, cell]
    ranking = Ranking(score[when, side, cell], above_median(values, group), group)
    found, index = np.unique(days[when], return_inverse=True)
    samples = [ranking.auc(counts[index]) for counts in draw_days(found.size, n_resamples, seed).astype(np.float64)]
    return summarise(ranking.auc(np.ones(when.size)), np.array(samples), found.size)


def above_median(values: FloatArray, group: IndexArray) -> BoolArray:
    """Which values lie above the median of their group.

    Examples
    --------
    >>> above_median(np.array([1.0, 2.0, 3.0, 9.0, 9.0]), np.array([0, 0, 0, 1, 1])).tolist()
    [False, False, True, False, False]
    """
    order = np.lexsort((values, group))
    _, starts, counts = np.unique(group[order], return_index=True, return_counts=True)
    ordered = values[order]
    medians = (ordered[starts + (counts - 1) // 2] + ordered[starts + counts // 2]) / 2
    above = np.empty(values.size, np.bool_)
    above[order] = ordered > np.repeat(medians, counts)
    return above


class Ranking:
    """Rows of two kinds, sorted once, so that the area under the curve costs one pass for each set of weights.

    Parameters
    ----------
    score : (n,) float64
        Without NaN.
    positive : (n,) bool
        Which rows should score higher.
    group : (n,) int64
        Only rows of one group are compared.
    """

    def __init__(self, score: FloatArray, positive: BoolArray, group: IndexArray) -> None:
        order = np.lexsort((score, group))
        self._order, self._positive = order, positive[order].astype(np.float64)
        new_group = np.concatenate([[True], np.diff(group[order]) != 0])
        new_tie = new_group | np.concatenate([[True], np.diff(score[order]) != 0])
        self._group_start, self._group_stop = _ends(new_group)
        self._tie_start, self._tie_stop = _ends(new_tie)

    def auc(self, weights: FloatArray) -> float:
        """Share of pairs in the right order, each counted with the product of its rows' weights; NaN without pairs."""
        weight = weights[self._order]
        below = np.concatenate([[0.0], np.cumsum(weight * (1 - self._positive))])
        wins = (below[self._tie_start] + below[self._tie_stop]) / 2 - below[self._group_start]
        pairs = below[self._group_stop] - below[self._group_start]
        own = weight * self._positive
        total = float(own @ pairs)
        return float(own @ wins) / total if total > 0 else np.nan


def _ends(is_first: BoolArray) -> tuple[IndexArray, IndexArray]:
    """Start and stop of the run that each row belongs to."""
    starts = np.flatnonzero(is_first)
    stops = np.append(starts[1:], is_first.size)
    lengths = stops - starts
    return np.repeat(starts, lengths), np.repeat(stops, lengths)
