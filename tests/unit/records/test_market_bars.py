"""Bars of a history cut, joined and added: one set of methods, each against a loop that says the same."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqheat.errors import InputError, NoDataError
from liqheat.records.symbols import parse_symbol
from tests.support.markets import make_market

HOUR_MS, STEP_MS = 3_600_000, 300_000
PRICES = ("open", "high", "low", "close", "volume", "open_interest", "mark_low", "mark_high")


def with_bridges(market, bars):
    bridged = np.zeros(market.n_bars, np.bool_)
    bridged[list(bars)] = True
    return dataclasses.replace(market, bridged=bridged)


@given(start=st.integers(0, 40), stop=st.integers(50, 90), at=st.integers(0, 89))
def test_every_array_is_cut_alike(start, stop, at):
    market = with_bridges(make_market(90), [at])
    part = market.select(slice(start, stop))
    for name in ("open_time_ms", *PRICES, "bridged"):
        np.testing.assert_array_equal(getattr(part, name), getattr(market, name)[start:stop])
    assert (part.venue, part.symbol, part.interval_ms) == (market.venue, market.symbol, market.interval_ms)


@given(shift_ms=st.integers(-STEP_MS, STEP_MS), bar=st.integers(1, 58))
def test_a_bar_is_known_from_its_close_on(shift_ms, bar):
    market = make_market(60)
    end_ms = int(market.close_time_ms[bar]) + shift_ms
    known = market.until(end_ms)
    assert known.n_bars == sum(close <= end_ms for close in market.close_time_ms.tolist())
    assert market.until(int(market.close_time_ms[bar])).n_bars == bar + 1
    assert market.until(int(market.close_time_ms[bar]) - 1).n_bars == bar


@given(first=st.integers(0, 20), n_bars=st.integers(48, 80), size=st.sampled_from([2, 3, 6, 12]))
def test_longer_bars_say_what_their_parts_say(first, n_bars, size):
    market = with_bridges(make_market(120), [35, 50]).select(slice(first, first + n_bars))
    longer = market.resample(size * STEP_MS)
    for row, open_ms in enumerate(longer.open_time_ms.tolist()):
        assert open_ms % (size * STEP_MS) == 0
        inside = np.flatnonzero((market.open_time_ms >= open_ms) & (market.open_time_ms < open_ms + size * STEP_MS))
        assert inside.size == size
        assert longer.open[row] == market.open[inside[0]] and longer.close[row] == market.close[inside[-1]]
        assert longer.high[row] == market.high[inside].max() and longer.low[row] == market.low[inside].min()
        assert longer.mark_high[row] == market.mark_high[inside].max()
        assert longer.mark_low[row] == market.mark_low[inside].min()
        assert longer.volume[row] == pytest.approx(market.volume[inside].sum())
        assert longer.open_interest[row] == market.open_interest[inside[-1]]
        assert longer.bridged[row] == market.bridged[inside].any()
    # What is left out at the ends is less than an interval each.
    assert market.n_bars - longer.n_bars * size < 2 * size
    np.testing.assert_array_equal(market.candles.resample(size * STEP_MS, size).close, longer.close)


def test_bad_lengths_are_named():
    market = make_market(30)
    for interval_ms in (0, -STEP_MS, 420_000):
        with pytest.raises(InputError, match="interval_ms: must be a multiple of the bars' 300000 ms"):
            market.resample(interval_ms)
    with pytest.raises(InputError, match="must leave at least 2 bars"):
        market.resample(2 * HOUR_MS)
    with pytest.raises(NoDataError, match="bars: must fill an interval of 60 minutes"):
        market.select(slice(1, 9)).whole_intervals(HOUR_MS)


def test_bars_are_added_at_the_end():
    market = with_bridges(make_market(40), [7])
    more = {name: [float(getattr(market, name)[-1])] for name in PRICES}
    longer = market.append({"open_time_ms": [int(market.open_time_ms[-1]) + STEP_MS], **more})
    assert longer.n_bars == 41 and longer.end_ms == market.end_ms + STEP_MS
    assert longer.bridged.tolist() == [*market.bridged.tolist(), False]
    assert longer.open_time_ms.dtype == market.open_time_ms.dtype
    assert market.n_bars == 40


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("BTC/USDT:USDT", ("BTC", "USDT", "USDT", "", True)),
        ("BTC/USD:BTC-260327", ("BTC", "USD", "BTC", "-260327", True)),
        ("kPEPE/USDC:USDC", ("kPEPE", "USDC", "USDC", "", False)),
        ("BTC/USDT", ("BTC", "USDT", "", "", False)),
        ("BTCUSDT", None),
        ("BTC/USDT:USDT ", None),
        ("BTC/USDT:", None),
        (7, None),
        (None, None),
    ],
)
def test_symbols(text, parts):
    found = parse_symbol(text)
    assert (found and (found.base, found.quote, found.settle, found.expiry, found.is_plain)) == parts
