"""The store: upserts, reads, gaps, compaction, what a bad table or name is told."""

from __future__ import annotations

import logging
import threading
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from liqheat.errors import InputError, StoreError, UnknownNameError
from liqheat.records import SeriesKey
from liqheat.store import KINDS, HistoryStore, UpsertCount, default_store_url
from liqheat.store.outcomes import CompactCount, Gap
from liqheat.store.parts import SMALL_ROWS
from liqheat.store.paths import folder_symbol, symbol_folder
from tests.support.store_tables import (
    CANDLES,
    DAY_MS,
    INTEREST,
    LIQUIDATIONS,
    MINUTE_MS,
    START_MS,
    candles,
    files_of,
    interest,
    liquidations,
)


@pytest.fixture(params=["local", "memory"])
def store(request, tmp_path):
    if request.param == "local":
        return HistoryStore(tmp_path / "store")
    return HistoryStore(f"memory://{tmp_path.name}-{id(request)}")


def test_rows_come_back_sorted_once_and_typed(store):
    table = candles(3_000)
    shuffled = table.take(np.random.default_rng(1).permutation(3_000))
    assert store.upsert(CANDLES, shuffled) == UpsertCount(inserted=3_000)
    loaded = store.load(CANDLES)
    assert loaded.schema == KINDS["candles"].schema
    assert loaded.drop_columns(["taker_buy_volume"]).equals(table)
    assert loaded.column("taker_buy_volume").null_count == 3_000
    assert store.upsert(CANDLES, table) == UpsertCount(unchanged=3_000)
    assert store.span_ms(CANDLES) == (START_MS, START_MS + 2_999 * MINUTE_MS)
    assert store.count_rows(CANDLES) == 3_000
    assert store.list_series() == [CANDLES]
    assert store.list_series("candles", "binanceusdm", "BTC/USDT:USDT") == [CANDLES]
    assert not store.list_series("mark") + store.list_series(venue="okx") + store.list_series(symbol="ETH/USDT:USDT")
    assert store.verify() == []


def test_a_range_is_half_open_and_reads_only_its_days(store):
    store.upsert(CANDLES, candles(4 * 1440))
    start, end = START_MS + DAY_MS + 5 * MINUTE_MS, START_MS + 2 * DAY_MS
    times = store.load(CANDLES, start, end).column("open_time_ms").to_numpy()
    np.testing.assert_array_equal(times, np.arange(start, end, MINUTE_MS))
    assert store.load(CANDLES, START_MS + 9 * DAY_MS).num_rows == 0
    assert store.load(CANDLES, None, START_MS).num_rows == 0
    assert store.load(INTEREST).num_rows == 0
    assert store.span_ms(INTEREST) is None


def test_a_correction_replaces_and_a_missing_value_does_not(store):
    store.upsert(CANDLES, candles(100, taker=0.25))
    assert store.upsert(CANDLES, candles(100)) == UpsertCount(unchanged=100)
    assert store.upsert(CANDLES, candles(100, taker=float("nan"))) == UpsertCount(unchanged=100)
    assert store.upsert(CANDLES, candles(120, 50, price=95_000.0)) == UpsertCount(inserted=70, updated=50)
    loaded = store.load(CANDLES)
    assert loaded.num_rows == 170
    np.testing.assert_array_equal(loaded.column("close").to_numpy()[50:], 95_000 + np.arange(50, 170) % 97)
    np.testing.assert_array_equal(loaded.column("taker_buy_volume").to_numpy()[:100], 0.25)
    assert loaded.column("taker_buy_volume").null_count == 70
    assert store.upsert(CANDLES, candles(1, taker=0.5)) == UpsertCount(updated=1)


def test_a_repeated_liquidation_keeps_what_was_known_first(store):
    store.upsert(LIQUIDATIONS, liquidations(50, mark=90_001.0))
    again = liquidations(60, receive_ms=900)
    assert store.upsert(LIQUIDATIONS, again) == UpsertCount(inserted=10, unchanged=50)
    loaded = store.load(LIQUIDATIONS)
    late = loaded.column("receive_ms").to_numpy() - loaded.column("time_ms").to_numpy()
    np.testing.assert_array_equal(late, [5] * 50 + [900] * 10)
    assert loaded.column("mark_price").null_count == 10
    twice = pa.concat_tables([liquidations(1, 70), liquidations(1, 70, receive_ms=7)])
    assert store.upsert(LIQUIDATIONS, twice) == UpsertCount(inserted=1)


