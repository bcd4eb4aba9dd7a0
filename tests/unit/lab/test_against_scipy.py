"""Statistics that scipy has, too: ours agree with it. scipy is for tests alone; the product does without."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from liqheat.flow.bootstrap import bootstrap_ratio
from liqheat_lab.scores.discrimination import Ranking
from liqheat_lab.stats.bootstrap import bootstrap_quantile, bootstrap_statistic
from liqheat_lab.stats.correlation import partial_spearman, rank
from liqheat_lab.stats.scores import diebold_mariano

SEEDS = pytest.mark.parametrize("seed", range(8))


def tied(seed, n=300):
    random = np.random.default_rng(seed)
    return random.integers(0, 40, n).astype(float), random.integers(0, 40, n) + random.normal(0, 30, n).round()


@SEEDS
def test_ranks_and_rank_correlation(seed):
    left, right = tied(seed)
    np.testing.assert_array_equal(rank(left), stats.rankdata(left))
    assert partial_spearman(left, right) == pytest.approx(stats.spearmanr(left, right).statistic, abs=1e-12)


@SEEDS
def test_a_partial_correlation_is_that_of_the_residuals(seed):
    left, right = tied(seed)
    given = np.random.default_rng(seed + 99).normal(size=left.size) + left / 20
    ranks = stats.rankdata(given) / given.size

    def residuals(values):
        ranked = stats.rankdata(values)
        return ranked - np.polyval(np.polyfit(ranks, ranked, 3), ranks)

    expected = stats.pearsonr(residuals(left), residuals(right)).statistic
    assert partial_spearman(left, right, [given]) == pytest.approx(expected, abs=1e-9)


@SEEDS
def test_the_area_under_the_curve_is_the_rank_sum(seed):
    score, outcome = tied(seed)
    positive = outcome > np.median(outcome)
    ranking = Ranking(score, positive, np.zeros(score.size, np.int64))
    wins = stats.mannwhitneyu(score[positive], score[~positive]).statistic
    expected = wins / (positive.sum() * (~positive).sum())
    assert ranking.auc(np.ones(score.size)) == pytest.approx(expected, abs=1e-12)


@SEEDS
def test_intervals_of_a_ratio_are_those_of_a_percentile_bootstrap(seed):
    """One row a day: whole days drawn again are rows drawn again. Two random numbers of draws leave a few per cent."""
    random = np.random.default_rng(seed)
    bottom = random.lognormal(0, 0.5, 120)
    top = bottom * random.gamma(4, 0.25, 120)

    def ratio(one, other, axis=-1):
        return one.sum(axis=axis) / other.sum(axis=axis)

    theirs = stats.bootstrap(
        (top, bottom), ratio, paired=True, n_resamples=6000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    ours = bootstrap_ratio(top, bottom, np.arange(120), n_resamples=6000)
    width = theirs.high - theirs.low
    assert ours.value == pytest.approx(ratio(top, bottom))
    assert ours.low == pytest.approx(theirs.low, abs=0.06 * width)
    assert ours.high == pytest.approx(theirs.high, abs=0.06 * width)
    again = bootstrap_statistic(lambda rows: ratio(top[rows], bottom[rows]), np.arange(120), n_resamples=1000)
    assert again.low == pytest.approx(theirs.low, abs=0.12 * width)


@SEEDS
def test_a_weighted_quantile_is_the_inverted_distribution(seed):
    values, _ = tied(seed)
    weights = np.random.default_rng(seed).integers(1, 6, values.size)
    for share in (0.1, 0.5, 0.9):
        repeated = np.repeat(values, weights)
        found = bootstrap_quantile(values, weights.astype(float), np.zeros(values.size), share, n_resamples=2)
        assert found.value == np.quantile(repeated, share, method="inverted_cdf")


@SEEDS
def test_without_dependence_the_test_of_equal_forecasts_is_near_the_t_test(seed):
    """With independent hours the long-run variance is the plain one, but for the noise of its 24 lags."""
    random = np.random.default_rng(seed)
    n = 20_000
    truth = random.lognormal(3, 0.5, (n, 2))
    usd = random.poisson(truth).astype(float)
    first, second = truth * random.lognormal(0, 0.1, (n, 2)), truth * random.lognormal(0, 0.12, (n, 2))
    gains = (usd * np.log(first / second) - (first - second)).sum(axis=1)
    plain = stats.ttest_1samp(gains, 0.0).statistic
    found = diebold_mariano(usd, first, second)
    assert found.statistic == pytest.approx(plain, rel=0.15)
    assert found.p_value == pytest.approx(2 * stats.norm.sf(abs(found.statistic)), rel=1e-9)
    assert math.isfinite(found.p_value)
