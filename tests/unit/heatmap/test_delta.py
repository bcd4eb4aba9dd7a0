"""Delta heatmap, net line, leverage presets."""

from __future__ import annotations

import numpy as np
import pytest

import liqheat
from liqheat import InputError, UnknownNameError
from liqheat.book import venue_distance_tiers
from liqheat.heatmap import accumulate_grid, build_view, delta_grid, net_line
from liqheat.heatmap.bands import LEVERAGE_PRESETS, band_labels, preset_leverages
from liqheat.setups.density import NotionalCurves


@pytest.fixture(scope="module")
def heat(simulated):
    return liqheat.draw_heatmap(liqheat.estimate_book(simulated), interval="1h")


def side_view(heat, side):
    return liqheat.draw_heatmap(heat.estimate, interval="1h", side=side)


def test_shorts_above_are_positive_and_longs_below_negative(heat):
    delta = delta_grid(heat.estimate, heat.view)
    shorts, longs = side_view(heat, "short").values_usd, side_view(heat, "long").values_usd
    np.testing.assert_array_equal(delta, shorts - longs)
    last = delta[:, -1]
    middle = (heat.price_edges[1:] + heat.price_edges[:-1]) / 2
    price = heat.column().reference_price
    assert last[middle > price * 1.01].min() >= 0
    assert last[middle < price * 0.99].max() <= 0
    assert last.min() < 0 < last.max()


def test_backends_and_buffers_agree(heat):
    expected = delta_grid(heat.estimate, heat.view)
    buffer = np.empty_like(expected)
    assert delta_grid(heat.estimate, heat.view, out=buffer) is buffer
    np.testing.assert_array_equal(buffer, expected)
    short = liqheat.draw_heatmap(heat.estimate, interval="1h", buckets=60)
    np.testing.assert_array_equal(
        delta_grid(heat.estimate, short.view, backend="numpy"), delta_grid(heat.estimate, short.view)
    )


def test_the_net_line_sums_the_band_on_each_side(heat):
    line = net_line(heat.estimate, heat.view, band=0.05)
    assert line.net_usd.shape == (heat.view.n_columns,)
    assert line.time_ms[-1] == heat.time_edges_ms[-1]
    curves = NotionalCurves({"": heat.column()})
    price = line.reference_price[-1]
    assert line.long_below_usd[-1] == pytest.approx(curves.usd_between("long", price * 0.95, price), rel=1e-3)
    assert line.short_above_usd[-1] == pytest.approx(curves.usd_between("short", price, price * 1.05), rel=1e-3)


def test_more_longs_below_is_negative(heat):
    line = net_line(heat.estimate, heat.view)
    bearish = line.long_below_usd > line.short_above_usd
    np.testing.assert_array_equal(line.net_usd < 0, bearish)
    assert 0 < bearish.sum() < bearish.size


@pytest.mark.parametrize("band", [0.0, 1.0, -0.1, float("nan")])
def test_bands_out_of_range(heat, band):
    with pytest.raises(InputError, match="band"):
        net_line(heat.estimate, heat.view, band=band)


@pytest.mark.parametrize("draw", [delta_grid, net_line])
def test_one_side_has_no_delta(heat, draw):
    with pytest.raises(InputError, match="side"):
        draw(heat.estimate, side_view(heat, "long").view)


def test_leverage_presets(heat):
    labels = band_labels(heat.estimate.tiers)
    assert list(LEVERAGE_PRESETS) == ["all", "wick", "follow-through"]
    assert preset_leverages(labels, "all") is None
    assert preset_leverages(labels, "wick") == (50.0, 100.0)
    assert preset_leverages(labels, "follow-through") == (10.0, 25.0)
    with pytest.raises(InputError, match="leverage"):
        build_view(heat.estimate, leverage="moon")
    assert liqheat.draw_heatmap(heat.estimate, interval="1h", leverage="wick").leverages == (50.0, 100.0)
    slow = venue_distance_tiers("bybit", "BTC/USDT:USDT", liqheat.LeverageMix("slow", (3.0, 5.0), (0.5, 0.5), "test"))
    with pytest.raises(UnknownNameError, match="50x to 100x"):
        preset_leverages(band_labels(slow), "wick")


def test_the_grid_is_what_both_sides_hold(heat):
    total = accumulate_grid(heat.estimate, heat.view)
    assert np.all(np.abs(delta_grid(heat.estimate, heat.view)) <= total * (1 + 1e-5) + 1)
