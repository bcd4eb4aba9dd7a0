"""Moments: every spelling of one instant is the same milliseconds, and what is none is refused by name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import liqheat
from liqheat.heatmap import build_view
from liqheat.units import DAY_MS, read_moment_ms

FIRST_OF_FEBRUARY_MS = 1_769_904_000_000
DUBAI = timezone(timedelta(hours=4))


@pytest.mark.parametrize(
    "moment",
    [
        FIRST_OF_FEBRUARY_MS,
        np.int64(FIRST_OF_FEBRUARY_MS),
        str(FIRST_OF_FEBRUARY_MS),
        "2026-02-01",
        "2026-02-01T00:00:00Z",
        "2026-02-01 04:00+04:00",
        date(2026, 2, 1),
        datetime(2026, 2, 1),
        datetime(2026, 2, 1, 4, tzinfo=DUBAI),
        pd.Timestamp("2026-02-01"),
        pd.Timestamp("2026-02-01 04:00", tz="Asia/Dubai"),
        np.datetime64("2026-02-01"),
        np.datetime64("2026-02-01T00:00:00.000000000"),
    ],
)
def test_one_instant_has_many_spellings(moment):
    found = read_moment_ms("as_of_ms", moment)
    assert (found, type(found)) == (FIRST_OF_FEBRUARY_MS, int)


@pytest.mark.parametrize(
    "moment",
    [
        "yesterday",
        "",
        "2026-02-30",
        "1e12",
        True,
        1.5,
        None,
        pd.NaT,
        np.datetime64("NaT"),
        np.float64(1.0),
        [],
        "9" * 40,
    ],
)
def test_what_is_no_moment_is_refused(moment):
    with pytest.raises(liqheat.InputError, match="as_of_ms: must be UTC epoch milliseconds, a datetime, a date or ISO"):
        read_moment_ms("as_of_ms", moment)


@given(st.datetimes(timezones=st.timezones()))
def test_a_moment_and_its_text_are_the_same(moment):
    found = read_moment_ms("as_of_ms", moment)
    assert found == read_moment_ms("as_of_ms", moment.isoformat())
    # The epoch as a sum of whole days, seconds and microseconds: nothing is lost to floating point.
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC) if 1 < moment.year < 9999 else None
    if since is not None:
        assert found == since.days * DAY_MS + since.seconds * 1000 + since.microseconds // 1000


def test_every_door_takes_them():
    market = liqheat.simulate_market(days=4).history
    estimate = liqheat.estimate_book(market)
    middle_ms = int(market.open_time_ms[0]) + 3 * DAY_MS
    middle = datetime.fromtimestamp(middle_ms / 1000, UTC)
    for moment in (middle, middle.isoformat(), pd.Timestamp(middle)):
        assert liqheat.find_clusters(estimate, as_of_ms=moment) == liqheat.find_clusters(estimate, as_of_ms=middle_ms)
        assert market.until(moment).end_ms == middle_ms
        view = build_view(estimate, end_ms=moment, interval="1h")
        assert view.end_bar == build_view(estimate, end_ms=middle_ms, interval="1h").end_bar == market.n_bars - 288
        heat = liqheat.draw_heatmap(estimate, interval="1h")
        assert heat.column(moment).start_ms == heat.column(middle_ms).start_ms == middle_ms
        tracker = liqheat.track_clusters(estimate, span="1d", as_of_ms=moment)
        assert tracker.time_ms == middle_ms
    with pytest.raises(liqheat.InputError, match="as_of_ms: must be UTC"):
        liqheat.find_clusters(estimate, as_of_ms="yesterday")
