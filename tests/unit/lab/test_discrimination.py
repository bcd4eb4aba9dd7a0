"""Telling cells apart, given that the price reached them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liqheat.errors import InputError
from liqheat.flow.bootstrap import days_of
from liqheat.units import HOUR_MS
from liqheat_lab.scores import discrimination
from tests.support.changed import scaled
from tests.support.random_markets import STEP_MS, candles_of, market_of, profiles_of, random_market


@pytest.fixture(scope="module")
def market():
    return random_market(days=20, volatility=0.002)


@pytest.fixture(scope="module")
def scene(market):
    """Hourly maps that are half truth, half noise; what was realised follows the truth."""
    rng = np.random.default_rng(5)
    empty = profiles_of(market, 1.0)
    truth = rng.gamma(1.0, size=empty.usd.shape) * np.exp(-np.arange(80) / 20)
    reached = discrimination.reached_cells(empty, market)
    return empty, truth, reached, np.where(reached, truth, 0.0), days_of(empty.time_ms)


def test_the_truth_is_told_apart_and_noise_is_not(scene) -> None:
    _, truth, reached, realised, days = scene
    perfect = discrimination.auc_given_reach(truth, realised, reached, days)
    assert perfect.value == pytest.approx(1.0)
    noise = np.random.default_rng(9).random(truth.shape)
    found = discrimination.auc_given_reach(noise, realised, reached, days)
    assert found.low < 0.5 < found.high
    swapped = discrimination.auc_given_reach(-truth, realised, reached, days)
    assert swapped.value == pytest.approx(0.0)
    for pairs in ("ring", "snapshot"):
        half = discrimination.auc_given_reach(truth * noise, realised, reached, days, pairs=pairs)
        assert 0.6 < half.low <= half.value <= half.high < 1


def test_brightness_near_the_price_earns_nothing(scene) -> None:
    """A static profile follows distance exactly; within a ring of 20 bp and a side that says next to nothing."""
    _, truth, reached, realised, days = scene
    bright = np.broadcast_to(np.exp(-np.arange(80) / 20.0), truth.shape)
    found = discrimination.auc_given_reach(bright, realised, reached, days)
    assert abs(found.value - 0.5) < 0.05
    everywhere = discrimination.auc_given_reach(bright, realised, np.ones_like(reached), days)
    assert everywhere.value > found.value


def test_ties_count_half() -> None:
    group = np.zeros(6, np.int64)
    positive = np.array([True, True, True, False, False, False])
    flat = discrimination.Ranking(np.ones(6), positive, group)
    assert flat.auc(np.ones(6)) == 0.5
    some = discrimination.Ranking(np.array([3.0, 2.0, 1.0, 2.0, 1.0, 0.0]), positive, group)
    assert some.auc(np.ones(6)) == pytest.approx((3 + 2.5 + 1.5) / 9)


def test_pairs_stay_within_their_group_and_weights_are_repeats() -> None:
    rng = np.random.default_rng(4)
    score, positive, group = rng.integers(0, 5, 60).astype(float), rng.random(60) < 0.4, rng.integers(0, 4, 60)
    weights = rng.integers(0, 3, 60).astype(float)
    found = discrimination.Ranking(score, positive, group).auc(weights)
    wins = pairs = 0.0
    for one in range(60):
        for other in range(60):
            if positive[one] and not positive[other] and group[one] == group[other]:
                weight = weights[one] * weights[other]
                pairs += weight
                wins += weight * ((score[one] > score[other]) + 0.5 * (score[one] == score[other]))
    assert found == pytest.approx(wins / pairs)
    assert np.isnan(discrimination.Ranking(score, np.ones(60, bool), group).auc(weights))


def test_a_cell_counts_only_when_it_was_crossed_whole() -> None:
    # The close before is 100; the next hour falls by exactly 25 bp and never rises.
    market = market_of([100.0] * 12 + list(100 * np.exp(-np.linspace(0, 0.0025, 13)[1:])))
    reached = discrimination.reached_cells(profiles_of(market, 1.0), market)
    assert reached[0, 0].tolist() == [True, True] + [False] * 78
    assert not reached[0, 1].any()
    assert not reached[1].any(), "the hour after is not in the data"


def test_leak_the_map_at_t_is_not_scored_on_the_bar_that_it_closes_with() -> None:
    """The bar that closes at t falls 1 %: the map has seen it. Nothing happens after."""
    market = market_of([100.0] * 11 + [99.0] + [99.0] * 12)
    profiles = profiles_of(market, 1.0)
    reached = discrimination.reached_cells(profiles, market)
    assert not reached.any()
    # The leak: read as if known one bar earlier, the same map would be scored on its own bar.
    leaky = replace(profiles, time_ms=profiles.time_ms - STEP_MS, close=np.array([100.0, 99.0]))
    assert discrimination.reached_cells(leaky, market)[0, 0].sum() == 10
    before = np.array([profiles.time_ms[0] - 1])
    one = np.array([True]), np.array([98.95]), np.array([98.95]), np.array([5.0])
    assert not discrimination.realised_by_cell(profiles, before, *one).any()
    assert discrimination.realised_by_cell(profiles, before + 1, *one).sum() == 5


def test_liquidations_fall_into_the_cells_of_their_trigger_range() -> None:
    market = market_of([100.0] * 24)
    profiles = profiles_of(market, 1.0)
    at = np.full(4, profiles.time_ms[0] + 1000)
    low = 100 * np.exp([-0.0025, -0.004, 0.0015, 0.001])
    high = 100 * np.exp([-0.0025, -0.002, 0.0015, 0.002])
    is_long = np.array([True, True, False, False])
    realised = discrimination.realised_by_cell(profiles, at, is_long, low, high, np.array([1.0, 10.0, 2.0, 4.0]))
    assert realised[0, 0, :5] == pytest.approx([0, 0, 6, 5, 0])
    assert realised[0, 1, :3] == pytest.approx([0, 6, 0])
    # A liquidation at the very edge belongs to the farther cell, and all mass is kept.
    edge = discrimination.realised_by_cell(
        profiles, at[:1], np.array([True]), 100 * np.exp([-0.003]), 100 * np.exp([-0.003]), np.array([1.0])
    )
    assert edge[0, 0, 3] == 1
    with pytest.raises(InputError, match="time_ms"):
        discrimination.realised_by_cell(profiles, at[::-1] + np.arange(4)[::-1], is_long, low, high, low)


def test_freshness_is_the_time_since_the_price_was_there() -> None:
    closes = np.concatenate([np.full(12, 100.0), np.full(12, 99.0), np.full(12, 100.0), np.full(12, 100.0)])
    market = market_of(closes)
    fresh = discrimination.freshness_hours(profiles_of(market, 1.0), candles_of(market))
    # At the end, 0.5 % below was last seen in the bar that rose from 99 to 100: 23 bars before the last.
    assert fresh[3, 0, 4] == pytest.approx(23 * 5 / 60)
    assert fresh[3, 0, 20] == 720
    assert (np.diff(fresh, axis=2) >= 0).all()
    # Candles after a profile's time change nothing.
    short = candles_of(market_of(closes[:24]))
    assert (discrimination.freshness_hours(profiles_of(market, 1.0), short)[:2] == fresh[:2]).all()


def test_leak_the_static_rival_knows_no_later_map(market) -> None:
    profiles = profiles_of(market, np.random.default_rng(1).random((480, 2, 80)))
    changed = replace(profiles, usd=scaled(profiles.usd, slice(300, None), 100))
    for most in (None, 48):
        before, after = (discrimination.earlier_mean(one, most=most) for one in (profiles, changed))
        assert np.isnan(before[:24]).all()
        assert np.array_equal(before[:301], after[:301], equal_nan=True)
        assert not np.allclose(before[301:], after[301:])


def test_nothing_reached_is_no_figure(scene) -> None:
    _, truth, reached, realised, days = scene
    assert np.isnan(discrimination.auc_given_reach(truth, realised, np.zeros_like(reached), days).value)


def test_the_horizon_is_whole_bars(market) -> None:
    with pytest.raises(InputError, match="horizon_ms"):
        discrimination.reached_cells(profiles_of(market, 1.0), market, HOUR_MS + 1)
