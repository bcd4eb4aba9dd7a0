"""Venues side by side: which belong together, how prices map, what is weighed, noted and refused."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import liqheat
from liqheat import InputError, NoDataError, UnknownNameError, combine_venues, draw_heatmap
from liqheat.book import log_spaced_tiers
from liqheat.history import combined_markets
from liqheat.history.groups import find_markets, price_shift
from tests.support.markets import make_market, moved

NAMES = ("open_time_ms", "open", "high", "low", "close", "volume", "open_interest", "mark_low", "mark_high")


def bars(market, part):
    return dataclasses.replace(market, **{name: getattr(market, name)[part] for name in NAMES})


@pytest.fixture(scope="module")
def market():
    return make_market(400, 2, drops=False)


@pytest.fixture(scope="module")
def hyperliquid(market):
    return moved(
        market, 1.0003, venue="hyperliquid", symbol="BTC/USDC:USDC", open_interest=market.open_interest / 4,
        volume=market.volume[::-1] / 8, notes=("mark price unknown",),
    )  # fmt: skip


def test_a_wick_on_one_venue_maps_by_the_close(market):
    """The middle of low and high would move by half the wick, and take every level of the bar with it."""
    low = market.low.copy()
    low[200] *= 0.9
    wick = dataclasses.replace(market, venue="bybit", low=low, mark_low=np.minimum(market.mark_low, low))
    assert not price_shift(wick, market, 1.0005).any()


def test_a_close_outside_the_mark_does_not_move_the_map(market):
    """A last trade 2 % off with the mark unmoved is no basis."""
    close, high = market.close.copy(), market.high.copy()
    close[100:110] *= 1.02
    high[100:110] = np.maximum(high[100:110], close[100:110])
    odd = dataclasses.replace(market, venue="bybit", close=close, high=high)
    worst = np.abs(price_shift(odd, market, 1.0005)).max()
    room = np.log(market.mark_high[100:110] / market.close[100:110]).max() / np.log(1.0005)
    assert worst <= np.ceil(room) < 40


def test_a_shift_follows_a_basis_and_does_not_flicker(market):
    for basis, expected in ((1.0, {0}), (1.0005**0.6, {-1}), (1.0005**40, {-40})):
        assert set(price_shift(moved(market, basis), market, 1.0005).tolist()) == expected
    flickering = moved(market, 1.0005 ** (0.5 + 0.2 * (-1.0) ** np.arange(400)))
    assert np.count_nonzero(np.diff(price_shift(flickering, market, 1.0005))) <= 1
    depeg = moved(market, np.where(np.arange(400) < 250, 1.0, 1.1))
    shift = price_shift(depeg, market, 1.0005)
    assert (shift[:250] == 0).all()
    assert shift[250] == 0
    assert (shift[251:] == -round(np.log(1.1) / np.log(1.0005))).all()
    trade = moved(market, np.where(np.arange(400) == 250, 1.1, 1.0))
    assert not price_shift(trade, market, 1.0005).any()


def test_a_bridged_bar_keeps_the_shift(market):
    hole = (np.arange(400) >= 250) & (np.arange(400) < 260)
    bridged = dataclasses.replace(moved(market, np.where(hole, 1.05, 1.0)), bridged=hole)
    assert not price_shift(bridged, market, 1.0005).any()
    assert not price_shift(market, bridged, 1.0005).any()
    assert price_shift(dataclasses.replace(bridged, bridged=None), market, 1.0005)[251:261].all()


def test_a_depeg_moves_a_venues_levels_with_its_price(market, hyperliquid):
    """Levels stay where the venue's own mark would sweep them: 10 % up in its currency is 10 % down on the axis."""
    broken = moved(hyperliquid, np.where(np.arange(400) < 398, 1.0, 1.1))
    one, other = (combine_venues([market, m], reference="binance").layers[1].price_shift for m in (hyperliquid, broken))
    assert (one[:-2] == other[:-2]).all()
    assert (one[-1], other[-1]) == (-1, -191)


def test_bars_that_not_all_venues_have_are_left_out_and_noted(market, hyperliquid):
    late = bars(hyperliquid, slice(100, 380))
    combined = combine_venues([market, late])
    assert combined.n_bars == 280
    assert combined.market.open_time_ms[0] == market.open_time_ms[100]
    assert [layer.first_bar for layer in combined.layers] == [100, 0]
    assert any("120 bars of binanceusdm are not drawn (100 at the start)" in note for note in combined.market.notes)
    # What was opened before still stands.
    own = draw_heatmap(liqheat.estimate_book(market), start_ms=int(market.open_time_ms[100]), end_ms=late.end_ms)
    shown = draw_heatmap(combined, leverage=[100])
    assert shown.values_usd[:, 0].sum() > 0
    assert shown.view.n_columns == own.view.n_columns == 280


