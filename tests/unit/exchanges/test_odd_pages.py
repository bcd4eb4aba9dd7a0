"""Pages that hold more or fewer rows than they should."""

from __future__ import annotations

import numpy as np
import pytest

from liqheat.errors import VenueError
from tests.support.venue_double import Fault
from tests.support.venue_double.market import STEP_MS

LAST_CLOSE_MS = 1_770_249_600_000


@pytest.mark.parametrize(("venue", "path"), [("binance", "klines"), ("bybit", "/kline"), ("okx", "/candles")])
def test_repeated_rows_are_dropped_and_told(double, venue, path):
    double.misbehave(Fault(path, edit_rows=lambda rows: [*rows, *rows[:7]]))
    history = double.fetch(venue)
    assert history.notes == ("candles: 7 repeated rows dropped",)
    assert np.all(np.diff(history.candles.open_time_ms) == STEP_MS)


def test_rows_of_one_time_that_differ_are_an_error(double):
    double.misbehave(Fault("klines", edit_rows=lambda rows: [*rows, [rows[3][0], *rows[4][1:]]]))
    with pytest.raises(VenueError, match="two different rows"):
        double.fetch()


@pytest.mark.parametrize(
    ("venue", "path", "name"), [("binance", "/klines", "candles"), ("bybit", "open-interest", "open interest")]
)
def test_a_missing_page_stays_a_gap_and_is_told(double, venue, path, name):
    double.misbehave(Fault(path, skip=1, edit_rows=lambda _rows: []))
    history = double.fetch(venue, days=9)
    size = {"/klines": 1000, "open-interest": 200}[path]
    (note,) = history.notes
    assert note.startswith(f"{name}: {size} of ")
    assert "in 1 gap, the first after" in note
    times = history.candles.open_time_ms if name == "candles" else history.open_interest.time_ms
    assert sorted(set(np.diff(times).tolist())) == [STEP_MS, (size + 1) * STEP_MS]


def test_holes_in_a_page_stay_gaps(double):
    double.misbehave(Fault("/klines", edit_rows=lambda rows: [*rows[:10], *rows[12:50], *rows[51:]]))
    history = double.fetch()
    assert [note.split(",")[0] for note in history.notes] == ["candles: 3 of 576 rows missing in 2 gaps"]


def test_rows_outside_the_window_are_left_out(double):
    extra = double.market.between(LAST_CLOSE_MS, LAST_CLOSE_MS)[0]
    row = [extra.time_ms, extra.open, extra.high, extra.low, extra.close, extra.volume]
    double.misbehave(Fault("/klines", edit_rows=lambda rows: [*rows, row]))
    history = double.fetch()
    assert history.candles.open_time_ms[-1] == LAST_CLOSE_MS - STEP_MS


def test_mark_candles_may_be_missing(double):
    double.misbehave(Fault("markPriceKlines", times=1000, edit_rows=lambda _rows: []))
    history = double.fetch()
    assert history.mark is None
    assert history.notes == ("mark candles: none in the time asked for",)
