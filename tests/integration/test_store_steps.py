"""A writer that ends before each of its steps on the disk, one after another: all states a kill can leave."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from liqheat.store import HistoryStore
from tests.support.store_tables import CANDLES, candles, files_of

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = """
import os
import sys
from pathlib import Path
import liqheat.store.parts
from liqheat.store import HistoryStore
from tests.support.store_tables import CANDLES, candles

liqheat.store.parts.SMALL_ROWS = 10
left = 0

def ending(real):
    def call(*arguments, **options):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return real(*arguments, **options)
    return call

def run(root):
    store = HistoryStore(root)
    done = []
    def say(word):
        print(word, end=" ", flush=True)
    for first in range(0, 30, 10):
        store.upsert(CANDLES, candles(10, first))
        say(first)
    store.upsert(CANDLES, candles(30, 1425))
    say("days")
    store.compact()
    say("compact")
    store.upsert(CANDLES, candles(3, 5, price=80_000.0))
    say("correction")

for line in sys.stdin:
    steps, root = line.split()
    child = os.fork()
    if not child:
        left = int(steps)
        for holder, name in ((os, "fsync"), (Path, "replace"), (Path, "unlink"), (Path, "mkdir"), (Path, "open")):
            setattr(holder, name, ending(getattr(holder, name)))
        run(root)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""
MOST_STEPS = 400
STRIDE = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "slow" else 7
"""Every step in `make soak`; neighbouring steps mostly leave the same."""


@pytest.fixture
def scenario():
    process = subprocess.Popen(
        [sys.executable, "-c", SCENARIO], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )

    def run(steps, root):
        process.stdin.write(f"{steps} {root}\n")
        process.stdin.flush()
        *words, code = process.stdout.readline().split()
        return words, int(code)

    yield run
    process.stdin.close()
    process.stdout.close()
    process.kill()
    process.wait()


@pytest.mark.timeout(1200)
def test_an_end_before_any_step_loses_nothing_acknowledged(tmp_path, scenario):
    for steps in range(0, MOST_STEPS, STRIDE):
        root = tmp_path / str(steps)
        words, code = scenario(steps, root)
        assert code in (0, 9)
        if (root / "_store.json").exists():
            check(HistoryStore(root, read_only=True), words)
            check(HistoryStore(root), words)
            plain = (
                pd.read_parquet(root / "kind=candles_1m")["open_time_ms"] if files_of(root) else pd.Series(dtype=int)
            )
            assert not plain.duplicated().any(), steps
            assert len(plain) == HistoryStore(root).count_rows(CANDLES)
            assert not list(root.rglob("*.partial"))
            if "compact" in words:
                # Ten and more rows in a file is full here, so that later rows do not join what was joined.
                assert len(files_of(root)) == 2
        store = HistoryStore(root)
        store.upsert(CANDLES, pa.concat_tables([candles(30), candles(30, 1425)]))
        assert store.verify() == []
        assert store.count_rows(CANDLES) == store.load(CANDLES).num_rows == 60
        if code == 0:
            break
    assert code == 0
    assert steps > 50


def check(store, words):
    assert store.verify() == []
    assert store.quarantined == []
    times = store.load(CANDLES).column("open_time_ms").to_pylist()
    assert times == sorted(set(times))
    numbers = [int(word) for word in words if word.isdecimal()]
    assert len(times) >= 10 * len(numbers) + 30 * ("days" in words)
    assert len(times) <= 60
    assert store.count_rows(CANDLES) >= len(times)
    if "correction" in words:
        assert store.load(CANDLES).column("close").to_pylist()[5:8] == [80_005.0, 80_006.0, 80_007.0]
