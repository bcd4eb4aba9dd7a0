"""Discrimination given reach on the simulator, where the true map is known: a test of the score, not of the map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liqheat.flow.bootstrap import days_of
from liqheat.simulator.truth import simulate_market_with_truth
from liqheat.units import DAY_MS
from liqheat_lab.scores import discrimination
from liqheat_lab.truth.hidden_truth import simulated_truth_profiles


@pytest.fixture(scope="module")
def scene():
    simulated, truth = simulate_market_with_truth(days=24, seed=101, positions=20_000)
    market = simulated.history
    profiles = simulated_truth_profiles(truth)
    late = profiles.time_ms > market.open_time_ms[0] + 3 * DAY_MS
    profiles = replace(profiles, time_ms=profiles.time_ms[late], close=profiles.close[late], usd=profiles.usd[late])
    order = np.argsort(truth.event_time_ms, kind="stable")
    price = truth.event_liquidation_price[order]
    realised = discrimination.realised_by_cell(
        profiles,
        truth.event_time_ms[order],
        truth.event_position_side[order] == 0,
        price,
        price,
        truth.event_quantity[order] * price,
    )
    return profiles, realised, discrimination.reached_cells(profiles, market), days_of(profiles.time_ms)


def auc(scene, score):
    _, realised, reached, days = scene
    return discrimination.auc_given_reach(score, realised, reached, days, n_resamples=200)


def test_the_true_map_is_told_from_a_static_one(scene) -> None:
    profiles = scene[0]
    true, static = auc(scene, profiles.usd), auc(scene, discrimination.earlier_mean(profiles))
    assert true.low > 0.85
    assert static.high < 0.7


def test_negative_controls_have_no_skill(scene) -> None:
    usd = scene[0].usd
    swapped = auc(scene, usd[:, ::-1])
    assert swapped.value < 0.6
    shifted = auc(scene, np.roll(usd, 7 * 24, axis=0))
    assert shifted.value < 0.65
    other = auc(scene, usd[np.random.default_rng(0).permutation(len(usd))])
    assert other.value < 0.6
