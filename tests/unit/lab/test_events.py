"""Single liquidations: which bar, which price."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liqheat.errors import InputError
from liqheat.units import MINUTE_MS
from liqheat_lab.scores import events as scores
from tests.support.random_markets import START_MS, STEP_MS, candles_of, events_of, market_of, profiles_of, random_market


@pytest.fixture
def falling():
    """The second bar falls from 100 to 99."""
    return market_of([100.0, 99.0, 99.0])


def test_a_fill_is_the_trigger_moved_into_the_range_of_the_mark(falling) -> None:
    events = events_of([START_MS + STEP_MS + 7000] * 2, True, [99.4, 98.7])
    found = scores.recover_triggers(events, falling)
    assert found.bar.tolist() == [1, 1]
    assert found.low.tolist() == found.high.tolist() == [99.4, 99.0]


@pytest.mark.parametrize("means", ["bankruptcy", "order limit", "something new"])
def test_leak_a_bankruptcy_price_is_never_the_trigger(falling, means) -> None:
    """Bybit's and OKX's price lies a maintenance margin beyond the trigger; here it even lies outside the bar."""
    events = events_of([START_MS + STEP_MS + 7000] * 2, [True, False], [98.6, 99.9], price_means=means)
    found = scores.recover_triggers(events, falling)
    assert found.low[0] == 99.0
    assert found.high[0] == 100.0
    assert (found.low[1], found.high[1]) == (100.0, 100.0)
    other = scores.recover_triggers(replace(events, price=events.price * 0.97), falling)
    assert np.array_equal(found.low, other.low)
    assert np.array_equal(found.high, other.high)
    # Taken at its word the price would give another trigger: what this test is against.
    leak = scores.recover_triggers(replace(events, price=np.array([99.6, 99.9]), price_means="fill average"), falling)
    assert leak.low[0] != found.low[0]


def test_the_mark_on_receipt_counts_only_when_it_came_at_once(falling) -> None:
    at = [START_MS + STEP_MS + 7000]
    prompt = scores.recover_triggers(
        events_of(at, True, 98.0, price_means="bankruptcy", mark=99.3, delay_ms=300), falling
    )
    assert prompt.low[0] == prompt.high[0] == 99.3
    late = scores.recover_triggers(
        events_of(at, True, 98.0, price_means="bankruptcy", mark=99.3, delay_ms=60_000), falling
    )
    assert (late.low[0], late.high[0]) == (99.0, 100.0)


def test_leak_the_time_of_the_event_counts_and_not_that_of_its_receipt(falling) -> None:
    event = events_of([START_MS + STEP_MS + 4 * MINUTE_MS], True, 99.5, usd=[7.0], delay_ms=2 * MINUTE_MS)
    assert scores.usd_by_bar(event, falling)[:, 0].tolist() == [0, 7, 0]
    assert scores.recover_triggers(event, falling).bar.tolist() == [1]
    received = replace(event, time_ms=event.receive_ms)
    assert scores.usd_by_bar(received, falling)[:, 0].tolist() == [0, 0, 7]


def test_events_outside_the_bars_are_left_out(falling) -> None:
    events = events_of([START_MS - 1, START_MS + 3 * STEP_MS], True, 99.0)
    found = scores.recover_triggers(events, falling)
    assert found.bar.tolist() == [-1, -1]
    assert np.isnan(found.low).all()
    assert scores.usd_by_bar(events, falling).sum() == 0


@pytest.fixture(scope="module")
def hours():
    """Ten days in which one bar of each hour is liquidated, and forecasts that know it more or less."""
    market = market_of(np.full(2880, 100.0))
    rng = np.random.default_rng(1)
    usd = np.zeros((2880, 2))
    usd[np.arange(0, 2880, 12) + rng.integers(0, 12, 240), 0] = rng.exponential(size=240)
    blind = np.ones((2880, 2))
    knows = 1 + 5.0 * (usd > 0)
    return market, usd, knows, blind


def score(usd, with_map, without_map, market, **more):
    return scores.score_which_bar([scores.divide_hours(usd, with_map, without_map, market, **more)])


def test_several_markets_are_scored_as_one(hours) -> None:
    market, usd, knows, blind = hours
    parts = [scores.divide_hours(one, knows, {"blind": blind}, market) for one in (usd, 3 * usd)]
    both, alone = scores.score_which_bar(parts), scores.score_which_bar(parts[:1])
    assert both.gains["blind"].value == pytest.approx(alone.gains["blind"].value)
    assert (both.n_hours, both.n_days) == (480, 10)
    assert both.events_usd == pytest.approx(4 * usd.sum())
    with pytest.raises(InputError, match="parts"):
        scores.score_which_bar([parts[0], scores.divide_hours(usd, knows, {"other": blind}, market)])
    with pytest.raises(InputError, match="parts"):
        scores.score_which_bar([])


def test_the_gain_is_what_the_shares_say(hours) -> None:
    market, usd, knows, blind = hours
    found = score(usd, knows, {"blind": blind, "none better": knows}, market)
    share = 0.99 * 6 / 17 + 0.01 / 12
    assert found.gains["blind"].value == pytest.approx(np.log(share * 12))
    assert found.gains["blind"].low == pytest.approx(np.log(share * 12))
    assert found.best == "none better"
    assert found.gains["none better"].value == pytest.approx(0)
    assert (found.n_hours, found.n_days) == (240, 10)
    assert found.events_usd == pytest.approx(usd.sum())


def test_only_the_division_within_the_hour_counts(hours) -> None:
    """A forecast of the hour's total, however right, gains nothing."""
    market, usd, _, blind = hours
    totals = np.repeat(usd.reshape(-1, 12, 2).sum(axis=1), 12, axis=0)
    found = score(usd, totals * 3, {"blind": blind}, market)
    assert found.gains["blind"].value == pytest.approx(0)