def test_what_cannot_be_combined_is_refused(market, hyperliquid):
    five, ether = liqheat.estimate_book(market), dataclasses.replace(market, venue="okx", symbol="ETH/USDT:USDT")
    slow = bars(hyperliquid, slice(0, 400, 3))
    slow = dataclasses.replace(slow, interval_ms=900_000)
    odd = dataclasses.replace(hyperliquid, open_time_ms=hyperliquid.open_time_ms + 60_000)
    apart = [bars(market, slice(0, 100)), bars(hyperliquid, slice(99, 400))]
    fine = liqheat.estimate_book(hyperliquid, bucket_ratio=1.0001)
    for sources, words in [
        ([], "at least one venue"),
        ([five, five], "each contract once"),
        ([market, ether], "one base asset"),
        ([market, slow], "interval: must be the same at all venues; found binanceusdm 5m, hyperliquid 15m"),
        ([market, odd], "one grid"),
        ([five, fine], "bucket_ratio"),
        ([market, moved(hyperliquid, 1000.0)], "within a factor of 2"),
    ]:
        with pytest.raises(InputError, match=words):
            combine_venues(sources)
    with pytest.raises(NoDataError, match="at least 2 bars"):
        combine_venues(apart)
    with pytest.raises(UnknownNameError, match="weights: must be one of open_interest, equal, volume"):
        combine_venues([market], weights="turnover")
    with pytest.raises(UnknownNameError, match="reference: must be one of"):
        combine_venues([market, hyperliquid], reference="okx")
    with pytest.raises(InputError, match="usd_per_quote"):
        combine_venues([market], usd_per_quote={"USDC": 0.0})
    with pytest.raises(InputError, match="tracked_open_interest_usd"):
        combine_venues([market], tracked_open_interest_usd={"okx": float("nan")})


def test_weights_as_the_formulas_say(market, hyperliquid):
    binance, other = market.open_interest * market.close, hyperliquid.open_interest * market.close
    found = {name: combine_venues([market, hyperliquid], weights=name, reference="binance") for name in
             ("open_interest", "equal", "volume")}  # fmt: skip
    first, second = found["open_interest"].combination.venues
    np.testing.assert_allclose(first.weight, binance / (binance + other), rtol=1e-3)
    assert (first.factor == 1.0).all()
    first, second = found["equal"].combination.venues
    np.testing.assert_allclose(second.factor, 0.5 * (binance + other) / other, rtol=1e-3)
    first, second = found["volume"].combination.venues
    # 24 hours of five-minute bars are 288, this one the last of them.
    for bar in (0, 100, 399):
        day = slice(max(bar - 287, 0), bar + 1)
        large, small = ((m.volume * market.close)[day].sum() for m in (market, hyperliquid))
        np.testing.assert_allclose(second.weight[bar], small / (large + small), rtol=1e-3)


def test_a_book_takes_the_volume_of_its_own_venue(market, hyperliquid):
    """Ten times the volume at one venue changes that venue's book and no other."""
    busy = dataclasses.replace(hyperliquid, volume=hyperliquid.volume * 10)
    one, other = combine_venues([market, hyperliquid]), combine_venues([market, busy])
    np.testing.assert_array_equal(one.layers[0].book.swept_usd, other.layers[0].book.swept_usd)
    assert (one.layers[1].book.swept_usd != other.layers[1].book.swept_usd).any()


def test_a_venue_without_open_interest_leaves_its_weight_to_the_others(market, hyperliquid):
    gone = dataclasses.replace(
        hyperliquid, open_interest=np.where(np.arange(400) < 200, hyperliquid.open_interest, 0.0)
    )
    for name in ("open_interest", "equal", "volume"):
        first, second = combine_venues([market, gone], weights=name, reference="binance").combination.venues
        np.testing.assert_allclose(first.weight[200:], 1.0)
        assert (second.weight[200:] == 0).all()
        np.testing.assert_allclose(first.factor[200:], 1.0)
    silent = [dataclasses.replace(m, volume=np.zeros(400)) for m in (market, hyperliquid)]
    for venue in combine_venues(silent, weights="volume").combination.venues:
        np.testing.assert_array_equal(venue.weight, 0.5)


def test_quotes_count_as_usd_unless_told_otherwise(market, hyperliquid):
    plain = combine_venues([market, hyperliquid], reference="hyperliquid")
    told = combine_venues([market, hyperliquid], reference="hyperliquid", usd_per_quote={"USDC": 0.9})
    assert "counted: 1 USDC as 1 USD, 1 USDT as 1 USD" in plain.market.notes
    assert "counted: 1 USDC as 0.9 USD, 1 USDT as 1 USD" in told.market.notes
    np.testing.assert_allclose(draw_heatmap(told).values_usd, 0.9 * draw_heatmap(plain).values_usd, rtol=1e-6)


def test_coverage_is_open_interest_drawn_of_what_is_tracked(market, hyperliquid):
    usd = [float(m.open_interest[-1] * m.close[-1]) for m in (market, hyperliquid)]
    nothing = combine_venues([market, hyperliquid])
    assert nothing.combination.covered_share is None
    tracked = {"hyperliquid": usd[1], "okx": usd[0] + usd[1]}
    half = combine_venues([market, hyperliquid], tracked_open_interest_usd=tracked)
    assert half.combination.covered_share == pytest.approx(0.5, rel=1e-3)
    assert half.combination.covered_of == "open interest of the venues tracked: binanceusdm, hyperliquid, okx"
    metadata = draw_heatmap(half).metadata()
    assert metadata["coverage"] == {"share": half.combination.covered_share, "of": half.combination.covered_of}
    assert metadata["venue"] == "all" and metadata["weights"] == "open_interest"
    assert [venue["venue"] for venue in metadata["venues"]] == ["binanceusdm", "hyperliquid"]
    assert sum(venue["share"] for venue in metadata["venues"]) == pytest.approx(1.0)
    assert metadata["venues"][0]["open_interest_usd"] == pytest.approx(usd[0], rel=1e-3)


