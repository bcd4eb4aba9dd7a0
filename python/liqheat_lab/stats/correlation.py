"""Rank correlation, and what is left of it when other figures are given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from liqheat.errors import InputError
from liqheat.flow import days_of
from liqheat.records import Interval
from liqheat.records.arrays import FloatArray, TimeArray
from liqheat_lab.stats.bootstrap import bootstrap_statistic

N_RESAMPLES = 200
"""Ranks are taken anew in every resample; more would cost seconds and change the third digit."""


def rank(values: FloatArray) -> FloatArray:
    """Ranks from 1, ties shared."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: FloatArray = (last - (counts - 1) / 2.0)[inverse]
    return ranks


def partial_spearman(left: FloatArray, right: FloatArray, given: Sequence[FloatArray] = ()) -> float:
    """Correlation of ranks after a cubic in the ranks of each given figure is taken out of both.

    Parameters
    ----------
    left, right : (n,) float64
        What is compared.
    given : sequence of (n,) float64
        What both may owe their likeness to.

    Returns
    -------
    float
        −1 to 1; 0 where nothing is left to compare.

    Examples
    --------
    >>> x = np.arange(100.0)
    >>> round(partial_spearman(x, x**3), 6), abs(partial_spearman(x, x**3, [x])) < 1e-6
    (1.0, True)
    """
    if left.shape != right.shape or left.ndim != 1:
        raise InputError("right", f"must have the shape of left, {left.shape}", right.shape)
    columns = [np.ones(left.size)]
    for figure in given:
        ranks = rank(figure) / left.size
        columns += [ranks, ranks**2, ranks**3]
    design = np.stack(columns, axis=1)
    # Orthonormal columns first: powers of ranks are close to each other, and of a constant figure they are the same.
    directions, sizes, _ = np.linalg.svd(design, full_matrices=False)
    basis = directions[:, sizes > 1e-10 * sizes[0]]
    residuals = [ranks - basis @ (basis.T @ ranks) for ranks in (rank(left), rank(right))]
    norm = float(np.sqrt((residuals[0] @ residuals[0]) * (residuals[1] @ residuals[1])))
    spread = float(left.size) ** 2
    return float(residuals[0] @ residuals[1]) / norm if norm > 1e-12 * spread else 0.0


def side_mean_partial_spearman(
    start_ms: TimeArray,
    usd: FloatArray,
    expected: FloatArray,
    given: Sequence[FloatArray] = (),
    *,
    seed: int = 0,
    n_resamples: int = N_RESAMPLES,
) -> Interval:
    """Mean over the two sides of the partial rank correlation of forecast and outcome, with its interval over days.

    Parameters
    ----------
    start_ms : (n,) int64
        Starts of the intervals.
    usd, expected : (n, 2) float64
        Realised and forecast USD.
    given : sequence of (n, 2) float64
        Figures by interval and side.
    """
    known = np.all(np.isfinite(usd) & np.isfinite(expected), axis=1)
    usd, expected = usd[known], expected[known]
    held = [figure[known] for figure in given]

    def statistic(rows: np.ndarray) -> float:
        sides = [
            partial_spearman(usd[rows, side], expected[rows, side], [figure[rows, side] for figure in held])
            for side in (0, 1)
        ]
        return 0.5 * (sides[0] + sides[1])

    return bootstrap_statistic(statistic, days_of(start_ms[known]), n_resamples=n_resamples, seed=seed)
