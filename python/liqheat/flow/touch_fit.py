"""The touch law: weights of the book and of distance, fitted on what was liquidated on the way to levels; its bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from liqheat.errors import InputError
from liqheat.flow.bootstrap import days_of, draw_days
from liqheat.flow.fit import fit_column
from liqheat.flow.touches import Touches, TouchTable, book_between, find_touches
from liqheat.records import OutcomeBand, TouchLaw, distance_exposure
from liqheat.records.arrays import FloatArray, IndexArray

N_ENSEMBLE = 24
N_BLOCKS = 6
"""Parts of the train window, one after another: each one's outcomes are compared with a law fitted on the others."""
BAND_GROUPS = 6
FEWEST_IN_GROUP = 40
BAND = (0.1, 0.9)
LEAST_USD = 1e5
"""Outcomes are weighed by their size, but not below this."""
ROUNDS = 4


@dataclass(frozen=True, slots=True, eq=False)
class TouchRows:
    """Touches with what the law makes of them.

    Attributes
    ----------
    touches : Touches
        The rows.
    features : (n, k + m) float64
        USD held by class, then open interest times distance by knot, all times the trailing scale.
    held_usd : (n,) float64
        Open interest times the scale.
    day : (n,) int64
        UTC day of the touch.
    """

    touches: Touches
    features: FloatArray
    held_usd: FloatArray
    day: IndexArray

    def select(self, chosen: NDArray[np.bool_]) -> TouchRows:
        """Some of the rows."""
        one = self.touches
        touches = Touches(
            one.row[chosen],
            one.touched[chosen],
            one.side[chosen],
            one.near[chosen],
            one.far[chosen],
            one.realised_usd[chosen],
        )
        return TouchRows(touches, self.features[chosen], self.held_usd[chosen], self.day[chosen])


def touch_rows(
    table: TouchTable, horizon_ms: int, *, slices: bool = False, scale: FloatArray | None = None
) -> TouchRows:
    """Every touch within a horizon, with its features; `scale` in place of the table's own."""
    touches = find_touches(table, horizon_ms, slices=slices)
    factor = (table.scale if scale is None else scale)[touches.row]
    held = table.open_interest_usd[touches.row] * factor
    exposure = (distance_exposure(touches.far) - distance_exposure(touches.near)) * held[:, None]
    features = np.hstack([book_between(table, touches) * factor[:, None], exposure])
    return TouchRows(touches, features, held, days_of(table.start_ms[touches.touched]))


@dataclass(frozen=True, slots=True, eq=False)
class TrainPart:
    """Rows of one kind to fit on: which of them, and how often each counts."""

    rows: TouchRows
    chosen: NDArray[np.bool_]
    counts: FloatArray | None = None


def fit_weights(*parts: TrainPart) -> FloatArray:
    """Weights by side and feature, (2, k + m), at least 0, of levels and slices together: one law for both questions.

    Every day of touches counts alike for each side and level, so that one long trend is one. Outcomes count by their
    ratio to the forecast, so that one crash is not all. Both only weigh the fit: scores are unweighted.

    Raises
    ------
    InputError
        When nothing was liquidated on a side.
    """
    weights = np.zeros((2, parts[0].rows.features.shape[1]))
    for side in (0, 1):
        chosen = [_of_side(part, side) for part in parts]
        usd, columns, alike = (np.concatenate(column) for column in zip(*chosen, strict=True))
        if not usd.sum() > 0.0:
            raise InputError("liquidations", "must hold touches with liquidations on both sides", "none on one side")
        weigh = alike
        for _ in range(1 + ROUNDS):
            weights[side] = fit_column(usd, columns, weigh)
            weigh = alike / np.maximum(columns @ weights[side], LEAST_USD)
    return weights


