"""What must hold of every sum over venues: it conserves, no order matters, each venue keeps its own map in it."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqheat import accumulate_grid, combine_venues, draw_heatmap, estimate_book
from liqheat.book import log_spaced_tiers
from liqheat.heatmap import build_view
from liqheat.heatmap._kernel import contract_arrays
from liqheat.heatmap._numpy import Replay
from liqheat.heatmap.axes import build_price_axis
from liqheat.records import HeatmapView
from tests.support.markets import PRICES, make_market, moved

WEIGHTS = ("open_interest", "equal", "volume")
TIERS = log_spaced_tiers(5)


def venues_of(seed=1, n_bars=500, **options):
    """Three unlike venues of one coin: two linear ones with a basis, one inverse; other sizes, other volumes."""
    one = make_market(n_bars, seed, **options)
    two = moved(one, 1.004, venue="bybit", open_interest=one.open_interest * 0.3 + 50, volume=one.volume * 2)
    three = moved(
        one, 0.9991, venue="binancecoinm", symbol="BTC/USD:BTC", contract_kind="inverse",
        open_interest=one.open_interest[::-1] * 9_000, volume=one.volume[::-1] * 20_000,
    )  # fmt: skip
    return [one, two, three]


def one_layer(layer):
    """The same book at its own prices, as it is."""
    n_bars = layer.market.n_bars
    whole, shift = np.ones(n_bars), np.zeros(n_bars, np.int64)
    return dataclasses.replace(layer, factor=whole, price_shift=shift, first_bar=0)


@pytest.fixture(scope="module")
def estimates():
    return [estimate_book(market, tiers=TIERS) for market in venues_of()]


def test_held_and_inert_of_all_venues_equal_all_open_interest_at_every_bar():
    """Units that stand in each book, long and short, by the replay that drawing uses; no shortcut by open interest."""
    markets = venues_of(seed=4, n_bars=160)
    markets[1] = dataclasses.replace(
        markets[1], open_interest=np.where(np.arange(160) // 20 == 3, 0.0, markets[1].open_interest)
    )
    estimates = [estimate_book(market, tiers=TIERS) for market in markets]
    for weights in WEIGHTS:
        combined = combine_venues(estimates, weights=weights)
        venues = combined.combination.venues
        for side, name in enumerate(("long", "short")):
            held = np.zeros(combined.n_bars)
            for layer in combined.layers:
                own = dataclasses.replace(estimates[0], market=layer.market, layers=(one_layer(layer),))
                view = HeatmapView(0, 160, 1, None, name, tuple(range(5)), build_price_axis(1, 2, bucket_ratio=1.0005))
                replay = Replay(contract_arrays(own, view, range(5))[0])
                units = np.empty(combined.n_bars)
                for bar in range(combined.n_bars):
                    replay.advance_to(bar)
                    standing = layer.book.survival[bar, side]
                    units[bar] = (replay.planes[0].sum(axis=1) * standing).sum() + layer.book.inert[bar, side]
                value = 1.0 if layer.market.contract_kind == "inverse" else layer.market.close
                held += units * value * layer.factor
            total = sum(venue.open_interest_usd for venue in venues)
            np.testing.assert_allclose(held, total, rtol=1e-9)
        weight_sum = sum(venue.weight for venue in venues)
        np.testing.assert_allclose(weight_sum, 1.0, rtol=1e-12)


def test_a_drawn_sum_of_usd_contracts_conserves_in_its_cells():
    """Inverse contracts count USD, so here the grid itself must show it, whatever the price of a bucket."""
    one = make_market(200, 3, contract_kind="inverse")
    two = moved(one, 1.002, venue="okx", open_interest=one.open_interest[::-1] / 3, volume=one.volume * 1.7)
    for weights in WEIGHTS:
        combined = combine_venues([estimate_book(m, tiers=TIERS) for m in (one, two)], weights=weights)
        axis = build_price_axis(1_000, 3_000_000, bucket_ratio=1.0005, buckets=20_000)
        view = HeatmapView(0, 200, 1, None, "long", tuple(range(5)), axis)
        drawn = accumulate_grid(combined, view).sum(axis=0, dtype=np.float64)
        inert = sum(layer.book.inert[:, 0] * layer.factor for layer in combined.layers)
        total = sum(venue.open_interest_usd for venue in combined.combination.venues)
        np.testing.assert_allclose(drawn + inert, total, rtol=2e-6)


@pytest.mark.parametrize("weights", WEIGHTS)
def test_the_order_of_venues_does_not_matter(estimates, weights):
    grids = []
    for order in itertools.permutations(estimates):
        heatmap = draw_heatmap(combine_venues(order, weights=weights), interval="30m")
        grids.append((heatmap.values_usd, heatmap.column().held_notional_usd, heatmap.metadata()))
    for values, column, metadata in grids[1:]:
        np.testing.assert_array_equal(values, grids[0][0])
        np.testing.assert_array_equal(column, grids[0][1])
        assert metadata == grids[0][2]


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize(
    "view", [{}, {"price_axis": "linear", "bucket_width": 41.0}, {"cohort": "24h", "side": "short"}], ids=str
)
def test_one_venue_alone_is_its_own_heatmap(estimates, weights, view):
    for estimate in estimates:
        alone = draw_heatmap(combine_venues([estimate], weights=weights), **view)
        own = draw_heatmap(estimate, **view)
        np.testing.assert_array_equal(alone.values_usd, own.values_usd)
        np.testing.assert_array_equal(alone.column().held_notional_usd, own.column().held_notional_usd)
        np.testing.assert_array_equal(alone.profile().cumulative_long_usd, own.profile().cumulative_long_usd)
        assert alone.leverages == own.leverages


@pytest.mark.parametrize("weights", WEIGHTS)
def test_twins_count_twice(weights):
    market = make_market(300, 5)
    one = estimate_book(market, tiers=TIERS)
    twins = [estimate_book(dataclasses.replace(market, venue=name), tiers=TIERS) for name in ("okx", "gate", "bybit")]
    sum_of_three = draw_heatmap(combine_venues(twins, weights=weights)).values_usd
    np.testing.assert_allclose(sum_of_three, 3 * draw_heatmap(one).values_usd, rtol=1e-6)
    doubled = draw_heatmap(combine_venues(twins[:2])).values_usd
    np.testing.assert_array_equal(doubled, 2 * draw_heatmap(one).values_usd)


@given(steps=st.integers(-300, 300), seed=st.integers(0, 50))
def test_a_constant_basis_moves_levels_by_exactly_that_many_buckets(steps, seed):
    """A venue whose prices are k state buckets above: its map lies where it would lie without the basis."""
    market = make_market(60, seed)
    other = moved(market, 1.0005**steps, venue="bybit")
    for weights in ("open_interest", "equal"):
        combined = combine_venues(
            [estimate_book(m, tiers=TIERS) for m in (market, other)], weights=weights, reference="binance"
        )
        shift = next(one for one in combined.layers if one.market.venue == "bybit").price_shift
        assert (shift == -steps).all()
    grid = draw_heatmap(combined).values_usd.astype(float)
    alone = draw_heatmap(estimate_book(market, tiers=TIERS)).values_usd.astype(float)
    # An entry on the very edge of a bucket may fall to its neighbour when prices are multiplied: sums of columns tell.
    np.testing.assert_allclose(grid.sum(axis=0), 2 * alone.sum(axis=0), rtol=1e-3)
    moved_mass = np.abs(np.cumsum(grid, axis=0) - 2 * np.cumsum(alone, axis=0)).max(axis=0)
    assert (moved_mass <= 0.02 * alone.sum(axis=0).max()).all()


def test_drawing_a_shifted_venue_splits_no_bucket(estimates):
    """Mapped edges are edges of the state: a shifted map has the cells of its own map, at the mapped price."""
    combined = combine_venues(estimates[:2], reference="binance")
    view = build_view(combined)
    assert set(combined.layers[1].price_shift) == {-8}
    own = build_view(estimates[1])
    parts = [accumulate_grid(estimates[0], view), accumulate_grid(estimates[1], own)]
    shown = draw_heatmap(combined).values_usd - parts[0]
    first = int(np.searchsorted(own.axis.edges, view.axis.edges[0] * 1.0005**8, side="right")) - 1
    rows = min(shown.shape[0], parts[1].shape[0] - first) - abs(min(first, 0))
    expected = parts[1][first : first + rows] * 1.0005**-8
    np.testing.assert_allclose(shown[:rows], expected, rtol=1e-5, atol=parts[0].max() * 1e-6)
    assert (expected > 0).mean() > 0.2


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize(
    "view",
    [{}, {"price_axis": "linear"}, {"cohort": "24h", "interval": "1h"}, {"side": "short", "leverage": [5, 14]}],
    ids=str,
)
def test_both_backends_and_any_number_of_threads_give_the_same_bits(weights, view):
    wandering = venues_of(seed=8, n_bars=420)
    drift = np.exp(0.002 * np.sin(np.arange(420) / 20))
    wandering[1] = moved(wandering[1], drift)
    tiers = [dataclasses.replace(log_spaced_tiers(4, 0.01, 0.2), leverages=np.array([100.0, 40.0, 14.0, 5.0]))] * 3
    combined = combine_venues(
        [estimate_book(m, tiers=t) for m, t in zip(wandering, tiers, strict=True)], weights=weights
    )
    assert np.unique(combined.layers[2].price_shift).size > 3
    rust, numpy = (draw_heatmap(combined, backend=backend, **view) for backend in ("rust", "numpy"))
    np.testing.assert_array_equal(rust.values_usd, numpy.values_usd)
    for n_threads in (1, 3):
        again = accumulate_grid(combined, rust.view, n_threads=n_threads)
        np.testing.assert_array_equal(rust.values_usd, again)
    np.testing.assert_array_equal(rust.column().held_notional_usd, numpy.column().held_notional_usd)
    # Every column on its own says the same, whatever shift its neighbours have.
    sides = {"both": (0, 1), "short": (1,)}[view.get("side", "both")]
    for index in range(0, rust.view.n_columns, 7):
        column = rust.column(int(rust.time_edges_ms[index]))
        total = column.held_notional_usd[list(sides)].sum(axis=(0, 1))
        np.testing.assert_allclose(total, rust.values_usd[:, index], rtol=1e-5, atol=rust.values_usd.max() * 1e-6)


@given(seed=st.integers(0, 10_000))
def test_weights_are_shares(seed):
    combined = {name: combine_venues([estimate_book(m, tiers=TIERS) for m in venues_of(seed, 30)], weights=name)
                for name in WEIGHTS}  # fmt: skip
    for estimate in combined.values():
        weights = np.stack([venue.weight for venue in estimate.combination.venues])
        assert (weights >= 0).all()
        np.testing.assert_allclose(weights.sum(axis=0), 1.0, rtol=1e-12)
    np.testing.assert_array_equal([venue.weight for venue in combined["equal"].combination.venues], 1 / 3)
    for layer in combined["open_interest"].layers:
        is_inverse = layer.market.contract_kind == "inverse"
        np.testing.assert_array_equal(layer.factor, 1.0 if is_inverse else 1.0005 ** layer.price_shift.astype(float))


def test_what_is_known_later_changes_nothing_before():
    """Weights and shifts look back only: a longer history has the same columns."""
    markets = venues_of(seed=6, n_bars=600)
    names = (*PRICES, "open_time_ms", "volume", "open_interest")
    shorter = [
        dataclasses.replace(market, **{name: getattr(market, name)[:450] for name in names}) for market in markets
    ]
    for weights in WEIGHTS:
        long, short = (
            combine_venues([estimate_book(m, tiers=TIERS) for m in group], weights=weights, reference="binanceusdm")
            for group in (markets, shorter)
        )
        for one, other in zip(long.layers, short.layers, strict=True):
            np.testing.assert_array_equal(one.price_shift[:450], other.price_shift)
            np.testing.assert_array_equal(one.factor[:450], other.factor)
        view = build_view(short)
        np.testing.assert_array_equal(accumulate_grid(long, view), accumulate_grid(short, view))
