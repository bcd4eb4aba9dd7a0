"""FULL against a book whose weights, renewal and closing speed are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liqheat import book, simulate_market
from liqheat.book.leverage import log_spaced_tiers
from liqheat.errors import InputError
from liqheat.flow import read_profiles
from liqheat.flow.background import build_baselines
from liqheat.flow.fit import fit_mixture, fit_tied_mixture
from liqheat.records import Candles
from liqheat_lab.truth.full import fit_full, run_full, smear_tiers
from liqheat_lab.truth.truth import cluster_correlation

KAPPA, EXPONENT = 0.25, 0.8
HELD_AT = (14, 24, 32)
"""Tiers that hold anything: .011, .037 and .097 away."""
N_CELLS = 80


@pytest.fixture(scope="module")
def market():
    return simulate_market(days=20, seed=2, positions=4_000).history


@pytest.fixture(scope="module")
def known(market):
    """A book with three distances only, and its cells by distance from the close, summed without the renderer."""
    tiers = log_spaced_tiers()
    weights = np.full((2, tiers.n_tiers), 1e-6)
    weights[:, HELD_AT] = (0.05, 0.15, 0.3)
    tiers = replace(tiers, weights=weights)
    front = book.PositionBook(tiers, KAPPA, expected_range=(float(market.low.min()), float(market.high.max())))
    step = np.log(front.bucket_ratio)
    usd = []
    for bar in range(market.n_bars):
        names = ("low", "high", "mark_low", "mark_high", "volume", "open_interest")
        front.append(**{name: float(getattr(market, name)[bar]) for name in names})
        if (bar + 1) % 12:
            continue
        first, cells = front.standing_cells()
        rows = first + np.arange(cells.shape[0])[:, None] + 0.5
        found = np.zeros((2, N_CELLS))
        for side, sign in ((0, -1.0), (1, 1.0)):
            price = (rows + sign * front.shifts[side]) * step
            away = sign * (price - np.log(market.close[bar]))
            inside = (away > 0) & (away < N_CELLS * 0.001)
            cell = (away[inside] / 0.001).astype(np.int64)
            found[side] = np.bincount(cell, (cells[:, side] * np.exp(price))[inside], N_CELLS)
        usd.append(found)
    return tiers, np.array(usd)


def test_profiles_say_what_the_cells_hold(market, known):
    tiers, usd = known
    drawn = read_profiles(run_full(market, tiers, KAPPA), n_cells=N_CELLS).usd
    assert drawn.shape == usd.shape
    assert drawn[100:].sum() == pytest.approx(usd[100:].sum(), rel=2e-3)
    assert cluster_correlation(drawn[100:], usd[100:], 0.001) > 0.98
    assert cluster_correlation(drawn[99:-1], usd[100:], 0.001) < 0.9


def test_what_was_liquidated_leads_back_to_the_book(market, known):
    tiers, usd = known
    liquidated = 0.6 * run_full(market, tiers, KAPPA).swept_usd.sum(axis=2)
    candles = Candles(market.open_time_ms, market.open, market.high, market.low, market.close, market.volume)
    baselines = build_baselines(market, candles, market.interval_ms)
    train = np.arange(market.n_bars) > 4 * 288
    fit = fit_full(market, liquidated, baselines, train, kappas=(KAPPA, 0.7), hazard_exponents=(0.0, EXPONENT, 1.4))
    assert (fit.kappa, fit.hazard_exponent) == (KAPPA, EXPONENT)
    assert len(fit.profile) == 6
    assert fit.log_likelihood == max(likelihood for _, _, likelihood in fit.profile)
    drawn = read_profiles(run_full(market, fit.tiers, fit.kappa), n_cells=N_CELLS).usd
    assert cluster_correlation(drawn[100:], usd[100:], 0.001) > 0.9
    # Absolute weights trade off against the closing speed of the inert stock; shares of the distances do not.
    near = np.stack([fit.tiers.weights[:, tier - 1 : tier + 2].sum(axis=1) for tier in HELD_AT], axis=1)
    assert near / near.sum(axis=1, keepdims=True) == pytest.approx(np.array([[0.1, 0.3, 0.6]] * 2), abs=0.1)


def test_smearing_keeps_weights_and_order(market, known):
    tiers, _ = known
    candles = Candles(market.open_time_ms, market.open, market.high, market.low, market.close, market.volume)
    baselines = build_baselines(market, candles, market.interval_ms)
    liquidated = run_full(market, tiers, KAPPA).swept_usd.sum(axis=2)
    train = np.ones(market.n_bars, np.bool_)
    fit = fit_full(market, liquidated, baselines, train, kappas=(KAPPA,), hazard_exponents=(EXPONENT,))
    smeared = smear_tiers(fit)
    assert smeared.n_tiers == 5 * fit.tiers.n_tiers
    assert smeared.weights.sum(axis=1) == pytest.approx(fit.tiers.weights.sum(axis=1))
    assert np.all(np.diff(smeared.distances, axis=1) >= 0)
    assert np.all(np.diff(smeared.hazards, axis=1) <= 0)
    with pytest.raises(InputError):
        fit_full(market, liquidated[1:], baselines, train)


def test_tied_sides_lie_between_their_own_weights_and_common_ones():
    random = np.random.default_rng(3)
    swept, background = random.gamma(1.0, size=(400, 2, 6)), random.gamma(1.0, size=(400, 2, 2))
    usd = np.stack([swept[:, 0] @ np.arange(1.0, 7.0), swept[:, 1] @ np.arange(6.0, 0.0, -1.0)], axis=1)
    alone = fit_mixture(usd, swept, background).map_weights
    loose = fit_tied_mixture(usd, swept, background, side_prior=1e-6).map_weights
    tied = fit_tied_mixture(usd, swept, background, side_prior=1e3).map_weights
    assert loose == pytest.approx(alone, rel=0.2, abs=0.2)
    assert tied[0] == pytest.approx(tied[1], rel=0.05)
    with pytest.raises(InputError):
        fit_mixture(usd, swept, background, prior=np.ones((3, 6)))
