"""Calibration: what share of the swept map, and of the background, was liquidated.

Observation model: the USD liquidated in an interval on one side are Poisson with mean ``map · w + background · b``;
the background stands for what no map can place (positions opened and liquidated within a bar, remainders of partial
liquidations). Expectation–maximisation with a Gamma prior keeps weights non-negative. See the README of this folder.
"""

from __future__ import annotations

import numpy as np

import liqheat._core as _core
from liqheat.errors import InputError
from liqheat.records import MixtureWeights
from liqheat.records.arrays import FloatArray
from liqheat.units import HOUR_MS

N_ITERATIONS = 400
MAP_PRIOR = 0.01
"""Strength of the prior on map weights, in mean exposures."""
BACKGROUND_PRIOR = 0.001
SUPPORT_PRIOR = 0.1
FLOOR_SHARE = 1e-4
"""Expected whatever happens: this share of the train window's mean, so that no forecast is zero."""
SHORTEST_TRAIN_MS = 14 * 24 * HOUR_MS
"""With less, weights follow single days (gain lost on real data with less than two weeks)."""


def fit_mixture(
    usd: FloatArray,
    map_features: FloatArray,
    background: FloatArray,
    *,
    interval_ms: int = HOUR_MS,
    prior: FloatArray | None = None,
    map_prior: float = MAP_PRIOR,
    n_iterations: int = N_ITERATIONS,
) -> MixtureWeights:
    """Fit the weights of a map and its background, each side by itself.

    Parameters
    ----------
    usd : (n, 2) float64
        Liquidated USD by interval and side; rows with NaN are left out, for every map alike.
    map_features : (n, 2, k) float64
        USD swept from each part of the map; ``k`` may be 0.
    background : (n, 2, m) float64
        Features of the baseline.
    interval_ms : int
        Length of an interval, for the floor.
    prior : (k,) or (2, k) float64, optional
        Relative means of the prior on map weights; all equal by default.
    map_prior : float
        Strength of that prior, in mean exposures.
    n_iterations : int
        Iterations of expectation–maximisation.

    Raises
    ------
    InputError
        When shapes differ, a feature is negative or not finite, or nothing was liquidated on a side.
    """
    _check_shapes(usd, map_features, background)
    n_map = map_features.shape[2]
    known = np.all(np.isfinite(usd), axis=1)
    shape = np.ones(n_map) if prior is None else np.asarray(prior, dtype=np.float64)
    if shape.shape not in ((n_map,), (2, n_map)):
        raise InputError("prior", f"must hold {n_map} values, or as many for each side", shape.shape)
    shapes = np.broadcast_to(shape, (2, n_map))
    sides = [
        _fit_column(
            usd[known, side], map_features[known, side], background[known, side], shapes[side], map_prior, n_iterations
        )
        for side in (0, 1)
    ]
    return _join_sides(usd[known], sides, interval_ms)


def fit_tied_mixture(
    usd: FloatArray,
    map_features: FloatArray,
    background: FloatArray,
    *,
    interval_ms: int = HOUR_MS,
    prior: FloatArray | None = None,
    map_prior: float = MAP_PRIOR,
    side_prior: float = 0.1,
    n_iterations: int = N_ITERATIONS,
) -> MixtureWeights:
    """Fit both sides' map weights around common ones: with many columns, each side alone has too few events.

    First one set of weights for the events of both sides, each with its own background; then each side, with the
    common weights as its prior.

    Parameters
    ----------
    usd, map_features, background, interval_ms, prior, map_prior, n_iterations
        As in `fit_mixture`; `prior` and `map_prior` belong to the common weights.
    side_prior : float
        Strength of the common weights for each side, in mean exposures.

    Raises
    ------
    InputError
        As `fit_mixture`.
    """
    _check_shapes(usd, map_features, background)
    known = np.all(np.isfinite(usd), axis=1)
    shape = np.ones(map_features.shape[2]) if prior is None else np.asarray(prior, dtype=np.float64)
    n_background = background.shape[2]
    apart = np.zeros((2 * int(known.sum()), 2 * n_background))
    first, second = np.split(apart, 2)
    first[:, :n_background], second[:, n_background:] = background[known, 0], background[known, 1]
    both = np.concatenate([usd[known, 0], usd[known, 1]])
    swept = np.concatenate([map_features[known, 0], map_features[known, 1]])
    common, _ = _fit_column(both, swept, apart, shape, map_prior, n_iterations)
    return fit_mixture(
        usd,
        map_features,
        background,
        interval_ms=interval_ms,
        prior=np.stack([common, common]),
        map_prior=side_prior,
        n_iterations=n_iterations,
    )


