"""Holes are bridged where short, cut where long, and never shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liqheat.errors import InputError
from liqheat.history.align import align_market
from liqheat.history.gaps import LONGEST_BRIDGE_MS, bridge_gaps, complete_mark
from liqheat.history.join import join_history, mend_series
from liqheat.records import Candles, Contract, MarkCandles, OpenInterest

STEP_MS = 300_000
BYBIT = Contract("bybit", "BTC/USDT:USDT")
START_MS = 1_767_225_600_000


def candles_without(missing, n=60):
    random = np.random.default_rng(4)
    kept = np.setdiff1d(np.arange(n), missing)
    close = 100 + np.cumsum(random.normal(0, 0.3, n))
    opened = np.concatenate([[100.0], close[:-1]])
    times = START_MS + np.arange(n) * STEP_MS
    high, low = np.maximum(opened, close) + 0.1, np.minimum(opened, close) - 0.1
    return Candles(times[kept], opened[kept], high[kept], low[kept], close[kept], np.full(kept.size, 7.0))


def interest(n=60):
    return OpenInterest(START_MS + (np.arange(n) + 1) * STEP_MS, np.linspace(1000, 1100, n))


def test_without_a_hole_nothing_changes():
    candles = candles_without([])
    filled, bridged, notes = bridge_gaps(candles, STEP_MS)
    assert filled is candles
    assert not bridged.any()
    assert notes == ()


def test_a_bridge_goes_from_close_to_open_and_trades_nothing():
    candles = candles_without([20, 21, 22, 40])
    filled, bridged, notes = bridge_gaps(candles, STEP_MS)
    assert np.flatnonzero(bridged).tolist() == [20, 21, 22, 40]
    np.testing.assert_array_equal(np.diff(filled.open_time_ms), STEP_MS)
    known = ~bridged
    for name in ("open", "high", "low", "close", "volume"):
        np.testing.assert_array_equal(getattr(filled, name)[known], getattr(candles, name))
    assert filled.open[20] == filled.close[19]
    assert filled.close[20] == filled.open[23] == filled.close[22]
    assert filled.volume[bridged].sum() == 0
    assert filled.high[20] == max(filled.close[19], filled.open[23])
    assert filled.low[20] == min(filled.close[19], filled.open[23])
    assert "4 bars" in notes[0]


def test_a_long_hole_starts_the_history_anew():
    first, second = candles_without([], 30), candles_without([], 40)
    later = replace(second, open_time_ms=second.open_time_ms + 30 * STEP_MS + LONGEST_BRIDGE_MS)
    names = ("open_time_ms", "open", "high", "low", "close", "volume")
    both = Candles(*(np.concatenate([getattr(first, name), getattr(later, name)]) for name in names))
    stamps = OpenInterest(both.open_time_ms + STEP_MS, np.full(both.open_time_ms.size, 9.0))
    mended = mend_series(both, stamps)
    np.testing.assert_array_equal(mended.candles.open_time_ms, later.open_time_ms)
    assert mended.bridged is None
    assert [note[:33] for note in mended.notes] == ["history begins after a hole of 6."] * 2
    longest = mend_series(both, stamps, keep="longest")
    assert longest.candles.open_time_ms.size == 40 and "only the longest stretch is read" in longest.notes[0]


def test_bridged_bars_are_no_candles():
    filled, bridged, notes = bridge_gaps(candles_without([20, 21, 22, 40]), STEP_MS)
    market = align_market(filled, interest(), contract=BYBIT, notes=notes, bridged=bridged)
    assert market.bridged is not None
    assert np.flatnonzero(market.bridged).tolist() == [20, 21, 22, 40]
    whole = market.join_candles(0, 60, 1)
    assert whole["time_ms"].tolist() == candles_without([20, 21, 22, 40]).open_time_ms.tolist()
    # Bars 20..22 are a whole candle of three from bar 2 on: it is not there.
    threes = market.join_candles(2, 59, 3)
    assert START_MS + 20 * STEP_MS not in threes["time_ms"]
    assert threes["time_ms"].size == 18
    # 38..40 has two real bars: it opens with the first and closes with the last of them.
    place = threes["time_ms"].tolist().index(START_MS + 38 * STEP_MS)
    assert threes["close"][place] == market.close[39]
    assert threes["volume"][place] == 14.0


def test_missing_marks_are_counted():
    candles = candles_without([])
    mark = MarkCandles(candles.open_time_ms[10:50], candles.low[10:50] + 0.05, candles.high[10:50] - 0.05)
    completed, notes = complete_mark(mark, candles, STEP_MS)
    assert completed is not None
    np.testing.assert_array_equal(completed.low[10:50], mark.low)
    np.testing.assert_array_equal(completed.low[:10], candles.low[:10])
    assert notes == ("mark price unknown in 20 bars: trade extremes trigger there",)
    assert complete_mark(None, candles, STEP_MS) == (None, ())


def test_open_interest_is_cut_at_its_last_long_hole():
    stamps = interest()
    holed = replace(stamps, time_ms=np.concatenate([stamps.time_ms[:20], stamps.time_ms[20:] + 10 * 3_600_000]))
    with pytest.raises(InputError, match="no gap longer"):
        align_market(candles_without([]), holed, contract=BYBIT)
    mended = mend_series(candles_without([]), holed)
    assert mended.open_interest.time_ms.tolist() == holed.time_ms[20:].tolist()
    assert mended.notes == ("history begins after a hole of 10.1 h in the open interest",)
    assert mend_series(candles_without([]), stamps).notes == ()


def test_candles_longer_than_the_longest_bridge_are_no_holes():
    day = 86_400_000
    times = START_MS + np.arange(30) * day
    flat = np.full(30, 10.0)
    candles = Candles(times, flat, flat, flat, flat, flat)
    market = join_history(candles, OpenInterest(times + day, flat), None, Contract("bybit", "BTC/USDT:USDT", "linear"))
    assert market.n_bars == 30 and market.bridged is None


def test_a_finer_mark_is_joined_and_completed():
    candles = candles_without([20])
    fine = START_MS + np.arange(60 * 5) * 60_000
    keep = np.ones(300, bool)
    keep[100:105] = False
    keep[37] = False
    mark = MarkCandles(fine[keep], (100 - np.arange(300) / 10)[keep], (200 + np.arange(300) / 10)[keep])
    mended = mend_series(candles, interest(), mark)
    assert mended.mark is not None and mended.mark.low[3] == 100 - 1.9 and mended.mark.high[3] == 200 + 1.9
    assert mended.mark.low[20] == mended.candles.low[20]
    # A minute is missing: what the mark did in it is not known, so the trade extremes stand in for the whole bar.
    assert (mended.mark.low[7], mended.mark.high[7]) == (mended.candles.low[7], mended.candles.high[7])
    assert "mark price unknown in 2 bars: trade extremes trigger there" in mended.notes


def test_a_mark_coarser_than_the_candles_is_left_to_be_refused():
    times = 1_767_225_600_000 + np.arange(36) * STEP_MS
    close = np.full(36, 100.0)
    candles = Candles(times, close, close, close, close, np.ones(36))
    hourly = MarkCandles(times[::12], close[::12] - 9.0, close[::12] + 9.0)
    # Taken as five-minute marks, one bar in twelve would trigger over an hour's range.
    assert complete_mark(hourly, candles, STEP_MS) == (hourly, ())
