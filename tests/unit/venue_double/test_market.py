"""The running market: what it shows adds up, and never more than has happened."""

from __future__ import annotations

import numpy as np
import pytest

from liqheat import simulate_market
from tests.support.double_clients import NOW_MS
from tests.support.venue_double import RunningMarket
from tests.support.venue_double.bridge import bridge_minutes

MINUTE_MS, STEP_MS, HOUR_MS, DAY_MS = 60_000, 300_000, 3_600_000, 86_400_000


@pytest.fixture(scope="module")
def market() -> RunningMarket:
    return RunningMarket(history_days=9, future_days=1, speed=0, now_ms=NOW_MS)


def test_minutes_keep_what_their_bar_says():
    simulated = simulate_market(days=2, positions=4_000, warm_up_days=0)
    minutes, history = bridge_minutes(simulated), simulated.history

    def parts(name: str) -> np.ndarray:
        return getattr(minutes, name).reshape(-1, 5)

    np.testing.assert_array_equal(parts("open")[:, 0], history.open)
    np.testing.assert_array_equal(parts("close")[:, -1], history.close)
    np.testing.assert_array_equal(parts("high").max(axis=1), history.high)
    np.testing.assert_array_equal(parts("low").min(axis=1), history.low)
    np.testing.assert_array_equal(parts("mark_high").max(axis=1), history.mark_high)
    np.testing.assert_array_equal(parts("mark_low").min(axis=1), history.mark_low)
    np.testing.assert_allclose(parts("volume").sum(axis=1), history.volume, rtol=1e-12)
    for name in ("open", "close"):
        assert np.all((parts("low") <= parts(name)) & (parts(name) <= parts("high")))
    # Open interest of a bar's close is the next bar's at its open.
    np.testing.assert_allclose(minutes.open_interest[5::5], history.open_interest)


@pytest.mark.parametrize("interval_ms", [STEP_MS, 15 * MINUTE_MS, HOUR_MS, 4 * HOUR_MS, DAY_MS])
@pytest.mark.parametrize("venue", ["binanceusdm", "okx"])
def test_longer_bars_are_their_minutes(market, venue, interval_ms):
    bars = market.bars(venue, interval_ms, 0, NOW_MS, NOW_MS, 3)
    assert bars[-1].time_ms == NOW_MS // interval_ms * interval_ms
    for bar in bars:
        minutes = market.bars(venue, MINUTE_MS, bar.time_ms, bar.time_ms + interval_ms - 1, NOW_MS)
        assert (bar.open, bar.close) == (minutes[0].open, minutes[-1].close)
        assert float(bar.high) == max(float(minute.high) for minute in minutes)
        assert float(bar.low) == min(float(minute.low) for minute in minutes)
        assert float(bar.mark_low) == min(float(minute.mark_low) for minute in minutes)
        assert float(bar.volume) == pytest.approx(sum(float(minute.volume) for minute in minutes), abs=1e-6)
        taker = sum(float(minute.taker_buy_volume) for minute in minutes)
        assert float(bar.taker_buy_volume) == pytest.approx(taker, abs=1e-6)
        assert bar.open_interest == minutes[0].open_interest


def test_the_open_bar_becomes_the_closed_one(market):
    open_ms = NOW_MS // STEP_MS * STEP_MS
    seen = [market.bars("bybit", STEP_MS, open_ms, open_ms, open_ms + part)[0] for part in range(0, STEP_MS, 7_000)]
    closed = market.bars("bybit", STEP_MS, open_ms, open_ms, open_ms + STEP_MS)[0]
    assert len({bar.close for bar in seen}) > 10
    assert all(bar.open == closed.open for bar in seen)
    for earlier, later in zip(seen, [*seen[1:], closed], strict=True):
        assert float(earlier.high) <= float(later.high)
        assert float(earlier.low) >= float(later.low)
        assert float(earlier.volume) <= float(later.volume)
    assert market.bars("bybit", STEP_MS, open_ms, open_ms, open_ms + STEP_MS - 1)[0].close == closed.close


def test_nothing_of_the_future_is_shown(market):
    for interval in (MINUTE_MS, HOUR_MS):
        bars = market.bars("binanceusdm", interval, 0, NOW_MS + DAY_MS, NOW_MS)
        assert bars[-1].time_ms == NOW_MS // interval * interval
    later = market.bars("binanceusdm", MINUTE_MS, 0, NOW_MS + DAY_MS, NOW_MS + HOUR_MS)
    assert later[-1].time_ms == (NOW_MS + HOUR_MS) // MINUTE_MS * MINUTE_MS


def test_too_many_rows_leave_the_newest_or_the_oldest(market):
    every = market.bars("okx", HOUR_MS, NOW_MS - DAY_MS, NOW_MS, NOW_MS)
    assert market.bars("okx", HOUR_MS, NOW_MS - DAY_MS, NOW_MS, NOW_MS, 5) == every[-5:]
    assert market.bars("okx", HOUR_MS, NOW_MS - DAY_MS, NOW_MS, NOW_MS, 5, newest=False) == every[:5]


def test_venues_differ_in_size_and_a_little_in_price(market):
    large, small = (market.bars(venue, HOUR_MS, 0, NOW_MS, NOW_MS, 5)[0] for venue in ("binanceusdm", "okx"))
    assert float(small.open_interest) == pytest.approx(0.3 * float(large.open_interest), rel=1e-4)
    assert float(small.volume) == pytest.approx(0.3 * float(large.volume), rel=1e-2)
    assert float(small.close) / float(large.close) - 1 == pytest.approx(-2e-4, abs=1e-5)


def test_the_clock():
    still = RunningMarket(history_days=1, future_days=1, speed=0, now_ms=NOW_MS)
    assert still.now_ms() == still.now_ms() == NOW_MS
    still.step(12_345)
    assert still.now_ms() == NOW_MS + 12_345
    fast = RunningMarket(history_days=1, future_days=1, speed=3_600_000, now_ms=NOW_MS)
    assert fast.now_ms() > NOW_MS
    assert still.bars("bybit", STEP_MS, 0, NOW_MS, NOW_MS) == fast.bars("bybit", STEP_MS, 0, NOW_MS, NOW_MS)
