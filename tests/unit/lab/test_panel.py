"""The held view against a synthetic panel whose traders live in the very market that is estimated."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from liqheat import estimate_book
from liqheat.errors import NoDataError
from liqheat.flow import read_profiles
from liqheat.units import DAY_MS, HOUR_MS
from liqheat_lab.panel.held import estimate_held, held_profiles, learn_held_prior
from liqheat_lab.panel.panel import score_panel, split_of
from liqheat_lab.panel.prior import held_tiers
from tests.support.panels import MARKET, make_panel

SERIES = ("open_time_ms", "open", "high", "low", "close", "volume", "open_interest", "mark_low", "mark_high")


@pytest.fixture(scope="module")
def panel():
    return make_panel()


@pytest.fixture(scope="module")
def prior(panel):
    return learn_held_prior(panel, ["BTC"], end_ms=split_of(panel), kappas=(0.1,))


@pytest.fixture(scope="module")
def found(panel, prior):
    return score_panel(panel, [MARKET], prior, bands=["within_8_pct"])


def test_the_prior_is_what_the_traders_do(panel, prior):
    for side in (0, 1):
        share = prior.weights[side].sum()
        middle = np.exp(np.average(np.log(prior.distances[side]), weights=prior.weights[side]))
        assert share == pytest.approx(0.8, abs=0.05)
        assert 0.06 < middle < 0.12  # survivors are farther away than those who entered
    assert prior.provenance["end_ms"] < split_of(panel)
    assert prior.provenance["coins"] == ["BTC"]


def test_halves_share_no_day(panel):
    split_ms = split_of(panel)
    assert split_ms % DAY_MS == 0
    assert abs(split_ms - (panel.time_ms[0] + panel.time_ms[-1]) / 2) <= DAY_MS / 2


def test_the_map_is_found_and_the_controls_are_not(found):
    scores = {name: one.cluster_corr.value for name, one in found.scores["BTC"]["within_8_pct"].items()}
    assert scores["held"] > 0.3
    assert scores["real_24h_old"] > scores["held"]
    assert scores["static"] == 0
    assert abs(scores["permuted"]) < 0.1
    assert scores["side_swapped"] < 0.1
    assert scores["shifted_7d"] < scores["held"] / 2
    assert set(scores) >= {"price_only", "flow_speed", "prototype", "held_same", "held_listed_only"}


def test_scores_are_plain_json_and_say_what_they_are(found, prior):
    body = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert body["half"] == "second"
    assert body["start_ms"] >= body["split_ms"]
    assert body["prior"] == json.loads(json.dumps(prior.provenance))
    assert not any("no evidence" in note for note in body["notes"])
    assert body["scores"]["BTC"]["within_8_pct"]["held"]["n_days"] == 8


def test_the_learning_half_says_that_it_is_no_evidence(panel, prior):
    first = score_panel(panel, [MARKET], prior, half="first", bands=["within_8_pct"], controls=False)
    assert first.notes[0].startswith("the prior was learned on the scored days or later")
    assert list(first.scores["BTC"]["within_8_pct"]) == ["held"]


def test_coverage_changes_nothing_but_noise(prior, found):
    whole = score_panel(make_panel(listed=1.0), [MARKET], prior, bands=["within_8_pct"], controls=False)
    ours = found.scores["BTC"]["within_8_pct"]["held"]
    assert whole.scores["BTC"]["within_8_pct"]["held"].cluster_corr.value == pytest.approx(
        ours.cluster_corr.value, abs=0.15
    )
    assert whole.scores["BTC"]["within_8_pct"]["held"].mass_ratio.value == pytest.approx(ours.mass_ratio.value, rel=0.1)


def test_nothing_in_common(panel, prior):
    with pytest.raises(NoDataError, match="coin of the panel"):
        score_panel(panel, [replace(MARKET, symbol="SOL/USDT:USDT")], prior)
    with pytest.raises(NoDataError, match="both halves"):
        score_panel(replace(panel, trader=np.zeros_like(panel.trader)), [MARKET], prior)
    with pytest.raises(NoDataError, match="usable snapshots before"):
        learn_held_prior(panel, ["BTC"], end_ms=int(panel.time_ms[0]))


def test_held_profiles_are_the_shares_of_what_read_profiles_says():
    estimate = estimate_book(MARKET, leverage_mix="classic")
    profiles = read_profiles(estimate, start_ms=int(MARKET.open_time_ms[2880]))
    chosen = np.array([5, 50, 300])
    found = held_profiles(estimate, profiles.time_ms[chosen], None, cell_width=0.001, n_cells=80)
    whole = MARKET.open_interest * MARKET.close
    at = np.searchsorted(MARKET.open_time_ms + MARKET.interval_ms, profiles.time_ms[chosen])
    np.testing.assert_allclose(found.close, profiles.close[chosen])
    np.testing.assert_allclose(found.usd * whole[at][:, None, None], profiles.usd[chosen], rtol=1e-3, atol=1e3)


def test_held_profiles_know_nothing_later():
    time_ms = MARKET.open_time_ms[[3000, 4000]] + 7
    whole = held_profiles(estimate_held(MARKET), time_ms, None, cell_width=0.01, n_cells=8)
    cut = replace(
        MARKET,
        **{name: getattr(MARKET, name)[:4001] for name in SERIES},
    )
    early = held_profiles(estimate_held(cut), time_ms, None, cell_width=0.01, n_cells=8)
    np.testing.assert_array_equal(whole.usd, early.usd)
    with pytest.raises(NoDataError, match="must"):
        held_profiles(estimate_held(MARKET), MARKET.open_time_ms[:1] - HOUR_MS, None, cell_width=0.01, n_cells=8)


def test_the_shipped_prior_is_the_default():
    estimate = estimate_held(MARKET)
    np.testing.assert_array_equal(estimate.tiers.weights, held_tiers().weights)
    assert [(one.book.holder.kappa, one.side_weights) for one in estimate.layers] == [(0.02, (1.0, 1.0))]
