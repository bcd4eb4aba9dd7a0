"""Clusters and setups of expected forced flow: judged by the flow as it is, with its range and support."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest

import liqheat
from liqheat.errors import InputError
from liqheat.heatmap import build_view
from liqheat.setups import load_preset
from liqheat.setups.looks import read_asymmetry_interval, read_curves
from liqheat.setups.rules_of_cluster import judge_support
from liqheat.setups.rules_of_map import judge_asymmetry


@pytest.fixture(scope="module")
def flow(simulated):
    return liqheat.estimate_flow(simulated)


def test_clusters_of_a_flow_are_no_held_notional(flow, simulated):
    clusters = liqheat.find_clusters(flow)
    assert clusters
    for one in clusters:
        assert one.quantity == "flow" and math.isnan(one.held_notional_usd)
        assert one.mass_usd == one.forced_flow_usd > 0 and one.flow_share == 1.0
        assert 0.0 <= one.support <= 1.0
        assert sum(usd for _, usd in one.leverage_usd) == pytest.approx(one.forced_flow_usd)
    held = liqheat.find_clusters(liqheat.estimate_book(simulated))
    assert all(one.quantity == "held" and one.support is None for one in held)
    assert held[0].mass_usd == held[0].held_notional_usd


def test_support_is_that_of_the_cells(flow):
    nearest = liqheat.find_clusters(flow)[0]
    view = build_view(flow, interval="5m", start_ms=flow.market.end_ms - 300_000)
    column = liqheat.draw_heatmap(flow, quantity="flow", interval="5m", start_ms=flow.market.end_ms - 300_000).column()
    assert view.n_columns == 1
    edges = column.price_edges
    inside = (edges[:-1] >= nearest.low_price) & (edges[1:] <= nearest.high_price)
    usd = column.long_usd if nearest.side == "long" else column.short_usd
    weighed = float((column.support * usd)[inside].sum() / usd[inside].sum())
    assert nearest.support == pytest.approx(weighed, abs=0.02)


def test_a_setup_takes_the_flow_as_it_is(flow, simulated):
    setups = liqheat.score_setups(flow, style="swing", equity_usd=10_000, volume_rank=1)
    assert setups
    for setup in setups:
        by_id = {rule.rule_id: rule for rule in setup.rules}
        size = by_id["R2"].inputs
        touch = setup.touch_forecast
        assert touch.horizon == "72h"
        whole = touch.inside_usd or setup.cluster.cluster.forced_flow_usd
        discount = 0.8 if "weekend" in by_id["R10"].sentence else 1.0
        assert size["estimate_usd"] == whole and setup.forced_flow_usd == pytest.approx(discount * whole)
        ends = by_id["R1"].inputs
        assert ends["asymmetry_low"] < ends["asymmetry"] < ends["asymmetry_high"]
        assert "parameters of another market" in setup.flags and "uncalibrated estimate" not in setup.flags
    held = liqheat.score_setups(liqheat.estimate_book(simulated), style="swing", equity_usd=10_000, volume_rank=1)
    assert {rule.rule_id: rule for rule in held[0].rules}["R1"].inputs["asymmetry_low"] is None


def test_a_gain_that_may_be_nothing_caps_the_risk(flow):
    options = {"style": "swing", "equity_usd": 10_000, "volume_rank": 1}
    proven = liqheat.score_setups(flow, information_gain=(0.01, 0.05), **options)
    doubtful = liqheat.score_setups(flow, information_gain=(-0.01, 0.05), **options)
    for one in doubtful:
        rule = next(rule for rule in one.rules if rule.rule_id == "R16")
        assert rule.verdict == "fail" and "may be nothing" in rule.sentence
        assert one.risk_fraction is None or one.risk_fraction <= 0.005
    passing = [rule.verdict for one in proven for rule in one.rules if rule.rule_id == "R16"]
    assert "pass" in passing


def test_a_trade_says_what_came_true_of_such_forecasts(flow):
    options = {"style": "day", "equity_usd": 10_000}
    measured = liqheat.score_setups(flow, realised_over_forecast=(1.04, 0.94, 1.16), **options)
    plain = liqheat.score_setups(flow, **options)
    for one, other in zip(measured, plain, strict=True):
        rule = one.rule("R10")
        assert rule.sentence == other.rule("R10").sentence + (
            "; on days not seen, realised / forecast was 1.04 (0.94 to 1.16)"
        )
        assert rule.inputs["realised_over_forecast_low"] == 0.94 and rule.verdict == "pass"
        assert one.forced_flow_usd == other.forced_flow_usd


def test_the_judges_say_their_intervals():
    def case(support=None, gain=None):
        now = SimpleNamespace(asymmetry_interval=(2.5, 3.6), information_gain=gain)
        sides = {"long_usd": 300.0, "short_usd": 100.0, "direction": "short"}
        return SimpleNamespace(preset=load_preset(), now=now, one=SimpleNamespace(support=support), **sides)

    found = judge_asymmetry(case())
    assert found.verdict == "pass" and found.says == ("sides", "range", "favours")
    assert (found.inputs["asymmetry_low"], found.inputs["asymmetry_high"]) == (2.5, 3.6)
    assert judge_support(case(0.6)).verdict == "pass"
    assert judge_support(case(0.4)).verdict == "fail"
    assert judge_support(case(None, (0.1, 0.2))).verdict == "unknown"
    assert judge_support(case(0.9, (0.0, 0.2))).verdict == "fail"


def test_the_range_is_that_of_the_ensemble(flow, simulated):
    price = float(simulated.close[-1])
    low, high = read_asymmetry_interval(flow, cohort="none", band=0.05, price=price)
    curves = read_curves(flow)
    value = curves.usd_between("long", 0.95 * price, price) / curves.usd_between("short", price, 1.05 * price)
    assert 0 < low < value < high
    assert read_asymmetry_interval(liqheat.estimate_book(simulated), cohort="none", band=0.05, price=price) is None


def test_clusters_of_several_venues_flow_are_split_by_venue(flow, simulated):
    both = liqheat.combine_venues([flow, liqheat.estimate_flow(replace(simulated, venue="bybit"))])
    clusters = liqheat.find_clusters(both)
    assert clusters
    for one in clusters:
        assert one.quantity == "flow" and set(one.venue_shares) == {"simulated", "bybit"}
        assert 0.0 <= one.support <= 1.0 and sum(one.venue_shares.values()) == pytest.approx(1.0)


def test_held_and_flow_are_not_added_up(flow, simulated):
    with pytest.raises(InputError, match="all held or all flow"):
        liqheat.combine_venues([flow, liqheat.estimate_book(replace(simulated, venue="bybit"))])
