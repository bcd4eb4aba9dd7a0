"""Records in and out of the store, and the journal."""

from __future__ import annotations

import dataclasses
import sqlite3
import threading

import numpy as np
import pytest

from liqheat.errors import InputError, StoreError
from liqheat.records import (
    Candles,
    FundingRates,
    Liquidations,
    LongShortRatios,
    MarginTiers,
    MarkCandles,
    OpenInterest,
    OrderBookDepth,
)
from liqheat.store import (
    HistoryStore,
    Journal,
    load_candles_of,
    load_depth_of,
    load_funding_of,
    load_liquidations_of,
    load_long_short_of,
    load_mark_of,
    load_newest_margin_tiers_of,
    load_open_interest_of,
    save_record,
)
from liqheat.store.journal import JournalEntry
from liqheat.store.series import load_margin_tiers_of
from tests.support.store_tables import MINUTE_MS, START_MS, SYMBOL

TIMES = START_MS + np.arange(6) * MINUTE_MS
NUMBERS = np.arange(6) + 0.5
NAME = ("bybit", SYMBOL)


@pytest.fixture
def store(tmp_path):
    return HistoryStore(tmp_path / "store")


def check_equal(first, second):
    assert type(first) is type(second)
    for field in dataclasses.fields(first):
        if field.name != "source":
            np.testing.assert_array_equal(getattr(first, field.name), getattr(second, field.name), err_msg=field.name)


def make_liquidations(n=6, mark=60_000.0):
    texts = ("bankruptcy", "complete")
    marks = np.array([np.nan, *[mark] * (n - 1)])
    longs = np.arange(n) % 2 == 0
    return Liquidations(
        TIMES[:n], TIMES[:n] + 9, longs, NUMBERS[:n], NUMBERS[:n], NUMBERS[:n], marks, np.zeros(n, np.int32), *texts
    )


def make_tiers(fetched_ms, rate=0.004):
    caps = np.array([50_000.0, np.inf])
    return MarginTiers(
        fetched_ms,
        np.array([0, 50_000.0]),
        caps,
        np.array([rate, 0.01]),
        np.array([0, 300.0]),
        np.array([125, 50.0]),
        "quote",
    )


@pytest.mark.parametrize("taker", [None, NUMBERS / 2, np.where(np.arange(6) < 2, np.nan, NUMBERS)])
def test_candles(store, taker):
    candles = Candles(TIMES, NUMBERS, NUMBERS + 1, NUMBERS - 1, NUMBERS, NUMBERS * 3, "REST", taker)
    assert save_record(store, *NAME, candles, "1m").inserted == 6
    check_equal(load_candles_of(store, *NAME, "1m"), candles)
    part = load_candles_of(store, *NAME, "1m", int(TIMES[2]), int(TIMES[4]))
    np.testing.assert_array_equal(part.open_time_ms, TIMES[2:4])
    assert load_candles_of(store, *NAME, "5m") is None


def test_mark_interest_funding_and_ratios(store):
    mark = MarkCandles(TIMES, NUMBERS, NUMBERS + 1)
    save_record(store, *NAME, mark, "1m")
    check_equal(load_mark_of(store, *NAME, "1m"), mark)
    interest = OpenInterest(TIMES, NUMBERS)
    save_record(store, *NAME, interest)
    check_equal(load_open_interest_of(store, *NAME), interest)
    funding = FundingRates(TIMES, NUMBERS / 1e4)
    save_record(store, *NAME, funding)
    check_equal(load_funding_of(store, *NAME), funding)
    for measure in ("accounts", "top_positions"):
        ratios = LongShortRatios(TIMES, NUMBERS / 10 * (0.9 if measure == "accounts" else 1), measure)
        save_record(store, *NAME, ratios)
        check_equal(load_long_short_of(store, *NAME, measure), ratios)
    missing = (load_mark_of(store, "okx", SYMBOL, "1m"), load_open_interest_of(store, "okx", SYMBOL))
    assert missing == (None, None)
    assert load_funding_of(store, "okx", SYMBOL) is None
    assert load_long_short_of(store, *NAME, "top_accounts") is None


def test_order_books(store):
    books = [
        OrderBookDepth(
            int(time), int(time) + 3, NUMBERS[::-1][:n].copy(), NUMBERS[:n] * 2, NUMBERS[: n + 1] + 9, NUMBERS[: n + 1]
        )
        for n, time in enumerate(TIMES[:4])
    ]
    for book in books:
        assert save_record(store, *NAME, book).inserted == 1
    for stored, book in zip(load_depth_of(store, *NAME), books, strict=True):
        check_equal(stored, book)
    assert save_record(store, *NAME, books[2]).unchanged == 1
    changed = dataclasses.replace(books[2], bid_usd=books[2].bid_usd + 1)
    assert save_record(store, *NAME, changed).updated == 1
    check_equal(load_depth_of(store, *NAME, int(TIMES[2]), int(TIMES[3]))[0], changed)
    with pytest.raises(InputError, match=r"depth.ask_usd: must be as long as the prices"):
        save_record(store, *NAME, dataclasses.replace(books[2], ask_usd=NUMBERS))
    with pytest.raises(InputError, match=r"depth.bid_usd: must be a finite number"):
        save_record(store, *NAME, dataclasses.replace(books[2], bid_usd=np.array([1, np.nan])))
    assert load_depth_of(store, "okx", SYMBOL) == []


