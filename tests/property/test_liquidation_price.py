"""What must hold for every position, and the choice of tier against brute force over price."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from liqheat.margin import bankruptcy_price, liquidation_price, liquidation_prices, liquidation_status
from liqheat.margin._backends import BACKENDS

SIDES = st.sampled_from(["long", "short"])
KINDS = st.sampled_from(["linear", "inverse"])
BACKEND = st.sampled_from(["rust", "numpy"])
ENTRIES = st.floats(1e-4, 1e6)
QUANTITIES = st.floats(1e-3, 1e6)
SHARES = st.floats(0.001, 0.98)


def value(kind, quantity, price):
    return quantity * price if kind == "linear" else quantity / price


def profit(side, kind, quantity, entry, price):
    sign = 1 if side == "long" else -1
    return sign * quantity * ((price - entry) if kind == "linear" else (1 / entry - 1 / price))


@given(SIDES, KINDS, ENTRIES, QUANTITIES, st.floats(1.02, 200), SHARES, st.floats(0, 0.009), st.floats(0, 0.5), BACKEND)
def test_equity_meets_the_requirement(side, kind, entry, quantity, leverage, share, fee_share, amount_share, backend):
    at_entry = value(kind, quantity, entry)
    margin, rate, fee = at_entry / leverage, share / leverage, fee_share / leverage
    amount = amount_share * rate * at_entry
    arguments = (side, entry, quantity, margin, rate, amount, fee, kind)
    # Above this the loss is bounded: margin and amount outlast any price.
    unbounded = (side, kind) in (("short", "linear"), ("long", "inverse"))
    assume(unbounded or (margin + amount) / at_entry < 0.999)
    price = liquidation_price(*arguments, backend=backend)
    assert liquidation_status(*arguments, backend=backend) == "liquidatable"
    assert price < entry if side == "long" else price > entry
    at_price = value(kind, quantity, price)
    equity = margin + profit(side, kind, quantity, entry, price)
    assert equity == pytest.approx(at_price * (rate + fee) - amount, rel=0, abs=1e-11 * max(at_price, at_entry))
    bankruptcy = bankruptcy_price(side, entry, quantity, margin, kind, backend=backend)
    if amount == 0.0:
        assert bankruptcy < price if side == "long" else bankruptcy > price


@given(
    ENTRIES,
    QUANTITIES,
    st.floats(0.5, 150),
    st.floats(1e-4, 0.3),
    st.floats(0, 0.002),
    st.floats(0, 0.5),
    st.booleans(),
)
def test_inverse_long_is_linear_short_in_the_reciprocal(entry, quantity, leverage, rate, fee, share, flip):
    inverse_side, linear_side = ("short", "long") if flip else ("long", "short")
    margin, amount = quantity / entry / leverage, share * rate * quantity / entry
    backing = 1 / leverage + share * rate
    assume(abs(backing - rate - fee) > 1e-9)
    assume(abs(backing - 1) > 1e-6)
    inverse = (inverse_side, entry, quantity, margin, rate, amount, fee, "inverse")
    linear = (linear_side, 1 / entry, quantity, margin, rate, amount, fee, "linear")
    assert liquidation_status(*inverse) == liquidation_status(*linear)
    price, reciprocal = liquidation_price(*inverse), liquidation_price(*linear)
    assert math.isnan(price) == math.isnan(reciprocal)
    assert math.isnan(price) or price * reciprocal == pytest.approx(1.0, rel=1e-9)


@given(SIDES, KINDS, ENTRIES, st.floats(1.1, 100), st.floats(1.001, 2), st.floats(1e-4, 0.004))
def test_higher_leverage_is_nearer(side, kind, entry, leverage, more, rate):
    quantity = 3.0
    margin = value(kind, quantity, entry) / leverage
    near = liquidation_price(side, entry, quantity, margin / more, rate, contract_kind=kind)
    far = liquidation_price(side, entry, quantity, margin, rate, contract_kind=kind)
    assert far < near < entry if side == "long" else far > near > entry


@given(SIDES, KINDS, ENTRIES, QUANTITIES, st.floats(1.1, 100), st.floats(1e-3, 1e3), st.floats(1e-4, 0.004))
def test_scaling(side, kind, entry, quantity, leverage, scale, rate):
    def price(entry, quantity):
        at_entry = value(kind, quantity, entry)
        return liquidation_price(side, entry, quantity, at_entry / leverage, rate, rate * at_entry / 10, 0.0005, kind)

    assert price(entry * scale, quantity) == pytest.approx(scale * price(entry, quantity), rel=1e-10)
    assert price(entry, quantity * scale) == pytest.approx(price(entry, quantity), rel=1e-10)


@given(SIDES, KINDS, ENTRIES, QUANTITIES, st.floats(0.3, 500), st.floats(0, 0.5), st.floats(0, 0.01), st.floats(0, 1))
def test_status_is_what_the_issue_defines(side, kind, entry, quantity, leverage, rate, fee, amount_share):
    at_entry = value(kind, quantity, entry)
    backing = 1 / leverage + amount_share * rate
    assume(abs(backing - rate - fee) > 1e-9)
    assume(abs(backing - 1) > 1e-9)
    status = liquidation_status(
        side, entry, quantity, at_entry / leverage, rate, amount_share * rate * at_entry, fee, kind
    )
    bounded = (side, kind) in (("long", "linear"), ("short", "inverse"))
    if backing <= rate + fee:
        assert status == "at_open"
    else:
        assert status == ("never" if bounded and backing >= 1 else "liquidatable")


@given(
    st.lists(ENTRIES, max_size=4),
    st.lists(st.floats(0.5, 500), max_size=4),
    st.floats(0, 0.5),
    st.floats(0, 0.01),
    KINDS,
)
def test_grid_prices_lie_on_the_losing_side(entries, leverages, rate, fee, kind):
    prices = liquidation_prices(np.array(entries), np.array(leverages), rate, fee, kind)
    entry = np.array(entries)[:, None]
    long, short = prices[:, 0], prices[:, 1]
    assert ((long < entry) & (long > 0) | np.isnan(long)).all()
    assert ((short > entry) & np.isfinite(short) | np.isnan(short)).all()


@st.composite
def tier_tables(draw):
    """Tiers with rising rates and the amounts that keep the requirement continuous; the last one is open."""
    widths = draw(st.lists(st.floats(0.2, 4.0), max_size=7))
    rises = draw(st.lists(st.floats(0.0005, 0.03), min_size=len(widths) + 1, max_size=len(widths) + 1))
    floors = np.concatenate([[0.0], np.cumsum(widths)])
    return floors, np.append(floors[1:], np.inf), np.cumsum(rises), np.cumsum(floors * np.array(rises))


@settings(deadline=None)  # a bisection of 120 steps in Python
@given(
    tier_tables(),
    SIDES,
    KINDS,
    st.floats(1e-2, 1e5),
    st.floats(0.01, 30),
    st.floats(1.02, 60),
    st.floats(0, 0.001),
    BACKEND,
)
def test_tier_choice_is_unique_and_agrees_with_brute_force(table, side, kind, entry, size, leverage, fee, backend):
    floors, caps, rates, amounts = table
    quantity = size / entry if kind == "linear" else size * entry
    margin = size / leverage

    def surplus(price):
        worth = value(kind, quantity, price)
        tier = int(np.searchsorted(caps, worth, side="left"))
        required = worth * (rates[tier] + fee) - amounts[tier]
        return margin + profit(side, kind, quantity, entry, price) - required

    assume(abs(surplus(entry)) > 1e-9 * size)
    column = lambda number: np.array([number])  # noqa: E731
    tiers = np.column_stack([caps, np.full(caps.size, 100.0), rates, amounts])
    prices, codes, refused = BACKENDS[backend].venue_liquidation_price_of(
        np.array([1 if side == "long" else -1], dtype=np.int8),
        column(entry), column(leverage), column(size if kind == "linear" else size * entry),
        tiers, None, kind == "inverse", True, fee, kind,
    )  # fmt: skip
    assert refused == 0
    if surplus(entry) < 0:
        assert codes[0] == 2
        assert np.isnan(prices[0])
        return
    safe, dead = entry, entry * (1e-6 if side == "long" else 1e6)
    assert surplus(dead) < 0
    for _ in range(120):
        middle = math.sqrt(safe * dead)
        safe, dead = (middle, dead) if surplus(middle) > 0 else (safe, middle)
    assert codes[0] == 0
    assert prices[0] == pytest.approx(dead, rel=1e-7)
    # Taken alone, each tier gives a price; exactly one of those lies in the tier it was computed with (two on an edge).
    alone = liquidation_price(side, entry, quantity, margin, rates, amounts, fee, kind)
    worths = value(kind, quantity, alone)
    slack = 1e-9 * worths
    fits = np.flatnonzero((floors <= worths + slack) & (worths <= caps + slack))
    assert any(prices[0] == pytest.approx(alone[tier], rel=1e-12) for tier in fits)
    inside = np.flatnonzero((floors + slack < worths) & (worths < caps - slack))
    assert inside.size <= 1
    if inside.size:
        assert inside.tolist() == fits.tolist()
