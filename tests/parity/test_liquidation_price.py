"""The Rust core and its numpy twin give the same bits."""

import numpy as np
import pytest

from liqheat.margin import (
    bankruptcy_price,
    liquidation_price,
    liquidation_prices,
    liquidation_status,
    resolve_margin_rule,
)
from liqheat.margin._backends import BACKENDS
from liqheat.margin.tiers import load_tier_tables
from liqheat.venues.spec_margin import CURRENT
from liqheat.venues.table import RULES

N = 200_000
KINDS = pytest.mark.parametrize("kind", ["linear", "inverse"])


def assert_same_bits(left, right):
    assert left.shape == right.shape
    assert left.dtype == right.dtype
    np.testing.assert_array_equal(np.isnan(left), np.isnan(right))
    known = ~np.isnan(left)
    np.testing.assert_array_equal(left[known].view(np.int64), right[known].view(np.int64))


def random_positions(seed, kind):
    """Positions over many orders of magnitude, with a share on the edges of the cases."""
    random = np.random.default_rng(seed)
    entry = 10.0 ** random.uniform(-8, 8, N)
    quantity = 10.0 ** random.uniform(-8, 8, N)
    value = quantity * entry if kind == "linear" else quantity / entry
    rate = random.choice([0.0, 0.003, 0.004, 0.01, 0.02, 0.5], N) + random.choice([0.0, 1e-5], N)
    fee = random.choice([0.0, 0.0005, 0.00075], N)
    edges = [0.5, 1.0, np.nextafter(1.0, 2.0), np.nextafter(1.0, 0.0), 2.0, 100.0, 125.0, 200.0, 250.0]
    leverage = np.where(random.random(N) < 0.5, random.choice(edges, N), 10.0 ** random.uniform(-1, 3, N))
    margin = value / leverage
    on_edge = random.random(N) < 0.1
    margin = np.where(on_edge & (rate + fee > 0), value * (rate + fee), margin)
    amount = np.where(random.random(N) < 0.5, 0.0, random.random(N) * rate * value)
    return np.where(random.random(N) < 0.5, 1, -1), entry, quantity, margin, rate, amount, fee, kind


@KINDS
def test_positions(kind):
    arguments = random_positions(7, kind)
    rust, numpy = (liquidation_price(*arguments, backend=name) for name in ("rust", "numpy"))
    assert_same_bits(rust, numpy)
    statuses = liquidation_status(*arguments, backend="rust")
    np.testing.assert_array_equal(statuses, liquidation_status(*arguments, backend="numpy"))
    # The grid reaches every case, or it proves nothing.
    assert min(np.sum(statuses == case) for case in ("liquidatable", "never", "at_open")) > N / 50
    np.testing.assert_array_equal(np.isnan(rust), statuses != "liquidatable")
    side, entry = arguments[0], arguments[1]
    known = ~np.isnan(rust)
    assert (side[known] * (entry[known] - rust[known]) > 0).all()


@KINDS
def test_bankruptcy(kind):
    arguments = random_positions(8, kind)
    arguments = (*arguments[:4], kind)
    assert_same_bits(bankruptcy_price(*arguments, backend="rust"), bankruptcy_price(*arguments, backend="numpy"))


@KINDS
def test_grid(kind):
    random = np.random.default_rng(9)
    entries = 10.0 ** random.uniform(-8, 8, 5_000)
    leverages = np.concatenate([[0.5, 1.0, 2.0, 100.0, 200.0, 250.0], 10.0 ** random.uniform(-1, 3, 30)])
    for rates in (0.0, 0.004, random.choice([0.004, 0.01, 0.5], leverages.size)):
        rust, numpy = (liquidation_prices(entries, leverages, rates, 0.001, kind, name) for name in ("rust", "numpy"))
        assert_same_bits(rust, numpy)
        assert 0 < np.isnan(rust).sum() < rust.size


