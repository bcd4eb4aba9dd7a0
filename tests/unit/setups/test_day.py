"""The 24 h before the last closed bar, against histories made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import liqheat
from liqheat.records import MarketHistory
from liqheat.setups.day import read_market_day

MINUTE_MS = 60_000
DAY_MINUTES = 1_440


def history(close, minutes=60, *, volume=2.0, open_interest=10.0, kind="linear", bridged=None):
    """Bars of given closes; coins (linear) or USD (inverse) as volume and open interest."""
    close = np.asarray(close, dtype=float)
    opened = np.concatenate([close[:1], close[:-1]])
    high, low = np.maximum(opened, close), np.minimum(opened, close)
    return MarketHistory(
        venue="binancecoinm" if kind == "inverse" else "bybit",
        symbol="BTC/USD:BTC" if kind == "inverse" else "BTC/USDT:USDT",
        contract_kind=kind,
        interval_ms=minutes * MINUTE_MS,
        open_time_ms=1_767_225_600_000 + np.arange(close.size) * minutes * MINUTE_MS,
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=np.full(close.size, volume),
        open_interest=np.full(close.size, open_interest),
        mark_low=low,
        mark_high=high,
        origin="files",
        bridged=bridged,
    )


def day_of(market, end_ms=None):
    return read_market_day(liqheat.estimate_book(market), market.end_ms if end_ms is None else end_ms)


def test_a_day_made_by_hand():
    # 30 hours: the close 24 h ago is 100, then a rise by 1 an hour.
    day = day_of(history([*[90.0] * 5, 100.0, *(100.0 + np.arange(1, 25))]))
    assert day.change_24h_pct == pytest.approx(24.0)
    assert day.closes_24h == tuple(100.0 + np.arange(25))
    assert day.open_interest_usd == 10.0 * 124.0
    assert day.volume_24h_usd == pytest.approx(2.0 * sum(range(101, 125)))
    assert (day.interval_ms, day.why_unknown) == (3_600_000, "")


def test_inverse_contracts_count_in_usd():
    day = day_of(history([100.0] * 24 + [110.0], volume=7.0, open_interest=50.0, kind="inverse"))
    assert (day.open_interest_usd, day.volume_24h_usd) == (50.0, 7.0 * 24)
    assert day.change_24h_pct == pytest.approx(10.0)


def test_a_market_without_a_close_24_h_ago_says_so_and_never_zero():
    day = day_of(history([100.0] * 24))
    assert (day.change_24h_pct, day.volume_24h_usd, day.closes_24h) == (None, None, ())
    assert day.why_unknown == "the history is 24 h long, with no close 24 h ago"
    assert day.open_interest_usd == 1_000.0


def test_bars_that_do_not_divide_a_day_say_so():
    day = day_of(history([100.0] * 200, minutes=7))
    assert (day.change_24h_pct, day.why_unknown) == (None, "bars of 7m do not divide 24 h")


def test_bars_that_a_venue_does_not_have_are_no_closes_and_leave_the_volume_unknown():
    bridged = np.zeros(30, np.bool_)
    bridged[[10, 11]] = True
    day = day_of(history(100.0 + np.arange(30), bridged=bridged))
    assert (day.volume_24h_usd, day.why_unknown) == (None, "of the bars of the last 24 h 2 are missing at a venue")
    assert [at for at, close in enumerate(day.closes_24h) if close is None] == [5, 6]
    assert day.change_24h_pct == pytest.approx((129 / 105 - 1) * 100)
    first = np.zeros(30, np.bool_)
    first[5] = True
    day = day_of(history(100.0 + np.arange(30), bridged=first))
    assert (day.change_24h_pct, day.why_unknown) == (None, "the bar that closed 24 h ago is missing at the venue")
    assert day.volume_24h_usd is not None and day.closes_24h[-1] == 129


def test_later_bars_are_left_out():
    market = history(100.0 + np.arange(60))
    early = market.until(market.end_ms - 10 * 3_600_000)
    assert day_of(market, early.end_ms) == day_of(early)


def test_venues_are_summed_and_a_hole_of_one_is_told():
    one = history(60_000.0 + np.arange(30))
    other = replace(one, venue="okx", volume=one.volume * 3, open_interest=one.open_interest * 4)
    both = liqheat.combine_venues([one, other])
    day, alone = read_market_day(both, one.end_ms), day_of(one)
    assert day.volume_24h_usd == pytest.approx(4 * alone.volume_24h_usd)
    assert day.open_interest_usd == pytest.approx(5 * alone.open_interest_usd)
    hole = np.zeros(30, np.bool_)
    hole[20] = True
    holed = read_market_day(liqheat.combine_venues([one, replace(other, bridged=hole)]), one.end_ms)
    assert (holed.volume_24h_usd, holed.why_unknown) == (None, "of the bars of the last 24 h 1 are missing at a venue")


@settings(max_examples=40, deadline=None)
@given(
    minutes=st.sampled_from([1, 3, 5, 15, 20, 30, 60, 240, 480, 1_440]),
    more=st.integers(0, 30),
    seed=st.integers(0, 1_000),
)
def test_the_line_ends_at_the_last_price_and_its_ends_are_the_change(minutes, more, seed):
    n_bars = DAY_MINUTES // minutes + 1 + more
    close = 100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.002, n_bars)))
    day = day_of(history(close, minutes))
    assert 2 <= len(day.closes_24h) <= 49
    assert day.closes_24h[-1] == close[-1] and day.closes_24h[0] == close[-1 - DAY_MINUTES // minutes]
    assert day.change_24h_pct == pytest.approx((day.closes_24h[-1] / day.closes_24h[0] - 1) * 100)
