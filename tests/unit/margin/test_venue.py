"""Prices by venue and symbol."""

import math

import numpy as np
import pytest

from liqheat.errors import InputError, UnknownNameError
from liqheat.margin import (
    liquidation_price,
    liquidation_prices,
    maximum_leverage,
    resolve_margin_rule,
    venue_liquidation_distances,
    venue_liquidation_price,
)
from liqheat.margin.contract import read_symbol
from liqheat.venues.table import RULES

BTC = "BTC/USDT:USDT"
BACKENDS = pytest.mark.parametrize("backend", ["rust", "numpy"])


@BACKENDS
@pytest.mark.parametrize(("venue", "price"), [("binance", 90_612.45), ("binanceusdm", 90_612.45), ("bybit", 90_703.52)])
def test_twenty_times_long_at_95000(venue, price, backend):
    found = venue_liquidation_price(venue, BTC, "long", 95_000, 20, 10_000, backend=backend)
    assert found == pytest.approx(price, abs=0.005)
    assert type(found) is float


@pytest.mark.parametrize(
    ("venue", "symbol", "leverage", "long", "short"),
    [
        ("okx", BTC, 100, 99447.5, 100547.5),
        ("bitget", BTC, 100, 99457.5, 100537.5),
        ("kucoinfutures", BTC, 50, 98452.9, 101532.9),
        ("dydx", "BTC/USDC:USDC", 50, 99190.3, 100790.5),
        ("hyperliquid", "BTC/USDC:USDC", 25, 97215.2, 102716.0),
    ],
)
def test_sanity_table_by_venue(venue, symbol, leverage, long, short):
    prices = venue_liquidation_price(venue, symbol, ["long", "short"], 100_000, leverage, 10_000)
    assert prices == pytest.approx([long, short], rel=0, abs=0.0501)


@BACKENDS
def test_the_tier_is_the_one_at_the_liquidation_price(backend):
    # 13 M long at 5x: tier 5 (2 %) at entry, but about 10.5 M and tier 4 (1 %, 12,000) at its liquidation price.
    found = venue_liquidation_price("binanceusdm", BTC, "long", 100_000, 5, 13e6, backend=backend)
    assert found == pytest.approx((13e6 - 2.6e6 - 12_000) / (130 * 0.99), rel=1e-12)
    # 11 M short at 5x: tier 4 at entry, 13.0 M and tier 5 at its liquidation price.
    found = venue_liquidation_price("binanceusdm", BTC, "short", 100_000, 5, 11e6, backend=backend)
    assert found == pytest.approx((11e6 + 2.2e6 + 132_000) / (110 * 1.02), rel=1e-12)


@BACKENDS
def test_coin_margined_tiers_count_coins(backend):
    found = venue_liquidation_price("binance", "BTC/USD:BTC", "long", 50_000, 10, 5e5, backend=backend)
    # 10 coins at entry, about 11 at the liquidation price: third tier, 1 % and 0.055 coin
    assert found == pytest.approx(5e5 * 1.01 / (1.0 + 0.055 + 10.0), rel=1e-12)


def test_counted_tiers_end_where_the_file_ends():
    # One OKX contract is 0.01 BTC: 1000 of them are 10 BTC.
    assert venue_liquidation_price("okx", BTC, "long", 100_000, 10, 1_000_000) > 0
    with pytest.raises(InputError, match="must not exceed 1000 contracts"):
        venue_liquidation_price("okx", BTC, "long", 100_000, 10, 1_000_100)
    # MEXC: 0.0001 BTC; the tier's rate holds for the whole position.
    small, large = venue_liquidation_price("mexc", BTC, "long", 100_000, 10, [2_000_000, 2_000_100])
    assert small == pytest.approx(90_000 / (1 - 0.004 - 0.0006))
    assert large == pytest.approx(90_000 / (1 - 0.008 - 0.0006))


def test_a_cap_belongs_to_its_tier():
    assert maximum_leverage("binanceusdm", BTC, 300_000) == 150.0
    assert maximum_leverage("binanceusdm", BTC, 300_000.01) == 100.0