def _of_side(part: TrainPart, side: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Outcomes, features, and how much each row counts."""
    touches = part.rows.touches
    own = np.flatnonzero(part.chosen & (touches.side == side) & np.isfinite(touches.realised_usd))
    key = np.stack([part.rows.day[own], np.round(touches.far[own] * 1e6).astype(np.int64)])
    group = np.unique(key, axis=1, return_inverse=True)[1]
    alike = 1.0 / np.bincount(group)[group] if own.size else np.zeros(0)
    counted = alike if part.counts is None else alike * part.counts[own]
    return touches.realised_usd[own], part.rows.features[own], counted


def expected_of(rows: TouchRows, weights: FloatArray) -> FloatArray:
    """Forecast of each row, USD, (n,)."""
    expected: FloatArray = np.einsum("nf,nf->n", rows.features, weights[rows.touches.side])
    return expected


def in_window(table: TouchTable, rows: TouchRows, horizon_ms: int, window_ms: tuple[int, int]) -> NDArray[np.bool_]:
    """Rows whose whole horizon lies in a window: a touch trains only if its horizon ends before the window does."""
    start = table.start_ms[rows.touches.row]
    inside: NDArray[np.bool_] = (start >= window_ms[0]) & (start + horizon_ms <= window_ms[1])
    return inside


def fit_law(table: TouchTable, horizon_ms: int, window_ms: tuple[int, int], *, n_refits: int = N_ENSEMBLE) -> TouchLaw:
    """Fit the law of one horizon on the touches of a window, with the bands of its outcomes.

    Raises
    ------
    InputError
        When no level was touched on a side.
    """
    kinds = [touch_rows(table, horizon_ms, slices=slices) for slices in (False, True)]
    train = [in_window(table, rows, horizon_ms, window_ms) for rows in kinds]
    weights = fit_weights(*(TrainPart(rows, chosen) for rows, chosen in zip(kinds, train, strict=True)))
    n_terms = table.book_usd.shape[2]
    members = []
    days = np.unique(np.concatenate([rows.day[chosen] for rows, chosen in zip(kinds, train, strict=True)]))
    for drawn in draw_days(days.size, n_refits, 0) if n_refits else ():
        parts = []
        for rows, chosen in zip(kinds, train, strict=True):
            counts = drawn[np.minimum(np.searchsorted(days, rows.day), days.size - 1)].astype(np.float64)
            parts.append(TrainPart(rows, chosen & (counts > 0), counts))
        members.append(fit_weights(*parts)[:, :n_terms])
    flat = np.ones_like(table.scale)
    untracked = [touch_rows(table, horizon_ms, slices=slices, scale=flat) for slices in (False, True)]
    usable = table.is_usable & (table.start_ms >= window_ms[0]) & (table.start_ms < window_ms[1])
    held = np.diff(table.book_usd[usable], axis=3) / table.open_interest_usd[usable, None, None, None]
    walked = _walk(table, kinds, horizon_ms, window_ms)
    bands = [
        {name: _walked_band(table, walked, asked, horizon_ms, window_ms) for name, asked in by_name.items()}
        for by_name in ({"tracked": kinds[at], "untracked": untracked[at]} for at in (0, 1))
    ]
    return TouchLaw(
        book_weights=weights[:, :n_terms],
        distance_weights=weights[:, n_terms:],
        ensemble=np.array(members).reshape(-1, 2, n_terms),
        usual_book=np.einsum("skc,sk->sc", held.mean(axis=0), weights[:, :n_terms]),
        way_bands=bands[0],
        inside_bands=bands[1],
    )


def _walk(
    table: TouchTable, kinds: Sequence[TouchRows], horizon_ms: int, window_ms: tuple[int, int]
) -> list[tuple[int, int, FloatArray]]:
    """Start and end of each block of the window, and weights that were fitted on the others."""
    edges = np.linspace(*window_ms, N_BLOCKS + 1).astype(np.int64).tolist()
    found = []
    for low, high in pairwise(edges):
        parts = []
        for rows in kinds:
            start = table.start_ms[rows.touches.row]
            # Horizons that reach into the block do not train its law.
            apart = (start + horizon_ms <= low) | (start >= high + horizon_ms)
            parts.append(TrainPart(rows, in_window(table, rows, horizon_ms, window_ms) & apart))
        found.append((low, high, fit_weights(*parts)))
    return found


def _walked_band(
    table: TouchTable,
    walked: Sequence[tuple[int, int, FloatArray]],
    asked: TouchRows,
    horizon_ms: int,
    window_ms: tuple[int, int],
) -> OutcomeBand:
    """The band of `asked`, each block of the window by the law of the others."""
    start = table.start_ms[asked.touches.row]
    inside = in_window(table, asked, horizon_ms, window_ms)
    expected = np.zeros(start.size)
    for low, high, weights in walked:
        block = inside & (start >= low) & (start < high)
        expected[block] = expected_of(asked, weights)[block]
    known = expected > 0.0
    return make_band(expected[known], asked.touches.realised_usd[known], asked.held_usd[known])


def make_band(expected: FloatArray, realised: FloatArray, held_usd: FloatArray) -> OutcomeBand:
    """The 80 % band of outcomes by the size of their forecast beside open interest times the scale."""
    size = np.log(expected / held_usd)
    ratio = np.log(np.maximum(realised, 1.0) / expected)
    n_groups = max(1, min(BAND_GROUPS, size.size // FEWEST_IN_GROUP))
    groups: Sequence[IndexArray] = np.array_split(np.argsort(size, kind="stable"), n_groups)
    ends = np.array([np.quantile(ratio[group], BAND) for group in groups])
    return OutcomeBand(np.array([np.median(size[group]) for group in groups]), ends[:, 0], ends[:, 1])
