"""The store is a dictionary from keys to rows, however its rows arrive and whatever is joined in between."""

from __future__ import annotations

import itertools
from unittest.mock import patch

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqheat.records import SeriesKey
from liqheat.store import KINDS, HistoryStore
from tests.support.store_tables import DAY_MS, START_MS

SYMBOL = "BTC/USDT:USDT"
NAMES = itertools.count()
times = st.integers(0, 40).map(lambda step: START_MS + step * (DAY_MS // 15))
numbers = st.floats(-1e6, 1e6, allow_nan=False)
candle = st.tuples(times, st.sampled_from([1.0, 2.0]), st.sampled_from([None, float("nan"), 3.0, 4.0]))
liquidation = st.tuples(times, st.integers(1, 9), st.booleans(), st.sampled_from([1.0, 2.0]), st.integers(0, 1))
batches = st.lists(st.one_of(st.just("compact"), st.just("reopen"), st.lists(candle, max_size=30)), max_size=8)


def new_url():
    return f"memory://property-{next(NAMES)}"


@pytest.fixture(autouse=True)
def small_files():
    """Files of a few rows, so that a few rows meet every branch."""
    with patch("liqheat.store.parts.SMALL_ROWS", 4), patch("liqheat.store.parts.LARGE_ROWS", 24):
        yield


def candle_table(rows):
    columns = {name: [row[1] for row in rows] for name in ("open", "high", "low", "close", "volume")}
    taker = pa.array([row[2] for row in rows], pa.float64())
    return pa.table(
        {"open_time_ms": pa.array([row[0] for row in rows], pa.int64()), **columns, "taker_buy_volume": taker}
    )


def known(value):
    return None if value is None or value != value else value


@given(batches)
def test_candles_equal_a_dictionary(actions):
    url = new_url()
    store = HistoryStore(url)
    key = SeriesKey("candles", "okx", SYMBOL, "1h")
    model = {}
    for action in actions:
        if action == "compact":
            store.compact()
        elif action == "reopen":
            store = HistoryStore(url)
        else:
            rows = list({row[0]: row for row in action}.values())
            before = dict(model)
            for time, price, taker in rows:
                model[time] = (price, known(taker) if known(taker) is not None else model.get(time, (0, None))[1])
            count = store.upsert(key, candle_table(rows))
            assert count.inserted == len(model) - len(before)
            assert count.updated == sum(model[time] != row for time, row in before.items())
            assert count.inserted + count.updated + count.unchanged == len(rows)
    loaded = store.load(key)
    columns = (loaded.column(name).to_pylist() for name in ("open_time_ms", "close", "taker_buy_volume"))
    assert list(zip(*columns, strict=True)) == [(time, *model[time]) for time in sorted(model)]
    assert store.verify() == []
    middle = START_MS + DAY_MS
    assert store.load(key, middle).num_rows == sum(time >= middle for time in model)
    missing = sum(gap.n_missing for gap in store.find_gaps(key, START_MS, START_MS + 4 * DAY_MS))
    assert missing == 96 - len({(time - START_MS) // 3_600_000 for time in model})


@given(st.lists(liquidation, max_size=60), st.randoms(use_true_random=False), st.integers(1, 7))
def test_order_splits_and_repeats_do_not_matter(events, random, n_batches):
    events = list({(event[0], event[2], event[3], event[4]): event for event in events}.values())
    key = SeriesKey("liquidations", "okx", SYMBOL)
    whole, split = HistoryStore(new_url()), HistoryStore(new_url())
    whole.upsert(key, liquidation_table(events))
    repeated = events + random.choices(events, k=len(events) // 2) if events else []
    random.shuffle(repeated)
    for batch in range(n_batches):
        split.upsert(key, liquidation_table(repeated[batch::n_batches]))
    expected = whole.load(key)
    assert expected.num_rows == len(events)
    assert split.load(key).equals(expected)
    split.compact()
    assert split.load(key).equals(expected)
    assert split.verify() == []
    days = {part.day: [] for part in split._folder(key).read_manifest().parts}
    assert len(days) == len({time // DAY_MS for time in expected.column("time_ms").to_pylist()})


def liquidation_table(events):
    columns = zip(*events, strict=True) if events else [[]] * 5
    time, late, is_long, price, ordinal = (list(column) for column in columns)
    return pa.table(
        {
            "time_ms": pa.array(time, pa.int64()),
            "receive_ms": pa.array([at + wait for at, wait in zip(time, late, strict=True)], pa.int64()),
            "is_long": pa.array(is_long, pa.bool_()),
            "price": pa.array(price, pa.float64()),
            "quantity": pa.array([1.0] * len(time), pa.float64()),
            "notional_usd": pa.array(price, pa.float64()),
            "ordinal": pa.array(ordinal, pa.int32()),
            "price_means": pa.array(["fill average"] * len(time), pa.string()),
            "capture": pa.array(["complete"] * len(time), pa.string()),
        }
    )


@given(st.sampled_from(sorted(KINDS)))
def test_every_kind_has_a_time_key_and_columns(name):
    kind = KINDS[name]
    assert set(kind.key) <= {column.name for column in kind.columns}
    assert kind.columns[0].name == kind.time
    assert kind.columns[0].is_time
    assert not (kind.has_interval and kind.step_ms)
    assert all(column.unit for column in kind.columns)
