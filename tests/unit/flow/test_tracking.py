"""Scale tracking: causal, scale-free, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqheat.errors import InputError
from liqheat.flow.tracking import ANCHOR_HALF_LIFE_HOURS, ANCHOR_HOURS, HALF_LIFE_HOURS, track_scale
from liqheat.units import HOUR_MS


def by_hand(expected, realised):
    """The same as sums over the past, quadratic in time."""
    factors = []
    for t in range(len(expected)):
        age = np.arange(t, 0, -1) - 1.0
        short, long = 0.5 ** ((age + 0) / HALF_LIFE_HOURS), 0.5 ** ((age + 0) / ANCHOR_HALF_LIFE_HOURS)
        e, r = expected[:t].sum(axis=1), realised[:t].sum(axis=1)
        known = np.isfinite(e) & np.isfinite(r)
        e, r, short, long = e[known], r[known], short[known], long[known]
        if not e.size or (long @ e) <= 0 or (long @ r) <= 0:
            factors.append(1.0)
            continue
        anchor = ANCHOR_HOURS * (long @ e) / long.sum()
        factors.append((short @ r + anchor * (long @ r) / (long @ e)) / (short @ e + anchor))
    return factors


def case(seed, n=120):
    rng = np.random.default_rng(seed)
    realised = rng.lognormal(2, 2, (n, 2))
    realised[rng.random(n) < 0.1] = np.nan
    return rng.lognormal(2, 1, (n, 2)), realised


@given(st.integers(0, 1000))
def test_the_recursion_is_the_sum(seed):
    expected, realised = case(seed)
    np.testing.assert_allclose(track_scale(expected, realised), by_hand(expected, realised), rtol=1e-9)


@given(st.integers(0, 1000), st.integers(1, 119))
def test_a_factor_knows_only_rows_before_it(seed, t):
    expected, realised = case(seed)
    other = realised.copy()
    other[t:] = 1e9
    changed = expected.copy()
    changed[t:] *= 3.0
    np.testing.assert_array_equal(track_scale(expected, realised)[: t + 1], track_scale(changed, other)[: t + 1])
    assert track_scale(expected, other)[t] == track_scale(expected, realised)[t]


@given(st.integers(0, 1000), st.floats(1e-3, 1e3))
def test_tracked_forecasts_do_not_depend_on_the_fitted_scale(seed, scale):
    expected, realised = case(seed)
    known = np.flatnonzero(np.isfinite(realised).all(axis=1))
    after = slice(known[0] + 1, None)
    left = (expected * track_scale(expected, realised)[:, None])[after]
    right = (scale * expected * track_scale(scale * expected, realised)[:, None])[after]
    np.testing.assert_allclose(left, right, rtol=1e-9)


def test_a_change_of_regime_is_followed_within_days():
    expected, realised = np.ones((1200, 2)), np.ones((1200, 2))
    realised[600:] = 2.0
    factors = track_scale(expected, realised)
    assert factors[600] == pytest.approx(1.0)
    assert factors[600 + 48] == pytest.approx(1.5, abs=0.05)
    assert factors[600 + 192] == pytest.approx(1.92, abs=0.04)


def test_half_hours_age_half_as_fast():
    expected, realised = case(5)
    halves = np.repeat(expected / 2, 2, axis=0), np.repeat(realised / 2, 2, axis=0)
    coarse, fine = track_scale(expected, realised), track_scale(*halves, interval_ms=HOUR_MS // 2)
    np.testing.assert_allclose(fine[::2][20:], coarse[20:], rtol=0.02)


def test_nothing_realised_leaves_the_scale():
    assert track_scale(np.ones((50, 2)), np.zeros((50, 2))).tolist() == [1.0] * 50
    assert track_scale(np.ones((50, 2)), np.full((50, 2), np.nan)).tolist() == [1.0] * 50


def test_shapes_must_agree():
    with pytest.raises(InputError, match="realised_usd: must have the shape"):
        track_scale(np.ones((5, 2)), np.ones((4, 2)))
