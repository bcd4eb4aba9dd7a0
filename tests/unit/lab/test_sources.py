"""Scored markets out of folders and tables; longer bars; long bars as paths."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqheat.errors import InputError, NoDataError
from liqheat.flow.law import flow_tiers, run_flow
from liqheat.flow.paths import likely_share, split_bars, steps_of
from liqheat.units import HOUR_MS, MINUTE_MS
from liqheat_lab.scores.sources import load_scored_market, load_table_market, resample_scored
from liqheat_lab.scores.trial import build_scored_trial
from liqheat_lab.smooth import SMOOTH_FORM
from tests.support.markets import make_market
from tests.support.scored_markets import (
    START_MS,
    SYMBOL,
    cut_market,
    liquidation_frame,
    scored_market,
    table_frame,
    totals_of,
    write_folder,
)


def table(tmp_path, frame):
    frame.to_parquet(tmp_path / "t.parquet")
    return load_table_market(tmp_path / "t.parquet", SYMBOL)


# ---------------------------------------------------------------- folders


def test_a_folder_has_hours_and_half_hours(tmp_path):
    found = load_scored_market(write_folder(tmp_path / "d"), SYMBOL)
    assert found.labels.interval_ms == HOUR_MS and found.fine_labels.interval_ms == HOUR_MS // 2
    np.testing.assert_array_equal(found.market.open_interest, scored_market().market.open_interest)
    # Of two sums of the same hour, one and two dollars above the truth, the larger counts.
    np.testing.assert_allclose(found.labels.usd, totals_of()[1] + 1.0)


def test_two_files_that_disagree(tmp_path):
    folder = write_folder(tmp_path / "d", half_hourly=False)
    later = liquidation_frame().tail(100).assign(long_usd=5e9, short_usd=0.5)
    later.to_csv(folder / "liq_other_BTC_1h_binance+bybit.csv", index=False)
    found = load_scored_market(folder, SYMBOL)
    assert (found.labels.usd[-100:, 0] == 5e9).all() and (found.labels.usd[-100:, 1] >= 1.0).all()
    assert any("the larger counts: 100 intervals raised" in note for note in found.notes)


def thinned(folder, name, rows):
    path = folder / name
    pd.read_parquet(path).drop(index=list(rows)).to_parquet(path)


def test_a_feed_of_a_folder_that_died_for_a_day(tmp_path):
    folder = write_folder(tmp_path / "d")
    thinned(folder, "oi_binance_um_5m_BTCUSDT.parquet", range(5 * 288, 6 * 288))
    found = load_scored_market(folder, SYMBOL)
    assert found.market.open_time_ms[0] == START_MS + 6 * 24 * HOUR_MS and found.market.n_bars == 18 * 288
    assert found.candles.open_time_ms[0] == START_MS
    assert "too long to bridge: only the longest stretch is read, 432 h" in " ".join(found.notes)
    thinned(folder, "candles_binance_um_5m_BTCUSDT.parquet", range(20 * 288, 21 * 288))
    again = load_scored_market(folder, SYMBOL)
    assert again.market.n_bars == 14 * 288 and again.market.open_time_ms[0] == found.market.open_time_ms[0]


def test_short_holes_of_a_folder_are_bridged(tmp_path):
    folder = write_folder(tmp_path / "d")
    thinned(folder, "candles_binance_um_5m_BTCUSDT.parquet", [*range(100, 130), 3000])
    thinned(folder, "oi_binance_um_5m_BTCUSDT.parquet", range(4000, 4010))
    found = load_scored_market(folder, SYMBOL)
    assert found.market.n_bars == 24 * 288 and int(found.market.bridged.sum()) == 31
    assert (found.market.open_interest[4000:4010] == found.market.open_interest[3999]).all()
    assert any("31 bars that the venue does not have are bridged" in note for note in found.notes)
    # Hours with a bar that nobody reported are no rows, though their liquidations are known.
    laid_out = build_scored_trial(found, SMOOTH_FORM)
    assert np.flatnonzero(np.isnan(laid_out.usd[:, 0])).tolist() == [8, 9, 10, 250]
    assert laid_out.is_usable.sum() == 480 - 1


def test_sums_over_other_venues_do_not_count(tmp_path):
    folder = write_folder(tmp_path / "d", half_hourly=False)
    liquidation_frame().tail(100).assign(long_usd=5e9).to_csv(folder / "liq_vendor_BTC_1h_okx.csv", index=False)
    found = load_scored_market(folder, SYMBOL)
    np.testing.assert_allclose(found.labels.usd, totals_of()[1])
    assert "not taken, of other venues: liq_vendor_BTC_1h_okx.csv" in found.notes


def test_a_broken_file_of_another_coin_does_no_harm(tmp_path):
    folder = write_folder(tmp_path / "d")
    for name in ("candles_binance_um_5m_ETHUSDT.parquet", "oi_binance_um_5m_ETHUSDT.parquet", "liq_vendor_ETH_1h.csv"):
        (folder / name).write_text("no table")
    assert load_scored_market(folder, SYMBOL).market.symbol == SYMBOL
    with pytest.raises(InputError):
        load_scored_market(folder, "ETH/USDT:USDT")


def test_what_a_folder_lacks_is_named(tmp_path):
    folder = write_folder(tmp_path / "d")
    with pytest.raises(NoDataError, match="symbol: must have candles and open interest in the folder; found SOL"):
        load_scored_market(folder, "SOL/USDT:USDT")
    for path in folder.glob("liq_*"):
        path.unlink()
    with pytest.raises(NoDataError, match="data: must hold liq_…_BTC_<interval> files"):
        load_scored_market(folder, SYMBOL)
    early = liquidation_frame()
    early.assign(ts=early["ts"] - np.timedelta64(400, "D")).to_parquet(folder / "liq_vendor_BTC_1h.parquet")
    with pytest.raises(NoDataError, match="liquidations: must overlap the market's bars"):
        load_scored_market(folder, SYMBOL)


# ---------------------------------------------------------------- tables


def test_a_table_is_the_market_of_a_folder(tmp_path):
    found = table(tmp_path, table_frame())
    longer = resample_scored(scored_market(), HOUR_MS)
    for name in ("open_time_ms", "open", "high", "low", "close", "open_interest"):
        np.testing.assert_array_equal(getattr(found.market, name), getattr(longer.market, name))
    np.testing.assert_allclose(found.market.volume, longer.market.volume, rtol=1e-12)
    assert found.fine_labels is None and found.labels.interval_ms == HOUR_MS


@pytest.mark.parametrize("minutes", [5, 15])
def test_tables_of_shorter_bars_have_hourly_labels(tmp_path, minutes):
    found = table(tmp_path, table_frame(minutes * MINUTE_MS))
    assert found.market.interval_ms == minutes * MINUTE_MS and found.labels.interval_ms == HOUR_MS
    known = np.isfinite(found.labels.usd)
    assert known.all() and found.labels.usd.shape == (24 * 24, 2)


def test_short_holes_are_bridged_without_labels(tmp_path):
    found = table(tmp_path, table_frame().drop(index=[100, 101, 300]))
    assert found.market.n_bars == 24 * 24
    assert np.flatnonzero(found.market.bridged).tolist() == [100, 101, 300]
    assert not found.market.volume[[100, 101, 300]].any()
    assert np.flatnonzero(np.isnan(found.labels.usd[:, 0])).tolist() == [100, 101, 300]
    assert any("3 bars that the venue does not have are bridged" in note for note in found.notes)
    # Open interest at the end of a hole is what the next bar opens with; within it, the last known.
    frame = table_frame()
    assert found.market.open_interest[100] == frame["oi_close"][99]
    assert found.market.open_interest[101] == frame["oi_open"][102]


def test_a_hole_in_five_minute_bars_costs_its_hour(tmp_path):
    found = table(tmp_path, table_frame(5 * MINUTE_MS).drop(index=[12 * 50 + 3]))
    assert np.flatnonzero(np.isnan(found.labels.usd[:, 0])).tolist() == [50]


@pytest.mark.parametrize(
    ("holes", "first", "n_bars"),
    [(range(100, 150), 150, 426), (range(400, 430), 0, 400), ([*range(60, 80), *range(300, 320)], 320, 256)],
)
def test_of_stretches_between_long_holes_the_longest_is_read(tmp_path, holes, first, n_bars):
    found = table(tmp_path, table_frame().drop(index=list(holes)))
    assert found.market.open_time_ms[0] == START_MS + first * HOUR_MS and found.market.n_bars == n_bars
    assert any("too long to bridge: only the longest stretch is read" in note for note in found.notes)


def test_open_interest_that_begins_late_keeps_earlier_candles(tmp_path):
    frame = table_frame()
    frame.loc[:29, ["oi_open", "oi_high", "oi_low", "oi_close"]] = np.nan
    found = table(tmp_path, frame)
    assert found.market.open_time_ms[0] == START_MS + 29 * HOUR_MS
    assert found.candles.open_time_ms[0] == START_MS
    assert any("29 bars at the ends have no open interest" in note for note in found.notes)


def test_a_long_hole_in_open_interest_splits_as_well(tmp_path):
    frame = table_frame()
    frame.loc[200:230, ["oi_open", "oi_close"]] = np.nan
    found = table(tmp_path, frame)
    assert found.market.open_time_ms[0] == START_MS + 230 * HOUR_MS


def test_zeros_are_no_liquidations_and_days_of_them_a_dead_feed(tmp_path):
    frame = table_frame()
    frame.loc[50:51, ["long_liq_base", "short_liq_base"]] = 0.0
    frame.loc[200:240, "short_liq_base"] = 0.0
    found = table(tmp_path, frame)
    assert np.flatnonzero(np.isnan(found.labels.usd[:, 1])).tolist() == [50, 51, *range(200, 241)]
    assert any("41 intervals of days with one side exactly zero" in note for note in found.notes)


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("oi_close", -5.0, r"open_interest.quantity: must be finite and at least 0 \(row 11\); found -5"),
        ("high", 1.0, r"high: must be at least low \(row 10\)"),
        ("close", -1.0, r"candles.close: must be finite and above 0 \(row 10\); found -1"),
        ("volume", np.nan, r"candles.volume: must be finite and at least 0 \(row 10\); found nan"),
        ("long_liq_base", -2.0, "totals.long_usd: must not be negative"),
    ],
)
def test_impossible_numbers_are_named(tmp_path, column, value, rule):
    frame = table_frame()
    frame.loc[10, column] = value
    with pytest.raises(InputError, match=rule):
        table(tmp_path, frame)


# ---------------------------------------------------------------- longer bars


def test_joined_bars_by_hand():
    scored = scored_market()
    rows = slice(7, 24 * 288 - 5)
    found = resample_scored(replace(scored, market=cut_market(scored.market, rows)), HOUR_MS).market
    assert found.open_time_ms[0] == START_MS + HOUR_MS and found.n_bars == 24 * 24 - 2
    own = cut_market(scored.market, slice(12, 24))
    assert (found.open[0], found.close[0], found.open_interest[0]) == (
        own.open[0],
        own.close[-1],
        own.open_interest[-1],
    )
    assert (found.low[0], found.high[0]) == (own.low.min(), own.high.max())
    assert found.volume[0] == pytest.approx(own.volume.sum())
    assert resample_scored(scored, 300_000) is scored


@pytest.mark.parametrize(
    ("interval_ms", "rule"), [(420_000, "must be a multiple"), (0, "must be a"), (10**10 * 3, "2 b")]
)
def test_bad_lengths_are_named(interval_ms, rule):
    with pytest.raises(InputError, match=rule):
        resample_scored(scored_market(), interval_ms)


@given(start=st.integers(0, 30), length=st.integers(24, 100))
def test_whole_intervals_are_whole(start, length):
    market = cut_market(make_market(200), slice(start, start + length))
    bars = market.whole_intervals(HOUR_MS)
    found = market.select(bars)
    assert found.open_time_ms[0] % HOUR_MS == 0 and found.end_ms % HOUR_MS == 0
    assert found.n_bars == bars.stop - bars.start > market.n_bars - 24
    np.testing.assert_array_equal(found.close, market.close[bars])


# ---------------------------------------------------------------- long bars as paths


@given(seed=st.integers(0, 50), n_steps=st.integers(2, 6), is_likely=st.booleans())
def test_a_path_keeps_the_bar(seed, n_steps, is_likely):
    market = make_market(40, seed, volatility=0.01)
    found = split_bars(replace(market, interval_ms=60 * MINUTE_MS), n_steps, is_likely=is_likely)

    def by_bar(values):
        return values.reshape(-1, n_steps)

    np.testing.assert_allclose(by_bar(found.low).min(axis=1), market.low, rtol=1e-12)
    np.testing.assert_allclose(by_bar(found.high).max(axis=1), market.high, rtol=1e-12)
    np.testing.assert_allclose(by_bar(found.open)[:, 0], market.open, rtol=1e-12)
    np.testing.assert_allclose(by_bar(found.close)[:, -1], market.close, rtol=1e-12)
    # A bar's own volume and open interest are known at its end: within it those of the bar before hold.
    np.testing.assert_allclose(by_bar(found.volume).sum(axis=1)[1:], market.volume[:-1], rtol=1e-9)
    np.testing.assert_array_equal(
        by_bar(found.open_interest)[1:], np.repeat(market.open_interest[:-1, None], n_steps, 1)
    )
    assert (found.low <= found.open).all() and (found.close <= found.high).all()
    assert found.interval_ms * n_steps == 60 * MINUTE_MS


def test_both_orders_are_weighed():
    market = make_market(60, 2)
    share = likely_share(market)
    assert ((share >= 0.67) & (share <= 0.995)).all()
    flat = replace(market, open=market.close)
    assert (likely_share(flat) == 0.67).all()
    assert (steps_of(market), steps_of(replace(market, interval_ms=15 * MINUTE_MS))) == (1, 3)
    assert steps_of(replace(market, interval_ms=4 * HOUR_MS)) == 6


def test_the_flow_map_of_hourly_bars_has_a_row_for_each():
    hourly = resample_scored(scored_market(), HOUR_MS).market
    found = run_flow(hourly, SMOOTH_FORM)
    assert found.run.swept_usd.shape == (hourly.n_bars, 2, 2)
    assert found.swept_by_tier.shape == (hourly.n_bars, 2, 28)
    np.testing.assert_allclose(found.swept_by_tier.sum(axis=2), found.run.swept_usd.sum(axis=2), rtol=1e-9)


def test_the_law_of_the_flow_map():
    tiers = flow_tiers(SMOOTH_FORM, scored_market().market)
    assert tiers.distances[0, 0] == pytest.approx(0.003) and tiers.distances[1, -1] == pytest.approx(0.2)
    np.testing.assert_allclose(tiers.weights.sum(axis=1), 0.9)
    np.testing.assert_allclose(tiers.weights[0] / tiers.weights[0, 0], np.sqrt(tiers.distances[0] / 0.003))
    assert tiers.hazards.max() <= 25.0