def test_a_sum_is_a_heatmap_like_any_other(market, hyperliquid, tmp_path):
    combined = combine_venues([market, hyperliquid], weights="equal")
    heatmap = draw_heatmap(combined, interval="1h", price_axis="linear", bucket_width="200AED")
    header, planes = liqheat.decode_heatmap(liqheat.encode_heatmap(heatmap))
    assert header["venue"] == "all" and header["venues"] == heatmap.metadata()["venues"]
    assert (planes[0] > 0).any()
    out = np.full(heatmap.values_usd.shape, 7.0, np.float32)
    np.testing.assert_array_equal(heatmap.draw_into(out), heatmap.values_usd)
    assert heatmap.to_pandas().shape == heatmap.values_usd.shape
    for ending in ("png", "csv", "json", "npz", "lqh"):
        assert heatmap.save(tmp_path / f"all.{ending}").stat().st_size > 1000
    np.testing.assert_array_equal(heatmap.candles()["close"][:33], market.close[11::12])
    assert heatmap.profile().cumulative_long_usd.max() > 0


def test_bands_are_those_of_all_venues_and_each_shows_only_who_has_it(market, hyperliquid):
    combined = combine_venues([market, hyperliquid])
    assert draw_heatmap(combined).leverages == (5.0, 10.0, 25.0, 40.0, 50.0, 100.0)
    axis = {"bucket_width": "10bp"}
    hundred, forty = (draw_heatmap(combined, leverage=[value], **axis) for value in (100, 40))
    own = draw_heatmap(liqheat.estimate_book(market), leverage=[100], **axis)
    np.testing.assert_array_equal(hundred.column().held_notional_usd, own.column().held_notional_usd)
    assert hundred.values_usd.any() and forty.values_usd.any()
    with pytest.raises(UnknownNameError, match="leverage: must be among 5, 10, 25, 40, 50, 100"):
        draw_heatmap(combined, leverage=[20])


def test_more_bands_than_can_be_named_share_standard_ones(market, hyperliquid):
    tiers = log_spaced_tiers(20)
    few = log_spaced_tiers(3, 0.01, 0.1)
    combined = combine_venues(
        [liqheat.estimate_book(market, tiers=tiers), liqheat.estimate_book(hyperliquid, tiers=few)]
    )
    heatmap = draw_heatmap(combined)
    assert set(heatmap.leverages) <= {3, 5, 10, 20, 25, 50, 75, 100, 125}
    column = heatmap.column()
    np.testing.assert_allclose(
        column.held_notional_usd.sum(axis=(0, 1)),
        heatmap.values_usd[:, -1],
        rtol=1e-5,
        atol=heatmap.values_usd.max() * 1e-6,
    )


def test_groups_are_of_one_coin_and_one_interval(market, hyperliquid):
    inverse = dataclasses.replace(market, venue="binancecoinm", symbol="BTC/USD:BTC", contract_kind="inverse")
    dated = dataclasses.replace(market, venue="okx", symbol="BTC/USDT:USDT-261225")
    ether = dataclasses.replace(market, symbol="ETH/USDT:USDT")
    slow = dataclasses.replace(bars(market, slice(0, 400, 3)), venue="gate", interval_ms=900_000)
    stopped = dataclasses.replace(bars(market, slice(0, 300)), venue="bybit")
    everything = [ether, market, dated, hyperliquid, slow, inverse, stopped]
    assert combined_markets(everything) == [(market, hyperliquid, inverse, stopped)]
    assert combined_markets(everything, most_behind_ms=3_600_000) == [(market, hyperliquid, inverse)]
    assert combined_markets([ether, market]) == []
    ended = dataclasses.replace(bars(market, slice(0, 50)), venue="bybit")
    begun = dataclasses.replace(bars(hyperliquid, slice(50, 400)))
    assert combined_markets([ended, begun, inverse]) == [(begun, inverse)]


def test_names_stand_for_one_market_or_for_all(market, hyperliquid):
    markets = [market, hyperliquid]
    assert find_markets(markets, "BTC/USDT:USDT", "binance") == (market,)
    assert find_markets(markets, "BTC/USDC:USDC", "all") == (market, hyperliquid)
    with pytest.raises(UnknownNameError, match="venue: must be one of binanceusdm, all"):
        find_markets(markets, "BTC/USDT:USDT", "okx")
    with pytest.raises(UnknownNameError, match="symbol"):
        find_markets(markets, "DOGE/USDT:USDT", "all")
    with pytest.raises(NoDataError, match="two or more venues"):
        find_markets([market], "BTC/USDT:USDT", "all")
