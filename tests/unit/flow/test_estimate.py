"""Expected forced flow: a weighted sum of class books, with band, support and a scale that knows no future."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import liqheat
from liqheat.book import extend_estimate
from liqheat.book.calibrations import share_untracked
from liqheat.errors import InputError, UnknownNameError
from liqheat.flow.capture import thin_events
from liqheat.flow.labels import label_events
from liqheat.flow.parameters import load_model
from liqheat.heatmap import build_view
from liqheat.records import HeatmapView, LiquidationLabels, Liquidations
from liqheat.units import HOUR_MS
from tests.support.markets import make_market


@pytest.fixture(scope="module")
def market():
    return make_market(n_bars=12 * 24 * 6)


@pytest.fixture(scope="module")
def realised(market):
    hours = np.arange(market.open_time_ms[0], market.end_ms, HOUR_MS)
    usd = np.random.default_rng(3).gamma(0.5, 2e6, (hours.size, 2)) + 1.0
    return LiquidationLabels(HOUR_MS, hours, usd, ("made up",))


@pytest.fixture(scope="module")
def flow(market, realised):
    return liqheat.estimate_flow(market, realised=realised)


def held_classes(flow):
    """Held notional of each class of a flow, apart."""
    whole = np.ones(flow.n_bars)
    layers = (replace(layer, side_weights=(1.0, 1.0), factor=whole) for layer in flow.layers)
    return [replace(flow, quantity="held", calibration=None, layers=(layer,)) for layer in layers]


def test_a_flow_is_the_weighted_sum_of_its_class_grids(flow):
    heat = liqheat.draw_heatmap(flow, quantity="flow", interval="1h", buckets=300)
    bars = [heat.view.last_bar_of(column) for column in range(heat.view.n_columns)]
    total = np.zeros(heat.values_usd.shape)
    for row, side in enumerate(("long", "short")):
        for index, one in enumerate(held_classes(flow)):
            grid = liqheat.accumulate_grid(one, replace(heat.view, side=side))
            total += flow.calibration.law.book_weights[row, index] * grid.astype(np.float64)
    scale = flow.calibration.scale[bars]
    np.testing.assert_allclose(heat.values_usd, total * scale, rtol=1e-6, atol=1e-12 * total.max())
    assert heat.values_usd.max() > 0 and len(set(scale)) > 10


def test_the_books_of_every_class_equal_open_interest(flow):
    for one in held_classes(flow):
        # Wide enough for every level, so nothing is outside.
        low, high = one.market.low.min() * 0.5, one.market.high.max() * 2.0
        axis = build_view(one, interval="1h", buckets=50).axis
        wide = replace(axis, edges=np.geomspace(low, high, 4_000))
        for side, name in enumerate(("long", "short")):
            view = HeatmapView(one.n_bars - 1, one.n_bars, 1, None, name, tuple(range(one.tiers.n_tiers)), wide)
            grid = liqheat.accumulate_grid(one, view)
            # Levels are valued at their own price; the inert ones, like open interest, in coins.
            middles = (wide.edges[1:] + wide.edges[:-1]) / 2
            coins = float((grid[:, 0] / middles).sum()) + one.layers[0].book.inert[-1, side]
            assert coins == pytest.approx(one.market.open_interest[-1], rel=2e-3)


def test_columns_agree_with_the_grid_and_carry_band_and_support(flow):
    heat = liqheat.draw_heatmap(flow, quantity="flow", interval="1h", buckets=200)
    column = heat.column()
    whole = column.long_usd + column.short_usd
    np.testing.assert_allclose(whole, heat.values_usd[:, -1], rtol=2e-5, atol=1e-3)
    assert np.all(column.low_usd <= whole) and np.all(whole <= column.high_usd)
    filled = whole > 0
    assert np.all(column.high_usd[filled] > column.low_usd[filled])
    assert np.all((column.support >= 0) & (column.support <= 1)) and column.support[filled].max() > 0.5
    drawn = heat.values_usd[:, -1] > 0
    np.testing.assert_allclose(column.support[drawn], heat.support[drawn, -1], rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(column.low_usd[filled], heat.low_usd[filled, -1], rtol=1e-3, atol=1e-9)
    np.testing.assert_allclose(column.high_usd[filled], heat.high_usd[filled, -1], rtol=1e-3, atol=1e-9)
    plain = heat.plain_column(int(heat.time_edges_ms[-2]))
    np.testing.assert_allclose(plain.forced_flow_usd, column.forced_flow_usd, rtol=1e-12, atol=1e-9)
    share = flow.calibration.support[:, None, :]
    assert column.support[filled].min() >= share.min() - 1e-9


def test_held_and_flow_are_never_in_one_array(flow, market):
    book = liqheat.estimate_book(market)
    with pytest.raises(InputError, match="estimate_book"):
        liqheat.draw_heatmap(flow, quantity="held")
    with pytest.raises(InputError, match="estimate_flow"):
        liqheat.draw_heatmap(book, quantity="flow")
    with pytest.raises(UnknownNameError, match="held, flow"):
        liqheat.draw_heatmap(book, quantity="heat")
    flowing = liqheat.draw_heatmap(flow, quantity="flow", interval="1h", buckets=50)
    held = liqheat.draw_heatmap(book, interval="1h", buckets=50)
    assert (held.quantity, flowing.quantity) == ("held", "flow")
    assert held.metadata()["measure"] == "held_notional_usd" and flowing.metadata()["measure"] == "forced_flow_usd"
    assert held.column().held_notional_usd.sum() > flowing.column().forced_flow_usd.sum() > 0
    with pytest.raises(InputError, match="must be held"):
        _ = flowing.column().held_notional_usd
    with pytest.raises(InputError, match="must be flow"):
        _ = held.column().forced_flow_usd
    for name in ("support", "low_usd", "high_usd"):
        with pytest.raises(InputError, match="neither band nor support"):
            getattr(held, name)


def test_nothing_later_changes_what_was_drawn(market, realised, flow):
    cut = 12 * 24 * 4 + 5
    fields = ("open_time_ms", "open", "high", "low", "close", "volume", "open_interest", "mark_low", "mark_high")
    early = replace(market, **{name: getattr(market, name)[:cut] for name in fields})
    known = realised.start_ms + HOUR_MS <= early.end_ms
    told = LiquidationLabels(HOUR_MS, realised.start_ms[known], realised.usd[known], realised.sources)
    first = liqheat.estimate_flow(early, realised=told)
    np.testing.assert_array_equal(first.calibration.scale, flow.calibration.scale[:cut])
    np.testing.assert_array_equal(first.calibration.is_tracked, flow.calibration.is_tracked[:cut])
    assert first.calibration.placed_share() == flow.calibration.placed_share(cut - 1)
    before = liqheat.draw_heatmap(first, quantity="flow", interval="5m", buckets=200)
    after = liqheat.draw_heatmap(flow, quantity="flow", interval="5m", buckets=200, as_of_ms=early.end_ms)
    np.testing.assert_array_equal(before.values_usd, after.values_usd)
    assert before.metadata()["model"] == after.metadata()["model"]
    # Nor do later liquidations of the same bars.
    more = replace(realised, usd=np.where(known[:, None], realised.usd, 100 * realised.usd))
    np.testing.assert_array_equal(
        liqheat.estimate_flow(market, realised=more).calibration.scale[:cut], flow.calibration.scale[:cut]
    )


def test_the_scale_follows_what_was_realised(market, realised, flow):
    doubled = replace(realised, usd=2.0 * realised.usd)
    twice = liqheat.estimate_flow(market, realised=doubled)
    np.testing.assert_allclose(twice.calibration.scale[200:], 2.0 * flow.calibration.scale[200:], rtol=1e-12)
    assert not flow.calibration.is_tracked[0] and flow.calibration.is_tracked[-1]
    untracked = liqheat.estimate_flow(market).calibration
    assert np.all(untracked.scale == 1.0) and not untracked.is_tracked.any()
    assert any("not tracked" in note for note in untracked.notes)


def test_the_metadata_say_which_parameters_and_how_old(flow, market):
    model = load_model()
    told = liqheat.draw_heatmap(flow, quantity="flow", interval="1h").metadata()["model"]
    assert told["hash"] == model.hash and told["fitted_end_ms"] == model.fitted.end_ms
    assert told["age_days"] == pytest.approx((market.end_ms - model.fitted.end_ms) / 86_400_000)
    assert told["tracked"] is True and told["scale"] == flow.calibration.scale[-1] and 0 < told["placed_share"] < 1
    other = liqheat.estimate_flow(replace(market, symbol="ETH/USDT:USDT"))
    assert other.calibration.model.transferred and other.status == f"transferred from {model.fitted.symbol}"


@pytest.mark.parametrize(
    "asked",
    [
        {"cohort": "24h"},
        {"side": "long"},
        {"side": "short", "leverage": [50, 100]},
        {"price_axis": "linear", "bucket_width": "200"},
        {"bucket_width": "20bp", "interval": "4h"},
        {"buckets": 77},
    ],
)
def test_every_query_parameter_works(flow, asked):
    whole = liqheat.draw_heatmap(flow, quantity="flow", interval="1h", buckets=100)
    heat = liqheat.draw_heatmap(flow, quantity="flow", **{"interval": "1h", **asked})
    assert heat.values_usd.max() > 0
    column = heat.column()
    np.testing.assert_allclose((column.long_usd + column.short_usd).sum(), heat.values_usd[:, -1].sum(), rtol=1e-4)
    if "bucket_width" not in asked:
        assert heat.values_usd[:, -1].sum() <= whole.values_usd[:, -1].sum() * 1.01


def test_the_sum_of_venues_adds_each_with_its_own_scale(market, realised):
    one = liqheat.estimate_flow(market, realised=realised)
    two = liqheat.estimate_flow(replace(market, venue="bybit"))
    both = liqheat.combine_venues([one, two])
    how = {"quantity": "flow", "interval": "1h", "buckets": 100}
    heat = liqheat.draw_heatmap(both, **how)
    # The second is not tracked: of what its weights speak of, it has half of the open interest.
    first, second = (liqheat.draw_heatmap(part, **how).values_usd for part in (one, two))
    bars = [heat.view.last_bar_of(column) for column in range(heat.view.n_columns)]
    alone = first + second * 0.5
    untracked = ~one.calibration.is_tracked[bars]
    alone[:, untracked] = 0.5 * (first + second)[:, untracked]
    np.testing.assert_allclose(heat.values_usd, alone, rtol=1e-5, atol=1e-6)
    assert not heat.metadata()["model"]["tracked"] and len(heat.metadata()["venues"]) == 2
    column = heat.column()
    np.testing.assert_allclose(column.long_usd + column.short_usd, heat.values_usd[:, -1], rtol=2e-5, atol=1e-3)
    assert np.all(column.low_usd <= column.high_usd)
    assert any("bybit is not tracked: it counts by its share of open interest, now 50%" in note for note in both.notes)
    assert (
        share_untracked([two]) == [two]
        and share_untracked([one, two])[0].calibration.scale[-1] == one.calibration.scale[-1]
    )
    other = replace(two.calibration.model, hash="other")
    with pytest.raises(InputError, match="same parameters"):
        liqheat.combine_venues([one, replace(two, calibration=replace(two.calibration, model=other))])


def test_a_few_bars_later_the_books_are_those_of_the_whole(market, realised, flow):
    fields = ("open_time_ms", "open", "high", "low", "close", "volume", "open_interest", "mark_low", "mark_high")
    early = replace(market, **{name: getattr(market, name)[:-3] for name in fields})
    later = extend_estimate(liqheat.estimate_flow(early, realised=realised), market)
    assert later.n_bars == later.calibration.scale.size == later.calibration.is_tracked.size == market.n_bars
    for ours, whole in zip(later.layers, flow.layers, strict=True):
        np.testing.assert_array_equal(ours.book.swept_usd, whole.book.swept_usd)
    assert later.calibration.scale[-1] == later.calibration.scale[-4]
    with pytest.raises(InputError, match="of one venue"):
        extend_estimate(liqheat.combine_venues([market, replace(market, venue="bybit")]), market)


def test_build_heatmap_draws_a_flow_directly(market):
    candles = {name: getattr(market, name) for name in ("open_time_ms", "open", "high", "low", "close", "volume")}
    interest = {"time_ms": market.open_time_ms + market.interval_ms, "quantity": market.open_interest}
    how = {"venue": "binance", "symbol": "BTC/USDT:USDT", "interval": "1h"}
    heat = liqheat.build_heatmap(candles, interest, quantity="flow", **how)
    assert heat.quantity == "flow" and heat.metadata()["calibration"] == "calibrated"
    with pytest.raises(InputError, match="quantity"):
        liqheat.build_heatmap(candles, interest, model="btc", **how)
    with pytest.raises(UnknownNameError, match="model"):
        liqheat.build_heatmap(candles, interest, quantity="flow", model="btc", **how)


def events(times_ms, is_long, usd, capture="complete"):
    n = len(times_ms)
    times = np.array(times_ms, dtype=np.int64)
    price, ones = np.full(n, 100.0), np.ones(n)
    notional = np.array(usd, dtype=np.float64)
    sides = np.array(is_long, dtype=bool)
    return Liquidations(
        times, times, sides, price, ones, notional, price, np.zeros(n, np.int32), "fill average", capture
    )


def test_labels_come_from_complete_streams_alone():
    first = 480_000 * HOUR_MS
    times = [first + 5, first + HOUR_MS + 1, first + HOUR_MS + 2, first + 3 * HOUR_MS + 1, first + 4 * HOUR_MS + 1]
    batch = events(times, [True, True, False, False, True], [9.0, 1.0, 2.0, 3.0, 4.0])
    labels = label_events([batch], first + 4 * HOUR_MS + 2)
    assert labels.start_ms.tolist() == [first + HOUR_MS * hour for hour in (1, 2, 3)]
    np.testing.assert_array_equal(labels.usd, [[1.0, 2.0], [np.nan, np.nan], [0.0, 3.0]])
    assert label_events([replace(batch, capture="largest per second")], first + 9 * HOUR_MS) is None
    assert label_events([], first) is None


def test_a_thinned_stream_is_divided_by_what_it_would_have_kept_of_a_complete_one():
    first, rng = 480_000 * HOUR_MS, np.random.default_rng(5)
    times = np.sort(rng.integers(first, first + 6 * HOUR_MS, 4_000))
    times = np.repeat(times[:2_000] // 1_000 * 1_000, 2) + np.tile([0, 400], 2_000)
    usd = rng.lognormal(9, 1, times.size)
    whole = events(times, np.ones(times.size, bool), usd)
    kept = thin_events(whole.time_ms, usd, "largest")
    thinned = events(times[kept], np.ones(int(kept.sum()), bool), usd[kept], "largest per second")
    true = label_events([whole], first + 6 * HOUR_MS)
    found = label_events([thinned], first + 6 * HOUR_MS, reference=[whole])
    np.testing.assert_allclose(np.nansum(found.usd), np.nansum(true.usd), rtol=0.05)
    assert "its share of a complete stream" in found.notes[0] and true.notes == ()
    # Beside a complete stream of its own nothing is divided; with too few events elsewhere nothing is claimed.
    both = label_events([whole, thinned], first + 6 * HOUR_MS, reference=[whole])
    np.testing.assert_array_equal(both.usd, true.usd)
    few = events(times[:50], np.ones(50, bool), usd[:50])
    assert label_events([thinned], first + 6 * HOUR_MS, reference=[few]) is None
    assert label_events([replace(thinned, capture="sampled")], first + 6 * HOUR_MS, reference=[whole]) is None


def test_bars_without_parameters_are_refused(market):
    slow = replace(market, interval_ms=6 * HOUR_MS, open_time_ms=np.arange(market.n_bars) * 6 * HOUR_MS)
    with pytest.raises(InputError, match="bars"):
        liqheat.estimate_flow(slow)


@pytest.mark.parametrize(("minutes", "shipped"), [(1, "5m"), (15, "15m"), (60, "1h")])
def test_every_length_of_bars_has_its_parameters(market, minutes, shipped):
    step_ms = minutes * 60_000
    other = replace(market, interval_ms=step_ms, open_time_ms=np.arange(market.n_bars) * step_ms)
    flow = liqheat.estimate_flow(other)
    assert flow.calibration.model.name.endswith(shipped)
    assert liqheat.draw_heatmap(flow, quantity="flow", buckets=50).values_usd.max() > 0


def test_both_backends_draw_the_same_bits(realised):
    short = make_market(n_bars=150, seed=5)
    flows = [liqheat.estimate_flow(short, realised=realised, backend=backend) for backend in ("rust", "numpy")]
    heats = [
        liqheat.draw_heatmap(flow, quantity="flow", buckets=60, interval="1h", backend=backend)
        for flow, backend in zip(flows, ("rust", "numpy"), strict=True)
    ]
    np.testing.assert_array_equal(heats[0].values_usd, heats[1].values_usd)
    columns = [heat.column() for heat in heats]
    for name in ("forced_flow_usd", "low_usd", "high_usd", "support"):
        np.testing.assert_array_equal(getattr(columns[0], name), getattr(columns[1], name))
