"""What must hold of every book, whatever the market: conservation, the sweep rule, one bar at a time, previews."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqheat import PositionBook, draw_heatmap, estimate_book
from liqheat.book import log_spaced_tiers, venue_distance_tiers
from tests.support.books import bars_of, new_book, side_totals
from tests.support.markets import make_market

RATIO = 1.0005


@given(
    seed=st.integers(0, 10_000), n_tiers=st.sampled_from([1, 5, 6, 48]), kappa=st.sampled_from([0.0, 0.02, 0.35, 3.0])
)
@pytest.mark.parametrize("contract_kind", ["linear", "inverse"])
def test_both_sides_equal_open_interest_after_every_bar(contract_kind, seed, n_tiers, kappa):
    market = make_market(150, seed, volatility=0.004, contract_kind=contract_kind)
    book = new_book(market, log_spaced_tiers(n_tiers), kappa=kappa)
    for bar in bars_of(market):
        book.append(**bar)
        np.testing.assert_allclose(side_totals(book), bar["open_interest"], rtol=1e-9)


def test_a_drop_to_nothing_and_a_rise_from_it_conserve():
    market = make_market(60, 3)
    open_interest = market.open_interest.copy()
    open_interest[20:25] = 0.0
    market = dataclasses.replace(market, open_interest=open_interest)
    book = new_book(market, log_spaced_tiers(12))
    for bar in bars_of(market):
        book.append(**bar)
        np.testing.assert_allclose(side_totals(book), bar["open_interest"], rtol=1e-9, atol=1e-6)


@given(seed=st.integers(0, 10_000))
def test_no_level_is_left_that_the_mark_path_crossed_whole(seed):
    market = make_market(120, seed, volatility=0.004)
    tiers = log_spaced_tiers(12)
    book = new_book(market, tiers)
    *before, last = bars_of(market)
    for bar in before:
        book.append(**bar)
    # A bar that opens nothing shows what the sweep alone leaves: open interest falls by what is swept, and little more,
    # or the nearest tiers would be closed out and nothing be left to see.
    standing = before[-1]["open_interest"]
    swept = book.preview(**{**last, "volume": 0.0, "open_interest": 0.0}).flows.swept
    closing = {**last, "volume": 0.0, "open_interest": (standing - max(swept)) * 0.999}
    flows = book.append(**closing)
    assert flows.opened == (0.0, 0.0)
    first, cells = book.standing_cells()
    rows, sides, slots = np.nonzero(cells > 0)
    shift = book.shifts[sides, slots]
    bucket = first + rows + np.where(sides == 0, -shift, shift)
    lower, upper = RATIO**bucket, RATIO ** (bucket + 1.0)
    assert np.all(lower[sides == 0] < closing["mark_low"] * (1 + 1e-9))
    assert np.all(upper[sides == 1] > closing["mark_high"] * (1 - 1e-9))


@given(seed=st.integers(0, 10_000))
@pytest.mark.parametrize("backend", ["rust", "numpy"])
def test_one_bar_at_a_time_gives_the_same_bits_as_a_whole_history(backend, seed):
    market = make_market(80, seed, volatility=0.006)
    tiers = log_spaced_tiers(7)
    whole = estimate_book(market, tiers=tiers, backend=backend).layers[0].book
    book = new_book(market, tiers, backend)
    for at, bar in enumerate(bars_of(market)):
        flows = book.append(**bar)
        assert flows.opened == tuple(whole.opened[at])
        assert flows.closed == tuple(whole.closed[at])
        np.testing.assert_array_equal(flows.swept_usd, whole.swept_usd[at])
        assert book.inert == tuple(whole.inert[at])


@given(seed=st.integers(0, 10_000))
@pytest.mark.parametrize("backend", ["rust", "numpy"])
def test_a_preview_shows_what_appending_would_do_and_changes_nothing(backend, seed):
    market = make_market(60, seed, volatility=0.006)
    tiers = log_spaced_tiers(6)
    book = new_book(market, tiers, backend)
    *before, last = bars_of(market)
    for bar in before:
        book.append(**bar)
    wild = {**last, "low": last["low"] * 0.5, "mark_low": last["low"] * 0.5, "open_interest": last["open_interest"] / 9}
    first_before, cells_before = book.standing_cells()
    inert_before, bars_before = book.inert, book.n_bars
    for bar in (wild, last):
        preview = book.preview(**bar)
    first_after, cells_after = book.standing_cells()
    start = first_before - first_after
    np.testing.assert_array_equal(cells_after[start : start + cells_before.shape[0]], cells_before)
    assert cells_after.sum() == pytest.approx(cells_before.sum(), rel=1e-12)
    assert (book.inert, book.n_bars) == (inert_before, bars_before)
    committed = book.append(**last)
    for name in ("swept", "opened", "closed"):
        assert getattr(committed, name) == getattr(preview.flows, name)
    np.testing.assert_array_equal(committed.swept_usd, preview.flows.swept_usd)
    first_committed, committed_cells = book.standing_cells()
    assert first_committed == preview.first_entry
    np.testing.assert_array_equal(committed_cells, preview.cells)


def test_sweeps_come_before_the_inflow_of_their_bar():
    """A bar that opens positions and crosses their levels must not count them as swept."""
    tiers = log_spaced_tiers(4, nearest=0.003, farthest=0.02)
    book = PositionBook(tiers, expected_range=(90.0, 110.0))
    calm = {"low": 99.9, "high": 100.1, "mark_low": 99.9, "mark_high": 100.1}
    book.append(**calm, volume=0.0, open_interest=100.0)
    crash = {"low": 90.0, "high": 100.1, "mark_low": 90.0, "mark_high": 100.1}
    flows = book.append(**crash, volume=1e6, open_interest=200.0)
    assert flows.swept == (0.0, 0.0)
    assert flows.opened[0] > 100.0


def test_swept_usd_is_at_the_bucket_price():
    """Longs of one tier, entered at 100, are swept at their liquidation price, not at the bar's low."""
    tiers = log_spaced_tiers(1, nearest=0.02, farthest=0.02, inert_share=0.0)
    book = PositionBook(tiers, kappa=0.0, expected_range=(80.0, 120.0))
    at_100 = {"low": 100.0, "high": 100.0, "mark_low": 100.0, "mark_high": 100.0}
    book.append(**at_100, volume=0.0, open_interest=0.0)
    book.append(**at_100, volume=0.0, open_interest=10.0)
    flows = book.append(low=90.0, high=100.0, mark_low=90.0, mark_high=100.0, volume=0.0, open_interest=0.0)
    assert flows.swept[0] == pytest.approx(10.0)
    assert flows.swept_usd[0, 0] == pytest.approx(10.0 * 100.0 * np.exp(-0.02), rel=RATIO - 1)


