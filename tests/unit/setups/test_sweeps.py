"""Swept clusters: told once, with what was known before, from what is known to be liquidated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import liqheat
from liqheat.errors import InputError, NoDataError
from liqheat.flow import label_events
from liqheat.pipeline import SIMULATOR, load_markets
from liqheat.records import LiquidationLabels, Sweep
from liqheat.setups import find_sweeps, forecast_clusters
from liqheat.simulator import find_simulated
from liqheat.units import DAY_MS, HOUR_MS

SPAN_MS = 5 * DAY_MS


@pytest.fixture(scope="module")
def market():
    return load_markets(SIMULATOR)[0]


@pytest.fixture(scope="module")
def labels(market):
    return label_events(find_simulated(market.venue, market.symbol, 0, market.end_ms), market.end_ms)


@pytest.fixture(scope="module")
def flow(market, labels):
    return liqheat.estimate_flow(market, realised=labels)


@pytest.fixture(scope="module")
def sweeps(flow, labels, market):
    return find_sweeps(flow, labels, start_ms=market.end_ms - SPAN_MS)


def test_each_was_ahead_when_it_was_forecast_and_crossed_when_it_is_told(sweeps, market):
    assert len(sweeps) >= 5
    assert [one.time_ms for one in sweeps] == sorted(one.time_ms for one in sweeps)
    for one in sweeps:
        assert one.forecast_ms % HOUR_MS == 0
        assert one.forecast_ms <= one.time_ms < one.forecast_ms + 4 * HOUR_MS
        bars = (market.open_time_ms >= one.forecast_ms) & (market.open_time_ms <= one.time_ms)
        price = market.close[np.searchsorted(market.open_time_ms, one.forecast_ms) - 1]
        if one.side == "long":
            assert one.high_price <= price * (1 + 1e-9)
            assert market.low[bars][-1] <= one.low_price * (1 + 1e-9)
            assert np.all(market.low[bars][:-1] > one.low_price)
        else:
            assert one.low_price >= price * (1 - 1e-9)
            assert market.high[bars][-1] >= one.high_price * (1 - 1e-9)
            assert np.all(market.high[bars][:-1] < one.high_price)


def test_expected_is_the_forecast_of_that_moment(sweeps, flow):
    for one in sweeps[-3:]:
        found = forecast_clusters(flow, _clusters(flow, one), horizon="4h", as_of_ms=one.forecast_ms)
        assert any(
            touch.inside_usd == pytest.approx(one.expected_usd, rel=1e-6)
            and touch.inside_band_80 == pytest.approx(one.band_80, rel=1e-6)
            for touch in found
        )


def _clusters(flow, sweep):
    """One cluster with a sweep's edges, as it stood then."""
    some = liqheat.find_clusters(flow, as_of_ms=sweep.forecast_ms)
    of_side = next(one for one in some if one.side == sweep.side)
    middle = (sweep.low_price + sweep.high_price) / 2
    return [
        replace(of_side, low_price=sweep.low_price, high_price=sweep.high_price, peak_price=middle, centre_price=middle)
    ]


def test_no_more_is_reported_than_was_liquidated(sweeps, labels):
    for one in sweeps:
        hours = (labels.start_ms >= one.forecast_ms) & (labels.start_ms <= one.time_ms)
        assert 0 <= one.reported_usd <= labels.usd[hours, 0 if one.side == "long" else 1].sum() * (1 + 1e-9)
    assert sum(one.reported_usd for one in sweeps) > 0


def test_a_zone_is_told_once_while_it_is_swept(sweeps):
    for index, one in enumerate(sweeps):
        for other in sweeps[index + 1 :]:
            is_same = one.side == other.side and one.low_price < other.high_price and one.high_price > other.low_price
            assert not is_same or max(one.forecast_ms, other.forecast_ms) > min(one.time_ms, other.time_ms)


def test_what_comes_later_changes_nothing(sweeps, market, labels):
    until_ms = market.end_ms - 2 * DAY_MS
    known = market.until(until_ms)
    before = label_events(find_simulated(market.venue, market.symbol, 0, until_ms), until_ms)
    start_ms = until_ms - DAY_MS
    own = find_sweeps(liqheat.estimate_flow(known, realised=before), before, start_ms=start_ms)
    whole = find_sweeps(liqheat.estimate_flow(market, realised=labels), labels, start_ms=start_ms, as_of_ms=until_ms)
    assert own == whole
    assert {one.time_ms for one in own} <= {one.time_ms for one in sweeps}


def test_an_unknown_hour_ends_the_path(flow, labels, sweeps, market):
    one = max(sweeps, key=lambda sweep: sweep.reported_usd)
    unknown, hour_ms = labels.usd.copy(), one.time_ms // HOUR_MS * HOUR_MS
    unknown[labels.start_ms == hour_ms] = np.nan
    left = find_sweeps(
        flow, LiquidationLabels(labels.interval_ms, labels.start_ms, unknown), start_ms=market.end_ms - SPAN_MS
    )
    assert one not in left and left
    assert not any(sweep.forecast_ms <= hour_ms <= sweep.time_ms for sweep in left)


def test_the_outcome_is_where_the_report_lies():
    one = Sweep(0, 0, "long", 99.0, 100.0, 5.0, 4.0, (2.0, 8.0), False)
    assert one.outcome == "inside"
    assert replace(one, reported_usd=1.0).outcome == "below"
    assert replace(one, reported_usd=9.0).outcome == "above"


def test_what_cannot_be_compared_is_refused(flow, labels, market):
    with pytest.raises(InputError, match="horizon"):
        find_sweeps(liqheat.estimate_book(market), labels)
    finer = LiquidationLabels(60_000, labels.start_ms, labels.usd)
    with pytest.raises(InputError, match="labels"):
        find_sweeps(flow, finer)
    with pytest.raises(NoDataError, match="as_of_ms"):
        find_sweeps(flow, labels, as_of_ms=int(market.open_time_ms[0]))
