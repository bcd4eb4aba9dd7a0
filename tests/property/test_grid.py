"""What must hold of every grid: it is the book's cells, filters add up, cohorts only take away."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from liqheat import HolderClass, PositionBook, accumulate_grid, draw_heatmap, estimate_book
from liqheat.book import log_spaced_tiers, venue_distance_tiers
from liqheat.heatmap.axes import build_price_axis
from liqheat.records import HeatmapView
from tests.support.books import bars_of
from tests.support.markets import make_market

TIERS = log_spaced_tiers(6)


@pytest.fixture(scope="module")
def estimate():
    return estimate_book(make_market(400, 7), tiers=TIERS)


@pytest.mark.parametrize("contract_kind", ["linear", "inverse"])
def test_a_column_holds_exactly_the_cells_of_the_book(contract_kind):
    market = make_market(300, 9, contract_kind=contract_kind)
    book = PositionBook(TIERS, contract_kind=contract_kind, expected_range=(50_000, 70_000))
    for bar in bars_of(market):
        book.append(**bar)
    first, cells = book.standing_cells()
    rows = np.arange(cells.shape[0])[:, None, None]
    sides = np.array([-1, 1])[None, :, None]
    middle = (1.0005 ** (first + rows + sides * book.shifts[None])) * (1 + 0.00025)
    usd = cells * (middle if contract_kind == "linear" else 1.0)
    estimate = estimate_book(market, tiers=TIERS)
    axis = build_price_axis(2_000, 900_000, bucket_ratio=1.0005, buckets=20_000)
    drawn = draw_heatmap(estimate)
    view = HeatmapView(0, market.n_bars, 1, None, "both", tuple(range(6)), axis)
    column = type(drawn)(estimate, view).column()
    np.testing.assert_allclose(column.long_usd.sum(), usd[:, 0].sum(), rtol=1e-6)
    np.testing.assert_allclose(column.short_usd.sum(), usd[:, 1].sum(), rtol=1e-6)


@pytest.mark.parametrize("axis", [{}, {"price_axis": "linear"}, {"price_axis": "linear", "bucket_width": 137.0}])
def test_sides_and_leverages_add_up(estimate, axis):
    whole = draw_heatmap(estimate, **axis).values_usd
    sides = [draw_heatmap(estimate, side=side, **axis).values_usd for side in ("long", "short")]
    np.testing.assert_allclose(sides[0] + sides[1], whole, rtol=1e-5, atol=whole.max() * 1e-6)
    view = draw_heatmap(estimate, **axis).view
    parts = [accumulate_grid(estimate, dataclasses.replace(view, tiers=(tier,))) for tier in view.tiers]
    np.testing.assert_allclose(sum(parts), whole, rtol=1e-5, atol=whole.max() * 1e-6)


def test_a_linear_axis_keeps_the_mass_of_the_log_axis(estimate):
    log, linear = draw_heatmap(estimate), draw_heatmap(estimate, price_axis="linear")
    low = max(log.price_edges[0], linear.price_edges[0])
    high = min(log.price_edges[-1], linear.price_edges[-1])

    def mass(heatmap):
        cumulative = np.concatenate([[0.0], np.cumsum(heatmap.values_usd[:, -1], dtype=np.float64)])
        return np.diff(np.interp([low, high], heatmap.price_edges, cumulative))

    np.testing.assert_allclose(mass(log), mass(linear), rtol=1e-3)


def test_a_cohort_is_never_more_than_all_and_is_all_for_a_long_span(estimate):
    whole = draw_heatmap(estimate).values_usd
    day = draw_heatmap(estimate, cohort="24h").values_usd
    assert np.all(day <= whole * (1 + 1e-6))
    assert day[:, -1].sum() < whole[:, -1].sum()
    np.testing.assert_array_equal(draw_heatmap(estimate, cohort="30d").values_usd, whole)


def test_a_cohort_holds_only_positions_of_its_span(estimate):
    """With opens switched off for longer than the cohort, its map is empty while the whole map is not."""
    layer = estimate.layers[0]
    opened = layer.book.opened
    quiet = np.zeros_like(opened)
    quiet[:50] = opened[:50]
    record = dataclasses.replace(layer.book, opened=quiet)
    old = dataclasses.replace(estimate, layers=(dataclasses.replace(layer, book=record),))
    assert draw_heatmap(old).values_usd[:, -1].sum() > 0
    assert draw_heatmap(old, cohort="24h").values_usd[:, -1].sum() == 0


def test_classes_are_a_weighted_sum(estimate):
    market = estimate.market
    fast, slow = (
        estimate_book(market, tiers=TIERS, holder_classes=(HolderClass("x", kappa, 1.0),)) for kappa in (0.35, 0.02)
    )
    both = estimate_book(
        market, tiers=TIERS, holder_classes=(HolderClass("fast", 0.35, 0.25), HolderClass("slow", 0.02, 0.75))
    )
    expected = 0.25 * draw_heatmap(fast).values_usd + 0.75 * draw_heatmap(slow).values_usd
    np.testing.assert_allclose(draw_heatmap(both).values_usd, expected, rtol=1e-5, atol=1.0)
    np.testing.assert_allclose(both.swept_usd, 0.25 * fast.swept_usd + 0.75 * slow.swept_usd)


def test_longer_columns_are_the_last_bars_of_short_ones(estimate):
    short, long = draw_heatmap(estimate), draw_heatmap(estimate, interval="30m")
    offset = int((long.time_edges_ms[0] - short.time_edges_ms[0]) // 300_000)
    ends = np.minimum(np.arange(long.view.n_columns) * 6 + 5, short.view.n_columns - offset - 1) + offset
    np.testing.assert_array_equal(long.values_usd, short.values_usd[:, ends])


def test_as_of_hides_the_future(estimate):
    market = estimate.market
    middle = int(market.open_time_ms[200])
    as_of = draw_heatmap(estimate, as_of_ms=middle)
    assert as_of.time_edges_ms[-1] == middle
    cut = {
        name: getattr(market, name)[:200]
        for name in ("open_time_ms", "open", "high", "low", "close", "volume", "open_interest", "mark_low", "mark_high")
    }
    known = draw_heatmap(estimate_book(dataclasses.replace(market, **cut), tiers=TIERS))
    np.testing.assert_array_equal(as_of.values_usd, known.values_usd)


def test_the_profile_adds_up_from_the_price_outwards(estimate):
    heatmap = draw_heatmap(estimate)
    profile, column = heatmap.profile(), heatmap.column()
    price = column.reference_price
    below = column.price_edges[:-1] < price
    assert profile.cumulative_long_usd[0] == pytest.approx(column.long_usd[below].sum())
    assert np.all(np.diff(profile.cumulative_long_usd[below]) <= 1e-6)
    above = column.price_edges[1:] > price
    assert profile.cumulative_short_usd[-1] == pytest.approx(column.short_usd[above].sum())
    assert np.all(np.diff(profile.cumulative_short_usd[above]) >= -1e-6)


def test_a_filter_of_far_leverages_shows_where_they_are(estimate):
    tiers = venue_distance_tiers("binance", "BTC/USDT:USDT")
    market = estimate.market
    far = draw_heatmap(estimate_book(market, tiers=tiers), leverage=[5])
    assert far.values_usd.sum() > 0
    assert far.price_edges[0] < market.low.min() * (1 - 0.2)
