"""`python -m tests.bench.store`: loading a month, bursts and a soak of the store. Everything is checked as it runs.

Goals: 30 days of 1-minute candles and 5-minute open interest of four venues in arrays within 150 ms, warm; 5,000
liquidations in 10 s from three venues; memory flat over an hour at 100 a second (here in less time: rows count).
"""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from liqheat.records import Candles, OpenInterest, SeriesKey
from liqheat.store import HistoryStore, load_candles_of, load_open_interest_of, save_record
from tests.support.store_tables import MINUTE_MS, START_MS, SYMBOL, liquidations

VENUES = ("binanceusdm", "bybit", "okx", "hyperliquid")
DAYS = 30
SOAK_ROWS, SOAK_BATCH = 360_000, 100


def main() -> None:
    """Measure, check, print a table."""
    with tempfile.TemporaryDirectory() as folder:
        store = HistoryStore(Path(folder) / "store")
        table = Table("what", "figure", box=None)
        table.add_row("fill 30 days x 4 venues", f"{fill(store) * 1e3:.0f} ms")
        table.add_row("load them into arrays, warm, best of 9", f"{load(store) * 1e3:.0f} ms (goal 150)")
        table.add_row("5,000 liquidations, three venues at once, 15 rows a call", f"{burst(store):.2f} s (goal 10)")
        early, late, growth = soak(store)
        table.add_row("an hour at 100/s: one second's upsert, first and last tenth", f"{early:.1f} ms, {late:.1f} ms")
        table.add_row("memory gained after the first tenth", f"{growth:.1f} MB")
        Console().print(table)


def fill(store: HistoryStore) -> float:
    """Seconds to store the month."""
    random = np.random.default_rng(1)
    minutes = START_MS + np.arange(DAYS * 1440) * MINUTE_MS
    begin = time.perf_counter()
    for venue in VENUES:
        prices = [np.round(random.normal(90_000, 500, minutes.size), 1) for _ in range(4)]
        volume = random.lognormal(3, 1, minutes.size)
        save_record(store, venue, SYMBOL, Candles(minutes, *prices, volume, "bench", volume / 2), "1m")
        save_record(store, venue, SYMBOL, OpenInterest(minutes[::5], random.normal(9e4, 9, minutes[::5].size)))
    return time.perf_counter() - begin


def load(store: HistoryStore) -> float:
    """Best seconds to load the month."""
    times = []
    for _ in range(9):
        begin = time.perf_counter()
        for venue in VENUES:
            candles = load_candles_of(store, venue, SYMBOL, "1m")
            interest = load_open_interest_of(store, venue, SYMBOL)
            assert candles is not None and candles.close.size == DAYS * 1440
            assert interest is not None and interest.quantity.size == DAYS * 288
        times.append(time.perf_counter() - begin)
    return min(times)


def burst(store: HistoryStore) -> float:
    """Seconds until all are acknowledged."""
    keys = [SeriesKey("liquidations", venue, "ETH/USDT:USDT") for venue in VENUES[:3]]

    def write(key: SeriesKey) -> None:
        for first in range(0, 1_680, 15):
            store.upsert(key, liquidations(15, first))

    threads = [threading.Thread(target=write, args=(key,)) for key in keys]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begin
    assert sum(store.load(key).num_rows for key in keys) == 3 * 1_680
    return seconds


def soak(store: HistoryStore) -> tuple[float, float, float]:
    """Milliseconds of an upsert at the start and at the end, and megabytes gained in between."""
    key = SeriesKey("liquidations", "bybit", SYMBOL)
    process = psutil.Process()
    times = []
    memory = []
    for first in range(0, SOAK_ROWS, SOAK_BATCH):
        rows = liquidations(SOAK_BATCH, first)
        begin = time.perf_counter()
        store.upsert(key, rows)
        times.append(time.perf_counter() - begin)
        memory.append(process.memory_info().rss)
    assert store.count_rows(key) == SOAK_ROWS
    assert store.verify(key) == []
    tenth = len(times) // 10
    growth = (max(memory[-tenth:]) - max(memory[:tenth])) / 1e6
    return float(np.mean(times[:tenth])) * 1e3, float(np.mean(times[-tenth:])) * 1e3, growth


if __name__ == "__main__":
    main()
