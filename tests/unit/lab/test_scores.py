"""Scores worked by hand, and what must hold of any forecast."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqheat.errors import InputError
from liqheat.flow.bootstrap import days_of
from liqheat.flow.gain import information_gain, log_gain
from liqheat.units import DAY_MS, HOUR_MS
from liqheat_lab.stats.correlation import partial_spearman, rank, side_mean_partial_spearman
from liqheat_lab.stats.scores import calibration_ratio, diebold_mariano, months_of, reliability


def hours(n):
    return np.arange(n, dtype=np.int64) * HOUR_MS


def forecasts(seed, n=24 * 12):
    rng = np.random.default_rng(seed)
    truth = rng.lognormal(10, 2, (n, 2))
    return truth * rng.gamma(0.5, 2.0, (n, 2)), truth, truth * rng.lognormal(0, 0.7, (n, 2))


def test_log_gain_by_hand():
    gain = log_gain(np.array([[3.0, 0.0]]), np.array([[2.0, 1.0]]), np.array([[1.0, 4.0]]))
    # 3 ln 2 - (2 - 1) on the long side, 0 - (1 - 4) on the short side.
    assert gain[0] == pytest.approx(3 * math.log(2) - 1 + 3)


@given(st.integers(0, 500))
def test_a_gain_is_antisymmetric_and_adds_up(seed):
    usd, one, two = forecasts(seed)
    np.testing.assert_allclose(log_gain(usd, one, two), -log_gain(usd, two, one), rtol=1e-9, atol=1e-6)
    three = np.full_like(usd, usd.mean())
    summed = log_gain(usd, one, two) + log_gain(usd, two, three)
    np.testing.assert_allclose(summed, log_gain(usd, one, three), rtol=1e-6, atol=1e-3)
    assert information_gain(hours(len(usd)), usd, one, one).value == 0.0


@given(st.integers(0, 500), st.floats(0.2, 5.0))
def test_no_forecast_beats_the_outcome(seed, scale):
    usd, other, _ = forecasts(seed)
    usd = usd + 1.0
    assert information_gain(hours(len(usd)), usd, usd, scale * other).value >= 0.0


def test_the_right_scale_beats_a_wrong_one():
    usd, truth, _ = forecasts(3)
    found = information_gain(hours(len(usd)), usd, truth * usd.sum() / truth.sum(), truth * 2 * usd.sum() / truth.sum())
    assert found.value == pytest.approx(1 - math.log(2), rel=1e-9)


@pytest.mark.parametrize("bad", [0.0, -1.0])
def test_forecasts_of_nothing_are_refused(bad):
    usd = np.ones((4, 2))
    with pytest.raises(InputError, match=f"baseline: must be above 0; found {bad}"):
        log_gain(usd, usd, np.full((4, 2), bad))
    with pytest.raises(InputError, match="expected: must have the shape"):
        log_gain(usd, usd[:3], usd)


def test_unknown_hours_count_for_nothing():
    usd, one, two = forecasts(1)
    holed = usd.copy()
    holed[5:40, 1] = np.nan
    kept = np.isfinite(holed).all(axis=1)
    found = information_gain(hours(len(usd)), holed, one, two)
    assert found.value == pytest.approx(information_gain(hours(len(usd))[kept], usd[kept], one[kept], two[kept]).value)


def test_diebold_mariano_by_hand():
    rng = np.random.default_rng(0)
    usd, one, two = forecasts(2, 600)
    d = log_gain(usd, one, two)
    c = d - d.mean()
    variance = c @ c / 600 + 2 * sum((1 - k / 25) * (c[k:] @ c[:-k]) / 600 for k in range(1, 25))
    found = diebold_mariano(usd, one, two)
    assert found.statistic == pytest.approx(d.mean() / math.sqrt(variance / 600))
    assert 0 <= found.p_value <= 1 and found.statistic > 0
    assert diebold_mariano(usd, two, one).statistic == pytest.approx(-found.statistic)
    assert math.isnan(diebold_mariano(usd[:40], one[:40], two[:40]).statistic)
    # Equal forecasts up to noise: not significant more often than it should be.
    low = 0
    for _ in range(60):
        y = rng.lognormal(3, 1, (400, 2))
        base = np.full((400, 2), y.mean())
        low += (
            diebold_mariano(y, base * rng.lognormal(0, 0.02, (400, 2)), base * rng.lognormal(0, 0.02, (400, 2))).p_value
            < 0.01
        )
    assert low <= 5


def test_calibration_and_reliability():
    usd, truth, _ = forecasts(4)
    found = calibration_ratio(hours(len(usd)), usd, truth)
    assert found["all"].value == pytest.approx(usd.sum() / truth.sum())
    assert found["short"].value == pytest.approx(usd[:, 1].sum() / truth[:, 1].sum())
    assert found["all"].low <= found["all"].value <= found["all"].high
    bins = reliability(usd, truth)
    assert len(bins) == 10 and sum(one.n for one in bins) == usd.size
    assert [one.forecast_usd for one in bins] == sorted(one.forecast_usd for one in bins)
    assert sum(one.forecast_usd * one.n for one in bins) == pytest.approx(truth.sum())
    assert reliability(np.ones((1, 2)), np.ones((1, 2)))[0].n == 1


def test_months_and_days_are_utc():
    start = np.array([1_769_903_999_999, 1_769_904_000_000])
    assert [(name, own.tolist()) for name, own in months_of(start)] == [
        ("2026-01", [True, False]), ("2026-02", [False, True])
    ]  # fmt: skip
    assert days_of([DAY_MS - 1, DAY_MS]).tolist() == [0, 1]


def test_ranks_share_ties():
    assert rank(np.array([5.0, 1.0, 5.0, 0.0])).tolist() == [3.5, 2.0, 3.5, 1.0]


def test_a_cause_of_both_is_taken_out():
    rng = np.random.default_rng(0)
    cause = rng.normal(size=2000)
    left, right = cause + 0.3 * rng.normal(size=2000), cause + 0.3 * rng.normal(size=2000)
    assert partial_spearman(left, right) > 0.85
    assert abs(partial_spearman(left, right, [cause])) < 0.06
    own = rng.normal(size=2000)
    assert partial_spearman(left + own, right + own, [cause]) > 0.8


@given(st.integers(0, 300))
def test_only_ranks_matter(seed):
    rng = np.random.default_rng(seed)
    left, right, given_ = rng.normal(size=(3, 60))
    found = partial_spearman(left, right, [given_])
    assert -1 <= found <= 1
    assert partial_spearman(np.exp(left), right**3, [np.arctan(given_)]) == pytest.approx(found, abs=1e-9)


def test_a_figure_that_never_changes_takes_nothing_out():
    left, right = np.random.default_rng(5).normal(size=(2, 12))
    assert partial_spearman(left, right, [np.zeros(12)]) == pytest.approx(partial_spearman(left, right), abs=1e-12)
    assert partial_spearman(np.zeros(12), right) == 0.0


def test_the_mean_of_the_sides_with_its_interval():
    usd, truth, _ = forecasts(6)
    found = side_mean_partial_spearman(hours(len(usd)), usd, truth)
    sides = [partial_spearman(usd[:, side], truth[:, side]) for side in (0, 1)]
    assert found.value == pytest.approx(np.mean(sides)) and found.low < found.value < found.high
