"""FULL: free weights for 48 distances, closing speed and renewal, fitted to every liquidation of a market.

The fixed law with two scales does as well on real hours (see the README of the accuracy folder); free weights need
complete streams. They are the model that the simulator's hidden truth is asked to confirm. What is set here by hand
was chosen on simulated seeds 1 to 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from liqheat.book import HAZARD_DISTANCE, HAZARD_MAXIMUM, estimate_book, log_spaced_tiers
from liqheat.errors import InputError
from liqheat.flow import HEADLINE, BaselineFeatures, expected_usd, fit_tied_mixture
from liqheat.records import DistanceTiers, Estimate, HolderClass, MarketHistory, MixtureWeights
from liqheat.records.arrays import FloatArray

KAPPAS = (0.1, 0.15, 0.2, 0.25, 0.35, 0.5)
"""Shares of volume that open positions, tried in turn."""
HAZARD_EXPONENTS = (0.4, 0.6, 0.8, 1.0, 1.2, 1.6)
"""How much sooner near distances are closed, tried in turn."""
N_ROUNDS = 2
"""The book sweeps what the weights say, so weights and book are found in turn."""
MOST_LEVERED = 0.98
SMALLEST_WEIGHT = 1e-6
PRIOR_EXPONENT = 0.8
"""Before any event, a distance's weight goes with this power of it."""
PRIOR_STRENGTH = 0.03
SIDE_STRENGTH = 0.3
"""Of the weights that both sides share, for each side's own."""
N_ITERATIONS = 150
SMEAR = 0.06
"""Log deviation of the distances that one tier stands for when it is drawn: spare margin, added margin."""
SMEAR_POINTS = (-1.2816, -0.5244, 0.0, 0.5244, 1.2816)
"""Middles of fifths of the normal distribution."""


@dataclass(frozen=True, slots=True)
class FullFit:
    """Free weights and what they were fitted with.

    Attributes
    ----------
    tiers : DistanceTiers
        48 distances with the fitted weights and closing speeds; what is missing to 1 is inert.
    kappa : float
        Share of volume that opens positions.
    hazard_exponent : float
        Closing speed goes with minus this power of the distance.
    weights : MixtureWeights
        Map weights by tier, and background.
    log_likelihood : float
        Of the train rows, nats per USD liquidated, up to a constant.
    profile : tuple of (float, float, float)
        Kappa, exponent and log likelihood of everything that was tried.
    """

    tiers: DistanceTiers
    kappa: float
    hazard_exponent: float
    weights: MixtureWeights
    log_likelihood: float
    profile: tuple[tuple[float, float, float], ...]


def fit_full(
    market: MarketHistory,
    usd: FloatArray,
    baselines: BaselineFeatures,
    train: NDArray[np.bool_],
    *,
    background: str = HEADLINE,
    kappas: Sequence[float] = KAPPAS,
    hazard_exponents: Sequence[float] = HAZARD_EXPONENTS,
) -> FullFit:
    """Fit free weights on the bars of a train window, and choose renewal and closing speed by likelihood there.

    Parameters
    ----------
    market : MarketHistory
        ``n`` bars.
    usd : (n, 2) float64
        Liquidated USD by bar and side; rows with NaN are left out.
    baselines : BaselineFeatures
        Of the same bars, one row each.
    train : (n,) bool
        Bars to fit on; nothing else of `usd` is looked at.
    background : str
        Baseline that stands for what the map cannot place.
    kappas, hazard_exponents : sequence of float
        Grid of the profile likelihood.

    Raises
    ------
    InputError
        When rows are not bars, or nothing was liquidated on a side.
    """
    if usd.shape != (market.n_bars, 2) or baselines.start_ms.size != market.n_bars:
        raise InputError("usd", f"must have a row for each of {market.n_bars} bars", usd.shape)
    rows = np.asarray(train, dtype=np.bool_) & np.all(np.isfinite(usd), axis=1)
    features = baselines.features[background]
    found, profile = [], []
    for kappa in kappas:
        for exponent in hazard_exponents:
            tiers, weights, likelihood = _fit_one(market, usd, features, rows, kappa, exponent)
            found.append((tiers, weights))
            profile.append((float(kappa), float(exponent), likelihood))
    best = int(np.argmax([likelihood for _, _, likelihood in profile]))
    return FullFit(found[best][0], *profile[best][:2], found[best][1], profile[best][2], tuple(profile))


def run_full(market: MarketHistory, tiers: DistanceTiers, kappa: float) -> Estimate:
    """The book of fitted tiers."""
    return estimate_book(market, tiers=tiers, holder_classes=(HolderClass("all", kappa, 1.0),))


def unit_sweeps(estimate: Estimate) -> FloatArray:
    """What each bar swept, by tier, had every tier the weight 1: (n, 2, k) USD."""
    swept: FloatArray = estimate.swept_usd / estimate.tiers.weights
    return swept


def smear_tiers(fit: FullFit) -> DistanceTiers:
    """Every tier as five nearby ones of a fifth of its weight: the map to be drawn."""
    factors = np.exp(SMEAR * np.array(SMEAR_POINTS))
    distances = (fit.tiers.distances[:, :, None] * factors).reshape(2, -1)
    weights = np.repeat(fit.tiers.weights / factors.size, factors.size, axis=1)
    order = np.argsort(distances[0], kind="stable")
    distances = np.ascontiguousarray(distances[:, order])
    weights = np.ascontiguousarray(weights[:, order])
    return DistanceTiers(1.0 / distances[0], distances, weights, _hazards(distances, fit.hazard_exponent))


def _fit_one(
    market: MarketHistory,
    usd: FloatArray,
    background: FloatArray,
    rows: NDArray[np.bool_],
    kappa: float,
    exponent: float,
) -> tuple[DistanceTiers, MixtureWeights, float]:
    tiers = log_spaced_tiers()
    prior = tiers.distances[0] ** PRIOR_EXPONENT
    first = np.tile(prior * 0.9 / prior.sum(), (2, 1))
    tiers = replace(tiers, weights=first, hazards=_hazards(tiers.distances, exponent))
    for _ in range(N_ROUNDS):
        unit = unit_sweeps(run_full(market, tiers, kappa))[rows]
        weights = fit_tied_mixture(
            usd[rows],
            unit,
            background[rows],
            interval_ms=market.interval_ms,
            prior=prior,
            map_prior=PRIOR_STRENGTH,
            side_prior=SIDE_STRENGTH,
            n_iterations=N_ITERATIONS,
        )
        levered = np.maximum(weights.map_weights, SMALLEST_WEIGHT)
        levered *= np.minimum(MOST_LEVERED / levered.sum(axis=1, keepdims=True), 1.0)
        tiers = replace(tiers, weights=levered)
    expected = expected_usd(weights, unit, background[rows], interval_ms=market.interval_ms)
    likelihood = float((usd[rows] * np.log(expected) - expected).sum() / usd[rows].sum())
    return tiers, weights, likelihood


def _hazards(distances: FloatArray, exponent: float) -> FloatArray:
    hazards: FloatArray = np.minimum((distances / HAZARD_DISTANCE) ** -exponent, HAZARD_MAXIMUM)
    return hazards