@pytest.mark.parametrize("rule", [r for r in RULES if r.era == CURRENT and not r.missing], ids=lambda r: r.venue)
def test_venues(rule):
    table = load_tier_tables()[rule.venue, rule.contract_kind]
    random = np.random.default_rng(10)
    for symbol in table.symbols:
        known = resolve_margin_rule(rule.venue, symbol)
        n = 4_000
        caps = np.array([tier.cap for tier in known.tiers])
        ends = np.concatenate([caps[np.isfinite(caps)], [1e6]])
        size = np.where(random.random(n) < 0.3, random.choice(ends, n), ends.max() * 10.0 ** random.uniform(-6, 0.1, n))
        size *= known.contract_size or 1.0
        entry = 10.0 ** random.uniform(-3, 6, n)
        notional = size * entry if known.counts_coins else size
        leverage = 10.0 ** random.uniform(-0.3, 2.5, n)
        for column in (entry, notional, leverage):
            column[random.integers(0, n, 5)] = random.choice([np.nan, np.inf, -1.0, 0.0], 5)
        side = np.where(random.random(n) < 0.5, 1, -1).astype(np.int8)
        # The caps on leverage are loosened at random: above them nothing is left to compare.
        tiers = np.array(
            [
                (
                    tier.cap,
                    random.choice([400.0, tier.maximum_leverage]),
                    tier.maintenance_margin_rate,
                    tier.maintenance_amount,
                )
                for tier in known.tiers
            ]
        )
        tiers[:, 1] = np.minimum.accumulate(tiers[:, 1])
        for covers in (known.covers_all_sizes, False):
            arguments = (side, entry, leverage, notional, tiers, known.contract_size, known.counts_coins, covers)
            rust, numpy = (
                BACKENDS[name].venue_liquidation_price_of(*arguments, rule.closing_fee_rate, rule.contract_kind)
                for name in ("rust", "numpy")
            )
            np.testing.assert_array_equal(rust[1], numpy[1])
            assert_same_bits(rust[0], numpy[0])
            assert rust[2] == numpy[2] == (rust[1] == 3).sum() >= 5
            assert {0, 1, 3} <= set(np.unique(rust[1]))


def test_strided_arrays_are_taken_by_the_binding():
    side = np.array([1, 9, -1, 9], dtype=np.int8)[::2]
    one = np.array([100.0, 0.0, 200.0, 0.0])
    core = BACKENDS["rust"]
    zero = np.zeros(1)
    rate = np.array([0.004])
    strided = core.liquidation_price_of(side, one[::2], np.ones(1), np.full(4, 10.0)[::2], rate, zero, zero, "linear")
    packed = BACKENDS["numpy"].liquidation_price_of(
        side, one[::2], np.ones(1), np.full(2, 10.0), rate, zero, zero, "linear"
    )
    assert_same_bits(strided[0], packed[0])


def test_the_binding_refuses_what_the_door_would():
    core = BACKENDS["rust"]
    side, one, two, zero = np.ones(1, dtype=np.int8), np.ones(1), np.ones(2), np.zeros(1)
    with pytest.raises(ValueError, match="quantity: must hold 1 or 3 values; found 2"):
        core.liquidation_price_of(side, np.ones(3), two, one, zero, zero, zero, "linear")
    assert core.liquidation_price_of(np.zeros(1, dtype=np.int8), one, one, one, zero, zero, zero, "linear")[2] == 1
    with pytest.raises(ValueError, match="contract_kind"):
        core.liquidation_price_of(side, one, one, one, zero, zero, zero, "quanto")
    with pytest.raises(ValueError, match="out: must have shape"):
        core.liquidation_price_grid_into(one, one, zero, 0.0, "linear", np.empty((1, 2, 2)))
    with pytest.raises(ValueError, match="out: must be C-contiguous"):
        core.liquidation_price_grid_into(two, two, zero, 0.0, "linear", np.empty((2, 2, 2)).T)
    with pytest.raises(ValueError, match="tiers: must have 4 columns"):
        core.venue_liquidation_price_of(side, one, one, one, np.ones((1, 3)), None, False, True, 0.0, "linear")
    with pytest.raises(ValueError, match="tiers: tier 1"):
        core.venue_liquidation_price_of(side, one, one, one, np.ones((1, 4)), None, False, True, 0.0, "linear")
