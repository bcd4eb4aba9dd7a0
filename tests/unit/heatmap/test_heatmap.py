"""Axes, views, bytes, files and the object that a developer keeps."""

from __future__ import annotations

import dataclasses
import gzip
import json

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import liqheat
from liqheat import InputError, build_heatmap, decode_heatmap, draw_heatmap, encode_heatmap
from liqheat.book import log_spaced_tiers
from liqheat.heatmap import aggregate_liquidations, available_intervals, dequantise_log, quantise_log
from liqheat.heatmap.axes import build_price_axis, finest_state_ratio
from liqheat.heatmap.layers import build_profile
from liqheat.heatmap.view import band_labels, select_tiers
from liqheat.records import Column
from liqheat.units import CURRENCIES_PER_USD, BucketWidth, format_usd, parse_bucket_width
from tests.support.coinglass import coinglass_payload
from tests.support.markets import make_market
from tests.support.tables import NAMES, tables


@pytest.fixture(scope="module")
def heatmap(simulated):
    return draw_heatmap(liqheat.estimate_book(simulated), start_ms=simulated.end_ms - 2 * 86_400_000)


def test_a_log_axis_falls_on_edges_of_the_state_whatever_the_range():
    one = build_price_axis(60_000, 70_000, bucket_ratio=1.0005, buckets=500)
    other = build_price_axis(61_000, 69_000, bucket_ratio=1.0005, bucket_width=BucketWidth(10, "bp"))
    assert one.step == pytest.approx(1.001, abs=1e-5)
    common = np.intersect1d(one.edges, other.edges)
    assert common.size == other.edges.size
    assert one.edges[0] <= 60_000 * 0.88 and one.edges[-1] >= 70_000 * 1.12
    assert one.n_buckets <= 500


def test_a_linear_axis_has_the_width_that_was_asked_for():
    axis = build_price_axis(
        90_000, 100_000, kind="linear", bucket_width=parse_bucket_width("50AED"), bucket_ratio=1.0001
    )
    np.testing.assert_allclose(np.diff(axis.edges), 50 / CURRENCIES_PER_USD["AED"])
    rounded = build_price_axis(90_000, 100_000, kind="linear", bucket_ratio=1.0005)
    assert rounded.step == 50.0 and rounded.edges[0] % 50.0 == 0.0


def test_a_fine_width_makes_a_fine_state():
    assert finest_state_ratio(None, 1e5, 1.0005) == 1.0005
    assert finest_state_ratio(BucketWidth(50, "AED"), 95_000, 1.0005) == 1.0001
    assert finest_state_ratio(BucketWidth(1, "bp"), 95_000, 1.0005) == 1.0001
    assert finest_state_ratio(BucketWidth(1e-9, "quote"), 95_000, 1.0005) == 1.00005


def test_a_fine_linear_map_shows_no_comb(simulated):
    """At 50 AED a bucket, no bucket between filled neighbours may be empty, or stand out by the state's grid."""
    candles = {name: getattr(simulated, name) for name in ("open_time_ms", "open", "high", "low", "close", "volume")}
    interest = {"time_ms": simulated.open_time_ms + 300_000, "quantity": simulated.open_interest}
    fine = build_heatmap(
        candles, interest, price_axis="linear", bucket_width="50AED", interval="4h",
        start_ms=simulated.end_ms - 86_400_000, **NAMES,
    )  # fmt: skip
    column = fine.values_usd[:, -1].astype(float)
    filled = np.flatnonzero(column)
    inside = column[filled[0] : filled[-1] + 1]
    lonely = (inside[1:-1] == 0) & (inside[:-2] > 0) & (inside[2:] > 0)
    assert not lonely.any()


def test_bytes_round_trip_within_their_step(heatmap):
    header, planes = decode_heatmap(encode_heatmap(heatmap))
    values = heatmap.values_usd.astype(np.float64)
    assert planes.shape == (1, *values.shape)
    assert (header["T"], header["B"]) == (heatmap.view.n_columns, heatmap.view.axis.n_buckets)
    back = dequantise_log(planes[0], header["max"])
    assert np.array_equal(back > 0, values > 0)
    strong = values > header["max"] * 1.1e-4
    assert np.abs(back[strong] / values[strong] - 1).max() < 0.0185
    edges = header["lo"] * header["ratio"] ** np.arange(header["B"] + 1)
    np.testing.assert_allclose(edges, heatmap.price_edges, rtol=1e-9)
    assert header["measure"] == "held_notional_usd" and header["calibration"] == "uncalibrated"
    assert header["origin"] == "simulated"


