"""Margin tiers: units, amounts, and what changed between two fetches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liqheat.errors import VenueError
from liqheat.exchanges import compare_margin_tiers
from liqheat.exchanges.rest.normalize_tiers import continuous_amounts, parse_margin_tiers
from liqheat.venues.table import VENUES

BYBIT, OKX = VENUES["bybit", "linear"].margin_tiers, VENUES["okx", "linear"].margin_tiers
GATE, BITGET = VENUES["gate", "linear"].margin_tiers, VENUES["bitget", "linear"].margin_tiers
HYPERLIQUID = VENUES["hyperliquid", "linear"].margin_tiers


def bybit(*rows):
    names = ("riskLimitValue", "maintenanceMargin", "maxLeverage", "mmDeduction")
    listed = [dict(zip(names, row, strict=True)) | {"initialMargin": "0.01", "id": 1} for row in rows]
    return parse_margin_tiers(BYBIT, {"retCode": 0, "result": {"list": listed}}, {}, 7, "bybit REST")


def test_bybit_fractions_with_amounts():
    tiers = bybit(("2000000", "0.005", "100.00", ""), ("10000000", "0.0056", "90.00", "1200"))
    assert (tiers.floor.tolist(), tiers.cap.tolist(), tiers.unit) == ([0, 2e6], [2e6, 1e7], "quote")
    assert tiers.maintenance_margin_rate.tolist() == [0.005, 0.0056]
    assert tiers.maintenance_amount.tolist() == [0.0, 1200.0]
    assert tiers.max_leverage.tolist() == [100.0, 90.0]


def test_bybit_percent_as_its_page_shows_them():
    tiers = bybit(("150", "0.5", "100.00", ""), ("300", "1", "50.00", ""))
    assert tiers.maintenance_margin_rate.tolist() == [0.005, 0.01]
    # Amounts that are missing follow from the rates, after the percent are read as such.
    assert tiers.maintenance_amount.tolist() == [0.0, 0.75]


def test_a_high_rate_of_low_leverage_is_a_rate():
    assert bybit(("5000", "0.4", "2", "")).maintenance_margin_rate.tolist() == [0.4]


def test_order_does_not_matter():
    rows = [("2000000", "0.005", "100.00", ""), ("10000000", "0.0056", "90.00", "1200")]
    one, other = bybit(*rows), bybit(*rows[::-1])
    for name in ("floor", "cap", "maintenance_margin_rate", "maintenance_amount", "max_leverage"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_okx_counts_contracts_and_its_next_tier_begins_one_step_later():
    rows = [
        {"minSz": "0", "maxSz": "500", "mmr": "0.004", "maxLever": "100", "tier": "1"},
        {"minSz": "500.01", "maxSz": "2000", "mmr": "0.005", "maxLever": "75", "tier": "2"},
    ]
    tiers = parse_margin_tiers(OKX, {"data": rows[::-1]}, {}, 7)
    assert (tiers.floor.tolist(), tiers.cap.tolist(), tiers.unit) == ([0, 500], [500, 2000], "contracts")
    # A tier's rate holds for the whole position: nothing is deducted.
    assert tiers.maintenance_amount.tolist() == [0.0, 0.0]


def test_gate_gives_its_deduction():
    rows = [
        {"tier": 1, "risk_limit": "1000000", "maintenance_rate": "0.004", "leverage_max": "125", "deduction": "0"},
        {"tier": 2, "risk_limit": "2000000", "maintenance_rate": "0.005", "leverage_max": "100", "deduction": "1000"},
    ]
    tiers = parse_margin_tiers(GATE, rows, {}, 7)
    assert tiers.maintenance_amount.tolist() == [0.0, 1000.0]
    without = [{name: value for name, value in row.items() if name != "deduction"} for row in rows]
    np.testing.assert_allclose(parse_margin_tiers(GATE, without, {}, 7).maintenance_amount, [0.0, 1000.0])


def test_bitget_amounts_follow():
    rows = [
        {"level": "1", "startUnit": "0", "endUnit": "150000", "leverage": "125", "keepMarginRate": "0.004"},
        {"level": "2", "startUnit": "150000", "endUnit": "900000", "leverage": "100", "keepMarginRate": "0.005"},
    ]
    tiers = parse_margin_tiers(BITGET, {"data": rows}, {}, 7)
    np.testing.assert_allclose(tiers.maintenance_amount, [0.0, 150.0])


def test_hyperliquid_rates_are_half_of_the_initial_ones():
    table = {
        "description": "tiered 40x",
        "marginTiers": [{"lowerBound": "0.0", "maxLeverage": 40}, {"lowerBound": "150000000.0", "maxLeverage": 20}],
    }
    tiers = parse_margin_tiers(HYPERLIQUID, table, {}, 7)
    assert (tiers.floor.tolist(), tiers.cap.tolist()) == ([0.0, 150e6], [150e6, np.inf])
    assert tiers.maintenance_margin_rate.tolist() == [0.0125, 0.025]
    assert tiers.maintenance_amount.tolist() == [0.0, 1_875_000.0]


def test_amounts_that_binance_publishes_follow_from_its_rates():
    # BTCUSDT, 2026-09-29.
    floor = np.array([0, 300e3, 800e3, 3e6, 12e6, 70e6, 100e6, 230e6, 480e6, 600e6, 800e6, 1.2e9])
    rate = np.array([0.004, 0.005, 0.0065, 0.01, 0.02, 0.025, 0.05, 0.1, 0.125, 0.15, 0.25, 0.5])
    amount = [0, 300, 1500, 12e3, 132e3, 482e3, 2.982e6, 14.482e6, 26.482e6, 41.482e6, 121.482e6, 421.482e6]
    np.testing.assert_allclose(continuous_amounts(floor, rate), amount, rtol=1e-12, atol=1e-6)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("0", "0.005", "100", "")],
        [("100", "0.005", "100", ""), ("100", "0.006", "50", "")],
        [("100", "0", "100", "")],
        [("100", "1.5", "10", "")],
        [("100", "0.005", "0", "")],
        [("x", "0.005", "100", "")],
        [("100", "", "100", "")],
    ],
)
def test_tiers_that_cannot_be_read(rows):
    with pytest.raises(VenueError, match="must"):
        bybit(*rows)


def test_a_gap_between_tiers():
    rows = [
        {"startUnit": "0", "endUnit": "150000", "leverage": "125", "keepMarginRate": "0.004"},
        {"startUnit": "300000", "endUnit": "900000", "leverage": "100", "keepMarginRate": "0.005"},
    ]
    with pytest.raises(VenueError, match="must begin where the one before ends"):
        parse_margin_tiers(BITGET, {"data": rows}, {}, 7)


# ------------------------------------------------------------------------------------------------ what changed


TWO = [("2000000", "0.005", "100.00", ""), ("10000000", "0.0056", "90.00", "1200")]


def test_nothing_changed():
    assert compare_margin_tiers(bybit(*TWO), replace(bybit(*TWO), fetched_ms=9, source="other")) == []


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ([("2000000", "0.006", "100.00", ""), TWO[1]], ["tier 1: maintenance margin rate 0.005 -> 0.006"]),
        (
            [("3000000", "0.005", "75", ""), TWO[1]],
            [
                "tier 1: up to 2,000,000 -> 3,000,000, maximum leverage 100 -> 75",
                "tier 2: from 2,000,000 -> 3,000,000",
            ],
        ),
        ([TWO[0]], ["tier 2 is gone (from 2,000,000)"]),
        (
            [*TWO, ("20000000", "0.01", "50", "45200")],
            ["tier 3 is new: from 10,000,000, rate 0.01, maximum leverage 50"],
        ),
        ([TWO[0], (*TWO[1][:3], "1300")], ["tier 2: maintenance amount 1,200 -> 1,300"]),
    ],
)
def test_changes_are_said(new, said):
    assert compare_margin_tiers(bybit(*TWO), bybit(*new)) == said


def test_another_unit_is_another_table():
    assert compare_margin_tiers(bybit(*TWO), replace(bybit(*TWO), unit="coins")) == ["sizes count coins, not quote"]
