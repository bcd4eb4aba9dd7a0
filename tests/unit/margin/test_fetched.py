"""Fetched tiers take the place of shipped ones, under the same checks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liqheat.book.estimate import venue_distance_tiers
from liqheat.errors import FileFormatError
from liqheat.margin import apply_fetched_tiers, describe_tiers, resolve_margin_rule, rule_maximum_leverage
from liqheat.records import MarginTiers

FETCHED_MS = 1_795_400_000_000  # 2026-11-23
TIERS = MarginTiers(
    FETCHED_MS,
    floor=np.array([0.0, 1e6, 5e6]),
    cap=np.array([1e6, 5e6, np.inf]),
    maintenance_margin_rate=np.array([0.01, 0.02, 0.05]),
    maintenance_amount=np.array([0.0, 1e4, 1.6e5]),
    max_leverage=np.array([50.0, 25.0, 10.0]),
    unit="quote",
    source="bybit REST",
)


def test_distances_follow_the_fetched_rate_and_leverage_cap():
    shipped = venue_distance_tiers("bybit", "BTC/USDT:USDT")
    fetched = venue_distance_tiers("bybit", "BTC/USDT:USDT", fetched_tiers=TIERS)
    assert shipped.leverages[0] == 100
    assert fetched.leverages[0] == 50
    # long p = E (1 - 1/L) / (1 - mmr)
    assert fetched.distances[0, 0] == pytest.approx(-np.log((1 - 1 / 50) / (1 - 0.01)), rel=1e-12)


def test_a_rule_with_fetched_tiers_says_so():
    rule = apply_fetched_tiers(resolve_margin_rule("bybit", "BTC/USDT:USDT"), TIERS)
    assert rule_maximum_leverage(rule, 2e6) == 25
    assert describe_tiers(rule, FETCHED_MS + 2 * 86_400_000).startswith(
        "margin tiers of 2026-11-23 (2 days old): fetched"
    )


@pytest.mark.parametrize(
    "broken",
    [
        {"maintenance_margin_rate": np.array([0.01, 0.005, 0.05])},
        {"maintenance_amount": np.array([0.0, 7.0, 1.6e5])},
        {"floor": np.array([0.0, 2e6, 5e6])},
        {"max_leverage": np.array([50.0, 60.0, 10.0])},
        {"unit": "contracts"},
    ],
    ids=["rate falls", "amount", "gap", "leverage rises", "no contract size"],
)
def test_tiers_that_do_not_hold_together_are_refused(broken):
    with pytest.raises(FileFormatError, match="fetched tiers of bybit"):
        apply_fetched_tiers(resolve_margin_rule("bybit", "BTC/USDT:USDT"), replace(TIERS, **broken))
