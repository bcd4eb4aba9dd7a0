"""The mixture fit: parity with a readable version, its likelihood, and cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqheat import _core
from liqheat.errors import InputError
from liqheat.flow.fit import expected_usd, fit_mixture, tier_support
from liqheat.records import MixtureWeights
from liqheat.units import HOUR_MS


def em(y, features, start, prior, strength, n_iterations):
    """Expectation–maximisation as the README of `liqheat.flow` writes it."""
    exposure = features.sum(axis=0)
    pseudo = strength * exposure.mean()
    weights = np.array(start, float)
    for _ in range(n_iterations):
        ratio = y / np.maximum(features @ weights, 1e-12)
        bottom = exposure + pseudo
        weights = np.where(
            bottom > 0, (weights * (features.T @ ratio) + pseudo * prior) / np.maximum(bottom, 1e-300), 0
        )
    return weights


def trailing_minimum(values, window):
    return [values[0] if not i else min(values[max(i - window, 0) : i]) for i in range(len(values))]


def case(seed, n=60, k=5):
    rng = np.random.default_rng(seed)
    features = rng.lognormal(0, 1, (n, k)) * (rng.random((n, k)) < 0.6)
    y = rng.poisson(features @ rng.uniform(0, 2, k)).astype(float)
    return y, features, rng.uniform(0.1, 2, k), rng.uniform(0, 1, k), rng.uniform(0, 0.1, k)


@given(seed=st.integers(0, 10_000), k=st.integers(1, 9), n_iterations=st.integers(0, 60))
def test_the_core_is_the_readable_version(seed, k, n_iterations):
    y, features, start, prior, strength = case(seed, k=k)
    found = _core.fit_mixture(y, features, start, prior, strength, n_iterations)
    np.testing.assert_allclose(found, em(y, features, start, prior, strength, n_iterations), rtol=1e-9, atol=1e-12)


@given(values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=80), window=st.integers(1, 30))
def test_trailing_minimum_is_the_readable_version(values, window):
    assert _core.trailing_minimum(np.array(values), window).tolist() == trailing_minimum(values, window)


@given(seed=st.integers(0, 10_000))
def test_no_iteration_lowers_the_posterior(seed):
    y, features, weights, prior, strength = case(seed, k=4)
    pseudo = strength * features.sum(axis=0).mean()

    def posterior(at):
        rate = np.maximum(features @ at, 1e-12)
        return (y * np.log(rate) - rate).sum() + (pseudo * (prior * np.log(np.maximum(at, 1e-300)) - at)).sum()

    before = posterior(weights)
    for _ in range(25):
        weights = _core.fit_mixture(y, features, weights, prior, strength, 1)
        after = posterior(weights)
        assert np.all(weights >= 0) and after >= before - 1e-9 * abs(before)
        before = after


def test_one_map_column_gets_the_share_that_was_liquidated():
    swept = np.tile([[[100.0], [50.0]]], (20, 1, 1))
    weights = fit_mixture(np.tile([[30.0, 5.0]], (20, 1)), swept, np.zeros((20, 2, 0)))
    np.testing.assert_allclose(weights.map_weights, [[0.3], [0.1]], rtol=1e-9)
    np.testing.assert_allclose(weights.floor_usd, [30e-4, 5e-4])


def test_sums_of_the_train_window_are_kept():
    rng = np.random.default_rng(0)
    swept, background = rng.lognormal(10, 2, (300, 2, 2)), rng.lognormal(8, 2, (300, 2, 6))
    usd = 0.1 * swept.sum(axis=2) * rng.lognormal(0, 1, (300, 2))
    weights = fit_mixture(usd, swept, background)
    expected = expected_usd(weights, swept, background) - weights.floor_usd
    np.testing.assert_allclose(expected.sum(axis=0), usd.sum(axis=0), rtol=1e-9)
    assert (weights.map_weights >= 0).all() and (weights.background_weights >= 0).all()


@given(scale=st.floats(1e-3, 1e6))
def test_units_do_not_matter(scale):
    rng = np.random.default_rng(1)
    swept, background = rng.lognormal(3, 1, (80, 2, 1)), rng.lognormal(2, 1, (80, 2, 3))
    usd = rng.lognormal(2, 1, (80, 2))
    one, other = fit_mixture(usd, swept, background), fit_mixture(usd * scale, swept, background)
    np.testing.assert_allclose(other.map_weights, one.map_weights * scale, rtol=1e-6)
    thinner = fit_mixture(usd, swept * scale, background)
    np.testing.assert_allclose(thinner.map_weights, one.map_weights / scale, rtol=1e-6)


def test_rows_with_a_missing_label_do_not_count():
    rng = np.random.default_rng(2)
    swept, background, usd = (
        rng.lognormal(3, 1, (90, 2, 1)),
        rng.lognormal(2, 1, (90, 2, 3)),
        rng.lognormal(2, 1, (90, 2)),
    )
    holed = usd.copy()
    holed[60:, 1] = np.nan
    one, other = fit_mixture(usd[:60], swept[:60], background[:60]), fit_mixture(holed, swept, background)
    np.testing.assert_array_equal(one.background_weights, other.background_weights)


def test_a_map_that_was_never_swept_gets_no_weight():
    usd, background = np.ones((30, 2)), np.ones((30, 2, 2))
    weights = fit_mixture(usd, np.zeros((30, 2, 2)), background)
    assert not weights.map_weights.any()
    np.testing.assert_allclose(expected_usd(weights, np.full((30, 2, 2), 1e9), background), usd, rtol=1e-3)


def test_a_half_hour_expects_half_the_floor():
    weights = MixtureWeights(np.zeros((2, 0)), np.zeros((2, 1)), np.array([8.0, 4.0]))
    nothing = np.zeros((1, 2, 0)), np.zeros((1, 2, 1))
    assert expected_usd(weights, *nothing, interval_ms=HOUR_MS // 2).tolist() == [[4.0, 2.0]]


def bad(**changes):
    given = {"usd": np.ones((5, 2)), "map_features": np.ones((5, 2, 1)), "background": np.ones((5, 2, 2))}
    return given | changes


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        (bad(usd=np.ones((4, 2))), "usd"),
        (bad(usd=np.array([[1.0, 0.0]] * 5)), "usd"),
        (bad(map_features=np.ones((5, 2))), "map_features"),
        (bad(map_features=-np.ones((5, 2, 1))), "map_features"),
        (bad(background=np.full((5, 2, 1), np.nan)), "background"),
        (bad(background=np.ones((6, 2, 1))), "background"),
        (bad(prior=np.ones(3)), "prior"),
    ],
)
def test_bad_input_is_named(arguments, argument):
    with pytest.raises(InputError) as caught:
        fit_mixture(**arguments)
    assert caught.value.argument == argument


def test_weights_of_other_features_are_refused():
    weights = fit_mixture(**bad())
    with pytest.raises(InputError, match="as many columns as the weights"):
        expected_usd(weights, np.ones((5, 2, 2)), np.ones((5, 2, 2)))
    with pytest.raises(InputError, match=r"background: .*found \(2, 3\)"):
        expected_usd(weights, np.ones((5, 2, 1)), np.ones((5, 2, 3)))


@given(st.integers(0, 1000))
def test_support_is_a_share(seed):
    support = tier_support(np.random.default_rng(seed).lognormal(3, 3, (9, 2, 6)))
    assert support.shape == (2, 6) and (support > 0).all() and (support < 1).all()
    assert not tier_support(np.zeros((3, 2, 6))).any()
