"""What leverages a venue has: no band beyond its cap, and distances by its own rules."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import liqheat
from liqheat import InputError, maximum_leverage, venue_liquidation_price
from liqheat.book import venue_distance_tiers
from liqheat.margin import resolve_margin_rule
from liqheat.venues.table import RULES

BITCOIN = {
    "binanceusdm": ("BTC/USDT:USDT", 150, 0.004),
    "bybit": ("BTC/USDT:USDT", 100, 0.005),
    "okx": ("BTC/USDT:USDT", 100, 0.004),
    "bitget": ("BTC/USDT:USDT", 150, 0.004),
    "gate": ("BTC/USDT:USDT", 200, 0.003),
    "kucoinfutures": ("BTC/USDT:USDT", 125, 0.004),
    "hyperliquid": ("BTC/USDC:USDC", 40, 0.0125),
    "dydx": ("BTC/USDC:USDC", 50, 0.012),
}
"""First tier of Bitcoin as each venue publishes it: largest leverage and maintenance margin rate."""


@pytest.mark.parametrize("venue", BITCOIN)
def test_bitcoin_has_the_cap_and_rate_of_its_venue(venue):
    symbol, cap, rate = BITCOIN[venue]
    assert maximum_leverage(venue, symbol) == cap
    tier = resolve_margin_rule(venue, symbol).tiers[0]
    assert tier.maintenance_margin_rate == pytest.approx(rate)
    # A maximum at which the position would be liquidated at once cannot be right.
    assert 1.0 / cap > tier.maintenance_margin_rate


@pytest.mark.parametrize("mix", ["classic", "uniform"])
@pytest.mark.parametrize("venue", BITCOIN)
def test_no_band_lies_beyond_the_cap_and_no_share_is_lost(venue, mix):
    symbol, cap, _ = BITCOIN[venue]
    tiers = venue_distance_tiers(venue, symbol, mix, reference_price=95_000.0)
    assert tiers.leverages.max() == min(100, cap)
    assert np.isfinite(tiers.distances).all() and (tiers.distances > 0).all()
    np.testing.assert_allclose(tiers.weights.sum(axis=1), 0.9)


@pytest.mark.parametrize(("venue", "cap"), [("hyperliquid", 40), ("dydx", 50)])
def test_a_hundred_times_cannot_exist_there(venue, cap):
    with pytest.raises(InputError, match=f"leverage: must not exceed {cap}"):
        venue_liquidation_price(venue, "BTC/USDC:USDC", "long", 95_000, 100, 10_000)
    tiers = venue_distance_tiers(venue, "BTC/USDC:USDC", "classic")
    assert tiers.leverages.tolist() == [leverage for leverage in (50, 40, 25, 10, 5) if leverage in (cap, 25, 10, 5)]
    assert tiers.weights[0, 0] == pytest.approx(0.9 * (0.2 + 0.1))


def test_the_same_leverage_lies_elsewhere_at_each_venue():
    """25x longs at 100,000, by each venue's published rule; no two venues of other rules are alike."""
    prices = {
        venue: venue_liquidation_price(venue, symbol, "long", 100_000, 25, 10_000)
        for venue, (symbol, _, _) in BITCOIN.items()
    }
    expected = {"binanceusdm": 96385.5, "bybit": 96482.4, "okx": 96434.0, "bitget": 96443.6, "kucoinfutures": 96443.6,
                "dydx": 97166.0, "hyperliquid": 97215.2}  # fmt: skip
    for venue, price in expected.items():
        assert prices[venue] == pytest.approx(price, abs=0.06), venue
    assert len({round(price, 1) for price in prices.values()}) == len(BITCOIN) - 1


def test_alternative_coins_are_capped_too():
    assert maximum_leverage("hyperliquid", "ETH/USDC:USDC") == 25
    assert venue_distance_tiers("hyperliquid", "ETH/USDC:USDC").leverages.tolist() == [25, 10, 5]
    assert maximum_leverage("hyperliquid", "NEW/USDC:USDC") == 10


def test_every_venue_of_the_table_is_looked_at_or_says_what_is_missing():
    text = Path(liqheat.__file__).with_name("margin").joinpath("data/margin_tiers.json").read_text(encoding="utf-8")
    linear = {table["venue"] for table in json.loads(text)["tables"] if table["contract_kind"] == "linear"}
    assert linear <= {rule.venue for rule in RULES}
    assert linear == {*BITCOIN, "mexc"}
