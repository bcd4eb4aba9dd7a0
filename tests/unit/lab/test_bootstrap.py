"""Intervals over days."""

from __future__ import annotations

import numpy as np
import pytest

from liqheat.errors import InputError
from liqheat.flow import bootstrap
from liqheat_lab.stats.bootstrap import bootstrap_quantile, bootstrap_statistic


def test_a_ratio_is_the_sum_over_the_sum_and_lies_inside_its_interval() -> None:
    rng = np.random.default_rng(1)
    top, days = rng.exponential(size=600), np.repeat(np.arange(30), 20)
    found = bootstrap.bootstrap_ratio(top, np.full(600, 2.0), days)
    assert found.value == pytest.approx(top.sum() / 1200)
    assert found.low < found.value < found.high
    assert found == bootstrap.bootstrap_ratio(top, np.full(600, 2.0), days)
    assert found != bootstrap.bootstrap_ratio(top, np.full(600, 2.0), days, seed=1)


def test_days_are_resampled_whole() -> None:
    """Rows of one day that say the same thing are one observation, not twenty."""
    rng = np.random.default_rng(2)
    by_day = rng.normal(size=40)
    once = bootstrap.bootstrap_ratio(by_day, np.ones(40), np.arange(40))
    often = bootstrap.bootstrap_ratio(np.repeat(by_day, 20), np.ones(800), np.repeat(np.arange(40), 20))
    assert (once.low, once.high) == pytest.approx((often.low, often.high))
    as_if_apart = bootstrap.bootstrap_ratio(np.repeat(by_day, 20), np.ones(800), np.arange(800))
    assert as_if_apart.high - as_if_apart.low < 0.4 * (often.high - often.low)


def test_the_interval_covers() -> None:
    covered = 0
    for seed in range(200):
        rows = np.random.default_rng(seed).normal(size=40)
        found = bootstrap.bootstrap_ratio(rows, np.ones(40), np.arange(40), n_resamples=400, seed=seed)
        covered += found.low <= 0 <= found.high
    assert 0.88 <= covered / 200 <= 0.99


def test_a_statistic_agrees_with_the_ratio_draw_by_draw() -> None:
    rng = np.random.default_rng(3)
    rows, days = rng.normal(size=90), rng.integers(0, 12, 90)
    mean = bootstrap_statistic(lambda at: float(rows[at].mean()), days)
    ratio = bootstrap.bootstrap_ratio(rows, np.ones(90), days)
    assert (mean.value, mean.low, mean.high) == pytest.approx((ratio.value, ratio.low, ratio.high))


def test_blocks_of_days_are_neighbours_and_every_draw_has_as_many_days() -> None:
    counts = bootstrap.draw_days(10, 500, 0, block_days=3)
    assert (counts.sum(axis=1) == 10).all()
    assert (bootstrap.draw_days(1, 5, 0) == 1).all()
    assert counts.mean(axis=0) == pytest.approx(np.ones(10), abs=0.2)


def test_a_weighted_quantile_is_that_of_repeated_rows() -> None:
    rng = np.random.default_rng(7)
    values, days, weights = rng.normal(size=101), rng.integers(0, 9, 101), rng.integers(0, 4, 101)
    for share in (0.1, 0.5, 0.9):
        found = bootstrap_quantile(values, weights, days, share)
        repeated = np.sort(np.repeat(values, weights))
        assert found.value == repeated[int(np.ceil(share * repeated.size)) - 1]
        assert found.low <= found.value <= found.high
    assert np.isnan(bootstrap_quantile([1.0], [0.0], [0], 0.5).value)


def test_one_day_has_no_interval() -> None:
    for found in (
        bootstrap.bootstrap_ratio([1.0, 2.0], [1.0, 1.0], [3, 3]),
        bootstrap_statistic(lambda rows: float(rows.sum()), [3, 3]),
        bootstrap_quantile([1.0, 2.0], [1.0, 1.0], [3, 3], 0.5),
    ):
        assert np.isfinite(found.value)
        assert np.isnan(found.low)
        assert np.isnan(found.high)


def test_nothing_to_resample() -> None:
    assert np.isnan(bootstrap.bootstrap_ratio([], [], []).value)
    assert np.isnan(bootstrap.bootstrap_ratio([np.nan], [1.0], [0]).low)
    assert np.isnan(bootstrap_statistic(np.size, []).value)
    with pytest.raises(InputError, match="days"):
        bootstrap.bootstrap_ratio([1.0], [1.0], [0, 1])
    with pytest.raises(InputError, match="block_days"):
        bootstrap.draw_days(3, 10, 0, block_days=4)
