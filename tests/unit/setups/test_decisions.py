"""The public door: one moment, a span, several venues, what is missing."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import liqheat
from liqheat import InputError, NoDataError, UnknownNameError
from liqheat.setups.decide import read_market_now
from liqheat.setups.looks import read_curves
from tests.support.markets import make_market
from tests.support.setup_samples import make_depth

HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def estimate(simulated):
    return liqheat.estimate_book(simulated)


@pytest.fixture(scope="module")
def both(simulated, estimate):
    half = dataclasses.replace(
        simulated, venue="bybit", volume=simulated.volume / 2, open_interest=simulated.open_interest / 2
    )
    return liqheat.combine_venues([estimate, half])


def test_nothing_after_as_of_is_seen(simulated, estimate):
    cut = 1500
    end_ms = int(simulated.open_time_ms[cut - 1]) + simulated.interval_ms
    arrays = {
        field.name: value[:cut]
        for field in dataclasses.fields(simulated)
        if isinstance(value := getattr(simulated, field.name), np.ndarray)
    }
    short = liqheat.estimate_book(dataclasses.replace(simulated, **arrays))
    same_clusters(liqheat.find_clusters(estimate, as_of_ms=end_ms), liqheat.find_clusters(short))
    options = {"style": "day", "equity_usd": 1e4}
    before, alone = liqheat.score_setups(estimate, as_of_ms=end_ms, **options), liqheat.score_setups(short, **options)
    same_clusters([one.cluster.cluster for one in before], [one.cluster.cluster for one in alone])
    for one, other in zip(before, alone, strict=True):
        assert [rule.verdict for rule in one.rules] == [rule.verdict for rule in other.rules]
        assert one.touch_probability == pytest.approx(other.touch_probability)


def same_clusters(clusters, others):
    """Equal but for the last bits: a longer book adds up in another order."""
    assert len(clusters) == len(others)
    for one, other in zip(clusters, others, strict=True):
        assert (one.side, one.time_ms) == (other.side, other.time_ms)
        for name in ("low_price", "high_price", "peak_price", "held_notional_usd"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-9)


def test_the_last_look_is_exact_by_leverage_and_venue(both):
    tracker = liqheat.track_clusters(both, span="2d")
    assert {one.cluster for one in tracker.alive} == set(liqheat.find_clusters(both))
    largest = max(tracker.alive, key=lambda one: one.cluster.held_notional_usd).cluster
    assert set(largest.venue_shares) == {"simulated", "bybit"}
    assert largest.venue_shares["simulated"] == pytest.approx(2 / 3, abs=0.02)
    assert sum(usd for _, usd in largest.leverage_usd) == pytest.approx(largest.held_notional_usd)


def test_a_tracker_goes_on_where_it_stopped(simulated, estimate):
    end_ms = simulated.end_ms
    whole = liqheat.track_clusters(estimate, span="3d")
    tracker = liqheat.track_clusters(estimate, span="2d", as_of_ms=end_ms - 24 * HOUR_MS)
    before = {one.cluster_id for one in tracker.alive}
    again = liqheat.track_clusters(estimate, tracker=tracker)
    assert again is tracker
    assert tracker.time_ms == end_ms
    assert [one.cluster for one in tracker.alive] == [one.cluster for one in whole.alive]
    assert {one.cluster_id for one in tracker.alive} & before
    with pytest.raises(InputError, match="tracker"):
        liqheat.track_clusters(estimate, tracker=tracker, as_of_ms=end_ms - HOUR_MS)


def test_one_bar_later_is_one_look(simulated, estimate):
    tracker = liqheat.track_clusters(estimate, span="1d", as_of_ms=simulated.end_ms - simulated.interval_ms)
    liqheat.track_clusters(estimate, tracker=tracker)
    assert tracker.time_ms == simulated.end_ms


def test_setups_come_ranked_and_one_venue_is_told(estimate, both):
    setups = liqheat.score_setups(estimate, style="day", equity_usd=1e4, volume_rank=1)
    order = {"pass": 0, "incomplete": 1, "fail": 2}
    assert [order[one.verdict] for one in setups] == sorted(order[one.verdict] for one in setups)
    assert all("one venue" in one.rule("R9").sentence for one in setups if one.risk_fraction is not None)
    several = liqheat.score_setups(both, style="day", equity_usd=1e4, volume_rank=1)
    assert any("several venues" in one.rule("R9").sentence for one in several if one.risk_fraction is not None)


def test_the_style_chooses_the_map_and_another_map_is_a_mismatch(estimate):
    for style, hours in (("scalp", 24), ("day", 72), ("swing", 168)):
        setup = liqheat.score_setups(estimate, style=style, equity_usd=1e4)[0]
        assert setup.rule("R12").inputs["cohort_hours"] == hours
    wrong = liqheat.score_setups(estimate, style="scalp", equity_usd=1e4, cohort="7d")
    assert all(setup.rule("R12").verdict == "fail" for setup in wrong)


def test_live_inputs_arrive(simulated, estimate):
    now_ms = simulated.end_ms + 60_000
    now = read_market_now(
        estimate, now_ms=now_ms, depth=make_depth(now_ms), daily_liquidated_usd=5e6, realised_usd=1.0, taker_share=0.5
    )
    assert (now.now_ms, now.daily_liquidated_usd, now.is_daily_realised) == (now_ms, 5e6, True)
    assert 0.001 < now.volatility_per_sqrt_hour < 0.02
    estimated = read_market_now(estimate)
    assert not estimated.is_daily_realised
    assert estimated.daily_liquidated_usd > 0
    with pytest.raises(InputError, match="daily_liquidated_usd"):
        read_market_now(estimate, daily_liquidated_usd=-1.0)


def test_a_wick_between_two_looks_sweeps():
    """The price is back when the hour ends; the mark path is what took the levels."""
    market = make_market(1200, volatility=0.0005, drops=False)
    bar = 1200 - 7
    arrays = {name: getattr(market, name).copy() for name in ("low", "mark_low")}
    for low in arrays.values():
        low[bar] = market.close[bar] * 0.96
    estimate = liqheat.estimate_book(dataclasses.replace(market, **arrays))
    before = liqheat.track_clusters(estimate, span="1d", as_of_ms=int(market.open_time_ms[bar]))
    near = {
        one.cluster_id
        for one in before.alive
        if one.cluster.side == "long" and one.cluster.distance(market.close[bar]) < 0.03
    }
    assert near
    after = liqheat.track_clusters(estimate, tracker=before)
    assert {one.cluster_id for one in after.dead if one.death == "swept"} >= near


def test_the_usual_day_is_the_mean_of_thirty_less_the_clusters_own_discount():
    market = make_market(40 * 288, volatility=0.004, drops=False)
    estimate = liqheat.estimate_book(market)
    month = float(estimate.swept_usd[-30 * 288 :].sum()) / 30
    assert float(estimate.swept_usd.sum()) / 40 != pytest.approx(month, rel=0.01)
    assert read_market_now(estimate).daily_liquidated_usd == pytest.approx(0.75 * month)


def test_what_cannot_be_decided_from(estimate):
    with pytest.raises(InputError, match="what estimate_book, combine_venues or estimate_flow returned"):
        liqheat.find_clusters([estimate])
    with pytest.raises(NoDataError, match="as_of_ms"):
        liqheat.find_clusters(estimate, as_of_ms=0)
    with pytest.raises(UnknownNameError, match="cohort"):
        liqheat.find_clusters(estimate, cohort="5d")
    with pytest.raises(UnknownNameError, match="style"):
        liqheat.score_setups(estimate, style="yolo", equity_usd=1e4)
    with pytest.raises(InputError, match="equity_usd"):
        liqheat.score_setups(estimate, style="day", equity_usd=0)
    with pytest.raises(InputError, match="risk_cap"):
        liqheat.score_setups(estimate, style="day", equity_usd=1e4, thresholds={"risk_cap": 0.05})
    with pytest.raises(InputError, match="interval"):
        liqheat.track_clusters(estimate, interval="soon")


def test_a_short_history_has_setups_too():
    estimate = liqheat.estimate_book(make_market(40))
    for setup in liqheat.score_setups(estimate, style="scalp", equity_usd=1e4):
        # Less than a day was seen: what is usual is not known.
        assert setup.rule("R2").verdict == "unknown"


def test_curves_split_exactly(estimate):
    curves = read_curves(estimate)
    whole = curves.usd_between("long", 1.0, 1e9)
    middle = curves.price * 0.97
    assert curves.usd_between("long", 1.0, middle) + curves.usd_between("long", middle, 1e9) == pytest.approx(whole)
    assert curves.usd_between("long", curves.price, 1e9) == 0.0
