"""The article's worked examples, one test each."""

from __future__ import annotations

import pytest

import liqheat
from liqheat.setups import load_preset, score_setup
from liqheat.setups.clusters import extract_clusters
from liqheat.setups.depth import check_depth
from liqheat.setups.levels import break_even_win_rate, entry_price, reward_risk
from liqheat.setups.rules_of_map import asymmetry_bias
from liqheat.venues.table import RULES
from tests.support.setup_samples import (
    ARTICLE_LONGS,
    ARTICLE_SHORTS,
    WEDNESDAY_MS,
    aed,
    long_cluster,
    make_column,
    make_depth,
    make_now,
)


def test_90250_is_the_bankruptcy_price_of_a_20x_long_at_95000_beside_each_venues_liquidation_price():
    assert liqheat.bankruptcy_price("long", 95_000, 1, 95_000 / 20) == 90_250
    prices = {}
    for venue in {rule.venue for rule in RULES}:
        for symbol in ("BTC/USDT:USDT", "BTC/USDC:USDC", "BTC/USD:USD"):
            try:
                prices[venue] = liqheat.venue_liquidation_price(venue, symbol, "long", 95_000, 20, 10_000)
            except liqheat.InputError:
                continue
            break
    assert {"binanceusdm", "bybit", "okx", "bitget", "hyperliquid", "dydx"} <= set(prices)
    # Every venue closes before the margin is used up, and they do not agree where.
    assert all(90_250 < price < 93_000 for price in prices.values()), prices
    assert prices["binanceusdm"] == pytest.approx(90_612, abs=1)
    assert len({round(price) for price in prices.values()}) >= 3


@pytest.mark.parametrize(("longs", "shorts", "ratio"), [(350, 90, 350 / 90), (400, 200, 2.0)])
def test_350_to_90_and_400_to_200_favour_the_downside(longs, shorts, ratio):
    now = make_now(
        make_column([(90_500, 92_000, aed(longs * 1e6))], [(94_000, 94_800, aed(shorts * 1e6))]),
    )
    result = score_setup(long_cluster(now), now, style="scalp", equity_usd=1e5).rule("R1")
    assert result.verdict == "pass"
    assert result.inputs["bias"] == "short"
    assert result.inputs["asymmetry"] == pytest.approx(ratio)


def test_a_shade_under_two_to_one_favours_nobody():
    assert asymmetry_bias(load_preset(), 399.9e6 / 200e6) == "none"
    assert asymmetry_bias(load_preset(), 200e6 / 400e6) == "long"


def test_a_wall_of_30_million_at_92500_stands_before_a_cluster_at_92000():
    cluster = next(one for one in extract_clusters(make_column(ARTICLE_LONGS)) if one.side == "long")
    depth = make_depth(WEDNESDAY_MS, resting_usd=aed(4e6), wall=(92_500.0, aed(30e6)))
    check = check_depth(depth, cluster, aed(100e6), price=93_000.0, now_ms=WEDNESDAY_MS, preset=load_preset())
    (wall,) = check.walls
    assert wall.price == 92_500.0
    assert wall.resting_usd == pytest.approx(aed(30e6))
    assert check.state == "mid"
    without = check_depth(
        make_depth(WEDNESDAY_MS, resting_usd=aed(4e6)), cluster, aed(100e6), price=93_000.0, now_ms=WEDNESDAY_MS,
        preset=load_preset(),
    )  # fmt: skip
    assert without.state == "thin"
    assert without.walls == ()


@pytest.mark.parametrize(("discount", "planned"), [(0.30, 140e6), (0.20, 160e6), (0.25, 150e6)])
def test_200_million_are_planned_with_140_to_160(discount, planned):
    now = make_now(make_column([(90_500, 92_000, aed(200e6))], ARTICLE_SHORTS))
    preset = load_preset("article", {"discount": discount})
    setup = score_setup(long_cluster(now), now, style="scalp", equity_usd=1e5, preset=preset)
    assert setup.cluster.cluster.held_notional_usd == pytest.approx(aed(200e6), rel=2e-3)
    assert setup.forced_flow_usd == pytest.approx(aed(planned), rel=2e-3)


def test_stop_94500_and_target_90500_pay_less_than_they_risk():
    entries = [entry_price(92_000, "short", offset) for offset in (0.003, 0.005)]
    assert entries == pytest.approx([92_276, 92_460])
    ratios = [reward_risk(entry, 94_500, 90_500) for entry in entries]
    assert ratios == pytest.approx([1776 / 2224, 1960 / 2040])
    assert [round(ratio, 2) for ratio in ratios] == [0.80, 0.96]
    assert [break_even_win_rate(ratio) for ratio in ratios] == pytest.approx([0.556, 0.510], abs=5e-4)
    costs = [0.001 * entry / (94_500 - entry) for entry in entries]
    after = [break_even_win_rate(ratio, cost) for ratio, cost in zip(ratios, costs, strict=True)]
    assert after == pytest.approx([0.579, 0.533], abs=5e-4)


def test_the_articles_whole_setup():
    """Its clusters, its entry, a stop above the shorts, its target; `strict` refuses what `article` warns of."""
    now = make_now(depth=make_depth(WEDNESDAY_MS))
    setup = score_setup(long_cluster(now), now, style="scalp", equity_usd=100_000)
    assert setup.verdict == "pass", setup.reasons
    assert setup.direction == "short"
    assert setup.entry_order == "sell stop"
    assert setup.entry == pytest.approx(92_368, abs=5)
    assert setup.target == pytest.approx(90_500, abs=5)
    assert setup.stop == pytest.approx(94_400 * 1.001, abs=25)
    assert setup.reward_risk == pytest.approx((92_368 - 90_500) / (94_494 - 92_368), abs=0.03)
    assert setup.reward_risk < 1
    assert "reward below risk" in setup.flags
    strict = score_setup(long_cluster(now), now, style="scalp", equity_usd=100_000, preset="strict")
    assert strict.verdict == "fail"
    assert strict.rule("R8").verdict == "fail"


def test_90000_to_91500_has_migrated_more_than_one_per_cent():
    before = make_now(make_column([(89_500, 90_500, aed(400e6))], ARTICLE_SHORTS))
    noted = score_setup(long_cluster(before), before, style="day", equity_usd=1e5)
    assert noted.noted.centre_price == pytest.approx(90_000, abs=30)
    after = make_now(make_column([(91_000, 92_000, aed(400e6))], ARTICLE_SHORTS))
    moved = score_setup(long_cluster(after), after, style="day", equity_usd=1e5, noted=noted.noted)
    assert moved.rule("R13").verdict == "fail"
    assert moved.verdict == "fail"


def test_half_of_500_million_gone_by_wednesday_expires_a_setup():
    before = make_now(make_column([(90_500, 92_000, aed(500e6))], ARTICLE_SHORTS))
    noted = score_setup(long_cluster(before), before, style="day", equity_usd=1e5)
    after = make_now(make_column([(90_500, 92_000, aed(200e6))], ARTICLE_SHORTS))
    shrunk = score_setup(long_cluster(after), after, style="day", equity_usd=1e5, noted=noted.noted)
    assert shrunk.rule("R13").inputs["fallen"] == pytest.approx(0.6, abs=0.01)
    assert shrunk.rule("R13").verdict == "fail"
