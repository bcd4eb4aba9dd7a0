"""Maps against the simulator's hidden truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liqheat import estimate_book
from liqheat.errors import InputError, NoDataError
from liqheat.flow import read_profiles
from liqheat.simulator.truth import simulate_market_with_truth
from liqheat_lab.truth.hidden_truth import align_profiles, score_gates, simulated_truth_profiles


@pytest.fixture(scope="module")
def run():
    simulated, truth = simulate_market_with_truth(days=18, seed=11, positions=30_000, warm_up_days=2)
    return simulated, truth


@pytest.fixture(scope="module")
def profiles(run):
    return read_profiles(estimate_book(run[0].history, leverage_mix="classic"), n_cells=200, name="ours")


def test_hidden_positions_lie_at_their_distances(run):
    truth = run[1]
    found = simulated_truth_profiles(truth, n_cells=3000)
    assert found.usd.shape == (truth.time_ms.size, 2, 3000)
    for side, held in enumerate(truth.held_notional_usd()):
        beyond = truth.price_edges[1:] < truth.mark_price[-1]
        # Whole within the reach, apart from what lies on the wrong side of the mark by a lagging bucket.
        own = held[-1][beyond if side == 0 else ~beyond].sum()
        assert found.usd[-1, side].sum() == pytest.approx(own, rel=0.02)
    longs = truth.held_notional_usd()[0][-1]
    price = truth.mark_price[-1]
    low, high = price * np.exp(-0.05), price * np.exp(-0.03)
    inside = (truth.price_edges[:-1] >= low) & (truth.price_edges[1:] <= high)
    assert found.usd[-1, 0, 30:50].sum() == pytest.approx(longs[inside].sum(), rel=0.1)


def test_gates_of_the_truth_and_of_a_map(run, profiles):
    truth = simulated_truth_profiles(run[1], n_cells=200)
    perfect = score_gates(truth, run[1], n_resamples=50)
    assert perfect["map"].cluster_corr.value == pytest.approx(1)
    assert perfect["stale_24h"] == replace(perfect["true_24h_old"], name="stale_24h")
    assert perfect["true_24h_old"].cluster_corr.value < 0.9
    ours = score_gates(profiles, run[1], n_resamples=50)
    assert set(ours) == {
        "map",
        "side_swapped",
        "permuted",
        "stale_24h",
        "true_24h_old",
        "shifted_7d",
        "true_shifted_7d",
    }
    beyond = {name: one.cluster_corr.value for name, one in ours.items()}
    assert beyond["map"] > 0.1
    for name in ("side_swapped", "permuted", "stale_24h", "shifted_7d"):
        assert beyond[name] < beyond["map"], name
    assert ours["map"].n_snapshots == 168


def test_hours_and_cells_that_both_have(run, profiles):
    truth = simulated_truth_profiles(run[1])
    ours, true = align_profiles(profiles, truth)
    assert ours.usd.shape == true.usd.shape
    assert ours.usd.shape[2] == 80
    np.testing.assert_array_equal(ours.time_ms, true.time_ms)
    np.testing.assert_allclose(ours.close, true.close, rtol=0.01)
    with pytest.raises(InputError, match="cell_width"):
        align_profiles(replace(profiles, cell_width=0.01), truth)
    with pytest.raises(NoDataError, match="share an hour"):
        align_profiles(replace(profiles, time_ms=profiles.time_ms + 1), truth)


def test_a_run_that_is_too_short(run, profiles):
    short = replace(profiles, time_ms=profiles.time_ms[:48], close=profiles.close[:48], usd=profiles.usd[:48])
    with pytest.raises(NoDataError, match="must last 6 days"):
        score_gates(short, run[1])
