"""Real venues summed: Binance and Hyperliquid Bitcoin, hourly, with real open interest of both.

Of Hyperliquid no candles are at hand; Kraken's, whose basis to Binance moves by 20 bp, stand in for its prices and
volume. The open interest of seven venues at one instant says how much of the market the two are.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import liqheat
from liqheat.history.align import align_market
from liqheat.records import Candles, Contract, OpenInterest
from tests.support.paths import SET_A

HOUR_MS = 3_600_000
START, END = pd.Timestamp("2026-01-19 18:00", tz="UTC"), pd.Timestamp("2026-03-05", tz="UTC")


def stamps(times):
    return ((times - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(milliseconds=1)).to_numpy(np.int64)


@pytest.fixture(scope="module")
def open_interest(shared):
    frame = pd.read_parquet(shared / SET_A / "oi_hyperliquid_lighter_1h_0xarchive_2025-12_2026-03.parquet")
    return frame[frame.coin == "BTC"]


@pytest.fixture(scope="module")
def markets(shared, open_interest):
    hours = pd.read_parquet(shared / SET_A / "candles_1h_binance_bybit_okx_kraken.parquet")
    hours = hours[(hours.coin == "BTC") & (hours.ts >= START) & (hours.ts < END)]

    def candles(venue):
        rows = hours[hours.venue == venue]
        columns = (rows[name].to_numpy(np.float64) for name in ("open", "high", "low", "close", "volume"))
        return Candles(stamps(rows.ts), *columns)

    binance = pd.read_parquet(shared / SET_A / "oi_binance_um_5m_BTCUSDT.parquet")
    kraken, own = candles("kraken"), open_interest[open_interest.venue == "hyperliquid"].sort_values("ts")
    own = own[(own.ts >= START) & (own.ts <= END)]
    price = np.interp(stamps(own.ts), kraken.open_time_ms + HOUR_MS, kraken.close)
    return [
        align_market(
            candles("binance"), OpenInterest(stamps(binance.ts), binance.oi_base.to_numpy()),
            contract=Contract("binanceusdm", "BTC/USDT:USDT"),
        ),
        align_market(
            kraken, OpenInterest(stamps(own.ts), own.oi_usd.to_numpy() / price),
            contract=Contract("hyperliquid", "BTC/USDC:USDC"), notes=("prices and volume are those of krakenfutures",),
        ),
    ]  # fmt: skip


def test_a_real_basis_is_followed_in_few_steps(markets):
    combined = liqheat.combine_venues(markets)
    assert combined.combination.reference == "binanceusdm"
    assert combined.n_bars > 1_000
    shift = combined.layers[1].price_shift
    assert 3 <= np.unique(shift).size <= 12
    assert np.count_nonzero(np.diff(shift)) < 0.25 * shift.size
    mapped = markets[1].close[-combined.n_bars :] * 1.0005**shift
    off = np.abs(np.log(mapped / combined.market.close)) / np.log(1.0005)
    assert np.quantile(off, 0.9) < 0.76
    assert off.max() < 3.0
    unmapped = np.abs(np.log(markets[1].close[-combined.n_bars :] / combined.market.close)) / np.log(1.0005)
    assert np.quantile(off, 0.9) < 0.6 * np.quantile(unmapped, 0.9)


@pytest.mark.parametrize("weights", ["open_interest", "equal", "volume"])
def test_real_venues_conserve_under_every_weighting(markets, weights):
    combined = liqheat.combine_venues(markets, weights=weights)
    total = sum(venue.open_interest_usd for venue in combined.combination.venues)
    values = [1.0, 1.0005 ** combined.layers[1].price_shift.astype(float)]
    venues = combined.combination.venues
    counted = sum(venue.open_interest_usd * venue.factor / value for venue, value in zip(venues, values, strict=True))
    np.testing.assert_allclose(counted, total, rtol=1e-12)
    heatmap = liqheat.draw_heatmap(combined)
    column = heatmap.column()
    held = [float(side.sum()) for side in (column.long_usd, column.short_usd)]
    # What stands in view is part of what is open: the rest is inert, or farther than the axis shows.
    assert all(0.05 * total[-1] < usd < 1.1 * total[-1] for usd in held)


def test_hyperliquid_adds_no_hundred_times_band(markets):
    combined = liqheat.combine_venues(markets)
    heatmap = liqheat.draw_heatmap(combined, leverage=[50, 100])
    own = liqheat.draw_heatmap(liqheat.estimate_book(markets[0]), leverage=[50, 100])
    both = liqheat.draw_heatmap(combined, leverage=[25])
    np.testing.assert_array_equal(heatmap.profile().column.long_usd.sum(), own.profile().column.long_usd.sum())
    assert both.profile().column.long_usd.sum() > own.profile().column.long_usd.sum()
    with pytest.raises(liqheat.UnknownNameError):
        liqheat.draw_heatmap(liqheat.estimate_book(markets[1]), leverage=[100])


def test_the_share_of_all_open_interest_is_stated(markets, open_interest):
    newest = open_interest.sort_values("ts").groupby("venue").oi_usd.last()
    tracked = {**newest.to_dict(), "binanceusdm": newest["binance"]}
    del tracked["binance"]
    combined = liqheat.combine_venues(markets, tracked_open_interest_usd=tracked)
    coverage = liqheat.draw_heatmap(combined).metadata()["coverage"]
    assert 0.5 < coverage["share"] < 0.65
    assert coverage["of"].startswith("open interest of the venues tracked: binanceusdm, bybit, dydx, hyperliquid")