def test_many_small_upserts_make_few_files_and_lose_nothing(tmp_path):
    store = HistoryStore(tmp_path)
    n_rows, batch = 3 * SMALL_ROWS, 512
    for first in range(0, n_rows, batch):
        assert store.upsert(LIQUIDATIONS, liquidations(batch, first)).inserted == batch
    late = liquidations(40, 100, step_ms=10).set_column(3, "price", pa.array(np.full(40, 1.0)))
    assert store.upsert(LIQUIDATIONS, late).inserted == 40
    assert 3 <= len(files_of(tmp_path)) <= 5
    before = store.load(LIQUIDATIONS)
    assert before.num_rows == n_rows + 40
    assert store.compact(LIQUIDATIONS).files_after == 1
    assert store.load(LIQUIDATIONS).equals(before)
    assert len(files_of(tmp_path)) == 1
    assert store.compact() == CompactCount()
    assert store.verify() == []


def test_days_are_compacted_by_themselves_when_files_pile_up(tmp_path, monkeypatch):
    monkeypatch.setattr("liqheat.store.parts.SMALL_ROWS", 10)
    store = HistoryStore(tmp_path)
    for first in range(0, 400, 10):
        store.upsert(LIQUIDATIONS, liquidations(10, first))
    assert len(files_of(tmp_path)) < 20
    assert store.load(LIQUIDATIONS).column("time_ms").to_pylist() == [START_MS + n * 10 for n in range(400)]
    assert store.verify() == []


def test_rows_of_one_time_stay_in_one_file(tmp_path, monkeypatch):
    monkeypatch.setattr("liqheat.store.parts.LARGE_ROWS", 16)
    monkeypatch.setattr("liqheat.store.parts.SMALL_ROWS", 4)
    store = HistoryStore(tmp_path)
    table = liquidations(60).set_column(0, "time_ms", pa.array(START_MS + np.arange(60) // 7 * 10))
    store.upsert(LIQUIDATIONS, table)
    assert len(files_of(tmp_path)) > 2
    assert store.upsert(LIQUIDATIONS, table) == UpsertCount(unchanged=60)
    assert store.load(LIQUIDATIONS).num_rows == 60


def test_rows_before_between_and_behind_files_find_their_place(tmp_path, monkeypatch):
    monkeypatch.setattr("liqheat.store.parts.SMALL_ROWS", 5)
    store = HistoryStore(tmp_path)
    numbers = np.random.default_rng(3).permutation(300)
    for chunk in np.array_split(numbers, 60):
        store.upsert(CANDLES, pa.concat_tables([candles(1, int(bar)) for bar in chunk]))
    assert store.load(CANDLES).drop_columns(["taker_buy_volume"]).equals(candles(300))
    spans = sorted((part.state.first_ms, part.state.last_ms) for part in store._folder(CANDLES).read_manifest().parts)
    assert all(before[1] < after[0] for before, after in pairwise(spans))


def change(name, values):
    table = candles(3)
    return table.set_column(table.column_names.index(name), name, pa.array(values))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("rows", "must be an Arrow table; found str"),
        (candles(3).drop_columns(["low"]), "must have the column low"),
        (candles(3).append_column("lo", pa.array([1.0] * 3)), "must have the columns open_time_ms, open"),
        (change("low", [1.0, float("nan"), 2.0]), r"candles.low: must be a finite number \(row 1\); found nan"),
        (change("high", [1.0, 2.0, float("inf")]), r"candles.high: must be a finite number \(row 2\); found inf"),
        (change("open", [1.0, None, 2.0]), r"candles.open: must not be missing \(row 1\)"),
        (change("open", ["a", "b", "c"]), "candles.open: must hold double"),
        (change("open_time_ms", [START_MS, START_MS * 1000, START_MS]), r"UTC milliseconds of 2001 to 2286 \(row 1\)"),
        (change("open_time_ms", [START_MS, 0, START_MS]), r"UTC milliseconds of 2001 to 2286 \(row 1\); found 0"),
        (change("open_time_ms", [START_MS + 0.5, 1.0, 2.0]), "candles.open_time_ms: must hold int64"),
        (
            pa.concat_tables([candles(3), candles(1, 2, price=1.0)]),
            rf"one row for each key \(row 3 differs .*\); found open_time_ms {START_MS + 2 * MINUTE_MS}",
        ),
    ],
)
def test_bad_tables_are_refused_and_change_nothing(store, table, words):
    store.upsert(CANDLES, candles(2))
    with pytest.raises(InputError, match=words):
        store.upsert(CANDLES, table)
    assert store.count_rows(CANDLES) == 2


