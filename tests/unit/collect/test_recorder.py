"""What streams push is written once, and nothing is lost while the store refuses."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from liqheat import store
from liqheat.collect.recorder import FAR_DEPTH_MS, NEAR_DEPTH_MS, Recorder
from liqheat.errors import LiqheatError
from liqheat.records import FeedEvent, Liquidations, OpenInterestNow, OrderBookDepth, SeriesKey
from liqheat.store import HistoryStore

START_MS = 1_767_225_600_000
VENUE, SYMBOL = "bybit", "BTC/USDT:USDT"


def liquidations(first: int, count: int = 1, ordinal: int = 0) -> Liquidations:
    index = np.arange(first, first + count)
    return Liquidations(
        time_ms=START_MS + index * 10,
        receive_ms=START_MS + index * 10 + 35,
        is_long=index % 2 == 0,
        price=60_000.0 + index,
        quantity=0.01 * (1 + index % 5),
        notional_usd=600.0 * (1 + index % 5),
        mark_price=np.full(count, np.nan),
        ordinal=np.full(count, ordinal, dtype=np.int32),
        price_means="bankruptcy",
        capture="complete",
    )


def event(payload) -> FeedEvent:
    return FeedEvent(VENUE, SYMBOL, payload)


def stored(history) -> Liquidations:
    found = store.load_liquidations_of(history, VENUE, SYMBOL)
    assert found is not None
    return found


@pytest.fixture
def history(tmp_path) -> HistoryStore:
    return HistoryStore(tmp_path / "store")


def test_a_burst_is_kept_whole_and_a_repeat_adds_nothing(history):
    recorder = Recorder(history)
    for first in range(0, 5_000, 4):
        recorder.take(event(liquidations(first, 4)))
    recorder.take(event(liquidations(100, 4)))  # a message that came twice
    recorder.take(event(liquidations(7, 1, ordinal=1)))  # a second liquidation that looks the same
    assert recorder.flush() == 5_001
    assert recorder.flush() == 0
    recorder.take(event(liquidations(100, 4)))
    assert recorder.flush() == 0
    kept = stored(history)
    assert kept.time_ms.size == 5_001
    assert kept.capture == "complete"
    np.testing.assert_array_equal(np.unique(kept.time_ms), START_MS + np.arange(5_000) * 10)
    np.testing.assert_array_equal(kept.receive_ms - kept.time_ms, 35)


def test_what_the_store_refuses_waits(history, monkeypatch):
    troubles = []
    recorder = Recorder(history, on_trouble=troubles.append)
    real = store.save_record
    monkeypatch.setattr(store, "save_record", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    for first in range(10):
        recorder.take(event(liquidations(first)))
        assert recorder.flush() == 0
    assert troubles == ["[Errno 28] No space left on device"]
    monkeypatch.setattr(store, "save_record", real)
    recorder.take(event(liquidations(10)))
    assert recorder.flush() == 11
    assert troubles[-1] == ""
    assert stored(history).time_ms.size == 11


def test_what_waits_is_bounded_and_the_loss_is_counted(history, monkeypatch):
    monkeypatch.setattr("liqheat.collect.recorder.MOST_WAITING", 100)
    monkeypatch.setattr(store, "save_record", lambda *_: (_ for _ in ()).throw(LiqheatError("no")))
    recorder = Recorder(history)
    for first in range(0, 400, 40):
        recorder.take(event(liquidations(first, 40)))
        recorder.flush()
    assert recorder.n_given_up >= 300
    monkeypatch.undo()
    assert recorder.flush() + recorder.n_given_up == 400


def test_many_threads_lose_nothing(history):
    recorder = Recorder(history)
    recorder.start()

    def push(part):
        for first in range(part * 500, part * 500 + 500):
            recorder.take(event(liquidations(first)))

    threads = [threading.Thread(target=push, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.stop()
    assert stored(history).time_ms.size == 2_000
    assert recorder.n_written == 2_000


def book(time_ms, price=60_000.0) -> OrderBookDepth:
    steps = np.arange(1, 4)
    usd = np.full(3, 1e5)
    return OrderBookDepth(time_ms, time_ms + 20, price - steps, usd, price + steps, usd)


@pytest.mark.parametrize(("is_near", "step_ms"), [(True, NEAR_DEPTH_MS), (False, FAR_DEPTH_MS)])
def test_depth_is_kept_more_often_near_a_cluster(history, is_near, step_ms):
    asked = []

    def near(*arguments):
        asked.append(arguments)
        return is_near

    recorder = Recorder(history, is_near_cluster=near)
    for second in range(180):
        recorder.take(event(book(START_MS + second * 1000)))
    recorder.flush()
    kept = store.load_depth_of(history, VENUE, SYMBOL)
    assert [depth.time_ms for depth in kept] == list(range(START_MS, START_MS + 180_000, step_ms))
    assert asked[0] == (VENUE, SYMBOL, 60_000.0)


def test_polled_open_interest_is_kept_once_for_each_moment(history):
    recorder = Recorder(history)
    now = OpenInterestNow(START_MS, START_MS + 50, 90_000.0)
    for seconds in (0, 15, 15, 30):
        recorder.take(event(replace(now, time_ms=START_MS + seconds * 1000, quantity=90_000.0 + seconds)))
    assert recorder.flush() == 3
    assert history.load(SeriesKey("open_interest", VENUE, SYMBOL)).column("quantity").to_pylist() == [
        90_000.0,
        90_015.0,
        90_030.0,
    ]