def _fit_column(
    usd: FloatArray,
    map_features: FloatArray,
    background: FloatArray,
    shape: FloatArray,
    map_prior: float,
    n_iterations: int,
) -> tuple[FloatArray, FloatArray]:
    """Weights of map and background for one column of liquidations, (n,)."""
    n_map, n_background = map_features.shape[1], background.shape[1]
    strength = np.concatenate([np.full(n_map, map_prior), np.full(n_background, BACKGROUND_PRIOR)])
    y = np.ascontiguousarray(usd)
    total = float(y.sum())
    if not total > 0:
        raise InputError("usd", "must hold liquidations on both sides in the train window", total)
    # Every column on the scale of its group: one prior strength then means the same for each.
    scales = [_scale(map_features), _scale(background)]
    columns = np.concatenate([map_features / scales[0], background / scales[1]], axis=1)
    exposure = [float((columns[:, :n_map] @ shape).sum()), float(columns[:, n_map:].sum())]
    # A map that was never swept in the window says nothing of its weights.
    halves = [0.5 * total / one if one > 0.0 else 0.0 for one in exposure]
    start = np.concatenate([shape * halves[0], np.full(n_background, halves[1])])
    weights = _core.fit_mixture(y, np.ascontiguousarray(columns), start, start, strength, n_iterations)
    expected = float((columns @ weights).sum())
    weights = weights * (total / expected) if expected > 0 else weights
    return weights[:n_map] / scales[0], weights[n_map:] / scales[1]


def _join_sides(usd: FloatArray, sides: list[tuple[FloatArray, FloatArray]], interval_ms: int) -> MixtureWeights:
    floor = np.array([FLOOR_SHARE * float(usd[:, side].mean()) * HOUR_MS / interval_ms for side in (0, 1)])
    return MixtureWeights(np.stack([one[0] for one in sides]), np.stack([one[1] for one in sides]), floor)


def fit_column(
    usd: FloatArray, features: FloatArray, counts: FloatArray, *, n_iterations: int = N_ITERATIONS
) -> FloatArray:
    """Weights, at least 0, of one column of liquidations (n,) by its features (n, k), each row counted so often."""
    scale = np.maximum(counts @ features, 1e-300)
    columns = features / scale
    weighed = np.ascontiguousarray(counts * usd)
    start = np.full(columns.shape[1], weighed.sum() / columns.shape[1])
    # A row that counts twice is expected twice, too: both sides of the ratio are weighed.
    fitted: FloatArray = _core.fit_mixture(
        weighed, np.ascontiguousarray(columns * counts[:, None]), start, start, np.zeros(start.size), n_iterations
    )
    return fitted / scale


def expected_usd(
    weights: MixtureWeights, map_features: FloatArray, background: FloatArray, *, interval_ms: int = HOUR_MS
) -> FloatArray:
    """Expected liquidations by interval and side, (n, 2), USD, before scale tracking.

    Raises
    ------
    InputError
        When shapes differ from each other or from those of the weights, or a feature is negative or not finite.

    Examples
    --------
    >>> weights = MixtureWeights(np.array([[0.5], [0.1]]), np.array([[2.0], [3.0]]), np.array([1.0, 1.0]))
    >>> expected_usd(weights, np.full((1, 2, 1), 10.0), np.ones((1, 2, 1))).tolist()
    [[8.0, 5.0]]
    """
    _check_shapes(None, map_features, background)
    for name, features, fitted in (
        ("map_features", map_features, weights.map_weights),
        ("background", background, weights.background_weights),
    ):
        if fitted.shape != features.shape[1:]:
            raise InputError(name, f"must have as many columns as the weights, {fitted.shape}", features.shape[1:])
    expected: FloatArray = (
        np.einsum("nsk,sk->ns", map_features, weights.map_weights)
        + np.einsum("nsm,sm->ns", background, weights.background_weights)
        + weights.floor_usd * interval_ms / HOUR_MS
    )
    return expected


def tier_support(swept_usd: FloatArray, strength: float = SUPPORT_PRIOR) -> FloatArray:
    """How much of each tier's estimate is backed by what was swept from it, (2, k), 0 to 1.

    Parameters
    ----------
    swept_usd : (n, 2, k) float64
        USD swept from each tier in the train window.
    strength : float
        Prior exposure, in mean exposures of a side's tiers: a tier swept that much is backed by half.

    Examples
    --------
    >>> tier_support(np.array([[[3.0, 1.0], [0.0, 2.0]]]), strength=0.5).round(2).tolist()
    [[0.75, 0.5], [0.0, 0.8]]
    """
    exposure = swept_usd.sum(axis=0)
    prior = strength * exposure.mean(axis=1, keepdims=True)
    support: FloatArray = exposure / np.maximum(exposure + prior, 1e-300)
    return support


def _scale(columns: FloatArray) -> float:
    sums = columns.sum(axis=0)
    return max(float(sums.mean()), 1e-9) if sums.size else 1.0


def _check_shapes(usd: FloatArray | None, map_features: FloatArray, background: FloatArray) -> None:
    n = map_features.shape[0]
    for name, values in (("map_features", map_features), ("background", background)):
        if values.ndim != 3 or values.shape[:2] != (n, 2):
            raise InputError(name, f"must have shape ({n}, 2, k)", values.shape)
        if not np.all(np.isfinite(values)) or np.any(values < 0):
            raise InputError(name, "must be finite and at least 0", "NaN, infinite or negative values")
    if usd is not None and usd.shape != (n, 2):
        raise InputError("usd", f"must have shape ({n}, 2)", usd.shape)
