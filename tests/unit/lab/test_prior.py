"""The held view's prior: what is learned from distances, and the file it is shipped in."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqheat.errors import FileFormatError, InputError, NoDataError
from liqheat_lab.panel.prior import HeldPrior, held_tiers, learn_distances, read_held_prior, write_held_prior


def draw(n=4000, seed=1, medians=(0.3, 0.6)):
    random = np.random.default_rng(seed)
    short = random.random(n) < 0.5
    distance = np.where(short, medians[1], medians[0]) * np.exp(random.normal(0, 0.3, n))
    return distance, random.lognormal(10, 1, n), short, np.full(n, "BTC")


def median_distance(tiers, weights):
    return float(np.exp(np.average(np.log(tiers), weights=weights)))


def test_distances_are_found_by_side():
    tiers, weights = learn_distances(*draw(), bandwidth=0.1)
    assert median_distance(tiers, weights[0]) == pytest.approx(0.3, rel=0.1)
    assert median_distance(tiers, weights[1]) == pytest.approx(0.6, rel=0.1)
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=0.02)  # a few lie beyond the last tier


def test_what_cannot_be_liquidated_is_inert():
    distance, usd, short, coin = draw()
    distance[::2] = np.nan
    distance[1::4] *= -1
    _, weights = learn_distances(distance, usd, short, coin)
    for side in (0, 1):
        own = short == bool(side)
        can = own & (distance > 0) & (distance <= 1.6)
        assert weights[side].sum() == pytest.approx(usd[can].sum() / usd[own].sum())


@given(scale=st.floats(1e-3, 1e6), seed=st.integers(0, 50))
def test_only_shares_of_notional_count(scale, seed):
    distance, usd, short, coin = draw(200, seed)
    order = np.random.default_rng(seed).permutation(200)
    _, weights = learn_distances(distance, usd, short, coin)
    _, other = learn_distances(distance[order], usd[order] * scale, short[order], coin)
    np.testing.assert_allclose(weights, other, rtol=1e-9)


def test_coins_count_alike():
    near, far = draw(seed=1, medians=(0.1, 0.1)), draw(seed=2, medians=(0.9, 0.9))
    joined = [np.concatenate([a, b]) for a, b in zip(near, far, strict=True)]
    joined[1][4000:] *= 1000
    joined[3] = np.repeat(["BTC", "SOL"], 4000)
    _, weights = learn_distances(*joined)
    alone = [learn_distances(*one)[1] for one in (near, far)]
    np.testing.assert_allclose(weights, (alone[0] + alone[1]) / 2, rtol=1e-9)


def test_bad_input():
    distance, usd, short, coin = draw(10)
    with pytest.raises(InputError, match="as long as"):
        learn_distances(distance[:5], usd, short, coin)
    with pytest.raises(NoDataError, match="side 1"):
        learn_distances(distance, usd, np.zeros(10, bool), coin)


def test_the_shipped_prior_is_ready_for_a_book():
    prior = held_tiers()
    assert prior.distances.shape == prior.weights.shape == prior.hazards.shape == (2, 64)
    assert np.all(np.diff(prior.distances, axis=1) > 0)
    assert np.all(np.diff(prior.hazards, axis=1) <= 0)
    assert np.all(prior.hazards > 0)
    assert np.all((prior.weights >= 0) & (prior.weights.sum(axis=1) <= 1)[:, None])
    assert prior.shares.sum() == pytest.approx(1)
    assert prior.provenance["end_ms"] < 1_770_940_800_000  # 2026-02-13: nothing of the scored half


def test_written_and_read_back():
    prior = held_tiers()
    again = read_held_prior(write_held_prior(prior))
    for name in ("distances", "weights", "hazards", "kappas", "shares"):
        np.testing.assert_array_equal(getattr(again, name), getattr(prior, name))
    assert again.provenance == prior.provenance
    assert isinstance(again, HeldPrior)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "0"}', '{"format": "1", "distances": "x"}'])
def test_files_that_are_none_of_ours(text):
    with pytest.raises(FileFormatError, match="held_prior"):
        read_held_prior(text)


def test_another_format_is_named():
    body = json.loads(write_held_prior(held_tiers())) | {"format": "9"}
    with pytest.raises(FileFormatError, match="format 1; found 9"):
        read_held_prior(json.dumps(body))