@pytest.mark.parametrize("data", [b"", b"LQH0" + bytes(20), b"LQH1\xff\xff\xff\x7f{}", b"LQH1\x02\x00\x00\x00{}"])
def test_damaged_bytes_are_refused(data):
    with pytest.raises(liqheat.FileFormatError):
        decode_heatmap(data)


def test_quantise_edges():
    levels, maximum = quantise_log(np.zeros((2, 3), np.float32))
    assert maximum == 0.0 and not levels.any()
    levels, _ = quantise_log(np.array([np.nan, -1.0, 1e-30, 7.0], np.float32), maximum=7.0)
    assert levels.tolist() == [0, 0, 1, 255]
    with pytest.raises(InputError, match="maximum"):
        quantise_log(np.ones(3, np.float32), maximum=np.inf)


@pytest.mark.parametrize(
    "edges",
    [
        np.linspace(45_000, 75_000, 1_001),
        np.linspace(0.1, 0.7, 7),
        np.arange(1, 4_001) * 0.1,
        np.geomspace(1e-6, 1e6, 500),
        np.linspace(-5.0, 5.0, 4_097) + np.random.default_rng(1).uniform(-1e-6, 1e-6, 4_097),
    ],
)
def test_edges_decide_to_the_bit_whichever_way_the_bucket_is_found(edges):
    near = np.concatenate([edges, np.nextafter(edges, np.inf), np.nextafter(edges, -np.inf), [np.nan, np.inf, -np.inf]])
    usd = np.arange(1.0, near.size + 1)
    bucket = np.searchsorted(edges, near, side="right") - 1
    inside = (bucket >= 0) & (bucket < edges.size - 1) & ~np.isnan(near)
    expected = np.bincount(bucket[inside], usd[inside], edges.size - 1)
    np.testing.assert_array_equal(aggregate_liquidations(near, usd, edges), expected)


def test_aggregate_equals_numpy_histogram():
    random = np.random.default_rng(3)
    prices = np.concatenate([random.uniform(0, 200, 5000), [np.nan, 50.0, 150.0, np.inf]])
    usd = random.exponential(1.0, prices.size)
    for edges in (np.linspace(50, 150, 1001), np.geomspace(50, 150, 77), np.sort(random.uniform(50, 150, 400))):
        inside = np.isfinite(prices) & (prices < edges[-1])
        expected, _ = np.histogram(prices[inside], edges, weights=usd[inside])
        np.testing.assert_allclose(aggregate_liquidations(prices, usd, edges), expected, rtol=1e-9, atol=1e-9)
    out = np.ones(76)
    assert aggregate_liquidations(prices, usd, np.geomspace(50, 150, 77), out=out) is out
    with pytest.raises(InputError, match="out"):
        aggregate_liquidations(prices, usd, edges, out=np.ones(76, np.float32))
    with pytest.raises(InputError, match="price_edges"):
        aggregate_liquidations(prices, usd, [1.0, 1.0])
    with pytest.raises(InputError, match="notional_usd"):
        aggregate_liquidations([60.0], [-1.0], [50.0, 100.0])
    with pytest.raises(InputError, match="notional_usd"):
        aggregate_liquidations([60.0], [1.0, 2.0], [50.0, 100.0])