def test_units_scale_and_prices_scale():
    """Ten times the contracts is ten times the book; a price in other money moves buckets, not shares."""
    market = make_market(200, 5)
    tiers = log_spaced_tiers(6)
    base = estimate_book(market, tiers=tiers)
    bigger = dataclasses.replace(market, volume=market.volume * 16, open_interest=market.open_interest * 16)
    np.testing.assert_array_equal(estimate_book(bigger, tiers=tiers).swept_usd, base.swept_usd * 16)
    factor = RATIO**1000
    prices = {
        name: getattr(market, name) * factor for name in ("open", "high", "low", "close", "mark_low", "mark_high")
    }
    dearer = estimate_book(dataclasses.replace(market, **prices), tiers=tiers)
    np.testing.assert_allclose(
        dearer.swept_usd.sum(axis=1).sum(axis=1), base.swept_usd.sum(axis=(1, 2)) * factor, rtol=2e-2, atol=1e5
    )


def test_more_leverage_is_swept_first():
    """In a steady fall the nearest tier loses all its longs before the farthest loses any."""
    tiers = venue_distance_tiers("binance", "BTC/USDT:USDT")
    book = PositionBook(tiers, kappa=0.0, expected_range=(50.0, 110.0))
    at_100 = {"low": 100.0, "high": 100.0, "mark_low": 100.0, "mark_high": 100.0}
    book.append(**at_100, volume=0.0, open_interest=0.0)
    book.append(**at_100, volume=0.0, open_interest=1000.0)
    first_swept = {}
    open_interest = 1000.0
    for step, price in enumerate(np.linspace(99.9, 75.0, 250)):
        flows = book.append(
            low=price, high=price, mark_low=price, mark_high=price, volume=0.0, open_interest=open_interest
        )
        open_interest -= flows.swept[0]
        for tier in np.flatnonzero(flows.swept_usd[0]):
            first_swept.setdefault(int(tier), step)
    assert [first_swept[tier] for tier in range(tiers.n_tiers)] == sorted(first_swept.values())
    assert len(set(first_swept.values())) == tiers.n_tiers


def test_a_running_book_grows_with_the_price():
    tiers = log_spaced_tiers(5)
    for backend in ("rust", "numpy"):
        book = PositionBook(tiers, expected_range=(100.0, 101.0), backend=backend)
        for price, open_interest in (
            (100.0, 50.0),
            (100.5, 60.0),
            (400.0, 80.0),
            (9.0, 90.0),
            (0.02, 95.0),
            (3e5, 100.0),
        ):
            book.append(
                low=price,
                high=price * 1.001,
                mark_low=price,
                mark_high=price * 1.001,
                volume=5.0,
                open_interest=open_interest,
            )
            np.testing.assert_allclose(side_totals(book), open_interest, rtol=1e-9)


@pytest.mark.parametrize("backend", ["rust", "numpy"])
def test_turnover_beyond_the_open_interest_bar_after_bar(backend):
    """The stock is renewed whole every bar: survival must not sink below what floats can hold."""
    market = make_market(3_000, volatility=0.004)
    shrinking = dataclasses.replace(
        market, open_interest=np.geomspace(1e5, 1e-3, market.n_bars), volume=np.full(market.n_bars, 1e4)
    )
    estimate = estimate_book(shrinking, backend=backend)
    record = estimate.layers[0].book
    for values in (record.opened, record.closed, record.inert, record.survival, estimate.swept_usd):
        assert np.isfinite(values).all()
    assert record.survival.min() >= 2.0**-120
    grid = draw_heatmap(estimate, backend=backend, interval="1h", buckets=200).values_usd
    assert np.isfinite(grid).all()
