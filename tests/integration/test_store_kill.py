"""A writer that is killed at any instant: nothing acknowledged is lost, no row is there twice, every file is whole."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pandas as pd
import pyarrow.dataset
import pytest

from liqheat.store import HistoryStore
from tests.support.store_tables import CANDLES, LIQUIDATIONS, MINUTE_MS, START_MS, files_of

ROOT = Path(__file__).resolve().parents[2]
IS_SLOW = os.environ.get("HYPOTHESIS_PROFILE") == "slow"
N_KILLS = 300 if IS_SLOW else 30
MOST_LINES, LONGEST_S = 17, 0.02
"""Acknowledged batches before a kill, and time after them: a few upserts."""

WRITER = """
import sys
import liqheat.store.parts
from liqheat.store import HistoryStore
from tests.support.store_tables import CANDLES, LIQUIDATIONS, candles, liquidations

liqheat.store.parts.SMALL_ROWS = 64

batch = int(sys.stdin.readline())
store = HistoryStore(sys.argv[1])
print("ready", batch, flush=True)
while True:
    store.upsert(CANDLES, candles(40, batch * 40))
    print("candles", batch, flush=True)
    store.upsert(LIQUIDATIONS, liquidations(40, batch * 40))
    print("liquidations", batch, flush=True)
    # A late correction of three bars of a file that grows as well.
    store.upsert(CANDLES, candles(3, 10, price=80_000.0 + batch))
    print("correction", batch, flush=True)
    if batch % 5 == 4:
        store.compact(LIQUIDATIONS)
        print("compaction", batch, flush=True)
    batch += 1
"""


@contextlib.contextmanager
def writer(root):
    """A process that has imported everything, soon, and writes from the batch that it is told.

    Each has an output of its own: a kill may cut its last line, and the end of the output is the writer's end.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def run_and_kill(process, first, n_lines, seconds):
    """Let a writer acknowledge some batches and work on, then kill it; all that it acknowledged."""
    process.stdin.write(f"{first}\n")
    process.stdin.flush()
    assert process.stdout.readline() == f"ready {first}\n"
    lines = [process.stdout.readline() for _ in range(n_lines)]
    time.sleep(seconds)
    assert process.poll() is None, "the writer ended"
    process.kill()
    # A line that was cut acknowledges nothing.
    lines += [line for line in process.stdout if line.endswith("\n")]
    return [(word, int(batch)) for word, batch in map(str.split, lines)]


def check(root, acknowledged):
    reader = HistoryStore(root, read_only=True)
    for store in (reader, HistoryStore(root)):
        assert store.verify() == []
        assert store.quarantined == []
        for key, name, column in ((CANDLES, "candles", "open_time_ms"), (LIQUIDATIONS, "liquidations", "time_ms")):
            times = store.load(key).column(column).to_numpy()
            assert (times[1:] > times[:-1]).all()
            step = MINUTE_MS if name == "candles" else 10
            found = set(((times - START_MS) // step).tolist())
            for batch in acknowledged[name]:
                assert set(range(batch * 40, batch * 40 + 40)) <= found, (name, batch)
    if acknowledged["correction"]:
        corrected = reader.load(CANDLES, START_MS + 10 * MINUTE_MS, START_MS + 13 * MINUTE_MS)
        (found,) = set(corrected.column("close").to_numpy() - [80_010, 80_011, 80_012])
        # A later one may be there too: it was written and not acknowledged.
        assert max(acknowledged["correction"]) <= found <= max(acknowledged["candles"]) + 1
    for name, column in (("candles_1m", "open_time_ms"), ("liquidations", "time_ms")):
        if not files_of(root, f"kind={name}/**/*.parquet"):
            continue
        plain = pd.read_parquet(root / f"kind={name}")
        assert not plain[column].duplicated().any()
        rows = pyarrow.dataset.dataset(root / f"kind={name}", partitioning="hive").to_table()
        assert rows.num_rows == len(plain)
        step = MINUTE_MS if name == "candles_1m" else 10
        batches = set(((plain[column] - START_MS) // step // 40).tolist())
        assert set(acknowledged[name.removesuffix("_1m")]) <= batches
    assert not list(root.rglob("*.partial"))


@pytest.mark.timeout(1200 if IS_SLOW else 400)
def test_a_killed_writer_loses_nothing_acknowledged(tmp_path):
    dice = random.Random(8)  # noqa: S311
    root = tmp_path / "store"
    acknowledged = {"candles": [], "liquidations": [], "correction": [], "compaction": []}
    interrupted = Counter()
    for _ in range(N_KILLS):
        first = max(acknowledged["candles"], default=0) + 1
        with writer(root) as process:
            for name, batch in run_and_kill(process, first, dice.randint(0, MOST_LINES), dice.uniform(0, LONGEST_S)):
                acknowledged[name].append(batch)
        interrupted[left_behind(root)] += 1
        check(root, acknowledged)
    assert len(acknowledged["candles"]) > N_KILLS
    assert len(acknowledged["compaction"]) > 0
    assert sum(interrupted.values()) > interrupted["nothing"], interrupted


def left_behind(root):
    """What the killed writer was doing, by what it left."""
    names = [path.name for path in (root / "_writing").glob("*.partial")] if root.exists() else []
    if any("compacting" in name for name in names):
        return "a compaction"
    return "a file" if any(".parquet" in name for name in names) else "a manifest" if names else "nothing"
