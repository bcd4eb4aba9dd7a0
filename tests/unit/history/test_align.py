"""Bad input is refused with the argument, the rule and the value; good input is joined as documented."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from liqheat import (
    HolderClass,
    InputError,
    NoDataError,
    PositionBook,
    UnknownNameError,
    build_heatmap,
    estimate_book,
    open_market,
)
from liqheat.book import load_leverage_mix, log_spaced_tiers, venue_distance_tiers
from liqheat.book.leverage import build_distance_tiers
from liqheat.errors import FileFormatError
from tests.support.markets import make_market
from tests.support.tables import NAMES, START_MS, STEP_MS, tables


def changed(table, name, row, value):
    values = np.array(table[name], copy=True)
    values[row] = value
    return {**table, name: values}


@pytest.mark.parametrize(
    ("name", "row", "value", "argument", "words"),
    [
        ("open_time_ms", 5, START_MS, "candles.open_time_ms", "must increase (row 5)"),
        ("open_time_ms", 5, START_MS + 4 * STEP_MS, "candles.open_time_ms", "must not repeat (row 5)"),
        ("open_time_ms", 39, START_MS + 60 * STEP_MS, "candles.open_time_ms", "must have no gap"),
        ("open_time_ms", 0, START_MS - 1, "candles.open_time_ms", "no gap"),
        ("open", 3, np.nan, "candles.open", "finite and above 0 (row 3)"),
        ("close", 3, np.inf, "candles.close", "finite and above 0 (row 3)"),
        ("low", 3, 0.0, "candles.low", "finite and above 0 (row 3)"),
        ("high", 3, -5.0, "candles.high", "finite and above 0 (row 3)"),
        ("high", 3, 90_000.0, "high", "must be at least low (row 3)"),
        ("close", 3, 99_000.0, "close", "must lie between low and high (row 3)"),
        ("volume", 3, -1.0, "candles.volume", "finite and at least 0 (row 3)"),
        ("volume", 3, np.nan, "candles.volume", "finite and at least 0 (row 3)"),
    ],
)
def test_bad_candles(name, row, value, argument, words):
    candles, interest = tables()
    with pytest.raises(InputError) as caught:
        build_heatmap(changed(candles, name, row, value), interest, **NAMES)
    assert caught.value.argument == argument
    assert words in caught.value.rule
    assert caught.value.value


@pytest.mark.parametrize(
    ("name", "row", "value", "words"),
    [
        ("time_ms", 5, START_MS, "must"),
        ("quantity", 5, -1.0, "finite and at least 0 (row 5)"),
        ("quantity", 5, np.nan, "finite and at least 0 (row 5)"),
        ("time_ms", 39, START_MS + 900 * STEP_MS, "must have no gap longer than"),
    ],
)
def test_bad_open_interest(name, row, value, words):
    candles, interest = tables()
    with pytest.raises(InputError, match=r"open_interest") as caught:
        build_heatmap(candles, changed(interest, name, row, value), **NAMES)
    assert words in caught.value.rule


def test_lengths_must_match():
    candles, interest = tables()
    with pytest.raises(InputError, match=r"candles.volume: must have shape \(40,\)"):
        build_heatmap({**candles, "volume": candles["volume"][:-1]}, interest, **NAMES)


@pytest.mark.parametrize("empty", [{}, [], np.empty((0, 6)), {name: [] for name in tables()[0]}])
def test_empty_tables(empty):
    with pytest.raises(InputError, match="candles"):
        build_heatmap(empty, tables()[1], **NAMES)


def test_text_in_a_price_column():
    candles, interest = tables()
    with pytest.raises(InputError, match=r"candles.open: must hold numbers"):
        build_heatmap({**candles, "open": ["x"] * 40}, interest, **NAMES)


def test_ranges_without_data():
    candles, interest = tables()
    with pytest.raises(NoDataError, match="must overlap the candles"):
        build_heatmap(candles, {**interest, "time_ms": interest["time_ms"] + 10**9}, **NAMES)
    with pytest.raises(NoDataError, match="must overlap the history"):
        build_heatmap(candles, interest, start_ms=START_MS + 10**10, **NAMES)


@pytest.mark.parametrize(
    ("arguments", "error", "argument"),
    [
        ({"venue": "nowhere"}, UnknownNameError, "venue"),
        ({"symbol": "BTCUSDT"}, InputError, "symbol"),
        ({"backend": "cuda"}, UnknownNameError, "backend"),
        ({"leverage_mix": "nothing"}, UnknownNameError, "leverage_mix"),
        ({"leverage_mix": "nothing.json"}, FileFormatError, "leverage_mix"),
        ({"side": "up"}, UnknownNameError, "side"),
        ({"leverage": [33]}, UnknownNameError, "leverage"),
        ({"leverage": []}, InputError, "leverage"),
        ({"cohort": "2h"}, UnknownNameError, "cohort"),
        ({"interval": "7m"}, InputError, "interval"),
        ({"interval": "soon"}, InputError, "interval"),
        ({"quantity": "heat"}, InputError, "quantity"),
        ({"price_axis": "square"}, InputError, "price_axis"),
        ({"buckets": 0}, InputError, "buckets"),
        ({"bucket_width": "ten"}, InputError, "bucket_width"),
        ({"bucket_width": 0}, InputError, "bucket_width"),
        ({"bucket_width": 50}, InputError, "bucket_width"),
        ({"bucket_width": "1bp", "price_axis": "linear"}, InputError, "bucket_width"),
        ({"bucket_width": 1e-6, "price_axis": "linear"}, InputError, "bucket_width"),
        ({"start_ms": 5, "end_ms": 4}, InputError, "start_ms"),
    ],
    ids=str,
)
def test_bad_options(arguments, error, argument):
    candles, interest = tables()
    with pytest.raises(error) as caught:
        build_heatmap(candles, interest, **{**NAMES, **arguments})
    assert caught.value.argument == argument


def test_mark_must_not_be_coarser_and_must_cover():
    candles, interest = tables(48)
    hourly = {"open_time_ms": START_MS + np.arange(4) * 3_600_000, "low": np.full(4, 9e4), "high": np.full(4, 9.9e4)}
    with pytest.raises(InputError, match="must not be coarser than the candles"):
        build_heatmap(candles, interest, hourly, **NAMES)
    minutes = START_MS + np.arange(48 * 5) * 60_000
    fine = {"open_time_ms": minutes, "low": 94_900 + np.arange(240.0), "high": 95_300 + np.arange(240.0)}
    with pytest.raises(NoDataError, match="must cover the candles"):
        build_heatmap(candles, interest, {name: values[:-3] for name, values in fine.items()}, **NAMES)
    market = open_market((candles, interest, fine), **NAMES).history
    np.testing.assert_array_equal(market.mark_low, fine["low"][::5])
    np.testing.assert_array_equal(market.mark_high, fine["high"][4::5])
    assert not any("mark price unknown" in note for note in market.notes)


def test_without_mark_the_history_says_so():
    assert any("mark price unknown" in note for note in open_market(tables(), **NAMES).notes)


def test_coarse_open_interest_follows_volume_between_stamps():
    candles, _ = tables(37)
    candles["volume"] = np.where(np.arange(37) % 12 == 3, 1000.0, 1e-3)
    hourly = {"time_ms": START_MS + np.arange(4) * 3_600_000, "quantity": np.array([100.0, 200.0, 150.0, 150.0])}
    market = open_market((candles, hourly), **NAMES).history
    by_close = dict(zip((market.open_time_ms + STEP_MS).tolist(), market.open_interest, strict=True))
    assert by_close[START_MS + 3_600_000] == 200.0
    # Nearly all of the hour's volume is in its fourth bar: so is nearly all of its change.
    assert by_close[START_MS + 3 * STEP_MS] == pytest.approx(100.0, abs=0.1)
    assert by_close[START_MS + 4 * STEP_MS] == pytest.approx(200.0, abs=0.1)
    assert any("between its stamps" in note for note in market.notes)


def test_open_interest_beyond_the_candles_does_not_leak_into_them():
    candles, _ = tables(20)
    stamps = START_MS + np.arange(4) * 3_600_000
    market = open_market(
        (candles, {"time_ms": stamps, "quantity": np.array([100.0, 100.0, 200.0, 9e9])}), **NAMES
    ).history
    assert market.open_interest.max() < 200.0


def test_a_market_made_by_hand_is_checked_too():
    market = make_market(50)
    broken = dataclasses.replace(market, mark_low=market.mark_high * 2)
    with pytest.raises(InputError, match="mark_low"):
        estimate_book(broken)
    with pytest.raises(InputError, match="interval_ms"):
        estimate_book(dataclasses.replace(market, interval_ms=60_000))


def test_leverage_mix_files(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text('{"leverages": [3, 20], "shares": [0.5, 0.5], "source": "me"}')
    assert load_leverage_mix(path).leverages == (3.0, 20.0)
    heatmap = build_heatmap(*tables(), leverage_mix=str(path), **NAMES)
    assert heatmap.leverages == (3.0, 20.0)
    for text, words in [
        ('{"leverages": [3], "shares": [0.5, 0.5]}', "as many shares"),
        ('{"leverages": [3, 4], "shares": [0.5, 0.6]}', "add to 1"),
        ('{"leverages": [3, -4], "shares": [0.5, 0.5]}', "positive"),
        ('{"leverages": [3, 3], "shares": [0.5, 0.5]}', "differ"),
        ('{"leverages": "x"}', "must hold leverages and shares"),
        ("{", "readable JSON"),
    ]:
        path.write_text(text)
        with pytest.raises(InputError, match=words):
            load_leverage_mix(path)


def test_leverage_beyond_the_venue_moves_to_its_maximum():
    tiers = venue_distance_tiers("hyperliquid", "BTC/USDC:USDC")
    assert tiers.leverages.tolist() == [40.0, 25.0, 10.0, 5.0]
    np.testing.assert_allclose(tiers.weights[0], np.array([0.30, 0.25, 0.30, 0.15]) * 0.9)


def test_distances_are_checked():
    mix = load_leverage_mix("classic")
    for distances in (np.full((2, 5), np.nan), np.ones((2, 4)), -np.ones((2, 5))):
        with pytest.raises(InputError, match="distances"):
            build_distance_tiers(mix, distances)


@pytest.mark.parametrize("name", ["quantity", "volume", "rows"])
def test_masked_values_are_refused_not_used(name):
    candles, interest = tables()
    if name == "quantity":
        interest = {**interest, "quantity": np.ma.masked_greater(interest["quantity"], 80_100)}
    elif name == "volume":
        candles = {**candles, "volume": np.ma.array(candles["volume"], mask=np.arange(40) == 7)}
    else:
        columns = ("open_time_ms", "open", "high", "low", "close", "volume")
        candles = np.ma.masked_greater(np.column_stack([candles[column] for column in columns]), 1e12)
    with pytest.raises(InputError, match="masked"):
        build_heatmap(candles, interest, **NAMES)


@pytest.mark.parametrize(
    ("multiply", "divide"), [(1, 1000), (1, 1), (1000, 1), (10**6, 1)], ids=["s", "ms", "µs", "ns"]
)
def test_epoch_units_are_told_apart(multiply, divide):
    candles, interest = tables()
    scaled = {**candles, "open_time_ms": candles["open_time_ms"] * multiply // divide}
    market = open_market((scaled, interest), **NAMES).history
    assert market.interval_ms == STEP_MS
    assert market.open_time_ms[0] == START_MS


def test_times_that_are_no_epoch_are_refused():
    candles, interest = tables()
    with pytest.raises(InputError, match="must be epoch seconds, ms, µs, ns"):
        open_market(({**candles, "open_time_ms": np.arange(40) * STEP_MS}, interest), **NAMES)


def test_times_with_zones_become_utc():
    candles, interest = tables()
    zoned = [f"{np.datetime64(int(t) + 7_200_000, 'ms')}+02:00" for t in candles["open_time_ms"]]
    market = open_market(({**candles, "open_time_ms": zoned}, interest), **NAMES).history
    assert market.open_time_ms[0] == START_MS


def test_absurd_sizes_are_refused():
    candles, interest = tables()
    with pytest.raises(InputError, match="at most 1e\\+18"):
        build_heatmap(candles, {**interest, "quantity": interest["quantity"] * 1e20}, **NAMES)
    with pytest.raises(InputError, match=r"candles.low: must be from 1e-12"):
        build_heatmap(changed(candles, "low", 3, 1e-300), interest, **NAMES)


def test_holder_weights_must_be_numbers():
    for classes in ((HolderClass("x", 0.35, float("nan")),), (), None, (1,)):
        with pytest.raises(InputError, match="holder_classes"):
            estimate_book(make_market(20), holder_classes=classes)


@pytest.mark.parametrize(
    "arguments",
    [{"buckets": "ten"}, {"interval": 5}, {"cohort": []}, {"leverage": ["a"]}, {"leverage": "50;60"},
     {"leverage": [10**400]}, {"side": np.array(["long"])}, {"backend": []}],
    ids=str,
)  # fmt: skip
def test_wrong_types_are_input_errors(arguments):
    with pytest.raises(InputError) as caught:
        build_heatmap(*tables(), **arguments, **NAMES)
    assert caught.value.argument == next(iter(arguments))


def test_a_hand_made_market_may_have_other_types():
    market = make_market(60)
    as_float32 = dataclasses.replace(market, close=market.close.astype(">f8"), volume=market.volume.astype(object))
    np.testing.assert_array_equal(estimate_book(as_float32).swept_usd, estimate_book(market).swept_usd)


@pytest.mark.parametrize("backend", ["rust", "numpy"])
def test_a_refused_bar_leaves_the_book_as_it_was(backend):
    book = PositionBook(log_spaced_tiers(5), expected_range=(90.0, 110.0), backend=backend)
    good = {"low": 99.0, "high": 101.0, "mark_low": 99.0, "mark_high": 101.0, "volume": 5.0, "open_interest": 100.0}
    book.append(**good)
    for change in ({"mark_low": 1e-320}, {"low": 1e-300}, {"high": 1e300}, {"open_interest": None}, {"volume": -1.0}):
        with pytest.raises(InputError):
            book.append(**{**good, **change})
    assert book.n_bars == 1
    book.append(**good)


def test_tiers_are_checked_for_both_backends():
    good = log_spaced_tiers(3)
    for backend in ("rust", "numpy"):
        for name, value in (
            ("weights", -good.weights),
            ("weights", good.weights * 2),
            ("hazards", good.hazards[:, ::-1]),
        ):
            with pytest.raises(InputError, match=f"tiers.{name}"):
                PositionBook(dataclasses.replace(good, **{name: value}), expected_range=(90, 110), backend=backend)