def test_equal_repeats_and_empty_tables_are_nothing_special(store):
    assert store.upsert(CANDLES, pa.concat_tables([candles(3), candles(3)])).inserted == 3
    assert store.upsert(CANDLES, candles(0)) == UpsertCount()
    assert store.upsert(INTEREST, KINDS["open_interest"].schema.empty_table()) == UpsertCount()
    assert store.list_series() == [CANDLES]


@pytest.mark.parametrize(
    ("key", "error", "words"),
    [
        (SeriesKey("trades", "okx", "BTC/USDT:USDT"), UnknownNameError, "kind: must be one of candles"),
        (SeriesKey("candles", "okx", "BTC/USDT:USDT"), InputError, "interval: must be a number and m, h, d or w"),
        (SeriesKey("funding", "okx", "BTC/USDT:USDT", "5m"), InputError, "interval: must be empty"),
        (SeriesKey("funding", "../okx", "BTC/USDT:USDT"), InputError, "venue: must be a venue id"),
        (SeriesKey("funding", "okx", "BTC/../USDT"), InputError, "symbol: must be a ccxt unified symbol"),
        (SeriesKey("funding", "okx", "BTC-PERP/USDT:USDT"), InputError, "symbol: must be"),
        (SeriesKey("funding", "okx", "BTCUSDT"), InputError, "symbol: must be"),
        (SeriesKey("funding", "okx", "A" * 200 + "/USDT:USDT"), InputError, "symbol: must be"),
    ],
)
def test_bad_keys_are_named(store, key, error, words):
    for use in (store.load, lambda key: store.upsert(key, candles(1)), lambda key: store.find_gaps(key, 1, 2)):
        with pytest.raises(error, match=words):
            use(key)


@pytest.mark.parametrize(
    "symbol", ["BTC/USDT:USDT", "ETH/USD:ETH", "1000PEPE/USDT", "BTC/USDT:USDT-260327", "BTC/USD:BTC-260327-90000-C"]
)
def test_symbols_go_to_paths_and_back(symbol):
    assert folder_symbol(symbol_folder(symbol)) == symbol


def test_gaps_of_candles_are_exact(store):
    store.upsert(CANDLES, pa.concat_tables([candles(100), candles(50, 110), candles(10, 161)]))
    start, end = START_MS - 3 * MINUTE_MS, START_MS + 180 * MINUTE_MS

    def at(bar):
        return START_MS + bar * MINUTE_MS

    assert store.find_gaps(CANDLES, start, end) == [
        Gap(start, at(0), 3),
        Gap(at(100), at(110), 10),
        Gap(at(160), at(161), 1),
        Gap(at(171), at(180), 9),
    ]
    assert store.find_gaps(CANDLES, at(0) + 1, at(100)) == []
    weekly = SeriesKey("candles", "okx", "BTC/USDT:USDT", "1w")
    mondays = candles(1).set_column(0, "open_time_ms", pa.array([1_767_571_200_000]))
    store.upsert(weekly, mondays)
    assert store.find_gaps(weekly, 1_767_571_200_000, 1_767_571_200_000 + 14 * DAY_MS) == [
        Gap(1_768_176_000_000, 1_768_780_800_000, 1)
    ]
    with pytest.raises(InputError, match="end_ms: must be after"):
        store.find_gaps(CANDLES, end, end)