def test_liquidations(store):
    events = make_liquidations()
    assert save_record(store, *NAME, events).inserted == 6
    check_equal(load_liquidations_of(store, *NAME), events)
    assert save_record(store, *NAME, dataclasses.replace(events, receive_ms=TIMES + 99)).unchanged == 6
    check_equal(load_liquidations_of(store, *NAME), events)
    twin = dataclasses.replace(events, ordinal=events.ordinal + 1, capture="largest per second")
    assert save_record(store, *NAME, twin).inserted == 6
    assert load_liquidations_of(store, *NAME).capture == "complete; largest per second"
    assert load_liquidations_of(store, "okx", SYMBOL) is None
    none = Liquidations(
        *(getattr(events, field.name)[:0] for field in dataclasses.fields(events)[:8]), "bankruptcy", "complete"
    )
    assert save_record(store, *NAME, none).inserted == 0


def test_margin_tiers(store):
    old, new = make_tiers(START_MS), make_tiers(START_MS + 5, 0.005)
    for tiers in (new, old, old):
        save_record(store, *NAME, tiers)
    check_equal(load_newest_margin_tiers_of(store, *NAME), new)
    first, second = load_margin_tiers_of(store, *NAME)
    check_equal(first, old)
    check_equal(second, new)
    assert load_newest_margin_tiers_of(store, "okx", SYMBOL) is None


def test_records_that_are_none_or_do_not_fit_are_named(store):
    with pytest.raises(InputError, match="record: must be a record that the store keeps; found dict"):
        save_record(store, *NAME, {})
    with pytest.raises(InputError, match="open_interest: must have arrays of one length"):
        save_record(store, *NAME, OpenInterest(TIMES, NUMBERS[:3]))
    with pytest.raises(InputError, match=r"open_interest.quantity"):
        save_record(store, *NAME, OpenInterest(TIMES, np.array(["a"] * 6)))
    with pytest.raises(InputError, match="interval: must be a number and m, h, d or w"):
        save_record(store, *NAME, MarkCandles(TIMES, NUMBERS, NUMBERS))


def test_the_journal_keeps_what_was_written(tmp_path):
    path = tmp_path / "new" / "journal.sqlite"
    with Journal(path) as journal:
        journal.write(START_MS, "reconnect", "bybit", SYMBOL, "lost for 3 s")
        journal.write(START_MS + 2, "gap filled", "okx", SYMBOL, "5 bars")
        journal.write(START_MS + 1, "reconnect", "okx", "", "again")
    with Journal(path) as journal:
        texts = [entry.text for entry in journal.read()]
        assert texts == ["5 bars", "again", "lost for 3 s"]
        assert journal.read(1) == [JournalEntry(START_MS + 2, "gap filled", "okx", SYMBOL, "5 bars")]
        assert [entry.venue for entry in journal.read(kind="reconnect")] == ["okx", "bybit"]
        assert [entry.text for entry in journal.read(venue="okx", symbol=SYMBOL)] == ["5 bars"]
        for bad in (lambda: journal.read(0), lambda: journal.write(5, "a", "b", "c", "d")):
            with pytest.raises(InputError):
                bad()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_the_journal_is_shared_by_threads(tmp_path):
    path = tmp_path / "journal.sqlite"
    with Journal(path) as one, Journal(path) as two:

        def work(journal, number):
            for line in range(20):
                journal.write(START_MS + line, "k", "okx", SYMBOL, f"{number} {line}")

        threads = [threading.Thread(target=work, args=(one if n % 2 else two, n)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({entry.text for entry in one.read(200)}) == 80


def test_a_journal_that_is_none_or_newer_is_refused(tmp_path):
    (tmp_path / "text").write_text("no database, but long enough to be read as one" * 40)
    with pytest.raises(StoreError, match="journal: must be an SQLite file"):
        Journal(tmp_path / "text")
    with pytest.raises(StoreError, match="journal: must be a file that can be made"):
        Journal(tmp_path / "text" / "journal.sqlite")
    Journal(tmp_path / "new").close()
    with sqlite3.connect(tmp_path / "new") as connection:
        connection.execute("UPDATE meta SET value = '9'")
    connection.close()
    with pytest.raises(StoreError, match="update liqheat; found version 9"):
        Journal(tmp_path / "new")