def test_every_kind_of_table_gives_the_same_heatmap():
    candles, interest = tables(60)
    expected = build_heatmap(candles, interest, **NAMES).values_usd
    rows = np.column_stack([candles[name] for name in ("open_time_ms", "open", "high", "low", "close", "volume")])
    structured = np.rec.fromarrays(list(candles.values()), names=list(candles))
    zoned = pd.DataFrame({**candles, "ts": pd.to_datetime(candles["open_time_ms"], unit="ms", utc=True)})
    seconds = {**candles, "time": candles["open_time_ms"] // 1000}
    portal = {**candles, "open_time": candles["open_time_ms"] * 1000}
    metrics = pd.DataFrame(
        {
            "create_time": pd.to_datetime(interest["time_ms"], unit="ms").strftime("%Y-%m-%d %H:%M:%S"),
            "sum_open_interest": interest["quantity"],
        }
    )
    ccxt_interest = [
        {"timestamp": int(time), "openInterestAmount": quantity, "symbol": "x"}
        for time, quantity in zip(interest["time_ms"], interest["quantity"], strict=True)
    ]
    without = {name: value for name, value in seconds.items() if name != "open_time_ms"}
    for candle_table, interest_table in [
        (pd.DataFrame(candles), pd.DataFrame(interest)),
        (pl.DataFrame(candles), pl.DataFrame(interest)),
        (pa.table(candles), pa.table(interest)),
        (rows.tolist(), interest),
        (rows, np.column_stack([interest["time_ms"], interest["quantity"]])),
        (structured, interest),
        (zoned.drop(columns="open_time_ms"), metrics),
        (without, ccxt_interest),
        ({name: value for name, value in portal.items() if name != "open_time_ms"}, interest),
    ]:
        np.testing.assert_array_equal(build_heatmap(candle_table, interest_table, **NAMES).values_usd, expected)


def test_columns_and_profile(heatmap):
    times = heatmap.time_edges_ms
    assert times.size == heatmap.values_usd.shape[1] + 1
    for index in (0, 17, heatmap.view.n_columns - 1):
        column = heatmap.column(int(times[index]) + 1)
        assert (column.start_ms, column.end_ms) == (times[index], times[index + 1])
        total = column.long_usd + column.short_usd
        np.testing.assert_allclose(total, heatmap.values_usd[:, index], rtol=1e-6)
    for outside in (int(times[0]) - 1, int(times[-1])):
        with pytest.raises(InputError, match="t_ms"):
            heatmap.column(outside)
    assert heatmap.profile().column is heatmap.column()


def test_to_pandas(heatmap):
    frame = heatmap.to_pandas()
    assert frame.shape == heatmap.values_usd.shape
    assert frame.columns[0] == pd.Timestamp(int(heatmap.time_edges_ms[0]), unit="ms", tz="UTC")
    assert frame.index[0] == heatmap.price_edges[0]


def test_save(heatmap, tmp_path):
    for ending in (".png", ".csv", ".json", ".npz", ".lqh"):
        assert heatmap.save(tmp_path / f"map{ending}").stat().st_size > 1000
    assert (tmp_path / "map.png").read_bytes()[:4] == b"\x89PNG"
    filled = int((heatmap.values_usd > 0).sum())
    table = pd.read_csv(tmp_path / "map.csv")
    assert len(table) == filled
    np.testing.assert_allclose(table["held_notional_usd"].sum(), heatmap.values_usd.sum(dtype=np.float64), rtol=1e-6)
    payload = json.loads((tmp_path / "map.json").read_text())
    data = payload["data"]
    assert len(data["liquidation_leverage_data"]) == filled
    x, y, usd = data["liquidation_leverage_data"][filled // 2]
    assert usd == pytest.approx(heatmap.values_usd[y, x], abs=0.01, rel=1e-6)
    assert len(data["y_axis"]) == heatmap.view.axis.n_buckets
    assert len(data["price_candlesticks"]) == heatmap.view.n_columns
    stick = data["price_candlesticks"][0]
    assert stick[0] * 1000 == heatmap.time_edges_ms[0] and all(isinstance(value, str) for value in stick[1:])
    arrays = np.load(tmp_path / "map.npz")
    np.testing.assert_array_equal(arrays["values_usd"], heatmap.values_usd)
    assert json.loads(str(arrays["metadata"]))["origin"] == "simulated"
    assert len(gzip.compress((tmp_path / "map.lqh").read_bytes())) < filled
    with pytest.raises(InputError, match="output"):
        heatmap.save(tmp_path / "map.gif")
    with pytest.raises(InputError, match="writeable"):
        heatmap.save(tmp_path / "nowhere" / "map.csv")


def test_out_buffers_are_used_and_checked(heatmap):
    shape = heatmap.values_usd.shape
    out = np.full(shape, 7.0, np.float32)
    assert liqheat.accumulate_grid(heatmap.estimate, heatmap.view, out=out) is out
    np.testing.assert_array_equal(out, heatmap.values_usd)
    readonly = np.empty(shape, np.float32)
    readonly.flags.writeable = False
    for bad in (
        np.empty(shape),
        np.empty(shape[::-1], np.float32),
        np.empty(shape[::-1], np.float32).T,
        readonly,
        None.__class__,
    ):
        with pytest.raises(InputError, match="out"):
            liqheat.accumulate_grid(heatmap.estimate, heatmap.view, out=bad)


def test_bands_of_many_tiers_are_standard_leverages():
    tiers = log_spaced_tiers(48)
    labels = band_labels(tiers)
    assert set(labels) <= {3, 5, 10, 20, 25, 50, 75, 100, 125}
    chosen = select_tiers(tiers, [50])
    assert chosen and all(38 < tiers.leverages[tier] < 66 for tier in chosen)


@pytest.mark.parametrize("width", [0.5, 0.7, 1.4, 3.0, 7.0, 10.0, 12.0, 17.0])
def test_a_width_in_basis_points_is_the_one_that_was_asked_for(width):
    heatmap = build_heatmap(*tables(), bucket_width=f"{width}bp", **NAMES)
    steps = heatmap.price_edges[1:] / heatmap.price_edges[:-1] - 1
    np.testing.assert_allclose(steps * 1e4, width, rtol=5e-3)
    assert heatmap.view.axis.step == pytest.approx(1 + width * 1e-4, abs=width * 1e-4 * 5e-3)


def test_a_width_finer_than_the_state_is_refused_with_the_reason(simulated):
    estimate = liqheat.estimate_book(simulated)
    with pytest.raises(InputError, match="must not be finer than the book's state \\(5 bp\\)"):
        draw_heatmap(estimate, bucket_width="1bp")
    with pytest.raises(InputError, match=r"at least 0.5 bp"):
        build_heatmap(*tables(), bucket_width="0.26bp", **NAMES)
    for width in ("1e-320", "5e-324AED", "٥٠"):
        with pytest.raises(InputError, match="bucket_width"):
            build_heatmap(*tables(), price_axis="linear", bucket_width=width, **NAMES)


@pytest.mark.parametrize("minutes", [3, 7, 10, 360, 720, 10_080])
def test_the_bars_own_interval_is_offered_and_taken(minutes):
    market = make_market(40)
    step = minutes * 60_000
    longer = dataclasses.replace(
        market, interval_ms=step, open_time_ms=step * (2_900_000_000 // minutes // 100 + np.arange(40))
    )
    drawn = draw_heatmap(liqheat.estimate_book(longer))
    assert drawn.view.n_columns == 40
    assert drawn.metadata()["interval"] == available_intervals(step)[0]
    if step > 86_400_000:
        with pytest.raises(InputError, match="cohort"):
            draw_heatmap(liqheat.estimate_book(longer), cohort="24h")


def test_a_last_column_that_is_not_full_ends_with_its_data(simulated):
    estimate = liqheat.estimate_book(simulated)
    until = int(simulated.open_time_ms[0]) + 300_000 * (12 * 5 + 4)
    heatmap = draw_heatmap(estimate, interval="1h", as_of_ms=until)
    assert heatmap.time_edges_ms[-1] == until == heatmap.column().end_ms
    header, _ = decode_heatmap(encode_heatmap(heatmap))
    assert (header["T"], header["step_ms"]) == (6, 3_600_000)


def test_cheap_coins_keep_their_prices_in_json(simulated):
    names = ("open", "high", "low", "close", "mark_low", "mark_high")
    cheap = dataclasses.replace(simulated, **{name: getattr(simulated, name) * 1e-12 for name in names})
    heatmap = draw_heatmap(liqheat.estimate_book(cheap), start_ms=cheap.end_ms - 86_400_000)
    payload = coinglass_payload(heatmap)
    assert len(set(payload["y_axis"])) == heatmap.view.axis.n_buckets
    assert all(usd > 0 for _, _, usd in payload["liquidation_leverage_data"])


@pytest.mark.parametrize("backend", ["rust", "numpy"])
def test_quantise_refuses_and_bounds_alike(backend):
    for maximum in (np.nan, -1.0, np.inf):
        with pytest.raises(InputError, match="maximum"):
            quantise_log(np.ones(3, np.float32), maximum=maximum, backend=backend)
    assert quantise_log(np.array([np.inf, 3.0], np.float32), maximum=1.0, backend=backend)[0].tolist() == [255, 255]
    assert quantise_log(np.array([1e-40], np.float32), backend=backend)[0].tolist() == [0]


def test_upper_case_endings_and_short_money(heatmap, tmp_path):
    assert heatmap.save(tmp_path / "map.NPZ").is_file()
    assert [format_usd(usd) for usd in (999.4, 999_999, 1_234_567_890)] == ["$999", "$1M", "$1.23B"]


def test_the_cumulative_curves_start_at_the_price_and_leave_out_the_wrong_side():
    """Longs above the price (opened after a sweep) and shorts below it are not swept by a move away from it."""
    held = np.array([[[1.0, 2.0, 4.0, 8.0]], [[16.0, 32.0, 64.0, 128.0]]])
    column = Column(0, 1, np.array([80.0, 90.0, 100.0, 110.0, 120.0]), np.array([10.0]), held, 100.0)
    profile = build_profile(column, np.zeros((2, 4)))
    assert profile.cumulative_long_usd.tolist() == [3.0, 2.0, 0.0, 0.0]
    assert profile.cumulative_short_usd.tolist() == [0.0, 0.0, 64.0, 192.0]
    inside = build_profile(dataclasses.replace(column, reference_price=104.0), np.zeros((2, 4)))
    assert inside.cumulative_long_usd.tolist() == [7.0, 6.0, 4.0, 0.0]
    assert inside.cumulative_short_usd.tolist() == [0.0, 0.0, 64.0, 192.0]