def test_gaps_of_snapshots_allow_for_late_ones(store):
    step = 5 * MINUTE_MS
    jitter = np.random.default_rng(5).integers(-60_000, 60_000, 100)
    times = START_MS + np.arange(100) * step + jitter
    store.upsert(INTEREST, interest(np.delete(times, [50, 51])))
    (gap,) = store.find_gaps(INTEREST, START_MS + step, START_MS + 99 * step)
    assert gap.n_missing == 2
    assert gap.start_ms == times[49] + step
    assert gap.end_ms == times[52]
    assert store.find_gaps(INTEREST, START_MS - DAY_MS, START_MS)[0] == Gap(START_MS - DAY_MS, START_MS, 288)
    with pytest.raises(InputError, match="kind: must have a usual time between rows"):
        store.find_gaps(LIQUIDATIONS, 1, 2)
    store.upsert(LIQUIDATIONS, liquidations(3, step_ms=60_000))
    assert store.find_gaps(LIQUIDATIONS, START_MS, START_MS + 5 * MINUTE_MS, MINUTE_MS)[0].n_missing == 2
    with pytest.raises(InputError, match="step_ms: must be at least 1"):
        store.find_gaps(INTEREST, 1, 2, 0)


def test_gaps_of_one_measure_are_not_hidden_by_another(store):
    key = SeriesKey("long_short", "bybit", "BTC/USDT:USDT")
    times = START_MS + np.arange(20) * 5 * MINUTE_MS
    for measure, kept in (("accounts", times), ("top_accounts", np.delete(times, 7))):
        store.upsert(
            key, pa.table({"time_ms": kept, "measure": [measure] * kept.size, "long_share": [0.5] * kept.size})
        )
    assert store.find_gaps(key, START_MS, int(times[-1]) + 1) == [Gap(int(times[7]), int(times[8]), 1)]


def test_threads_share_a_store(store):
    failures = []

    def work(number):
        try:
            for first in range(0, 60, 3):
                store.upsert(LIQUIDATIONS, liquidations(3, number * 60 + first))
                assert store.load(LIQUIDATIONS).num_rows >= 3
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert store.load(LIQUIDATIONS).num_rows == 240


def test_two_stores_in_turn_see_each_other(tmp_path):
    first, second = HistoryStore(tmp_path), HistoryStore(tmp_path)
    for bar in range(0, 40, 2):
        first.upsert(CANDLES, candles(1, bar))
        second.upsert(CANDLES, candles(1, bar + 1))
        assert first.count_rows(CANDLES) == bar + 2
    assert first.load(CANDLES).equals(second.load(CANDLES))
    assert first.verify() == second.verify() == []


def test_a_second_writer_is_told(tmp_path):
    first, second = HistoryStore(tmp_path), HistoryStore(tmp_path)
    first.upsert(CANDLES, candles(1))
    with (
        first._folder(CANDLES).writing(),
        pytest.raises(StoreError, match="one writer of a series at a time"),
        second._folder(CANDLES).writing(timeout_s=0.1),
    ):
        pass
    assert second.upsert(CANDLES, candles(2)).inserted == 1


def test_a_reader_is_not_disturbed_by_compaction(tmp_path, monkeypatch, caplog):
    """Between its look at the manifest and at the files a writer joins them: the reader starts again."""
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr("liqheat.store.parts.SMALL_ROWS", 10)
    writer, reader = HistoryStore(tmp_path), HistoryStore(tmp_path, read_only=True)
    for first in range(0, 60, 10):
        writer.upsert(LIQUIDATIONS, liquidations(10, first))
    expected = writer.load(LIQUIDATIONS)
    folder = reader._folder(LIQUIDATIONS)
    seen = folder.read_manifest
    calls = []

    def stale_first():
        manifest = seen()
        if not calls:
            writer.compact()
        calls.append(manifest)
        return manifest

    monkeypatch.setattr(folder, "read_manifest", stale_first)
    assert reader.load(LIQUIDATIONS).equals(expected)
    assert len(calls) > 1
    assert not reader.quarantined


def test_the_default_place_is_the_users_data_folder():
    assert "liqheat" in default_store_url()