def test_leverage_above_the_maximum_is_refused():
    with pytest.raises(InputError, match="leverage: must not exceed 150, the maximum of binanceusdm") as caught:
        venue_liquidation_price("binance", BTC, "long", 95_000, [20, 151], 10_000)
    assert caught.value.value == "151.0 at index 1"
    with pytest.raises(InputError, match="must not exceed 50"):
        venue_liquidation_price("binance", BTC, "long", 95_000, 75, 5e6)
    with pytest.raises(InputError, match="leverages: must not exceed 40, the maximum of hyperliquid"):
        venue_liquidation_distances("hyperliquid", "BTC/USDC:USDC", [10, 100])


def test_notional_beyond_the_table_is_refused():
    with pytest.raises(InputError, match="notional_usd: must not exceed 1800000000 quote_notional"):
        venue_liquidation_price("binance", BTC, "long", 95_000, 1, 1.9e9)
    # Complete table: a short grows past the last cap, under the last tier's rate.
    assert venue_liquidation_price("binance", BTC, "short", 95_000, 1, 1.7e9) > 95_000
    # Five tiers of more: where a larger one would decide, none is made up.
    assert venue_liquidation_price("gate", BTC, "long", 95_000, 3, 2.9e6) < 95_000
    with pytest.raises(InputError, match="value at the liquidation price within 3000000"):
        venue_liquidation_price("gate", BTC, "short", 95_000, 3, 2.9e6)


@BACKENDS
def test_bad_rows_become_nan_where_that_is_asked_for(backend):
    entry = np.array([95_000.0, np.nan, 95_000.0, -1.0, 95_000.0, 95_000.0, np.inf])
    leverage = np.array([20.0, 20.0, 151.0, 20.0, 0.0, 20.0, 20.0])
    notional = np.array([9_500.0, 9_500.0, 9_500.0, 9_500.0, 9_500.0, 1.9e9, 9_500.0])
    arguments = ("binance", BTC, "long", entry, leverage, notional)
    found = venue_liquidation_price(*arguments, errors="nan", backend=backend)
    assert np.isnan(found).tolist() == [False] + [True] * 6
    assert found[0] == venue_liquidation_price("binance", BTC, "long", 95_000.0, 20.0, 9_500.0)
    with pytest.raises(InputError, match="entry_price: must be a finite number above 0; found nan at index 1"):
        venue_liquidation_price(*arguments, backend=backend)
    prices = liquidation_price("long", entry, 1.0, 4_750.0, [0.004] * 5 + [1.0, 0.004], errors="nan", backend=backend)
    assert np.isnan(prices).tolist() == [False, True, False, True, False, True, True]
    with pytest.raises(InputError, match="errors: must be 'raise' or 'nan'; found ignore"):
        liquidation_price("long", entry, 1.0, 4_750.0, 0.004, errors="ignore", backend=backend)


def test_defaults_are_said():
    known = resolve_margin_rule("bybit", BTC)
    assert (known.is_default, known.note) == (False, "")
    stand_in = resolve_margin_rule("bybit", "WIF/USDT:USDT")
    assert stand_in.is_default
    assert stand_in.confidence == "low"
    assert "WIF/USDT:USDT is not on file" in stand_in.note
    assert stand_in.tiers[0].cap == math.inf
    assert venue_liquidation_price("okx", "WIF/USDT:USDT", "long", 2.0, 10, 1e7) > 0
    for venue, symbol in (("dydx", "WIF/USDC:USDC"), ("mexc", "WIF/USDT:USDT"), ("binance", "ETH/USD:ETH")):
        with pytest.raises(UnknownNameError, match="must be on file"):
            resolve_margin_rule(venue, symbol)
    with pytest.raises(UnknownNameError, match="a perpetual or on file"):
        resolve_margin_rule("bybit", "BTC/USDT:USDT-261225")
    assert not resolve_margin_rule("binance", "BTC/USDT:USDT-261225").is_default


