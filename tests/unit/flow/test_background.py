"""Baselines worked by hand, against a plain version of their definitions, and by what they may know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqheat.errors import InputError
from liqheat.flow.background import BASELINES, FRESH_HOURS, MOVE_EDGES, build_baselines, interval_starts
from liqheat.units import HOUR_MS
from tests.support.changed import scaled
from tests.support.markets import make_market
from tests.support.random_markets import candles_of, market_of

WIDTHS = {"b0": 8, "b1": 10, "b1s": 16, "b1v": 28, "b1r": 36, "b1y": 50, "static": 8}


def build(market, **options):
    return build_baselines(market, candles_of(market), **options)


def test_columns_of_every_baseline():
    found = build(make_market(600)).features
    assert tuple(found) == BASELINES
    assert {name: one.shape[2] for name, one in found.items()} == WIDTHS
    for one in found.values():
        assert np.isfinite(one).all() and (one >= 0).all()


def test_a_move_falls_into_its_bins():
    close = np.full(24, 100.0)
    close[12:] = 100.0 * np.exp(-0.0015)
    market = market_of(close)
    found = build(market).features["b0"]
    # 15 bp below the previous close: 2, 3, 5 and 5 bp in the first bins, times open interest in USD before the bar.
    usd = 100_000.0 * 100.0
    np.testing.assert_allclose(found[1, 0] / usd, np.array([2, 3, 5, 5, 0, 0, 0, 0]) * 1e-4, atol=1e-12)
    assert not found[1, 1].any() and not found[0].any()


def test_the_static_profile_measures_from_the_hour_before():
    close = np.concatenate([np.full(12, 100.0), 100.0 * np.exp(np.linspace(0, 0.0048, 12))])
    found = build(market_of(close))
    np.testing.assert_allclose(found.drawdown[1], [0.0, 0.0048], atol=1e-12)
    np.testing.assert_allclose(found.features["static"][1, 1].sum() / 1e7, 0.0048, rtol=1e-9)


def test_a_low_not_seen_for_a_day_is_fresh():
    close = np.full(30 * 12, 100.0)
    close[5] = 99.0
    close[25 * 12 + 6] = 98.5
    close[29 * 12 + 6] = 98.0
    market = market_of(close)
    fresh = build(market).features["b1"][:, 0, 8:] / (100_000.0 * 100.0)
    beyond = np.log(100.0 / 98.5)
    # The low of 99 is older than a day by then; the one of 98.5 is not, four hours later.
    np.testing.assert_allclose(fresh[25], [beyond, beyond - 0.002], rtol=1e-9)
    np.testing.assert_allclose(fresh[29], [np.log(98.5 / 98.0), np.log(98.5 / 98.0) - 0.002], rtol=1e-9)


def by_definition(market, hours):
    """Fresh territory of one horizon, bar by bar, with loops."""
    window = hours * HOUR_MS // market.interval_ms
    found = np.zeros((market.n_bars, 2))
    for t in range(1, market.n_bars):
        past = slice(max(t - window, 0), t)
        low, high = min(market.low[past].min(), market.close[t - 1]), max(market.high[past].max(), market.close[t - 1])
        found[t] = max(np.log(low / market.low[t]), 0), max(np.log(market.high[t] / high), 0)
    return found


@pytest.mark.parametrize("index", range(len(FRESH_HOURS)))
def test_every_horizon_is_what_its_name_says(index):
    market = make_market(400, 3)
    usd = market.open_interest * market.close
    before = np.concatenate([usd[:1], usd[:-1]])
    _, first = interval_starts(market.open_time_ms, HOUR_MS)
    wanted = np.add.reduceat(by_definition(market, FRESH_HOURS[index]) * before[:, None], first, axis=0)
    # In B1y: 8 bins, 11 horizons of 2 columns, 12 columns of states, 8 bins of the other side.
    np.testing.assert_allclose(build(market).features["b1y"][1:, :, 8 + 2 * index], wanted[1:], rtol=1e-9, atol=1e-3)


def test_the_other_side_is_in_b1r_and_b1y():
    found = build(make_market(600)).features
    for name in ("b1r", "b1y"):
        np.testing.assert_array_equal(found[name][..., -8:], found["b0"][:, ::-1])
    np.testing.assert_array_equal(found["b1y"][..., :16], found["b1s"])


@given(bar=st.integers(300, 550), seed=st.integers(0, 20))
def test_a_bar_knows_nothing_later_and_not_its_own_volume(bar, seed):
    market = make_market(600, seed)
    later = slice(bar, None)
    other = replace(
        market, volume=scaled(market.volume, later, 4.0), open_interest=scaled(market.open_interest, later, 0.5)
    )
    left, right = build(market, interval_ms=300_000), build(other, interval_ms=300_000)
    for name in BASELINES:
        np.testing.assert_array_equal(left.features[name][: bar + 1], right.features[name][: bar + 1])


def test_dollars_of_an_inverse_contract_are_its_open_interest():
    market = make_market(300, contract_kind="inverse")
    np.testing.assert_allclose(build(market).open_interest_usd[1:], market.open_interest[11:-1:12], rtol=1e-12)


def test_hourly_bars_have_the_same_drawdown():
    market = make_market(600)
    assert np.diff(MOVE_EDGES).min() > 0
    found = build(market)
    rows = market.low.reshape(-1, 12).min(axis=1)[1:]
    np.testing.assert_allclose(found.drawdown[1:, 0], np.log(market.close[11:-1:12] / rows).clip(0), rtol=1e-9)


def test_bad_input_is_named():
    market = make_market(100)
    with pytest.raises(InputError, match="interval_ms: must be a multiple of the bars' 300000 ms; found 420000"):
        build(market, interval_ms=420_000)
    with pytest.raises(InputError, match="candles: must hold the market's bars; found 100"):
        build_baselines(market, candles_of(make_market(90)))
