"""FULL: one free weight for each of 48 distances and each side, fitted to every liquidation of a market.

The fixed law with two scales does as well on real hours (see the README of the accuracy folder); free weights need
complete streams. They are the model that the simulator's hidden truth is asked to confirm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from liqheat import book
from liqheat.accuracy.baselines import BaselineFeatures
from liqheat.accuracy.calibrate import fit_mixture
from liqheat.book.leverage import closing_hazards, log_spaced_tiers
from liqheat.errors import InputError
from liqheat.records import BookEstimate, DistanceTiers, HolderClass, MarketHistory, MixtureWeights
from liqheat.records.arrays import FloatArray

KAPPA = 0.35
N_ROUNDS = 3
"""The book sweeps what the weights say, so weights and book are found in turn."""
MOST_LEVERED = 0.98
SMALLEST_WEIGHT = 1e-6
PRIOR_STRENGTH = 0.01
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
        48 distances with the fitted weights; what is missing to 1 is inert.
    weights : MixtureWeights
        Map weights by tier, and background.
    """

    tiers: DistanceTiers
    weights: MixtureWeights


def fit_full(
    market: MarketHistory, usd: FloatArray, baselines: BaselineFeatures, train: FloatArray, background: str = "b1"
) -> FullFit:
    """Fit free weights on the bars of a train window.

    Parameters
    ----------
    market : MarketHistory
        ``n`` bars.
    usd : (n, 2) float64
        Liquidated USD by bar and side; NaN where unknown.
    baselines : BaselineFeatures
        Of the same bars, one row each.
    train : (n,) bool
        Bars to fit on.
    background : str
        Baseline that stands for what the map cannot place.

    Raises
    ------
    InputError
        When rows are not bars.
    """
    if usd.shape != (market.n_bars, 2) or baselines.start_ms.size != market.n_bars:
        raise InputError("usd", f"must have a row for each of {market.n_bars} bars", usd.shape)
    tiers = log_spaced_tiers()
    prior = np.sqrt(tiers.distances[0])
    tiers = replace(tiers, weights=np.tile(prior * 0.9 / prior.sum(), (2, 1)))
    rows = np.asarray(train, dtype=np.bool_)
    for _ in range(N_ROUNDS):
        unit = run_full(market, tiers).swept_usd / tiers.weights
        weights = fit_mixture(
            usd[rows],
            unit[rows],
            baselines.features[background][rows],
            interval_ms=market.interval_ms,
            prior=prior,
            map_prior=PRIOR_STRENGTH,
            n_iterations=150,
        )
        found = np.maximum(weights.map_weights, SMALLEST_WEIGHT)
        found *= np.minimum(MOST_LEVERED / found.sum(axis=1, keepdims=True), 1.0)
        tiers = replace(tiers, weights=found)
    return FullFit(tiers, weights)


def run_full(market: MarketHistory, tiers: DistanceTiers) -> BookEstimate:
    """The book of fitted tiers."""
    return book.estimate_book(market, tiers, holder_classes=(HolderClass("all", KAPPA, 1.0),))


def smear_tiers(tiers: DistanceTiers) -> DistanceTiers:
    """Every tier as five nearby ones of a fifth of its weight: the map to be drawn."""
    factors = np.exp(SMEAR * np.array(SMEAR_POINTS))
    distances = (tiers.distances[:, :, None] * factors).reshape(2, -1)
    weights = np.repeat(tiers.weights / factors.size, factors.size, axis=1)
    order = np.argsort(distances[0], kind="stable")
    distances = np.ascontiguousarray(distances[:, order])
    return DistanceTiers(
        1.0 / distances[0], distances, np.ascontiguousarray(weights[:, order]), closing_hazards(distances)
    )
