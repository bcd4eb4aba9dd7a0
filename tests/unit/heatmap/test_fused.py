"""The fused map beside its parts: prices written, then summed by bucket; and everything that it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqheat import InputError, LiquidationMap, aggregate_liquidations, liquidation_map, liquidation_price
from liqheat.margin import resolve_margin_rule

BTC = "BTC/USDT:USDT"
EDGES = np.geomspace(30_000, 120_000, 400)
LEVERAGES = [0.5, 3.0, 10.0, 25.0, 100.0, 400.0]
SHARES = [0.1, 0.2, 0.3, 0.2, 0.1, 0.1]


def positions(n=3_000, seed=0, most_usd=1e5):
    random = np.random.default_rng(seed)
    return 60_000 * np.exp(random.normal(0, 0.2, n)), np.minimum(random.lognormal(8, 1.5, n), most_usd)


def by_parts(entries, usd, edges, leverages, shares, rules):
    """The same by the formulas themselves: price and amount in the tier that the size picks, then a sum by bucket."""
    out, kept = np.zeros((2, len(edges) - 1)), 0.0
    for rule, weight in rules:
        known = rule if not isinstance(rule, tuple) else resolve_margin_rule(*rule)
        for leverage, share in zip(leverages, shares, strict=True):
            for row, side in enumerate(("long", "short")):
                prices = prices_of(known, side, entries, usd, leverage)
                out[row] += aggregate_liquidations(prices, usd * share * weight, edges)
                kept += float((usd * share * weight)[~np.isnan(prices)].sum())
    return out, kept


def prices_of(rule, side, entries, usd, leverage):
    if isinstance(rule, float):
        return liquidation_price(side, entries, usd / entries, usd / leverage, rule)
    is_inverse = rule.contract_kind == "inverse"
    tiers = np.searchsorted([tier.cap for tier in rule.tiers], rule.sizes(usd, entries), side="left")
    rates = np.array([tier.maintenance_margin_rate for tier in rule.tiers])[tiers]
    amounts = np.array([tier.maintenance_amount for tier in rule.tiers])[tiers]
    quantities, margins = (usd, usd / entries / leverage) if is_inverse else (usd / entries, usd / leverage)
    kind = rule.contract_kind
    return liquidation_price(side, entries, quantities, margins, rates, amounts, rule.closing_fee_rate, kind)


@pytest.mark.parametrize(
    "rules",
    [
        [(0.004, 1.0)],
        [(0.004, 0.25), (0.005, 0.5), (0.02, 1.5)],
        [(("binance", BTC), 1.0)],
        [(("bybit", BTC), 0.5), (("okx", BTC), 0.25), (("gate", BTC), 0.25)],
        [(("binance", "BTC/USD:BTC"), 0.5), (("binance", BTC), 0.25), (0.012, 0.25)],
    ],
)
@pytest.mark.parametrize("backend", ["rust", "numpy"])
def test_it_is_the_sum_of_its_parts(rules, backend):
    entries, usd = positions(most_usd=4e6)
    how = {"leverages": LEVERAGES, "shares": SHARES, "rules": rules, "backend": backend}
    found = LiquidationMap(EDGES, **how).add(entries, usd)
    expected, kept = by_parts(entries, usd, EDGES, LEVERAGES, SHARES, rules)
    np.testing.assert_allclose(found.values, expected, rtol=1e-9, atol=1e-9 * expected.max())
    total = 2 * usd.sum() * sum(SHARES) * sum(weight for _, weight in rules)
    assert found.rest.never_usd == pytest.approx(total - kept)
    assert found.values.sum() + sum(found.rest) == pytest.approx(total)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(1e-6, 1e9), min_size=1, max_size=40),
    st.lists(st.floats(1e-6, 1e9), min_size=2, max_size=30, unique=True),
    st.lists(st.floats(0.5, 500), min_size=1, max_size=4),
    st.floats(0, 0.3),
)
def test_edges_decide_as_price_times_multiplier_compares(entries, edges, leverages, rate):
    edges = np.sort(edges)
    for leverage in leverages:
        long = (1 - 1 / leverage) / (1 - rate)
        short = (1 + 1 / leverage) / (1 + rate)
        # Entries whose prices lie on an edge or beside it.
        near = [beside for edge in edges for m in (long, short) if m > 0 for beside in _beside(edge / m)]
        prices = np.array([*entries, *near])
        got = liquidation_map(prices, np.ones(len(prices)), edges, leverages=[leverage], shares=[1], rules=rate)
        opens = 1 / leverage > rate
        for row, m, holds in ((0, long, opens and 0 < long < 1), (1, short, opens and short > 1)):
            expected = aggregate_liquidations(prices * (m if holds else np.nan), np.ones(len(prices)), edges)
            np.testing.assert_array_equal(got[row], expected)


def _beside(price):
    return [np.nextafter(price, 0), price, np.nextafter(price, np.inf)] if 0 < price < 1e300 else []


def test_any_number_of_threads_gives_the_same_bits():
    entries, usd = positions(100_000)
    rules = [(("binance", BTC), 0.5), (0.01, 0.5)]
    maps = [
        liquidation_map(entries, usd, EDGES, leverages=LEVERAGES, shares=SHARES, rules=rules, threads=threads)
        for threads in (1, 2, 3, 64, None)
    ]
    assert all(one.tobytes() == maps[0].tobytes() for one in maps)


@pytest.mark.parametrize("tick", [0.5, 0.1, 0.25, 5.0, 0.01])
def test_entries_on_ticks_are_summed_first_and_nothing_is_moved(tick):
    random = np.random.default_rng(3)
    places = np.rint(60_000 / tick + random.normal(0, 1_500, 60_000))
    entries = np.array([float(f"{price:.2f}") for price in places * tick])
    # Some lie beside a tick, some far outside; not those that the sample takes, which are as many apart.
    step = entries.size // 1024
    entries[1 :: 2 * step] = np.nextafter(entries[1 :: 2 * step], np.inf)
    entries[5 :: 20 * step] *= 1.7
    # No price lies on an edge, where two ways to write the formula may differ.
    edges = EDGES * 1.0001234
    usd = random.lognormal(8, 1.5, entries.size)
    rules = [(0.004, 0.5), (0.012, 0.5)]
    how = {"leverages": LEVERAGES, "shares": SHARES, "rules": rules}
    found = liquidation_map(entries, usd, edges, **how)
    expected, _ = by_parts(entries, usd, edges, LEVERAGES, SHARES, rules)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-11 * expected.max())
    np.testing.assert_array_equal(found, liquidation_map(entries, usd, edges, threads=1, **how))
    running = LiquidationMap(edges, **how).add(entries, usd)
    whole = found.sum() + sum(running.rest)
    assert whole == pytest.approx(2 * usd.sum(), rel=1e-12)
    np.testing.assert_allclose(running.remove(entries, usd).values, 0.0, atol=1e-12 * expected.max())


def test_uneven_edges_and_one_that_is_zero():
    entries, usd = positions(500)
    edges = np.array([0.0, 1e-9, 2e-9, 3e-9, *np.linspace(59_999.99, 60_000.01, 60), 1e12])
    got = liquidation_map(entries, usd, edges, leverages=[5.0], shares=[1.0], rules=0.004)
    expected, _ = by_parts(entries, usd, edges, [5.0], [1.0], [(0.004, 1.0)])
    np.testing.assert_allclose(got, expected, rtol=1e-12)


@pytest.mark.parametrize("rules", [[(0.004, 0.5), (0.02, 1.5)], ("bybit", BTC), ("binance", "BTC/USD:BTC")])
def test_both_backends_agree(rules):
    entries, usd = positions(20_000, most_usd=4e6)
    maps = [
        LiquidationMap(EDGES, leverages=LEVERAGES, shares=SHARES, rules=rules, backend=backend).add(entries, usd)
        for backend in ("rust", "numpy")
    ]
    maps = [one.remove(entries[:50], usd[:50]) for one in maps]
    np.testing.assert_allclose(maps[0].values, maps[1].values, rtol=1e-10, atol=1e-10 * usd.sum())
    np.testing.assert_allclose(maps[0].rest, maps[1].rest, rtol=1e-10, atol=1e-10 * usd.sum())


def test_what_was_added_can_be_taken_away():
    entries, usd = positions()
    running = LiquidationMap(EDGES, leverages=LEVERAGES, shares=SHARES, rules=("binance", BTC))
    running.add(entries, usd).add(entries[:100], usd[:100]).remove(entries[1_000:], usd[1_000:])
    rest = np.concatenate([entries[:1_000], entries[:100]]), np.concatenate([usd[:1_000], usd[:100]])
    expected = liquidation_map(*rest, EDGES, leverages=LEVERAGES, shares=SHARES, rules=("binance", BTC))
    np.testing.assert_allclose(running.values, expected, rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"entry_prices": [1.0, 0.0]}, r"entry_prices: must be finite and above 0 \(row 1\); found 0"),
        ({"entry_prices": [np.inf, 1.0]}, r"entry_prices: .* \(row 0\); found inf"),
        ({"notional_usd": [1.0, np.nan]}, r"notional_usd: must be finite and at least 0 \(row 1\); found NaN"),
        ({"notional_usd": [-1.0, 1.0]}, "notional_usd: .*found -1"),
        ({"notional_usd": [1.0]}, "notional_usd: must hold 2 values; found 1"),
        ({"price_edges": [1.0, 1.0]}, "price_edges: must be finite and strictly increase"),
        ({"price_edges": [-1.0, 1.0]}, "price_edges: must be at least 0; found -1"),
        ({"leverages": [0.0]}, "leverages: must be finite and above 0; found 0"),
        ({"shares": [0.5, 0.5]}, "shares: must hold 1 values; found 2"),
        ({"shares": [-0.5]}, "shares: must be finite and at least 0; found -0.5"),
        ({"rules": 1.0}, "rules: must have rates below 1; found 1"),
        ({"rules": []}, "rules: must be a rate"),
        ({"rules": [(0.004, "much")]}, "rules: must have numbers as weights; found much"),
        ({"rules": [(0.004, -1.0)]}, "rules: must be finite and at least 0; found -1"),
        ({"rules": ("nowhere", BTC)}, "venue: "),
        ({"threads": 0}, "threads: must be a whole number from 1 to 1024; found 0"),
        ({"out": np.zeros((2, 2))}, "out: must be a float64 array of shape"),
        ({"rules": ("bybit", BTC), "notional_usd": [1.0, 1e13]}, r"notional_usd: .*last margin tier.*\(row 1\)"),
    ],
)
def test_what_breaks_a_rule_is_named_and_out_is_unchanged(changes, words):
    out = np.full((2, 1), 7.0)
    fitting = {"entry_prices": [100.0, 90.0], "notional_usd": [1.0, 2.0], "price_edges": [50.0, 200.0]}
    fitting |= {"leverages": [10.0], "shares": [1.0], "rules": 0.004, "out": out}
    liquidation_map(**{**fitting, "out": None})
    with pytest.raises(InputError, match=words):
        liquidation_map(**fitting | changes)
    assert (out == 7.0).all()


@pytest.mark.parametrize(
    "changes",
    [
        {"entry_prices": [1.0, 0.0]},
        {"entry_prices": [np.inf, 1.0]},
        {"notional_usd": [-1.0, 1.0]},
        {"notional_usd": [1.0]},
        {"price_edges": [1.0, 1.0]},
        {"price_edges": [-1.0, 1.0]},
        {"leverages": [0.0]},
        {"shares": [0.5, 0.5]},
        {"shares": [-0.5]},
        {"rules": 1.0},
        {"rules": [(0.004, -1.0)]},
        {"rules": ("bybit", BTC), "notional_usd": [1.0, 1e13]},
    ],
)
def test_both_backends_refuse_in_the_same_words(changes):
    good = {"price_edges": [80.0, 90.0], "leverages": [10.0], "shares": [1.0], "rules": 0.004}
    rows = {"entry_prices": [100.0, 100.0], "notional_usd": [1.0, 1.0]}
    words = []

    def run(backend):
        how = {name: changes.get(name, value) for name, value in good.items()}
        running = LiquidationMap(how.pop("price_edges"), **how, backend=backend)
        running.add(*(changes.get(name, value) for name, value in rows.items()))

    for backend in ("rust", "numpy"):
        with pytest.raises(InputError) as caught:
            run(backend)
        words.append((caught.value.argument, caught.value.rule))
    assert words[0] == words[1]