@pytest.mark.parametrize(
    "rule", [r for r in RULES if r.missing and r.era == "current" and r.margin_mode == "any"], ids=lambda r: r.venue
)
def test_rows_without_tiers_say_what_is_missing(rule):
    symbol = "BTC/USDC:USDC" if rule.contract_kind == "linear" else "BTC/USD:BTC"
    with pytest.raises(InputError) as caught:
        venue_liquidation_price(rule.venue, symbol, "long", 95_000, 10, 10_000)
    assert caught.value.argument == "venue"
    assert rule.missing in caught.value.rule


@pytest.mark.parametrize("symbol", ["BTCUSDT", "BTC/USDT", "BTC/USD:ETH", "", None, 5, "BTC/USDT:USDT-26DEC25"])
def test_other_symbols_are_refused(symbol):
    with pytest.raises(InputError) as caught:
        resolve_margin_rule("binance", symbol)
    assert caught.value.argument == "symbol"


def test_symbols_tell_kind_and_expiry():
    assert read_symbol("1000PEPE/USDT:USDT") == ("linear", False)
    assert read_symbol("BTC/USD:BTC") == ("inverse", False)
    assert read_symbol("BTC/USDT:USDT-261225") == ("linear", True)


@pytest.mark.parametrize("venue", [None, ["binance"], "BINANCE"])
def test_other_venues_are_refused(venue):
    with pytest.raises(InputError) as caught:
        resolve_margin_rule(venue, BTC)
    assert caught.value.argument == "venue"


@BACKENDS
def test_distances_are_log_prices(backend):
    leverages = np.array([2, 5, 10, 25, 50, 100])
    found = venue_liquidation_distances("binance", BTC, leverages, backend=backend)
    expected = np.abs(np.log(liquidation_prices([1.0], leverages, 0.004)[0]))
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert found.shape == (2, 6)
    priced = venue_liquidation_distances("binance", BTC, leverages, reference_price=95_000.0, backend=backend)
    np.testing.assert_allclose(priced, expected, rtol=1e-9)
    assert np.isnan(venue_liquidation_distances("binance", BTC, [1])[:, 0]).tolist() == [True, False]
    assert venue_liquidation_distances("binance", BTC, []).shape == (2, 0)


def test_distances_ask_for_a_price_where_tiers_need_one():
    for venue, symbol in (("okx", BTC), ("binance", "BTC/USD:BTC"), ("mexc", BTC)):
        with pytest.raises(InputError, match="reference_price: is needed"):
            venue_liquidation_distances(venue, symbol, [10])
        assert venue_liquidation_distances(venue, symbol, [10], reference_price=95_000).shape == (2, 1)


def test_maximum_leverage():
    sizes = np.array([[300_000.0, 300_000.01], [5e6, 1.8e9]])
    expected = [[maximum_leverage("binance", BTC, float(size)) for size in row] for row in sizes]
    assert maximum_leverage("binance", BTC, sizes).tolist() == expected
    assert maximum_leverage("okx", BTC, 9e5, [95_000.0, 100_001.0]).shape == (2,)
    with pytest.raises(InputError, match="notional_usd"):
        maximum_leverage("binance", BTC, [1e4, 2e9])
    assert maximum_leverage("binance", BTC) == 150.0
    assert maximum_leverage("dydx", "BTC/USDC:USDC") == 50.0
    assert maximum_leverage("hyperliquid", "BTC/USDC:USDC", 2e8) == 20.0
    with pytest.raises(InputError, match="notional_usd"):
        maximum_leverage("binance", BTC, -1)


def test_arrays_broadcast():
    prices = venue_liquidation_price("bybit", BTC, [["long"], ["short"]], 95_000, [2, 10, 20], 10_000)
    assert prices.shape == (2, 3)
    single = liquidation_price("short", 95_000, 10_000 / 95_000, 10_000 / 20, 0.005)
    assert prices[1, 2] == pytest.approx(single, rel=1e-14)
    with pytest.raises(InputError, match="broadcast"):
        venue_liquidation_price("bybit", BTC, "long", [1.0, 2.0], [1, 2, 3], 10_000)
