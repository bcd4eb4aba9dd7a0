"""Touches and their forecast: hand-made paths, cells that add up, bands, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import liqheat
from liqheat.errors import InputError, NoDataError, UnknownNameError
from liqheat.flow import load_model, shipped_for, touches
from liqheat.flow.forecast import at_horizon
from liqheat.flow.touches import TouchTable, book_between, find_touches
from liqheat.heatmap import build_column, build_view
from liqheat.records import DISTANCE_KNOTS, HeatmapView, OutcomeBand, PriceAxis, distance_exposure
from liqheat.setups import find_clusters, forecast_clusters
from liqheat.units import HOUR_MS


def hand_made(low, high, usd, close=100.0):
    """Hours with extremes as shares of the close before them all."""
    n = len(low)
    book = np.zeros((n, 2, 1, 81))
    book[..., 1:] = np.cumsum(np.full((n, 2, 1, 80), 2.0), axis=3)
    return TouchTable(
        np.arange(n) * HOUR_MS,
        HOUR_MS,
        np.full(n, np.log(close)),
        np.log(close) + np.array(low),
        np.log(close) + np.array(high),
        np.array(usd, dtype=np.float64),
        np.full(n, 1000.0),
        book,
        np.ones(n),
        np.arange(n) == 0,
        0.001,
    )


def test_a_touch_counts_what_was_paid_until_then():
    table = hand_made([-0.002, -0.012, -0.012, -0.03], [0.0] * 4, [[4.0, 0], [10.0, 0], [7.0, 0], [9.0, 0]])
    found = find_touches(table, 3 * HOUR_MS)
    assert found.side.tolist() == [0, 0] and found.far.tolist() == [0.005, 0.01]
    # 2 of the second hour's 10 USD for each .2 % of its new ground from .2 to 1.2 %.
    np.testing.assert_allclose(found.realised_usd, [4 + 10 * 0.003 / 0.01, 4 + 10 * 0.008 / 0.01])
    assert found.touched.tolist() == [1, 1]
    np.testing.assert_allclose(book_between(table, found)[:, 0], [10.0, 20.0])


def test_what_comes_after_a_touch_need_not_be_known():
    usd = [[4.0, 0], [10.0, 0], [np.nan, np.nan], [9.0, 0]]
    table = hand_made([-0.002, -0.012, -0.02, -0.03], [0.0] * 4, usd)
    assert find_touches(table, 3 * HOUR_MS).far.tolist() == [0.005, 0.01]


def test_inside_a_slice_counts_new_ground_alone():
    table = hand_made([-0.006, -0.006, -0.011, -0.02], [0.0] * 4, [[6.0, 0], [50.0, 0], [5.0, 0], [0.0, 0]])
    found = find_touches(table, 3 * HOUR_MS, slices=True)
    np.testing.assert_allclose(found.near, [0.005, 0.0075])
    np.testing.assert_allclose(found.realised_usd, [1.0 + 1.5, 2.5])
    whole = find_touches(table, 3 * HOUR_MS)
    # On the way, the calm hour counts as well: from the next new ground on.
    np.testing.assert_allclose(whole.realised_usd, [5.0, 6.0 + 50.0 + 4.0])


def test_the_distance_part_is_continuous_and_grows():
    distance = np.linspace(0.0, 0.1, 2_001)
    exposure = distance_exposure(distance)
    np.testing.assert_allclose(exposure.sum(axis=1), distance, atol=1e-15)
    density = np.diff(exposure, axis=0) / np.diff(distance)[:, None]
    assert np.abs(np.diff(density, axis=0)).max() < 0.02 and (density >= -1e-12).all()
    assert exposure.shape[1] == DISTANCE_KNOTS.size


@pytest.fixture(scope="module")
def flow(simulated):
    return liqheat.estimate_flow(simulated)


@pytest.mark.parametrize("horizon", ["4h", "24h", "72h"])
@pytest.mark.parametrize("ratio", [0.93, 0.97, 0.9999, 1.004, 1.05, 1.079])
def test_cells_and_the_distance_part_add_up_to_the_way(flow, horizon, ratio):
    price = float(flow.market.close[-1])
    level = price * ratio
    found = liqheat.touch_forecast(flow, [level], horizon=horizon)
    # Buckets that end at the price and at the level, of any width.
    edges = np.geomspace(min(price, level), max(price, level), 7)
    axis = PriceAxis("log", edges, float(edges[1] / edges[0]))
    weighted = at_horizon(flow, horizon)
    view = HeatmapView(flow.n_bars - 1, flow.n_bars, 1, None, "both", tuple(range(flow.tiers.n_tiers)), axis)
    cells = build_column(weighted, view, 0).notional_usd[0 if ratio < 1 else 1].sum()
    way = found.on_the_way_usd[0]
    assert way == pytest.approx(cells + found.distance_usd[0], rel=1e-9)
    assert way == found.book_usd[0] + found.distance_usd[0]


def test_levels_on_edges_of_the_state_add_up_exactly(flow):
    view = build_view(flow, interval="1h", bucket_width="10bp")
    price, edges = float(flow.market.close[-1]), view.axis.edges
    levels = edges[(edges > price * 0.93) & (edges < price * 1.07)]
    found = liqheat.touch_forecast(flow, levels)
    column = build_column(flow, view, view.n_columns - 1)
    inner = np.searchsorted(edges, price)
    for side, usd in enumerate((column.long_usd, column.short_usd)):
        own = found.side == side
        steps = np.abs(np.diff(found.book_usd[own]))
        first = int(np.searchsorted(edges, levels[own][0]))
        np.testing.assert_allclose(steps, usd[first : first + steps.size], rtol=1e-9, atol=1e-6)
    assert inner


def test_curves_are_what_is_on_the_way(flow):
    heat = liqheat.draw_heatmap(flow, interval="1h", bucket_width="10bp")
    profile, price = heat.profile(), float(flow.market.close[-1])
    edges = profile.column.price_edges
    low = int(np.searchsorted(edges, price * 0.95))
    high = int(np.searchsorted(edges, price * 1.05))
    found = liqheat.touch_forecast(flow, [edges[low], edges[high]])
    ends = [profile.cumulative_long_usd[low], profile.cumulative_short_usd[high - 1]]
    # The bucket that holds the price stands on both sides; all else is the same to the last digits.
    np.testing.assert_allclose(ends, found.on_the_way_usd, rtol=2e-2)
    np.testing.assert_allclose(
        [profile.distance_usd[0, low], profile.distance_usd[1, high - 1]], found.distance_usd, rtol=1e-9
    )
    only = liqheat.draw_heatmap(flow, interval="1h", leverage=[50]).profile()
    assert not only.distance_usd.any()
    assert not liqheat.draw_heatmap(liqheat.estimate_book(flow.market), interval="1h").profile().distance_usd.any()


def test_zones_are_the_way_between_their_ends(flow):
    price = float(flow.market.close[-1])
    for near, far in ((0.99, 0.97), (1.02, 1.035)):
        found = liqheat.touch_forecast(flow, [price * near, price * far], zones=[sorted([price * near, price * far])])
        between = abs(found.on_the_way_usd[1] - found.on_the_way_usd[0])
        assert found.inside_usd[0] == pytest.approx(between, rel=1e-9)
        assert 0 < found.inside_band_80[0, 0] < found.inside_usd[0] < found.inside_band_80[0, 1]
        assert found.usual_inside_usd[0] > 0 and found.of_venues == ("binance", "bybit", "okx")


def test_farther_than_was_tested_there_are_no_dollars(flow):
    price = float(flow.market.close[-1])
    found = liqheat.touch_forecast(flow, [price * 0.9, price * 0.95], zones=[(price * 0.85, price * 0.9)])
    assert found.is_tested.tolist() == [False, True]
    assert np.isnan(found.on_the_way_band_80[0]).all() and np.isnan(found.inside_usd[0])


def test_without_liquidations_and_on_another_coin_bands_are_the_wider_ones(flow, simulated):
    price = float(simulated.close[-1])
    assert not flow.calibration.is_tracked[-1] and flow.calibration.model.transferred
    law = flow.calibration.law
    found = liqheat.touch_forecast(flow, [price * 0.97])
    held = flow.calibration.open_interest_usd[-1] * flow.calibration.scale[-1]
    for kind in ("untracked", "carried"):
        ends = law.way_bands[kind].around(found.on_the_way_usd, held)[0]
        assert found.on_the_way_band_80[0, 0] <= ends[0] and ends[1] <= found.on_the_way_band_80[0, 1]


def test_bands_are_interpolated_between_sizes():
    band = OutcomeBand(np.log([0.001, 0.1]), np.log([0.5, 0.9]), np.log([4.0, 1.2]))
    low, high = band.around(np.array([1.0, 10.0, 100.0, 1000.0]), 1000.0).T
    np.testing.assert_allclose(low / [1.0, 10.0, 100.0, 1000.0], [0.5, np.sqrt(0.45), 0.9, 0.9])
    assert high[0] == pytest.approx(4.0) and high[3] == pytest.approx(1200.0)


def test_the_future_changes_nothing(flow, simulated):
    end_ms = int(simulated.open_time_ms[-600])
    early = liqheat.estimate_flow(simulated.until(end_ms))
    price = float(early.market.close[-1])
    levels = price * np.array([0.95, 0.99, 1.02])
    one, other = liqheat.touch_forecast(early, levels), liqheat.touch_forecast(flow, levels, as_of_ms=end_ms)
    assert one.as_of_ms == other.as_of_ms == end_ms
    np.testing.assert_allclose(one.on_the_way_usd, other.on_the_way_usd, rtol=1e-12)
    np.testing.assert_allclose(one.on_the_way_band_80, other.on_the_way_band_80, rtol=1e-12)


def test_days_that_the_parameters_had_seen_are_marked(simulated):
    model = load_model(shipped_for(simulated.interval_ms))
    own = replace(model.fitted, symbol=simulated.symbol, venue=simulated.venue, end_ms=simulated.end_ms + 1)
    later = replace(model, fitted=own)
    assert liqheat.touch_forecast(liqheat.estimate_flow(simulated, later)).in_sample
    assert not liqheat.touch_forecast(liqheat.estimate_flow(simulated)).in_sample


def test_clusters_get_their_dollars(flow):
    clusters = find_clusters(flow)
    found = forecast_clusters(flow, clusters, horizon="4h")
    assert len(found) == len(clusters) > 2
    tested = [one for one in found if one.inside_usd is not None]
    assert tested
    for cluster, one in zip(clusters, found, strict=True):
        assert one.horizon == "4h" and not one.tracked and one.transferred
        if one.inside_usd is not None:
            assert one.inside_band_80[0] < one.inside_usd < one.inside_band_80[1]
            assert one.inside_book_usd < one.inside_usd
            assert (one.on_the_way_usd == 0) == (cluster.distance(cluster.reference_price) == 0)


def test_a_market_brings_its_liquidations():
    market = liqheat.open_market("simulator")
    tracked = liqheat.estimate_flow(market)
    assert tracked.calibration.is_tracked[-1] and tracked.calibration.scale[-1] != 1.0
    assert liqheat.touch_forecast(tracked).tracked


@pytest.mark.parametrize(
    ("arguments", "error", "rule"),
    [
        ({"levels": [-1.0]}, InputError, "levels: must be finite and above 0; found -1"),
        ({"levels": [np.nan]}, InputError, "levels: must be finite and above 0"),
        ({"levels": 3.0}, InputError, "levels: must be at most 10000 prices in one dimension"),
        ({"zones": [(1.0, 2.0, 3.0)]}, InputError, "zones: must be at most 10000 pairs"),
        ({"zones": [(2.0, 1.0)]}, InputError, "zones: must be finite, above 0, and lower < upper"),
        ({"zones": [(1.0, 1e9)]}, InputError, "zones: must lie on one side of the price"),
        ({"horizon": "1h"}, UnknownNameError, "horizon: must be one of 4h, 24h, 72h; found 1h"),
        ({"horizon": 24}, UnknownNameError, "horizon: must be one of"),
        ({"as_of_ms": 5}, NoDataError, "as_of_ms: must be at or after"),
    ],
)
def test_what_is_refused(flow, arguments, error, rule):
    with pytest.raises(error, match=rule):
        liqheat.touch_forecast(flow, **arguments)


def test_open_positions_have_no_touch_forecast(simulated):
    with pytest.raises(InputError, match="must be of expected liquidations, from estimate_flow"):
        liqheat.touch_forecast(liqheat.estimate_book(simulated))
    with pytest.raises(UnknownNameError, match="horizon: must be one of 4h, 24h, 72h"):
        liqheat.estimate_flow(simulated, horizon="1h")
    bare = replace(load_model(shipped_for(simulated.interval_ms)), laws={})
    with pytest.raises(InputError, match="model: must hold the law of 24h; found none"):
        liqheat.estimate_flow(simulated, bare)
    assert touches.LEVELS.size == 9
