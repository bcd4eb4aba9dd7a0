"""Public feeds beyond bars: several venues, late stamps, order book, funding, outages, thinned streams, scenarios."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import liqheat
from liqheat.errors import InputError
from liqheat.simulator import (
    SCENARIOS,
    FeedHole,
    cut_feeds,
    simulate_market,
    simulate_market_with_truth,
    simulate_venues,
    simulate_venues_with_truth,
)

SMALL = {"days": 2, "seed": 5, "warm_up_days": 1, "positions": 4_000, "daily_volatility": 0.04}
HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def market():
    return simulate_market(**SMALL)


def test_several_venues_hold_one_price_and_their_own_crowds():
    markets, truths = simulate_venues_with_truth(3, **(SMALL | {"positions": 9_000}))
    assert [each.history.venue for each in markets] == ["simulated", "simulated_b", "simulated_c"]
    first = markets[0].history
    for other in markets[1:]:
        apart = np.abs(np.log(other.history.close / first.close))
        assert 0 < np.median(apart) < 2e-4
        assert other.history.open_interest.mean() < first.open_interest.mean()
        assert not np.array_equal(other.liquidations.time_ms, markets[0].liquidations.time_ms)
    for each, truth in zip(markets, truths, strict=True):
        longs, shorts = truth.both_sides_lots.T
        assert (longs == shorts).all()
        assert (longs / truth.lots_per_coin == each.history.open_interest).all()
    again = simulate_venues(3, **(SMALL | {"positions": 9_000}))
    for left, right in zip(markets, again, strict=True):
        np.testing.assert_array_equal(left.history.close, right.history.close)
    np.testing.assert_array_equal(
        simulate_market(**(SMALL | {"positions": 9_000, "venues": 3})).history.close, first.close
    )


def test_every_simulated_venue_has_rules_for_the_book():
    histories = [each.history for each in simulate_venues(3, **SMALL)]
    estimates = [liqheat.estimate_book(history) for history in histories]
    assert [estimate.market.venue for estimate in estimates] == [history.venue for history in histories]


def test_open_interest_is_published_late(market):
    stamps = market.open_interest
    history = market.history
    np.testing.assert_array_equal(stamps.time_ms, history.open_time_ms + history.interval_ms)
    np.testing.assert_array_equal(stamps.quantity, history.open_interest)
    late = stamps.published_ms - stamps.time_ms
    assert late.min() > 0
    assert 10_000 < np.median(late) < 40_000


def test_order_book_levels_add_up_to_the_published_depth(market):
    book = market.order_book
    assert (np.diff(book.distance_bp) > 0).all()
    assert book.bid_usd.shape == book.ask_usd.shape == (market.history.n_bars, book.distance_bp.size)
    within = book.distance_bp <= 100
    both = book.bid_usd[:, within].sum(axis=1) + book.ask_usd[:, within].sum(axis=1)
    np.testing.assert_allclose(both, 2 * market.depth_usd)


def test_funding_is_paid_every_eight_hours(market):
    assert market.funding.time_ms.size == 6
    assert (market.funding.time_ms % (8 * HOUR_MS) == 0).all()
    assert (np.abs(market.funding.rate) <= 0.003).all()


def test_holes_are_stated_and_filled_with_nothing_from_later(market):
    history = market.history
    start = int(history.open_time_ms[100])
    holes = [
        FeedHole("liquidations", start, start + 20 * HOUR_MS),
        FeedHole("bars", start + 60_000, start + HOUR_MS),
        FeedHole("open_interest", start, start + 2 * HOUR_MS),
    ]
    cut = cut_feeds(market, holes)
    assert set(cut.holes) == set(holes)
    assert list(cut.holes) == sorted(cut.holes, key=lambda hole: (hole.start_ms, hole.end_ms))
    np.testing.assert_array_equal(np.flatnonzero(cut.history.bridged), np.arange(100, 112))
    for name in ("open", "high", "low", "close", "mark_low", "mark_high"):
        assert (getattr(cut.history, name)[100:112] == history.close[99]).all()
        np.testing.assert_array_equal(getattr(cut.history, name)[112:], getattr(history, name)[112:])
    assert (cut.history.volume[100:112] == 0).all()
    # Stamps at 99's close lie in the hole, too: the last that is left is that of bar 98.
    assert (cut.history.open_interest[99:123] == history.open_interest[98]).all()
    assert cut.history.open_interest[123] == history.open_interest[123]
    assert not ((cut.open_interest.time_ms >= start) & (cut.open_interest.time_ms < start + 2 * HOUR_MS)).any()
    assert cut.open_interest.time_ms.size == history.n_bars - 24
    events = cut.liquidations.time_ms
    assert not ((events >= start) & (events < start + 20 * HOUR_MS)).any()
    assert events.size < market.liquidations.time_ms.size
    # The snapshot at the hole's last moment, 12:00, is there again.
    assert cut.order_book.bid_usd.shape[0] == history.n_bars - 11
    assert not cut.history.close.flags.writeable
    # What comes after a hole, and the original, are untouched; an estimator can read the result.
    assert market.history.bridged is None
    assert cut_feeds(market, []) is market
    assert liqheat.estimate_book(cut.history).market.n_bars == history.n_bars


def test_a_hole_at_the_very_start_knows_only_the_first_price(market):
    start = int(market.history.open_time_ms[0])
    cut = cut_feeds(market, [FeedHole("bars", start, start + HOUR_MS)])
    assert (cut.history.close[:12] == market.history.open[0]).all()


@pytest.mark.parametrize(("feed", "length"), [("candles", 1), ("bars", 0)])
def test_bad_holes_are_named(feed, length):
    with pytest.raises(InputError):
        FeedHole(feed, 5, 5 + length)


def test_drawn_outages_and_thinning_change_the_feeds_and_not_the_market():
    plain, truth = simulate_market_with_truth(**SMALL)
    broken, same_truth = simulate_market_with_truth(**SMALL, scenario="broken_feeds", outages_per_day=8.0)
    assert {hole.feed for hole in broken.holes} == {"bars", "open_interest", "liquidations"}
    assert broken.history.bridged.any()
    np.testing.assert_array_equal(truth.long_quantity, same_truth.long_quantity)
    np.testing.assert_array_equal(truth.event_time_ms, same_truth.event_time_ms)
    left = ~broken.history.bridged
    np.testing.assert_array_equal(broken.history.close[left], plain.history.close[left])
    # The truth keeps every order; the thinned stream has at most one a second.
    assert truth.event_time_ms.size == plain.liquidations.time_ms.size > broken.liquidations.time_ms.size
    assert (np.diff(broken.liquidations.time_ms) > 0).all()
    np.testing.assert_array_equal(
        simulate_market(**SMALL, thinning="last").liquidations.price, plain.liquidations.thin("last").price
    )


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_runs_and_keeps_both_sides_equal(scenario):
    _, truth = simulate_market_with_truth(**SMALL, scenario=scenario)
    longs, shorts = truth.both_sides_lots.T
    assert (longs == shorts).all()


def test_scenarios_do_what_their_names_say():
    def run(scenario, **others):
        return simulate_market_with_truth(days=4, seed=3, positions=8_000, warm_up_days=2, scenario=scenario, **others)

    ordinary, _ = run("ordinary")
    crash, truth = run("crash")
    half = ordinary.history.n_bars // 2
    assert crash.history.low[half] < 0.85 * crash.history.close[half - 1]
    np.testing.assert_array_equal(crash.history.close[:half], ordinary.history.close[:half])
    assert truth.adl_time_ms.size > 0
    assert truth.totals_usd["deleveraged"] > 0
    assert crash.history.open_interest[half] < 0.95 * crash.history.open_interest[half - 1]
    assert run("whales")[1].whale_time_ms.size > 5
    returns = [np.diff(np.log(each.history.close)).std() for each in (run("calm")[0], ordinary)]
    assert returns[0] < 0.8 * returns[1]
    # What a caller names goes before the scenario's row.
    assert run("crash", crash_return=0.0)[1].adl_time_ms.size == 0


def test_unknown_scenarios_are_named():
    with pytest.raises(InputError, match="ordinary, calm, crash"):
        simulate_market(days=1, scenario="moon")


def test_entry_maps_hold_the_whole_crowd():
    _, truth = simulate_market_with_truth(**SMALL)
    for entries, total in (
        (truth.long_entry_quantity, truth.long_total),
        (truth.short_entry_quantity, truth.short_total),
    ):
        np.testing.assert_allclose(entries.sum(axis=1, dtype=np.float64), total, rtol=1e-5)
    assert (truth.open_positions > 2_000).all()
    assert dataclasses.is_dataclass(truth)
    direction = np.where(truth.event_position_side == 0, 1.0, -1.0)
    assert (direction * (truth.event_entry_price - truth.event_liquidation_price) > 0).mean() > 0.99
