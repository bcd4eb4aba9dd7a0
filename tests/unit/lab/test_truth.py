"""Truth scores: what they must be for maps whose score is known beforehand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqheat.errors import InputError, NoDataError
from liqheat.records import MapProfiles
from liqheat.units import HOUR_MS
from liqheat_lab.truth.truth import cluster_correlation, permuted_snapshots, score_truth, side_swapped, stale

N_CELLS = 80


def levels_at_prices(seed: int, hours: int = 480, n_cells: int = N_CELLS) -> MapProfiles:
    """Longs below and shorts above, fixed in price while the price walks through them."""
    rng = np.random.default_rng(seed)
    price = np.exp(np.cumsum(rng.normal(0, 0.004, hours)))
    price *= 100 / price[0]
    edges = np.log(100) + np.arange(-4000, 4001) * 0.001
    density = np.stack([rng.gamma(0.5, size=8000), rng.gamma(0.5, size=8000)])
    mass = np.concatenate([np.zeros((2, 1)), np.cumsum(density, axis=1)], axis=1)
    steps = np.arange(n_cells + 1) * 0.001
    thinning = np.exp(-np.arange(n_cells) / 40)
    usd = np.empty((hours, 2, n_cells))
    for hour, at in enumerate(np.log(price)):
        for side, sign in ((0, -1), (1, 1)):
            usd[hour, side] = np.abs(np.diff(np.interp(at + sign * steps, edges, mass[side]))) * thinning * 1e6
    return MapProfiles("truth", 1_767_225_600_000 + np.arange(hours) * HOUR_MS, price, usd)


TRUTH = levels_at_prices(1)
HALVES = {"train": slice(0, 240), "test": slice(240, None)}


def score(usd, truth=TRUTH, **more):
    return score_truth(replace(truth, name="map", usd=np.asarray(usd)), truth, **(HALVES | more))


def test_the_truth_itself_scores_full_marks():
    found = score(TRUTH.usd)
    assert found.corr.value == pytest.approx(1)
    assert found.cluster_corr.value == pytest.approx(1)
    assert found.cluster_corr.low == pytest.approx(1)
    assert found.w1_pct.value == pytest.approx(0, abs=1e-9)
    assert found.mass_ratio.value == pytest.approx(1)
    assert found.information_gain.low > 0
    assert (found.n_snapshots, found.n_days) == (240, 10)


@given(seed=st.integers(0, 10_000), scale=st.floats(1e-6, 1e9))
def test_any_static_map_says_nothing_beyond_distance(seed, scale):
    profile = np.random.default_rng(seed).gamma(0.3, size=(1, 2, N_CELLS)) * scale
    static = np.repeat(profile, len(TRUTH.usd), axis=0)
    assert cluster_correlation(static, TRUTH.usd, 0.001) == 0.0


@given(ours=st.floats(1e-9, 1e9), theirs=st.floats(1e-9, 1e9), seed=st.integers(0, 100))
def test_scale_changes_only_the_mass_ratio(ours, theirs, seed):
    usd = TRUTH.usd[:48] * np.random.default_rng(seed).lognormal(0, 1, TRUTH.usd[:48].shape)
    plain = cluster_correlation(usd, TRUTH.usd[:48], 0.001)
    assert cluster_correlation(usd * ours, TRUTH.usd[:48] * theirs, 0.001) == pytest.approx(plain, abs=1e-9)


def test_scale_of_all_figures():
    noisy = TRUTH.usd * np.random.default_rng(3).lognormal(0, 1, TRUTH.usd.shape)
    once, thrice = score(noisy), score(3 * noisy)
    for name in ("corr", "cluster_corr", "w1_pct", "information_gain"):
        assert getattr(thrice, name).value == pytest.approx(getattr(once, name).value)
    assert thrice.mass_ratio.value == pytest.approx(3 * once.mass_ratio.value)


def test_the_oracle_static_profile_gains_nothing():
    oracle = np.repeat(TRUTH.usd[HALVES["train"]].mean(axis=0, keepdims=True), len(TRUTH.usd), axis=0)
    found = score(oracle)
    assert found.information_gain.value == pytest.approx(0, abs=1e-12)
    assert found.cluster_corr.value == 0.0
    assert found.corr.value > 0.3  # the distance profile alone: why corr is no headline


def test_controls():
    swapped = score(side_swapped(TRUTH).usd)
    assert abs(swapped.cluster_corr.value) < 0.1
    order = np.mean([score(permuted_snapshots(TRUTH, seed).usd).cluster_corr.value for seed in range(5)])
    assert abs(order) < 0.03
    assert abs(score(levels_at_prices(2).usd).cluster_corr.value) < 0.1


def test_sides_that_mirror_each_other_score_negative_when_swapped():
    # As the price falls longs below thin out while shorts above pile up: swapping sides reverses the sign.
    swing = 0.8 * np.sin(np.arange(480) / 30)[:, None]
    usd = np.exp(-np.arange(N_CELLS) / 40) * np.stack([1 + swing, 1 - swing], axis=1)
    truth = replace(TRUTH, usd=usd)
    assert score(side_swapped(truth).usd, truth).cluster_corr.value == pytest.approx(-1, abs=0.03)


def test_a_move_of_all_mass_is_its_distance():
    usd = np.zeros((48, 2, N_CELLS))
    usd[:, :, 10] = 1.0
    truth = MapProfiles("truth", TRUTH.time_ms[:48], TRUTH.close[:48], usd)
    found = score_truth(replace(truth, usd=np.roll(usd, 5, axis=2)), truth, slice(0, 24), slice(24, 48))
    assert found.w1_pct.value == pytest.approx(0.5)


def test_interval_covers_the_value_and_shrinks_with_days():
    noisy = TRUTH.usd * np.random.default_rng(3).lognormal(0, 1.5, TRUTH.usd.shape)
    many, few = score(noisy), score(noisy, test=slice(240, 312))
    assert few.n_days == 3
    for found in (many, few):
        assert found.cluster_corr.low <= found.cluster_corr.value <= found.cluster_corr.high
    again = score(noisy)
    assert again == many


def test_cells_beside_the_price_are_left_out():
    usd = TRUTH.usd.copy()
    usd[:, :, :2] = np.random.default_rng(4).gamma(1, size=usd[:, :, :2].shape) * 1e9
    assert cluster_correlation(usd, TRUTH.usd, 0.001) == pytest.approx(1)


def test_stale_map_keeps_levels_at_their_prices():
    wide = levels_at_prices(1, n_cells=400)
    wide = replace(wide, usd=wide.usd / np.exp(-np.arange(400) / 40))  # without thinning, levels stay as they are
    found = stale(wide)
    old = replace(found, usd=found.usd[:, :, :40])
    assert np.all(np.isnan(old.usd[:24]))
    truth = replace(wide, usd=wide.usd[:, :, :40])
    now, moved = 100, np.log(wide.close[100] / wide.close[76])
    side = 0 if moved < 0 else 1
    np.testing.assert_allclose(old.usd[now, side], truth.usd[now, side], rtol=0.8, atol=1e6)
    assert old.usd[now, side].sum() == pytest.approx(truth.usd[now, side].sum(), rel=0.05)
    gone = int(abs(moved) / 0.001)
    assert np.all(old.usd[now, 1 - side, :gone] == 0)
    still = replace(wide, close=np.full_like(wide.close, 100.0))
    np.testing.assert_allclose(stale(still).usd[24:], still.usd[:-24])


@pytest.mark.parametrize(
    ("change", "argument"),
    [
        ({"usd": TRUTH.usd[:, :, :40]}, "estimate.usd"),
        ({"time_ms": TRUTH.time_ms + 1}, "estimate.time_ms"),
        ({"cell_width": 0.002}, "estimate.cell_width"),
        ({"usd": -TRUTH.usd}, "usd"),
        ({"usd": TRUTH.usd * np.nan}, "usd"),
    ],
)
def test_what_does_not_fit_is_refused(change, argument):
    with pytest.raises(InputError) as caught:
        score_truth(replace(TRUTH, **change), TRUTH, **HALVES)
    assert caught.value.argument == argument


def test_nothing_to_score():
    with pytest.raises(NoDataError, match="test"):
        score(TRUTH.usd, test=slice(0, 0))
    with pytest.raises(NoDataError, match="truth"):
        score(TRUTH.usd, truth=replace(TRUTH, usd=np.zeros_like(TRUTH.usd)))