def test_a_dead_stream_is_left_out_for_all_alike(hours) -> None:
    market, usd, knows, blind = hours
    recorded = np.arange(2880) % 12 < 6
    found = score(usd, knows, {"blind": blind}, market, recorded=recorded)
    assert found.events_usd == pytest.approx(usd[recorded].sum())
    share = 0.99 * 6 / 11 + 0.01 / 6
    assert found.gains["blind"].value == pytest.approx(np.log(share * 6))


def test_bars_are_recorded_between_events_that_follow_each_other_soon() -> None:
    market = market_of(np.full(24, 100.0))
    minutes = np.array([2, 9, 16, 22, 60, 66, 71, 75])
    alive = scores.recorded_bars(START_MS + minutes * MINUTE_MS, market)
    assert np.flatnonzero(alive).tolist() == [1, 2, 3, 12, 13, 14]
    assert not scores.recorded_bars(np.array([], np.int64), market).any()


def test_a_forecast_of_nothing_is_even_and_a_surprise_is_finite(hours) -> None:
    market, usd, _, blind = hours
    nothing = score(usd, np.zeros_like(usd), {"blind": blind}, market)
    assert nothing.gains["blind"].value == pytest.approx(0)
    wrong = score(usd, (usd == 0).astype(float), {"blind": blind}, market)
    assert wrong.gains["blind"].value == pytest.approx(np.log(0.01))


def test_which_bar_refuses_what_it_cannot_score(hours) -> None:
    market, usd, knows, blind = hours
    with pytest.raises(InputError, match="without_map"):
        score(usd, knows, {}, market)
    with pytest.raises(InputError, match="blind"):
        score(usd, knows, {"blind": blind[:-1]}, market)
    with pytest.raises(InputError, match="with_map"):
        score(usd, np.where(usd > 0, np.nan, knows), {"blind": blind}, market)


def test_which_price_finds_the_map_that_knows() -> None:
    market = random_market(days=15, volatility=0.002, seed=4)
    rng = np.random.default_rng(2)
    truth = rng.gamma(0.3, size=(15 * 24, 2, 80))
    profiles = profiles_of(market, truth)
    time_ms, is_long, price, usd = [], [], [], []
    for index in range(len(profiles.usd) - 1):
        first = int(np.searchsorted(market.open_time_ms, profiles.time_ms[index]))
        for side, extreme in enumerate((market.mark_low, market.mark_high)):
            sign = 1.0 if side else -1.0
            out = np.maximum.accumulate(sign * np.log(extreme[first : first + 12] / profiles.close[index]))
            middles = (np.arange(80) + 0.5) * 0.001
            bars = np.searchsorted(out, middles)
            for cell in np.flatnonzero(bars < 12):
                time_ms.append(profiles.time_ms[index] + bars[cell] * STEP_MS + 1000)
                is_long.append(side == 0)
                price.append(profiles.close[index] * np.exp(sign * middles[cell]))
                usd.append(truth[index, side, cell])
    order = np.argsort(time_ms, kind="stable")
    events = events_of(
        np.array(time_ms)[order], np.array(is_long)[order], np.array(price)[order], usd=np.array(usd)[order]
    )
    found = scores.score_which_price(profiles, events, market, candles_of(market), n_resamples=100)
    assert found["map"]["ring"].low > 0.9
    assert found["map"]["snapshot"].low > 0.9
    for rival in ("freshness", "distance", "static"):
        assert found[rival]["ring"].high < 0.65, rival
    dead = scores.score_which_price(
        profiles, events, market, candles_of(market), recorded=np.zeros(market.n_bars, bool), n_resamples=10
    )
    assert np.isnan(dead["map"]["ring"].value)
    # Without the price, only the bar is known: part of it remains.
    blurred = scores.score_which_price(
        profiles, replace(events, price_means="bankruptcy"), market, candles_of(market), n_resamples=100
    )
    assert 0.55 < blurred["map"]["ring"].value < found["map"]["ring"].value
